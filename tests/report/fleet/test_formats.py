"""Every form of the summary: kept whole, and harmless whatever the reports hold."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import re
from collections.abc import Iterator

import msgspec
import pytest

from portalcheck.report.fleet import Summary
from tests.declared import catalog_of
from tests.report.fleet import golden
from tests.report.fleet.making import everything, finding, lines, of_bytes, report
from tests.report.formats import hostile
from tests.report.formats.test_escaping import harmful, html_shape

ENGLISH = catalog_of("en")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "a;=1", "a,+1", "a|@x", '"=1']


def forged(text: str, number: int = 0) -> dict[str, object]:
    """A report with a text in every field that is counted."""
    findings = (
        finding("tls.intercepted", product=text),
        finding("vpn.active", product=text),
        finding("proxy.used", kind=text),
    )
    return report(
        number,
        *findings,
        outcome=text,
        cause=text,
        platform={"os": text},
        tool={"version": text},
        started=text,
    )


@pytest.mark.parametrize(("asked", "form", "lang"), golden.CASES)
def test_a_summary_is_as_it_was_kept(asked: str, form: str, lang: str) -> None:
    assert golden.output(asked, form, lang) == golden.path(asked, form, lang).read_text("utf-8")


@pytest.mark.parametrize("asked", golden.QUESTIONS)
def test_json_holds_the_whole_summary(asked: str) -> None:
    summary = everything(**golden.QUESTIONS[asked])

    assert msgspec.json.decode(golden.RENDER["json"](summary, ENGLISH), type=Summary) == summary


def rows(summary: Summary) -> Iterator[list[str]]:
    yield from csv.reader(io.StringIO(golden.RENDER["csv"](summary, ENGLISH)))


def test_csv_holds_every_count() -> None:
    summary = everything()
    head, *table = rows(summary)
    found = {(row[0], row[1], row[2]): int(row[3]) for row in table}

    assert head == ["group", "value", "outcome", "reports", "share"]
    assert found["reports", "", ""] == summary.reports
    assert found["damaged", "", ""] == summary.damaged == 3
    for group, counted in summary.groups.items():
        for row in counted:
            assert found[group, row.value or "", ""] == row.reports
    for day in summary.days:
        assert found["day", day.day, ""] == day.reports
        assert {outcome: found["day", day.day, outcome] for outcome in day.outcomes} == day.outcomes


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_csv_is_a_formula_whatever_ends_a_cell(text: str) -> None:
    written = golden.RENDER["csv"](of_bytes(lines([forged(text)])), ENGLISH)
    for separator in ",;|\t":
        for row in csv.reader(io.StringIO(written), delimiter=separator):
            for cell in row:
                assert cell.strip()[:1] not in {"=", "+", "-", "@", "\uff0b", "\uff0d", "\uff1d", "\uff20"}


@pytest.mark.parametrize("text", hostile.STRINGS.values(), ids=list(hostile.STRINGS))
@pytest.mark.parametrize("form", golden.RENDER)
def test_no_text_of_a_report_leaves_its_place(form: str, text: str) -> None:
    summary = of_bytes(lines([forged(text)]))
    # Half a surrogate pair is no text (RFC 8259, section 8.2): of its report the other fields are read.
    assert (summary.reports, summary.in_part) == (1, int(text == hostile.STRINGS["surrogates"]))
    written = golden.RENDER[form](summary, ENGLISH)
    harmless = golden.RENDER[form](of_bytes(lines([forged("harmless")])), ENGLISH)

    assert harmful(written) == []
    if summary.in_part:
        return
    if form == "html":
        assert html_shape(written) == html_shape(harmless)
    if form == "csv":
        assert len(written.splitlines()) == len(harmless.splitlines())


def test_the_page_needs_nothing_and_may_fetch_nothing() -> None:
    page = golden.RENDER["html"](everything(), ENGLISH)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert html.unescape(policy) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert re.findall(r"\b(?:src|href|action|style|on\w+)=|<script|<link|@import|url\(", page) == []
    assert "</" not in style


def test_a_bar_is_as_long_as_its_share_and_a_column_as_high_as_its_day() -> None:
    documents = [report(n, cause="slow" if n < 3 else "mtu") for n in range(4)]
    documents += [report(9, started="2026-11-24T00:00:00Z", outcome="fail")]
    page = golden.RENDER["html"](of_bytes(lines(documents)), ENGLISH)
    causes = page.split('id="cause"')[1].split("</section>")[0]

    assert re.findall(r'<rect width="([\d.]+)"', causes) == ["60.0", "20.0", "20.0"]
    assert re.findall(r'class="(\w+)" x="\d+" y="[\d.]+" width="14" height="([\d.]+)"', page) == [
        ("ok", "120.0"),
        ("fail", "30.0"),
    ]


@pytest.mark.parametrize("form", ["text", "html"])
def test_what_is_not_shown_is_told(form: str) -> None:
    documents = [
        report(n, cause=f"cause-{n}", started=f"2026-{n // 28 + 1:02d}-{n % 28 + 1:02d}T00:00:00Z")
        for n in range(40)
    ]
    written = golden.RENDER[form](of_bytes(lines(documents)), ENGLISH)

    assert "15 reports have further values" in written
    assert "Days before 2026-01-10 are left out here." in written
    assert "2026-01-09" not in written.replace("Days before", "")


@pytest.mark.parametrize("form", golden.RENDER)
def test_nothing_at_all_can_be_shown(form: str) -> None:
    written = golden.RENDER[form](of_bytes(b""), ENGLISH)

    assert written.endswith("\n")
    assert "No report was found." in written or form in ("json", "csv")
