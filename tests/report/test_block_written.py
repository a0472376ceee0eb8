from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.model import PortalName, Report, ReportCheck, ReportFinding, Status
from portalcheck.report.block import fields, layout, values
from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import CHECK_ORDER, read_paste, write_block
from tests.report.block_reports import SAMPLE, as_report, lost_values, make_report, reports, wrong_values

ODD_CODE = "end-portal-check-report"
GOLDEN = Path(__file__).parent / "golden" / "pasted-report.txt"
OLDER = GOLDEN.with_name("pasted-report-without-owner.txt")
"""The same report as versions wrote it that knew no owner."""


def read_one(text: str | bytes) -> RecoveredReport:
    (recovered,) = read_paste(text)
    return recovered


def with_finding(**args: object) -> Report:
    finding = ReportFinding("tls.intercepted", Status.FAIL, args)  # type: ignore[arg-type]  # odd ones on purpose
    checks = (ReportCheck("tls", Status.FAIL, 1, (finding,)),)
    return msgspec.structs.replace(SAMPLE, portal=PortalName("lab", "Lab", "lab.example"), checks=checks)


def args_of(recovered: RecoveredReport) -> dict[str, object]:
    found: dict[str, object] = recovered.fields["checks"][0]["findings"][0]["args"]
    return found


def test_the_block_is_the_published_one() -> None:
    """People keep old reports: a block that was written stays readable, to the letter."""
    assert write_block(SAMPLE) == GOLDEN.read_text("ascii")


@settings(max_examples=150)
@given(reports)
def test_a_block_has_only_what_channels_leave_alone(report: Report) -> None:
    block = write_block(report)
    begin, *lines, end = block.splitlines()
    assert (begin, end) == (layout.BEGIN, layout.END)
    assert lines[-1].startswith("check: ")
    for line in lines:
        assert len(line) <= 64
        assert re.fullmatch(r"[a-z0-9/-]+: [A-Za-z0-9 .,/-]+;", line)
        assert not re.search(r"--|\.\.\.|  |^[-*>#]", line)


@settings(max_examples=250)
@given(reports)
def test_what_was_written_is_read_whole(report: Report) -> None:
    recovered = read_one(write_block(report))
    assert recovered.integrity is Integrity.COMPLETE
    assert wrong_values(recovered, report) == []
    assert lost_values(recovered, report) == []
    assert (recovered.missing, recovered.unproven, recovered.unknown, recovered.omitted) == ((), (), (), 0)


def test_a_report_without_odd_texts_comes_back_the_same() -> None:
    portal = msgspec.structs.replace(SAMPLE.portal, name="Lab portal")
    checks = tuple(check for check in SAMPLE.checks if check.check != "vpn")
    report = msgspec.structs.replace(SAMPLE, portal=portal, checks=checks)
    recovered = read_one(write_block(report))
    assert as_report(recovered) == report
    assert recovered.reduced == ()
    document = msgspec.json.decode(msgspec.json.encode(report))
    del document["seal"]
    assert recovered.to_json() == {**document, "integrity": "complete"}


def test_a_report_without_any_check_comes_back_the_same() -> None:
    report = msgspec.structs.replace(make_report(1), checks=())
    assert read_one(write_block(report)).fields["checks"] == []


def test_texts_that_lost_letters_are_marked_with_their_place() -> None:
    recovered = read_one(write_block(SAMPLE))
    assert recovered.reduced == ("portal.name", "checks.vpn.breaks.product")
    assert recovered.fields["portal"]["name"] == "Labs portal"


@pytest.mark.parametrize(
    ("text", "written", "reduced"),
    [
        ("Zscaler Inc", "Zscaler Inc", False),
        ("Palo Alto, Inc.", "Palo Alto Inc", True),
        ("Cl\u00ednica", "Clinica", True),
        ("a -- b", "a b", True),
        ("\u202eevil\x1b[31m", "evil 31m", True),
        ("</script>", "script", True),
        ("END PORTALCHECK REPORT", "END PORTALCHECK", True),
        ("END portal-check-report.", "END portal-check", True),
        ("; cause: none, 123456;", "cause none 123456", True),
        ("\u4e2d\u6587", "", True),
        ("x" * 300, "x" * 256, True),
        ("yes", "yes", False),
        ("11", "11", False),
        ("about", "about", False),
        ("", "", False),
    ],
)
def test_a_text_from_outside_cannot_leave_its_place(text: str, written: str, reduced: bool) -> None:
    recovered = read_one(write_block(with_finding(product=text, trusted=True)))
    assert args_of(recovered) == {"product": written, "trusted": True}
    assert recovered.reduced == (("checks.tls.intercepted.product",) if reduced else ())


@given(st.one_of(st.text(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**70), 2**70)))
def test_a_value_is_read_as_it_was_written_without_blanks_and_case(value: str | float) -> None:
    truth = values.reduce(value) if isinstance(value, str) else value
    found = values.read(values.write(value))
    assert (found.value, found.reduced) == (truth, truth != value)
    squeezed = values.read(layout.squeeze(values.write(value))).value
    assert str(squeezed).lower() == layout.squeeze(truth) if isinstance(truth, str) else squeezed == truth


def test_what_no_number_can_say_is_none() -> None:
    assert args_of(read_one(write_block(with_finding(a=float("nan"), b=float("inf"))))) == {
        "a": None,
        "b": None,
    }
    assert values.read(values.write(10**400)) == values.Value("", reduced=True)
    assert values.read("9" * 400).value == "9" * 400
    assert values.read("1e999").value == "1e999"


def test_what_the_block_cannot_name_is_counted() -> None:
    report = with_finding(blocked_by=1, Upper=2, _x=3, d__d=4, é=5, good_one=6)
    report = msgspec.structs.replace(report, also=("UPPER", "vpn-active", "nothing", "a b", ODD_CODE))
    recovered = read_one(write_block(report))
    assert recovered.integrity is Integrity.COMPLETE
    assert args_of(recovered) == {"good_one": 6}
    assert recovered.fields["also"] == ["vpn-active"]
    assert recovered.omitted == 9


def test_a_check_of_another_package_cannot_pass_for_a_field() -> None:
    odd = tuple(
        ReportCheck(name, Status.FAIL, 1, ())
        for name in ("cause", "check", "layout", "x-tls", "a/1/2", "B", ODD_CODE)
    )
    report = msgspec.structs.replace(SAMPLE, checks=odd)
    recovered = read_one(write_block(report))
    assert [check["check"] for check in recovered.fields["checks"]] == ["cause", "check", "layout", "x-tls"]
    assert (recovered.fields["cause"], recovered.omitted) == (SAMPLE.cause, 3)


def test_a_reason_that_could_be_taken_for_a_status_or_another_checks_is_written_in_full() -> None:
    reasons = ("tls.ok", "tls.fail", "run.crashed", "dns.silent", "tls.a.b", "tlsx.a")
    findings = tuple(ReportFinding(reason, Status.NOTE, {}) for reason in reasons)
    report = msgspec.structs.replace(SAMPLE, checks=(ReportCheck("tls", Status.FAIL, 1, findings),))
    found = read_one(write_block(report)).fields["checks"][0]["findings"]
    assert [(f["reason"], f["status"]) for f in found] == [(reason, "note") for reason in reasons]


def test_no_key_of_a_field_is_the_id_of_a_built_in_check() -> None:
    assert not (set(fields.KEYS) | {layout.LAYOUT_KEY, layout.CLOSING_KEY}) & set(CHECK_ORDER)


@pytest.mark.parametrize(
    "started", ["2026-11-23T17:34:09Z", "2026-11-23T17:34:09+00:00", "2026-11-23T17:34:09.000Z"]
)
def test_the_time_is_kept_to_the_second(started: str) -> None:
    recovered = read_one(write_block(msgspec.structs.replace(SAMPLE, started=started)))
    assert recovered.fields["started"] == "2026-11-23T17:34:09Z"


def test_a_time_of_another_form_is_not_guessed() -> None:
    recovered = read_one(write_block(msgspec.structs.replace(SAMPLE, started="yesterday")))
    assert (recovered.fields["started"], "started" in recovered.reduced) == ("", True)


def test_items_that_together_read_as_the_end_of_the_block_are_left_out_and_counted() -> None:
    recovered = read_one(
        write_block(with_finding(schemes=("basic", "end", "portal", "check", "report"), count=2))
    )
    assert (recovered.integrity, recovered.omitted) == (Integrity.COMPLETE, 1)
    assert args_of(recovered) == {"count": 2}


def test_a_block_of_an_older_version_is_complete_without_what_it_did_not_know() -> None:
    (recovered,) = read_paste(OLDER.read_text("ascii"))

    assert recovered.integrity is Integrity.COMPLETE
    assert recovered.missing == ()
    assert wrong_values(recovered, SAMPLE) == []
    assert lost_values(recovered, SAMPLE) == [".start_ms", ".owner"]
