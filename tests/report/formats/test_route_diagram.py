"""The way to the portal: one link is broken, and what was seen to be well is shown so."""

from __future__ import annotations

import msgspec
import pytest

from portalcheck.api import Check, Layer, Link, Reason
from portalcheck.diagnosis.registry import Installed
from portalcheck.model import Outcome, Report, ReportCheck, Status
from portalcheck.report.formats import route_diagram
from portalcheck.report.formats import wording as words
from portalcheck.report.formats.route_diagram import State
from tests.declared import INSTALLED
from tests.report.formats import reports
from tests.report.formats.formats import ENGLISH
from tests.report.formats.reports import FAIL, NOTE, OK, SKIP, UNKNOWN, WARN, check, finding


def changed(*checks: ReportCheck) -> Report:
    """The healthy report with some checks put in place of its own."""
    new = {check.check: check for check in checks}
    healthy = reports.healthy()
    kept = tuple(new.pop(check.check, check) for check in healthy.checks)
    return msgspec.structs.replace(healthy, outcome=Outcome.FAIL, checks=(*kept, *new.values()))


def line(report: Report) -> str:
    return words.route_line(route_diagram.nodes(report, INSTALLED), ENGLISH)


def states(report: Report) -> dict[str, State]:
    return {node.key: node.state for node in route_diagram.nodes(report, INSTALLED)}


def test_the_healthy_way_is_the_one_that_a_person_can_follow() -> None:
    assert line(reports.healthy()) == (
        "You -> Wi-Fi -> VPN (off) -> name -> portal -> certificate -> sign-in page"
    )


@pytest.mark.parametrize(
    ("check_of", "broken", "behind"),
    [
        (check("cookies", 1, finding("cookies.too-large", FAIL, browser="edge")), "browser", ("you", "page")),
        (
            check("browser", 1, finding("browser.blocks-cookies", FAIL, browser="edge")),
            "browser",
            ("you", "page"),
        ),
        (check("tls", 1, finding("tls.expired", FAIL, days=3)), "certificate", ("page",)),
        (check("dns", 1, finding("dns.false-address", FAIL)), "name", ("portal", "certificate", "page")),
        (check("vpn", 1, finding("vpn.breaks", FAIL)), "vpn", ("name", "portal", "certificate", "page")),
    ],
)
def test_a_fault_breaks_one_link_and_greys_out_nothing_that_was_well(
    check_of: ReportCheck, broken: str, behind: tuple[str, ...]
) -> None:
    found = states(changed(check_of))
    assert [key for key, state in found.items() if state is State.BROKEN] == [broken]
    assert all(found[key] is State.OPEN for key in behind)
    assert State.UNKNOWN not in found.values()


def test_a_wrong_clock_stops_the_browser_at_the_certificate() -> None:
    report = changed(
        check("clock", 1, finding("clock.wrong", WARN, skew_s=9_000_000)),
        check("tls", 1, finding("tls.dates-fit-true-time", FAIL, blocked_by=("clock.wrong",))),
    )
    assert line(report).startswith("You (look here) -> Wi-Fi")
    assert route_diagram.broken(route_diagram.nodes(report, INSTALLED)) == route_diagram.Node(
        "certificate", State.BROKEN
    )


def test_a_warning_on_the_computer_breaks_nothing() -> None:
    report = changed(check("browser", 1, finding("browser.version", WARN, browser="edge", supported=False)))
    assert route_diagram.broken(route_diagram.nodes(report, INSTALLED)) is None
    assert states(report)["you"] is State.WORRIED
    assert states(report)["page"] is State.OPEN


def test_what_was_not_reached_is_not_checked() -> None:
    report = changed(
        check("dns", 1, finding("dns.silent", FAIL)),
        check("tls", 1, finding("tls.not-reached", SKIP)),
        check("service", 1, finding("service.not-reached", SKIP)),
    )
    assert line(report).endswith(
        "name (STOPS HERE) -> portal (not checked) -> certificate (not checked) -> sign-in page (not checked)"
    )


def test_a_link_with_nothing_to_tell_was_passed_where_the_next_were_reached() -> None:
    by_proxy = changed(
        check("proxy", 1, finding("proxy.used", NOTE, kind="system", scope="all")),
        check("dns", 1, finding("dns.left-to-proxy", SKIP)),
    )
    assert "proxy -> name -> portal ->" in line(by_proxy)
    unseen = changed(check("dns", 1, finding("run.timed-out", UNKNOWN)))
    assert "name (not checked) -> portal ->" in line(unseen)


def test_of_two_faults_the_first_on_the_way_is_the_broken_link() -> None:
    report = changed(
        check("tls", 1, finding("tls.expired", FAIL, days=3)),
        check("cookies", 1, finding("cookies.too-large", FAIL, browser="edge")),
    )
    assert line(report).endswith("certificate (STOPS HERE) -> your browser (look here) -> sign-in page")


def test_a_proxy_is_a_link_only_where_there_is_one() -> None:
    dead = check("proxy", 1, finding("proxy.down", FAIL))
    behind = check("service", 1, finding("service.not-reached", SKIP, blocked_by=("proxy.down",)))
    assert "proxy" not in line(reports.healthy())
    assert "proxy (STOPS HERE)" in line(changed(dead, behind))


def test_a_proxy_that_the_page_was_reached_without_stops_nothing() -> None:
    assert "proxy (look here)" in line(changed(check("proxy", 1, finding("proxy.down", FAIL))))


@pytest.mark.parametrize("shown", [(), (check("dns", 1, finding("run.cannot-load", UNKNOWN)),)])
def test_a_name_that_was_not_looked_up_is_never_shown_as_well(shown: tuple[ReportCheck, ...]) -> None:
    report = changed(*shown)
    kept = tuple(each for each in report.checks if each.check != "dns" or shown)
    assert "name (not checked) -> portal ->" in line(msgspec.structs.replace(report, checks=kept))


@pytest.mark.parametrize("link", [Link.PORTAL, Link.NAME])
@pytest.mark.parametrize("status", [OK, UNKNOWN])
def test_a_check_of_somebody_else_breaks_no_link_by_what_is_well_or_not_known(
    link: Link, status: Status
) -> None:
    seen = Reason("mine.seen", layer=Layer.CONNECTION)
    mine = Check("mine", run=lambda _: (), reasons=[seen], link=link)
    nodes = route_diagram.nodes(
        changed(check("mine", 1, finding("mine.seen", status))), Installed([*INSTALLED.checks, mine])
    )
    assert {node.key: node.state for node in nodes} == states(reports.healthy())
