"""A report read as a whole: no sentence of it contradicts another. Each class was once a fault that was seen.

Others of the kind are held beside what they are about: all views say the same, the last screen, symptoms and menus
(tests/report/formats/test_views_agree.py), the page and the paper (test_html_browser.py), "no browser" only where
there is none (tests/checks/test_cookies_and_browser.py), what people say (tests/words).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import pytest

from portalcheck.api.declarations import NONE
from portalcheck.demo import FAULTS
from portalcheck.model import Owner, Report, Status
from portalcheck.report.formats import route_diagram, text
from portalcheck.report.formats.route_diagram import State
from portalcheck.report.guidance import actions, guidance, not_looked_at
from tests.cli.conftest import Ran
from tests.cli.test_demo import TAKES_LONG
from tests.declared import CAUSES, INSTALLED, catalog_of

LANGUAGES = ("en", "es")
LOOKING = tuple(check.id for check in INSTALLED.checks if not check.page)
"""The checks that a run makes; the others are of the page."""
Call = Callable[..., Ran]
_REPORTS: dict[tuple[str, ...], Report] = {}
_NOT_KNOWN = re.compile(r"not known|no se sabe|could not be|no se pudo", re.IGNORECASE)
_TO_THE_PORTAL = re.compile(r"member ID card|tarjeta de miembro|portal's team|equipo del portal")


def report_of(call: Call, *arguments: str) -> Report:
    if arguments not in _REPORTS:
        _, out, _ = call("demo", *arguments, "-f", "json")
        _REPORTS[arguments] = msgspec.json.decode(out, type=Report)
    return _REPORTS[arguments]


def faults() -> list[str]:
    return [name for name in FAULTS if name not in TAKES_LONG]


def flat(shown: str) -> str:
    return " ".join(shown.split())


def shown(report: Report, lang: str) -> str:
    return flat(text.render(report, catalog_of(lang)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", faults())
def test_nothing_stops_you_is_said_only_of_what_was_looked_at(call: Call, fault: str, lang: str) -> None:
    words, report = catalog_of(lang), report_of(call, "--fault", fault)
    if report.cause == NONE.id:
        unseen = not_looked_at(report, words)
        assert (words.cause("none").verdict in guidance(report, words).verdict) == (not unseen)
        assert all(name in " ".join(guidance(report, words).verdict) for name in unseen)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("only", LOOKING)
def test_what_was_left_out_is_never_said_to_have_been_looked_at(call: Call, only: str, lang: str) -> None:
    words, report = catalog_of(lang), report_of(call, "--only", only)
    looked_at = {words.check(each).name for each in LOOKING} - set(not_looked_at(report, words))
    assert looked_at <= {words.check(only).name}
    for link in route_diagram.nodes(report, INSTALLED):
        assert link.state is not State.BROKEN
    verdict = " ".join(guidance(report, words).verdict)
    assert words.cause("none").verdict not in verdict


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", faults())
def test_contacted_names_those_of_the_ledger_and_nobody_else(call: Call, fault: str, lang: str) -> None:
    words, report = catalog_of(lang), report_of(call, "--fault", fault)
    told = shown(report, lang)
    nobody = words.ui("privacy.nobody")
    assert (flat(nobody) in told) == (not report.privacy.contacts)
    if fault == "no-link":
        assert report.privacy.contacts == {}


@pytest.mark.parametrize("fault", faults())
def test_no_check_is_said_to_come_from_itself(call: Call, fault: str) -> None:
    words, report = catalog_of("en"), report_of(call, "--fault", fault)
    lines = text.render(report, words).splitlines()
    heading = ""
    for line in lines:
        heading = line.split(": ", 1)[1] if re.match(r"  [A-Z ]+: ", line) else heading
        if "comes from a different problem: " in line:
            assert heading not in line.split("problem: ")[1].split(", ")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", faults())
def test_what_is_not_known_is_never_called_well(call: Call, fault: str, lang: str) -> None:
    words, report = catalog_of(lang), report_of(call, "--fault", fault)
    well = [f for check in report.checks for f in check.findings if f.status is Status.OK]
    told = [words.reason(finding.reason, finding.args, finding.status.value) for finding in well]
    assert [sentence for sentence in told if _NOT_KNOWN.search(sentence)] == []


@pytest.mark.parametrize("fault", faults())
def test_where_the_way_stops_nothing_is_called_well(call: Call, fault: str) -> None:
    words, report = catalog_of("en"), report_of(call, "--fault", fault)
    stop = route_diagram.broken(route_diagram.nodes(report, INSTALLED))
    well = {words.check(each.check).name.lower() for each in report.checks if each.status is Status.OK}
    assert stop is None or words.ui(f"path.{stop.key}").lower() not in well


def test_a_proxy_that_the_browser_does_not_use_stops_nothing(call: Call) -> None:
    report = report_of(call, "--fault", "proxy-mismatch")
    assert route_diagram.broken(route_diagram.nodes(report, INSTALLED)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_certificate_that_begins_later_is_not_said_to_have_ended(call: Call, lang: str) -> None:
    told = shown(report_of(call, "--fault", "cert-not-yet-valid"), lang).split("BEGIN PORTALCHECK REPORT")[0]
    assert not re.search(r"\b(?:expired|ended|renew|venci|caduc|renov)", told)
    assert {"en": "not valid yet", "es": "todavía no es válido"}[lang] in told


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_portal_that_wants_a_certificate_is_not_blamed_on_a_vpn(call: Call, lang: str) -> None:
    advice = guidance(report_of(call, "--fault", "wants-certificate"), catalog_of(lang))
    assert "VPN" not in " ".join((*advice.verdict, *advice.actions))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_the_portal_cannot_mend_is_not_sent_to_its_help_desk_first(call: Call, lang: str) -> None:
    words = catalog_of(lang)
    rows = [row for row in CAUSES if not row.note and row.owner in (Owner.YOU, Owner.NETWORK)]
    told = [
        (row.id, reason, words.cause(row.id, (reason,)).actions[0])
        for row in rows
        for reason in ("", *sorted(row.evidence))
    ]
    assert told
    assert [each for each in told if _TO_THE_PORTAL.search(each[2])] == []
    for fault in ("os-roots-stale", "hosts-override", "dns-hijacked"):
        first = actions(report_of(call, "--fault", fault), words)[0]
        assert not _TO_THE_PORTAL.search(first)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", faults())
def test_each_report_names_its_portal_and_article_offers_more_and_says_whom_to_call(
    call: Call, fault: str, lang: str
) -> None:
    words, report = catalog_of(lang), report_of(call, "--fault", fault)
    advice, told = guidance(report, words), shown(report, lang)
    assert advice.further
    first = told.index(flat(advice.actions[0]))
    assert told.index(flat(advice.portal)) < first
    assert told.index(flat(advice.source)) < first
    assert flat(advice.urgent) in told
