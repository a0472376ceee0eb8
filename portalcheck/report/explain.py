"""`portalcheck explain`: a check, a result, a cause, a note or a part of the article, in plain words."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches

from portalcheck.api.declarations import NONE, Cause
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.steps import BY_SYMPTOM, WITHOUT_SYMPTOM
from portalcheck.words.catalog import Catalog, Script
from portalcheck.words.symptoms import matches

WIDTH = 78
_LONGEST_TOPIC = 200
_LEAD = re.compile(r"\s+(\d\. |[a-z][a-z0-9.-]*: )")


def explain(topic: str | None, catalog: Catalog) -> str | None:
    """Plain text about a topic, lines of at most 78 columns where words allow; the overview without one.

    None for an unknown topic; `suggest` then says what may have been meant.
    """
    if topic is None:
        return _overview(catalog)
    wanted = topic[:_LONGEST_TOPIC].strip().casefold()
    pages = [
        "\n".join(_wrapped(page(wanted, catalog))) + "\n" for ids, page in _kinds(catalog) if wanted in ids
    ]
    return "\n".join(pages) or None


def topics(catalog: Catalog) -> tuple[str, ...]:
    """Every topic that `explain` knows: checks, causes, notes, references, symptoms and results."""
    return tuple(dict.fromkeys(topic for ids, _ in _kinds(catalog) for topic in ids))


def suggest(topic: str, catalog: Catalog) -> tuple[str, ...]:
    """Up to three topics that may have been meant: near in spelling, or what the words are about."""
    wanted = topic[:_LONGEST_TOPIC].strip().casefold()
    about = (each for each in matches(wanted) if each in refs())
    known = topics(catalog)
    ends = [each for each in known if wanted and each.endswith("." + wanted)]
    near = get_close_matches(wanted, known, n=3, cutoff=0.6)
    return tuple(dict.fromkeys([*about, *ends, *near]))[:3]


Page = Callable[[str, Catalog], Iterator[str]]


def _kinds(catalog: Catalog) -> Iterator[tuple[tuple[str, ...], Page]]:
    installed = catalog.installed
    yield installed.ids(), _check
    yield (*installed.cause_ids(), *installed.cause_ids(notes=True)), _cause
    yield tuple(refs()), _ref
    yield tuple(BY_SYMPTOM), _symptom
    yield tuple(installed.reasons), _reason


def _overview(catalog: Catalog) -> str:
    lines = [catalog.ui("explain.overview")]
    lines += ["", catalog.ui("explain.checks")]
    lines += [f"  {check}: {catalog.check(check).name}" for check in catalog.installed.ids()]
    for key, notes in (("causes", False), ("notes", True)):
        ids = catalog.installed.cause_ids(notes=notes)
        lines += ["", catalog.ui(f"explain.{key}")]
        lines += [f"  {each}: {catalog.cause(each).verdict}" for each in ids]
    lines += ["", catalog.ui("explain.symptoms")]
    lines += [f"  {each}: {catalog.symptom(each)}" for each in BY_SYMPTOM]
    lines += ["", catalog.ui("explain.refs"), *(f"  {each}: {catalog.ref(each).title}" for each in refs())]
    lines += ["", catalog.ui("explain.reasons"), f"  {catalog.ui('explain.reasons_hint')}"]
    return "\n".join(_wrapped(lines)) + "\n"


def _check(check_id: str, catalog: Catalog) -> Iterator[str]:
    words = catalog.check(check_id)
    yield f"{check_id}: {words.name}"
    yield from (catalog.reason(each.reason) for each in catalog.installed.broken if each.id == check_id)
    yield from ("", catalog.ui("explain.reads"), f"  {words.reads}")
    yield from ("", catalog.ui("explain.contacts"), f"  {words.contacts}")
    check = catalog.installed.check(check_id)
    if check is not None and check.reasons:
        yield from ("", catalog.ui("explain.can_say"))
    for code in check.reasons if check is not None else ():
        yield f"  {code}"
        yield from (f"    {sentence}" for sentence in catalog.reason_sentences(code))


def _reason(code: str, catalog: Catalog) -> Iterator[str]:
    yield code
    yield from (f"  {sentence}" for sentence in catalog.reason_sentences(code))
    check = code.partition(".")[0]
    if check in catalog.installed.ids():
        yield from ("", catalog.ui("explain.given_by", check=f"{check} ({catalog.check(check).name})"))
    causes = tuple(dict.fromkeys(row.id for row in catalog.installed.rows() if code in row.evidence))
    if causes:
        yield from ("", catalog.ui("explain.leads_to", list=causes))
    for each in causes:
        yield f"  {each}: {catalog.cause(each).verdict}"


def _cause(cause_id: str, catalog: Catalog) -> Iterator[str]:
    words = catalog.cause(cause_id)
    yield f"{cause_id}: {words.verdict}"
    yield from ("", catalog.ui("explain.patient"), f"  {words.patient}")
    yield from _actions(words.actions, catalog)
    named = tuple(
        dict.fromkeys(ref for row in catalog.installed.rows(cause_id) for ref in (row.ref, *row.then) if ref)
    )
    if named:
        yield from ("", catalog.ui("explain.article"))
        yield from (f"  {ref}: {catalog.ref(ref).title}" for ref in named)
    yield from ("", catalog.ui("explain.agent"), f"  {words.agent}")
    yield from _script(catalog.script(cause_id), catalog)
    yield from ("", catalog.ui("explain.it"), f"  {words.it}")


def _symptom(symptom_id: str, catalog: Catalog) -> Iterator[str]:
    yield f"{symptom_id}: {catalog.symptom(symptom_id)}"
    yield from ("", catalog.ui("explain.article"))
    yield from (f"  {ref}: {catalog.ref(ref).title}" for ref in BY_SYMPTOM[symptom_id])
    yield from ("", catalog.ui("explain.agent"), f"  {catalog.symptom_agent(symptom_id)}")
    yield from _script(catalog.symptom_script(symptom_id), catalog)


def _script(script: Script, catalog: Catalog) -> Iterator[str]:
    """What the help desk asks, what each answer means, and when to hand on."""
    if script.questions:
        yield from ("", catalog.ui("heading.script") + ":")
    for number, asked in enumerate(script.questions, 1):
        yield f"  {number}. {asked.question}"
        yield from (f"     {answer}" for answer in asked.answers)
    if script.hand_on:
        yield from ("", catalog.ui("heading.hand_on") + ":", f"  {script.hand_on}")


def _ref(ref_id: str, catalog: Catalog) -> Iterator[str]:
    words = catalog.ref(ref_id)
    yield f"{ref_id}: {words.title}"
    yield from ("", f"  {words.text}")
    yield from _actions(words.actions, catalog)
    causes = tuple(dict.fromkeys(row.id for row in catalog.installed.rows() if ref_id in _leads(row)))
    if causes:
        yield from ("", catalog.ui("explain.causes_here", list=causes))


def _actions(actions: Iterable[str], catalog: Catalog) -> Iterator[str]:
    numbered = [f"  {number}. {action}" for number, action in enumerate(actions, 1)]
    if numbered:
        yield from ("", catalog.ui("explain.actions"), *numbered)


def _leads(row: Cause) -> frozenset[str]:
    """Every reference that a row leads to; `none` leads wherever the symptom says."""
    by_account = (WITHOUT_SYMPTOM, *BY_SYMPTOM.values()) if row is NONE else ()
    return frozenset((row.ref, *row.then, *(ref for steps in by_account for ref in steps)))


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        lead = _LEAD.match(line)
        hanging = " " * (len(line) - len(line.lstrip()) + (min(len(lead[1]), 3) if lead else 0))
        wrapped = textwrap.wrap(
            line, WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
        )
        yield from wrapped or [""]
