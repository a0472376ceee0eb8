"""Every cause and every reference of the article as a person reads it, in both languages, whole.

After a wanted change of words: `python -m tests.report.formats.test_every_cause` writes the files anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.diagnosis.article import refs
from portalcheck.model import Likelihood, Outcome, Step
from portalcheck.report.explain import explain
from portalcheck.report.formats.text import render
from tests.declared import CAUSES, catalog_of
from tests.report.formats import reports

FOLDER = Path(__file__).with_name("every")
CUT = "BEGIN PORTALCHECK REPORT"


def named() -> dict[str, Cause]:
    """Every cause once, with the row that stands last."""
    return {cause.id: cause for cause in (NONE, INCONCLUSIVE, *CAUSES) if not cause.note}


def cause_page(cause: Cause, lang: str) -> str:
    """A report of that cause down to the pasted block, then its page of `explain`."""
    outcome = Outcome.OK if cause is NONE else Outcome.UNKNOWN if cause is INCONCLUSIVE else Outcome.FAIL
    steps = (
        Step(cause.ref, Likelihood.HIGH, (f"cause:{cause.id}",)),
        *(Step(r, Likelihood.LOW, ()) for r in cause.then),
    )
    report = reports.report(outcome, cause.id, steps, reports.healthy().checks, code=0)
    words = catalog_of(lang)
    page = explain(cause.id, words)
    assert page is not None
    return f"{render(report, words).split(CUT)[0]}{page}"


def ref_page(ref: str, lang: str) -> str:
    page = explain(ref, catalog_of(lang))
    assert page is not None
    return page


def cases() -> Iterator[tuple[str, str]]:
    yield from ((name, lang) for name in (*named(), *refs()) for lang in ("en", "es"))


def output(name: str, lang: str) -> str:
    return cause_page(named()[name], lang) if name in named() else ref_page(name, lang)


def path(name: str, lang: str) -> Path:
    return FOLDER / f"{name}.{lang}.txt"


@pytest.mark.parametrize("case", list(cases()), ids=".".join)
def test_the_page_is_the_one_that_was_read_and_kept(case: tuple[str, str]) -> None:
    assert output(*case) == path(*case).read_text("utf-8")


def test_no_page_is_kept_that_no_test_compares() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {path(*case).name for case in cases()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for case in cases():
        path(*case).write_text(output(*case), encoding="utf-8", newline="\n")
