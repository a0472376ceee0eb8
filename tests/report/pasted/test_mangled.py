"""Every paste of the field notes, and more of each kind, gives the report whole, and once."""

from __future__ import annotations

import json

import pytest

from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import read_paste
from tests.report.pasted import mangled
from tests.report.pasted.mangled import BLOCK, DOCUMENT, JSON, Mangler

TABLES = (mangled.LINKS, mangled.WRAPPED, mangled.PUNCTUATION)


def read_one(text: str | bytes) -> RecoveredReport:
    (recovered,) = read_paste(text)
    return recovered


def folded(value: object) -> str:
    """A block tells nothing by case, nor by blanks."""
    return "".join(json.dumps(value, sort_keys=True).split()).lower()


PLAIN = folded(read_one(BLOCK).fields)


@pytest.mark.parametrize(
    "channel",
    [channel for table in TABLES for channel in table.values()],
    ids=[name for table in TABLES for name in table],
)
def test_a_block_comes_whole_through_what_was_done_to_it(channel: Mangler) -> None:
    recovered = read_one(channel(BLOCK))
    assert (recovered.integrity, recovered.unproven, recovered.missing) == (Integrity.COMPLETE, (), ())
    assert folded(recovered.fields) == PLAIN


@pytest.mark.parametrize("channel", mangled.AROUND_JSON.values(), ids=mangled.AROUND_JSON)
def test_a_json_report_comes_whole_through_what_was_done_to_it(channel: Mangler) -> None:
    recovered = read_one(channel(JSON))
    assert (recovered.integrity, recovered.unproven, recovered.missing) == (Integrity.COMPLETE, (), ())
    assert recovered.fields == DOCUMENT


@pytest.mark.parametrize("channel", mangled.LINKS.values(), ids=mangled.LINKS)
def test_links_in_a_whole_text_report_do_no_harm(channel: Mangler) -> None:
    assert read_one(channel(mangled.TEXT)).integrity is Integrity.COMPLETE
