"""Who needs to act: by the cause, unless the evidence tells another; never another one in another view."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from portalcheck.diagnosis.registry import Installed
from portalcheck.model import Arg, CheckResult, Finding, Report, Status
from portalcheck.report import checksums, guidance
from portalcheck.report.block.writing import write
from portalcheck.report.formats import html, junit, text
from portalcheck.report.pasted.scanner import scan
from portalcheck.report.recovered import Integrity
from portalcheck.words.catalog import Catalog
from tests.architecture.printer import CHECK as PRINTER
from tests.declared import INSTALLED, catalog_of, decode, diagnose, encode, read_paste
from tests.report.formats import agent_text, reports


def result(*found: tuple[str, Status, dict[str, Arg]]) -> list[CheckResult]:
    findings = [Finding(reason=reason, status=status, args=args) for reason, status, args in found]
    checks = {finding.reason.partition(".")[0] for finding in findings}
    return [
        CheckResult(
            check=check,
            status=Status.OK,
            duration_ms=1,
            findings=tuple(f for f in findings if f.reason.startswith(f"{check}.")),
            declared=frozenset(code for code in INSTALLED.reasons if code.startswith(f"{check}.")),
        )
        for check in checks
    ]


FAIL, NOTE, WARN = Status.FAIL, Status.NOTE, Status.WARN
BLOCKS = "browser.blocks-cookies"


@pytest.mark.parametrize(
    ("found", "owner"),
    [
        ([(BLOCKS, FAIL, {"by": "setting"})], "you"),
        ([(BLOCKS, FAIL, {"by": "policy"})], "employer"),
        ([(BLOCKS, FAIL, {"by": "setting"}), (BLOCKS, NOTE, {"by": "policy"})], "you"),
        ([(BLOCKS, FAIL, {"by": "setting"}), (BLOCKS, WARN, {"by": "policy"})], "you"),
        ([("tls.intercepted", FAIL, {"product": "Zscaler"}), ("tls.untrusted", FAIL, {})], "network"),
        ([("tls.intercepted", FAIL, {"product": "ESET"}), ("tls.untrusted", FAIL, {})], "you"),
        ([("dns.error-here", FAIL, {"everywhere": True})], "portal"),
        ([("dns.error-here", FAIL, {"everywhere": None})], "network"),
        ([("dns.system-fails", FAIL, {})], "you"),
        ([("network.blocked-here", FAIL, {})], "you"),
        ([("network.port-blocked", FAIL, {})], "network"),
        ([("tls.broken", FAIL, {})], None),
    ],
)
def test_the_evidence_that_names_the_cause_may_tell_another_owner(
    found: list[tuple[str, Status, dict[str, Arg]]], owner: str | None
) -> None:
    assert diagnose(result(*found)).owner == owner


@pytest.mark.parametrize("row", [row for row in INSTALLED.causes if not row.note], ids=lambda row: row.id)
def test_a_code_tells_an_owner_only_where_no_evidence_could_tell_another(row: Any) -> None:
    shown = agent_text.of_code(decode(encode(row.id, "windows", {})), catalog_of("en"))
    decided = any(each.owner_by for each in INSTALLED.rows(row.id)) or row.owner is None

    assert ("Who needs to act" in shown) == (not decided)


# ---- in a report that was pasted -----------------------------------------------------------------


def sealed() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(msgspec.json.encode(reports.stopped()))
    return document


def view(document: dict[str, Any]) -> str:
    return agent_text.of_reports(read_paste(json.dumps(document)), catalog_of("en"))


def test_the_view_begins_with_who_needs_to_act() -> None:
    assert view(sealed()).splitlines()[:2] == [
        "The report is complete.",
        "Who needs to act: the person who signs in, at their own computer",
    ]


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {
        name: {mark: value for mark, value in value.items() if mark not in names} if name == "seal" else value
        for name, value in document.items()
        if name not in names
    }


@pytest.mark.parametrize(
    "forged",
    [
        {**sealed(), "owner": "portal"},
        {**without(sealed(), "owner", "start_ms"), "owner": "portal"},
        {
            **without(sealed(), "owner", "start_ms"),
            "owner": "portal",
            "seal": {**without(sealed(), "owner", "start_ms")["seal"], "layout": "1"},
        },
        without(sealed(), "owner"),
        {**sealed(), "owner": "call +1 900 555 0100 now", "seal": {}},
        {**sealed(), "owner": "x" * 3000, "seal": {}},
        {**sealed(), "owner": 7, "seal": {}},
    ],
    ids=["edited", "put-in", "under-the-first-seal", "taken-out", "sentence", "endless", "number"],
)
def test_an_owner_that_is_not_proved_is_not_shown_as_right(forged: dict[str, Any]) -> None:
    (recovered,) = read_paste(json.dumps(forged))

    assert "owner" not in recovered.fields
    assert recovered.integrity is not Integrity.COMPLETE
    assert "Who needs to act" not in view(forged)


def test_a_report_under_the_first_seal_is_complete_without_an_owner() -> None:
    document = without(sealed(), "owner", "start_ms", "seal")
    document["seal"] = {"layout": "1", **checksums._checksums(document, "1")}
    (recovered,) = read_paste(json.dumps(document))

    assert recovered.integrity is Integrity.COMPLETE


# ---- words by the evidence -----------------------------------------------------------------------


def dry(cause: str, *also: str) -> Report:
    """A report whose evidence is a warning."""
    found = reports.check("printer", 1, reports.finding("printer.dry", WARN))
    made = reports.worrying()
    return msgspec.structs.replace(made, cause=cause, also=also, checks=(*made.checks, found))


@pytest.mark.parametrize(
    "report", [dry("printer.stuck"), dry("slow", "printer.stuck")], ids=["cause", "also"]
)
def test_every_view_has_the_words_for_the_evidence_also_where_it_only_hurts(report: Report) -> None:
    catalog = Catalog("en", Installed([*INSTALLED.checks, PRINTER]))
    numbers = catalog.installed.numbers
    report = msgspec.structs.replace(report, code=encode(report.cause, "windows", {}), seal={})
    block = scan(write(report, numbers.checks.values()), numbers).reports
    views = [
        text.render(report, catalog),
        html.render(report, catalog),
        junit.render(report, catalog),
        agent_text.of_reports(block, catalog),
    ]

    assert guidance.cause_words(report, catalog, "printer.stuck").verdict == "The printer is dry."
    for view in views:
        assert "The printer is dry." in view
        assert "The printer is stuck." not in view
