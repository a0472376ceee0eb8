"""What the built-in checks declare, as the tests of everything else need it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from portalcheck.api.texts import load_texts
from portalcheck.diagnosis.engine import diagnose as diagnose_by
from portalcheck.diagnosis.registry import installed
from portalcheck.diagnosis.starvation import mark_starved as doubted_by
from portalcheck.model import CheckResult, Diagnosis
from portalcheck.report import code as phonecode
from portalcheck.report.block.writing import write
from portalcheck.report.pasted.scanner import scan
from portalcheck.report.recovered import RecoveredReport
from portalcheck.words.catalog import Catalog
from portalcheck.words.files import load

INSTALLED = installed()
assert not INSTALLED.broken, "portalcheck must be installed (pip install -e .), and its own checks be sound"

CAUSES = INSTALLED.causes
NUMBERS = INSTALLED.numbers
CHECK_ORDER = tuple(NUMBERS.checks[place] for place in sorted(NUMBERS.checks))
CAUSE_ORDER = tuple(NUMBERS.causes[number] for number in sorted(NUMBERS.causes))

encode = partial(phonecode.encode, numbers=NUMBERS)
decode = partial(phonecode.decode, numbers=NUMBERS)
write_block = partial(write, built_in=NUMBERS.built_in)
mark_starved = partial(doubted_by, installed=INSTALLED)


def read_paste(text: str | bytes) -> list[RecoveredReport]:
    """The reports in a text."""
    return list(scan(text, NUMBERS).reports)


def catalog_of(lang: str) -> Catalog:
    """The words of a language, those of the built-in checks among them."""
    return Catalog(lang, INSTALLED)


def diagnose(results: Sequence[CheckResult], symptoms: Sequence[str] = ()) -> Diagnosis:
    """The diagnosis by the causes of the built-in checks."""
    return diagnose_by(results, symptoms, INSTALLED)


@cache
def texts_of(lang: str) -> dict[str, Any]:
    """All words of a language as one: those beside checks are in `checks`, `reasons` and `causes` too."""
    texts = {**load(lang), "checks": {}}
    texts |= {table: dict(texts[table]) for table in ("reasons", "causes")}
    for check in INSTALLED.checks:
        beside = load_texts(check.words, lang)
        texts["checks"][check.id] = {key: beside[key] for key in ("name", "reads", "contacts")}
        texts["reasons"] |= beside["reasons"]
        for cause, told in beside.get("causes", {}).items():
            own = texts["causes"].get(cause, {})
            texts["causes"][cause] = {**told, **own}
    return texts


TRICKS = frozenset(texts_of("en")["tricks"])
"""How an address may differ from an official one, or be none: all that there are words for."""
NOTES = frozenset(texts_of("en")["terms"]["address_note"])
