"""What people send: pasted reports, phone codes, JSON reports, and many reports in one stream."""

from __future__ import annotations

import io
import tempfile
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from portalcheck.model import Status
from portalcheck.report import code as phonecode
from portalcheck.report import history as memory
from portalcheck.report.explain import explain, suggest
from portalcheck.report.fleet import Summary, summarise
from portalcheck.report.fleet import data as fleet_data
from portalcheck.report.fleet import html as fleet_html
from portalcheck.report.fleet import text as fleet_text
from portalcheck.report.fleet.decoding import Decoder
from portalcheck.report.fleet.documents import documents
from portalcheck.report.pasted.channels import undone
from portalcheck.report.pasted.codes import find_code
from portalcheck.report.recovered import Integrity
from portalcheck.words import symptoms
from portalcheck.words.catalog import Catalog
from tests.declared import (
    CAUSE_ORDER,
    INSTALLED,
    NUMBERS,
    catalog_of,
    decode,
    encode,
    read_paste,
    write_block,
)
from tests.fuzz.target import parts_of, target, text_of
from tests.report.block_reports import SAMPLE, as_report, lost_values, wrong_values
from tests.report.formats import agent_text

DECODER = Decoder(INSTALLED.fleet, INSTALLED.numbers)
_NEVER = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@cache
def catalog(lang: str) -> Catalog:
    """The words of a language."""
    return catalog_of(lang)


def _harmless(text: str) -> None:
    assert not [c for c in set(text) - {"\n"} if unicodedata.category(c) in _NEVER]


# ---- pasted --------------------------------------------------------------------------------------

_BLOCK = write_block(SAMPLE).encode()


def _edited(edits: bytes) -> bytes:
    """The block after edits of the form: place (two bytes), letters to drop, letters to put in, these letters."""
    text = bytearray(_BLOCK)
    while len(edits) >= 4:
        place, drop, put = int.from_bytes(edits[:2]) % (len(text) + 1), edits[2], edits[3] % 32
        text[place : place + drop] = edits[4 : 4 + put]
        edits = edits[4 + put :]
    return bytes(text)


# A fuzzer that sees what a check is compared with writes right checks for wrong lines: they are no signatures.
@target("reports", longest=512, compares=False)
def pasted_edits(data: bytes) -> None:
    """However a block is edited, nothing that the report did not say is shown as proved."""
    for recovered in read_paste(_edited(data)):
        assert wrong_values(recovered, SAMPLE) == []
        if recovered.integrity is Integrity.COMPLETE:
            assert lost_values(recovered, SAMPLE) == []


@target("reports", longest=32 * 1024)
def pasted(data: bytes) -> None:
    """Any text gives reports, or none, and a harmless view of them in every language."""
    found = read_paste(data)
    for lang in ("en", "es"):
        _harmless(agent_text.of_reports(found, catalog(lang)))
    for recovered in found:
        assert recovered.to_json()["integrity"] in {one.value for one in Integrity}
        as_report(recovered)
    undone(data.decode("utf-8", "replace"))


@target("reports")
def json_report(data: bytes) -> None:
    """A JSON text after another reading of it says the same, and never better than before."""
    found = read_paste(b"{" + data)
    for recovered in found:
        if recovered.integrity is Integrity.COMPLETE and not recovered.newer:
            assert as_report(recovered) is not None
    _harmless(agent_text.of_reports(found, catalog("en")))


@target("reports", longest=256)
def phone_code(data: bytes) -> None:
    """What a code says makes the same code again; of any other text no more than suggestions come."""
    heard = decode(data.decode("utf-8", "surrogateescape"))
    if isinstance(heard, phonecode.Decoded):
        if heard.cause in CAUSE_ORDER:
            assert encode(heard.cause or "", heard.os, heard.statuses) == heard.code
        assert set(heard.statuses.values()) <= set(Status)
        phonecode.spell(heard.code)
    else:
        for suggestion in heard.suggestions:
            assert isinstance(decode(suggestion.code), phonecode.Decoded)
    _harmless(agent_text.of_code(heard, catalog("es")))


# ---- many ----------------------------------------------------------------------------------------


def _summary(data: bytes) -> Summary:
    return summarise(["-"], io.BytesIO(data), INSTALLED)


@target("reports", longest=32 * 1024)
def fleet(data: bytes) -> None:
    """A stream is counted to the last report, its summary is harmless, and where it is cut changes nothing."""
    summary = _summary(data)
    for group, rows in summary.groups.items():
        assert sum(row.reports for row in rows) + summary.more.get(group, 0) == summary.reports
    assert sum(day.reports for day in summary.days) + summary.undated == summary.reports
    _harmless(fleet_text.render(summary, catalog("en")))
    fleet_data.render_csv(summary, catalog("en"))
    page = fleet_html.render(summary, catalog("es"))
    assert page.count("<script") == page.count("</script>")
    once = [*documents([data[:1], data[1:]], DECODER)]
    step = max(len(data) // 7, 1)
    cut = [*documents([data[at : at + step] for at in range(0, len(data), step)], DECODER)]
    assert _reports(once) == _reports(cut)


def _reports(found: Sequence[tuple[int, object]]) -> list[object]:
    return [document for _, document in found if not isinstance(document, str)]


@target("reports", longest=16 * 1024)
def kept_report(data: bytes) -> None:
    """The last report that was kept is a report, or none."""
    place = _place()
    (place / memory.NAME).write_bytes(data)
    report = memory.last(place)
    if report is not None:
        assert memory.keep(place, report) in (True, False)
        assert report.privacy.level != "share" or memory.last(place) == report


@cache
def _place() -> Path:
    return Path(tempfile.mkdtemp(prefix="portalcheck-fuzz-"))


@target("reports", longest=16 * 1024)
def code_in_text(data: bytes) -> None:
    """A code is found in a text only where its check holds."""
    first, _ = parts_of(data, 2)
    found = find_code(first, NUMBERS)
    if isinstance(found, phonecode.Decoded):
        assert isinstance(decode(found.code), phonecode.Decoded)
    elif found is not None:
        _harmless(agent_text.of_code(found, catalog("en")))


# ---- said in words -------------------------------------------------------------------------------


@target("reports", longest=32 * 1024)
def symptom(data: bytes) -> None:
    """What a person says is a known symptom or none, whatever stands behind the part that is read."""
    text = text_of(data)
    found = symptoms.matches(text)
    assert set(found) <= set(symptoms.symptom_ids())
    whole = text.ljust(symptoms.LONGEST)
    assert symptoms.matches(whole) == symptoms.matches(whole + text)


@target("reports", longest=512)
def topic(data: bytes) -> None:
    """A word to explain gives a harmless page, or at most three words that there is one for."""
    text = text_of(data)
    for lang in ("en", "es"):
        page = explain(text, catalog(lang))
        _harmless(page or "")
        offered = suggest(text, catalog(lang))
        assert len(offered) <= 3
        assert all(explain(each, catalog(lang)) for each in offered)
