"""The page as text: what it holds, in which order, and that it needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import subprocess
import sys

import msgspec
import pytest

from portalcheck.model import Portal, Report, Step, Support
from portalcheck.report import code as phonecode
from portalcheck.report.formats import html as page
from portalcheck.report.formats import route_diagram
from portalcheck.report.formats import wording as words
from portalcheck.report.guidance import choices, for_it, guidance
from tests.declared import write_block
from tests.report.formats import reports
from tests.report.formats.formats import ENGLISH, LANGUAGES, SPANISH

PORTAL = Portal(
    profile="lab",
    name="Lab portal",
    url="https://portal.lab.example/",
    support=Support(phone="555-0100", url="https://help.lab.example/"),
)
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')

every_report = pytest.mark.parametrize("name", reports.ALL)
every_language = pytest.mark.parametrize("lang", LANGUAGES)


def visible(text: str) -> str:
    """The page's text without its tags, style sheet and script, blanks made one."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", bare).split()))


def calling(report: Report) -> Report:
    return msgspec.structs.replace(report, likely_steps=(Step("step-10", reports.HIGH, ()),))


@every_report
@every_language
def test_the_page_says_all_in_the_order_in_which_it_helps(name: str, lang: str) -> None:
    report, catalog = reports.ALL[name](), LANGUAGES[lang]
    told = guidance(report, catalog)
    assert told.actions
    expected = [
        told.portal,
        catalog.ui(f"status.{report.outcome.value}"),
        *told.verdict,
        *told.never,
        catalog.ui("heading.first"),
        *told.actions,
        *told.hints,
        told.article,
        told.source,
        *(part for step in told.further for part in (step.line, *step.actions)),
        told.urgent,
        report.code,
        phonecode.spell(report.code, lang),
        catalog.ui("heading.block"),
        *write_block(report).splitlines(),
        *(choice.title for choice in choices(report, catalog)),
        catalog.ui("heading.path"),
        *(catalog.cause(also).verdict for also in report.also),
        *words.not_checked(report, catalog),
        catalog.ui("html.show_checks"),
        catalog.ui("heading.details"),
        for_it(report, catalog),
        *words.contacts(report, catalog),
        catalog.ui("report.started", started=report.started),
    ]
    text, position = visible(page.render(report, catalog)), 0
    for part in expected:
        position = text.index(" ".join(part.split()), position)


@every_language
def test_the_page_tells_its_language(lang: str) -> None:
    assert f'<html lang="{lang}" dir="ltr">' in page.render(reports.healthy(), LANGUAGES[lang])


@every_report
def test_the_pasted_block_stands_in_the_page_as_it_is_written(name: str) -> None:
    report = reports.ALL[name]()
    found = re.search(r'<pre id="block"[^>]*>(.*?)</pre>', page.render(report, ENGLISH), re.DOTALL)
    assert found
    assert html.unescape(found[1]) == write_block(report)


def test_the_policy_forbids_all_but_the_style_sheet_and_the_script_of_the_page() -> None:
    text = page.render(reports.stopped(), ENGLISH)
    found = _POLICY.search(text)
    assert found
    policy = dict(rule.split(" ", 1) for rule in html.unescape(found[1]).split("; "))
    hashes = {}
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        hashes[f"{tag}-src"] = f"'sha256-{digest}'"
    assert policy == {"default-src": "'none'", **hashes, "base-uri": "'none'", "form-action": "'none'"}
    assert text.index("Content-Security-Policy") < text.index("<style>")


@every_report
def test_the_page_refers_to_nothing_outside_itself(name: str) -> None:
    text = page.render(reports.ALL[name](), ENGLISH, PORTAL)
    assert not re.findall(r"<(?:link|img|iframe|object|embed|base|form|a|use)\b", text)
    assert not re.findall(r"\b(?:src|href|action|style|on\w+)=", text)
    assert not re.findall(r"url\(|@import|https?:", text.replace(PORTAL.support.url, ""))


def test_the_picture_names_the_broken_link_in_words_and_by_its_own_shape() -> None:
    text = page.render(reports.stopped(), ENGLISH)
    assert text.count('<g class="broken">') == 1
    (title,) = re.findall(r'<title id="way-title">(.*?)</title>', text)
    (description,) = re.findall(r'<desc id="way-desc">(.*?)</desc>', text)
    assert "VPN" in title
    assert ENGLISH.ui("path.broken", node="VPN") in description
    (drawn,) = re.findall(r'<g class="broken">.*?<text [^>]*>(.*?)</text>', text, re.DOTALL)
    assert drawn == ENGLISH.ui("path.broken", node="VPN")


def test_a_way_is_called_open_only_where_all_of_it_was_seen() -> None:
    whole = ENGLISH.ui("path.whole")
    assert whole in page.render(reports.healthy(), ENGLISH)
    assert whole not in page.render(reports.worrying(), ENGLISH)


def test_every_state_of_a_link_has_a_shape_of_its_own() -> None:
    pages = "".join(page.render(make(), ENGLISH) for make in reports.ALL.values())
    drawn = re.findall(r'<g class="(\w+)">(.*?)<text', pages, re.DOTALL)
    shapes = {re.sub(r"[\d.-]+", "0", shape): state for state, shape in drawn}
    assert sorted(shapes.values()) == sorted(route_diagram.State)


@every_report
def test_lines_of_the_picture_are_cut_from_the_broken_link_on(name: str) -> None:
    links = route_diagram.nodes(reports.ALL[name](), ENGLISH.installed)
    drawn = re.findall(r'<line class="(link[^"]*)"', page.render(reports.ALL[name](), ENGLISH))
    assert len(drawn) == len(links) - 1
    stop = route_diagram.broken(links)
    if stop is not None:
        assert drawn[links.index(stop) :] == ["link cut"] * (len(drawn) - links.index(stop))


@every_language
def test_every_label_of_the_picture_fits_on_two_lines_beside_its_dot(lang: str) -> None:
    catalog = LANGUAGES[lang]
    keys = ("you", "wifi", "wired", "network", "vpn", "proxy", "name", "portal", "certificate", "page")
    for key in keys:
        for state in route_diagram.State:
            label = words.node(route_diagram.Node(key, state), catalog)
            assert len(label) <= 2 * 28 - 8


def test_whom_to_call_is_told_where_the_step_is_a_call() -> None:
    with_profile = visible(page.render(calling(reports.stopped()), ENGLISH, PORTAL))
    assert ENGLISH.ui("support.phone", phone="555-0100") in with_profile
    assert "https://help.lab.example/" in with_profile
    assert "555-0100" not in visible(page.render(calling(reports.stopped()), ENGLISH))
    assert "555-0100" in visible(page.render(reports.stopped(), ENGLISH, PORTAL))  # as a further step
    assert "555-0100" not in visible(page.render(reports.healthy(), ENGLISH, PORTAL))


def test_a_report_of_the_local_level_says_so() -> None:
    report = msgspec.structs.replace(
        reports.stopped(),
        privacy=msgspec.structs.replace(reports.stopped().privacy, level="local", withheld={}),
    )
    text = visible(page.render(report, SPANISH))
    assert SPANISH.ui("privacy.local_level") in text
    assert SPANISH.ui("heading.local") in text


def test_a_report_without_checks_has_no_picture() -> None:
    text = page.render(msgspec.structs.replace(reports.unsettled(), checks=()), ENGLISH)
    assert "<svg" not in text
    assert ENGLISH.ui("report.none_selected") in text


def test_style_sheet_and_script_cannot_end_their_elements() -> None:
    text = page.render(reports.healthy(), ENGLISH)
    assert [text.count(tag) for tag in ("<style", "</style", "<script", "</script", "<!--")] == [
        1,
        1,
        1,
        1,
        0,
    ]


def test_buttons_that_need_the_script_are_hidden_without_it() -> None:
    buttons = re.findall(r"<button [^>]*>", page.render(reports.healthy(), ENGLISH))
    assert len(buttons) == 2
    assert all(" hidden" in button and 'type="button"' in button for button in buttons)


def test_the_template_engine_is_loaded_by_no_other_format() -> None:
    program = (
        "import sys\n"
        "from portalcheck.report.formats import intune, jamf, json, junit, nagios, prometheus, text, html\n"
        "sys.exit('jinja2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
