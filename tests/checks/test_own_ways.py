"""The way of a browser's own proxy and DNS settings: it is blamed only for what it was shown to do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from portalcheck.api import DIRECT, Check, Context, Failure, Finding, Route, Trace
from portalcheck.facts import ConnectStep, OwnProxy, OwnWay, ProxyPlan, ProxyStep, SetBy
from portalcheck.testing import (
    ADDRESS,
    DAY,
    NOW,
    browser_profile,
    computer,
    context,
    dns_answer,
    egress,
    installed_browser,
    names,
    trace,
    unreachable,
)
from portalcheck_checks.browser.check import CHECK

PROXY, DOH = "http://proxy.example:8080", "https://doh.example/dns-query"
BY_PROXY = OwnWay(kind=OwnProxy.MANUAL, proxy=PROXY)
BY_DNS = OwnWay(dns=(DOH,), dns_by=SetBy.POLICY)


def through_proxy(failure: Failure | None, connect: Failure | None = None, ms: int = 1) -> Trace:
    """A walk that ends at the proxy, or a page behind it."""
    page = trace()
    step = ProxyStep(url=PROXY, failure=failure, ms=ms)
    if failure is None:
        return msgspec.structs.replace(page, hops=(msgspec.structs.replace(page.first, proxy=step),))
    stopped = msgspec.structs.replace(
        page.first, connect=ConnectStep(failure=connect, ms=ms), proxy=step, tls=None, http=None
    )
    return msgspec.structs.replace(page, hops=(stopped,))


REFUSED = through_proxy(Failure.PROXY_DOWN, Failure.REFUSED)
SILENT = through_proxy(Failure.PROXY_DOWN, Failure.TIMED_OUT, 3800)
CUT_SHORT = through_proxy(Failure.PROXY_DOWN, Failure.TIMED_OUT, 40)
WORKS = through_proxy(None)


def on(*profiles: Any, way: Trace = WORKS, again: Trace | None = None, **more: Any) -> Context:
    """A computer with these profiles, whose own proxy makes this way."""

    def walk(route: Route | None = None) -> Trace:
        if route is None or route.proxy != PROXY:
            return trace()
        made = way if route.repeat < 2 or again is None else again
        return msgspec.structs.replace(made, route=route)

    usual = {"machine": computer(browser_profiles=profiles, **more.pop("machine", {})), "trace": walk}
    return context(**{**usual, **more})


def told(made: Context, check: Check = CHECK) -> list[tuple[str, str]]:
    found: list[Finding] = list(check.run(made))
    return [(str(finding.reason), finding.status.value) for finding in found if "own" in finding.reason]


@pytest.mark.parametrize(
    ("way", "again", "found"),
    [
        (REFUSED, None, [("browser.own-proxy-fails", "fail")]),
        (SILENT, None, [("browser.own-proxy-fails", "fail")]),
        (WORKS, None, [("browser.own-way-works", "ok")]),
        (REFUSED, WORKS, [("browser.own-proxy", "note")]),
        (CUT_SHORT, None, [("browser.own-proxy", "note")]),
        (SILENT, CUT_SHORT, [("browser.own-proxy", "note")]),
        (through_proxy(Failure.PROXY_AUTH), None, [("browser.own-proxy", "note")]),
        (through_proxy(Failure.PROXY_REFUSED), None, [("browser.own-proxy-fails", "fail")]),
    ],
)
def test_an_own_proxy_fails_where_both_tries_did_and_had_their_time(
    way: Trace, again: Trace | None, found: list[tuple[str, str]]
) -> None:
    assert told(on(browser_profile(way=BY_PROXY), way=way, again=again)) == found


@pytest.mark.parametrize(
    ("failure", "found"),
    [
        (None, [("browser.own-way-works", "ok")]),
        (Failure.NXDOMAIN, [("browser.own-dns-fails", "fail")]),
        (Failure.NODATA, [("browser.own-dns-fails", "fail")]),
        (Failure.REFUSED, [("browser.own-dns-fails", "fail")]),
        (Failure.NOT_FOUND, [("browser.own-dns-fails", "fail")]),
        (Failure.OTHER, []),
        (Failure.TIMED_OUT, []),
        (Failure.MALFORMED, []),
        (Failure.SERVFAIL, []),
    ],
)
def test_own_dns_fails_where_its_server_is_not_reached_or_has_no_address(
    failure: Failure | None, found: list[tuple[str, str]]
) -> None:
    answer = dns_answer(failure, addresses=() if failure else (ADDRESS,))
    made = on(browser_profile(way=BY_DNS), egress=egress(browsers_resolver=answer))

    assert told(made) == found


def test_of_several_own_servers_one_that_answers_is_enough() -> None:
    way = OwnWay(dns=("https://dead.example/", DOH))
    answers = {
        DOH: dns_answer(None, addresses=(ADDRESS,)),
        "https://dead.example/": dns_answer(Failure.REFUSED, addresses=()),
    }
    made = on(browser_profile(way=way), egress=egress(browsers_resolver=answers.get))

    assert told(made) == [("browser.own-way-works", "ok")]


DEAD_DNS = egress(browsers_resolver=dns_answer(Failure.REFUSED, addresses=()))


@pytest.mark.parametrize(
    "way",
    [
        msgspec.structs.replace(BY_DNS, proxy=PROXY, kind=OwnProxy.MANUAL),
        msgspec.structs.replace(BY_DNS, kind=OwnProxy.SCRIPT),
        msgspec.structs.replace(BY_DNS, kind=OwnProxy.DETECT),
    ],
)
def test_where_a_proxy_finds_the_addresses_own_dns_stops_nobody(way: OwnWay) -> None:
    assert ("browser.own-dns-fails", "fail") not in told(on(browser_profile(way=way), egress=DEAD_DNS))


def test_own_dns_is_not_asked_for_a_name_in_the_hosts_file() -> None:
    made = on(browser_profile(way=BY_DNS), egress=DEAD_DNS, names=names(None, None, hosts_file=(ADDRESS,)))

    assert told(made) == []


def test_nothing_is_blamed_on_a_browsers_own_way_where_the_systems_fails_too() -> None:
    made = on(browser_profile(way=BY_PROXY), egress=DEAD_DNS, trace=unreachable())

    assert told(made) == [("browser.own-proxy", "note")]


def test_nobody_is_stopped_by_what_a_further_profile_is_set_to() -> None:
    made = on(browser_profile(), browser_profile(profile=2, way=BY_PROXY), way=REFUSED)

    assert told(made) == [("browser.own-proxy", "note")]


@pytest.mark.parametrize(
    ("browser", "found"),
    [
        (installed_browser(default=True), [("browser.own-proxy-fails", "fail")]),
        (installed_browser(last_used=NOW - DAY), [("browser.own-proxy-fails", "fail")]),
        (installed_browser(last_used=NOW - 400 * DAY), [("browser.own-proxy", "note")]),
    ],
)
def test_a_browser_that_nobody_uses_any_more_is_not_tried(browser: Any, found: list[tuple[str, str]]) -> None:
    machine = {"browsers": (browser,), "now": NOW}

    assert told(on(browser_profile(way=BY_PROXY), way=REFUSED, machine=machine)) == found


def test_what_another_browser_than_the_default_is_set_to_is_a_warning() -> None:
    machine = {"browsers": (installed_browser(), installed_browser(browser="firefox", default=True))}
    made = on(browser_profile(way=BY_PROXY), way=REFUSED, machine=machine)

    assert told(made) == [("browser.own-proxy-fails", "warn")]


def test_a_browser_whose_own_way_fails_is_not_the_one_to_try_instead() -> None:
    machine = {
        "browsers": (
            installed_browser(default=True, browser="firefox"),
            installed_browser(),
            installed_browser(browser="edge"),
        )
    }
    made = on(browser_profile(way=BY_PROXY), way=REFUSED, machine=machine)

    others = [finding.args["browser"] for finding in CHECK.run(made) if finding.reason == "browser.other"]
    assert others == ["edge"]


def test_without_a_proxy_of_its_own_a_browser_goes_directly() -> None:
    def walk(route: Route | None = None) -> Trace:
        direct = route is not None and route.proxy == DIRECT
        return msgspec.structs.replace(REFUSED, route=route) if direct else trace()

    profile = browser_profile(way=OwnWay(kind=OwnProxy.NONE, proxy=DIRECT))
    made = on(profile, trace=walk, proxy_plan=ProxyPlan(candidates=(PROXY,)))

    assert told(made) == [("browser.own-proxy-fails", "fail")]
