"""What is said of browsers' cookies, settings and versions, and the proof that a great header is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from portalcheck.api import (
    BrowserProfile,
    Context,
    CookieBlock,
    CookieHeader,
    CookieRole,
    CookieScope,
    CookieStore,
    Forbidden,
    InstalledBrowser,
    OwnProxy,
    OwnWay,
    PageBlock,
    Route,
    SetBy,
    Status,
    Support,
    Trace,
    Unreadable,
)
from portalcheck.testing import (
    DAY,
    HOST,
    NOW,
    computer,
    context,
    hop,
    http,
    one,
    outcomes,
    trace,
    unreachable,
)
from portalcheck.testing import browser_profile as profile
from portalcheck.testing import cookie_store as store
from portalcheck.testing import installed_browser as installed
from portalcheck_checks.browser.check import browser as browser_check
from portalcheck_checks.browser.check import judge as judge_browsers
from portalcheck_checks.cookies.check import cookies as cookies_check
from portalcheck_checks.cookies.check import judge as judge_stores

WHO = {"browser": "chrome", "profile": 1}


# ---- cookies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (store(count=3, sent=2), [("cookies.found", "ok")]),
        (store(count=3, expired=9), [("cookies.found", "ok")]),
        (store(), [("cookies.none", "note")]),
        (store(expired=2), [("cookies.expired", "note")]),
        (store(unreadable=Unreadable.LOCKED), [("cookies.unreadable", "unknown")]),
        (store(count=4, sent=4, duplicates=1), [("cookies.found", "ok"), ("cookies.duplicates", "warn")]),
        (store(count=4, header_bytes=8192), [("cookies.found", "ok")]),
        (store(count=4, header_bytes=8193), [("cookies.found", "ok"), ("cookies.too-large", "warn")]),
        (store(count=4, header_bytes=16384), [("cookies.found", "ok"), ("cookies.too-large", "warn")]),
        (store(count=4, header_bytes=16385), [("cookies.found", "ok"), ("cookies.too-large", "fail")]),
        (store(count=182, on_site=182), [("cookies.found", "ok"), ("cookies.near-limit", "note")]),
        (store(count=182, on_site=91), [("cookies.found", "ok")]),
        (store(count=1, newer_schema=True), [("cookies.found", "ok"), ("cookies.newer-layout", "note")]),
        (store(count=1, of_caller=True), [("cookies.found", "ok"), ("cookies.of-caller", "note")]),
    ],
)
def test_what_is_said_of_a_store(given: CookieStore, expected: list[tuple[str, str]]) -> None:
    assert outcomes(judge_stores([given], NOW)) == expected


PORTAL, IDENTITY = CookieRole


def header(role: CookieRole, size: int, *, of_sign_in: bool = True, contained: bool = False) -> CookieHeader:
    return CookieHeader(role=role, header_bytes=size, of_sign_in=of_sign_in, contained=contained)


@pytest.mark.parametrize(
    ("elsewhere", "more", "expected"),
    [
        ([header(IDENTITY, 8192), header(PORTAL, 8192)], {}, []),
        ([header(IDENTITY, 8193)], {}, [("identity", 8193, "warn")]),
        ([header(IDENTITY, 21_000)], {}, [("identity", 21_000, "fail")]),
        ([header(PORTAL, 21_000)], {}, [("portal", 21_000, "fail")]),
        ([header(PORTAL, 21_000)], {"header_bytes": 9000}, [("portal", 21_000, "fail")]),
        ([header(PORTAL, 9000)], {"header_bytes": 21_000}, [("portal", 21_000, "fail")]),
        ([header(PORTAL, 21_000, of_sign_in=False)], {}, [("portal", 21_000, "warn")]),
        (
            [header(PORTAL, 90_000, of_sign_in=False)],
            {"header_bytes": 17_000},
            [("portal", 17_000, "fail")],
        ),
        ([header(PORTAL, 21_000, contained=True)], {}, [("portal", 21_000, "warn")]),
        ([header(PORTAL, 21_000, contained=True)], {"partitioned": 7}, [("portal", 21_000, "fail")]),
        ([header(IDENTITY, 21_000, contained=True)], {"partitioned": 6}, [("identity", 21_000, "warn")]),
        (
            [header(PORTAL, 21_000), header(IDENTITY, 9000)],
            {},
            [("portal", 21_000, "fail"), ("identity", 9000, "warn")],
        ),
    ],
)
def test_a_large_header_is_looked_for_beyond_the_sign_in_page(
    elsewhere: list[CookieHeader], more: dict[str, int], expected: list[tuple[str, int, str]]
) -> None:
    found = judge_stores([store(count=7, elsewhere=tuple(elsewhere), **more)], NOW)
    told = [each for each in found if each.reason == "cookies.too-large"]
    assert [(each.args["role"], each.args["header_bytes"], each.status) for each in told] == expected


def test_whose_browsers_were_looked_at_is_said_once() -> None:
    found = outcomes(
        judge_stores([store(count=1, of_caller=True), store(profile=2, count=1, of_caller=True)], NOW)
    )
    assert found.count(("cookies.of-caller", "note")) == 1


def test_without_a_store_there_was_nothing_to_look_at() -> None:
    assert outcomes(judge_stores([], NOW)) == [("cookies.no-browser", "skip")]


def test_the_arguments_are_those_of_the_contract() -> None:
    full = store(count=5, expired=1, session=2, sent=4, duplicates=1, header_bytes=9000)
    found = list(judge_stores([full], NOW))
    assert one(found, "cookies.found").args == {
        **WHO,
        "count": 5,
        "expired": 1,
        "session": 2,
        "sent": 4,
        "duplicates": 1,
        "header_bytes": 9000,
    }
    assert one(found, "cookies.duplicates").args == {**WHO, "header_bytes": 9000}
    assert one(found, "cookies.too-large").args == {**WHO, "header_bytes": 9000, "role": "portal"}
    none = list(judge_stores([store(running=True)], NOW))
    assert one(none, "cookies.none").args == {**WHO, "running": True}
    locked = list(judge_stores([store(unreadable=Unreadable.LOCKED)], NOW))
    assert one(locked, "cookies.unreadable").args == {**WHO, "why": "locked"}
    assert one(judge_stores([store(expired=1)], NOW), "cookies.expired").args == WHO


@pytest.mark.parametrize(
    ("oldest", "newest", "days"),
    [
        (NOW - 400 * DAY, NOW - 3 * DAY - 5, (400, 3)),
        (NOW, NOW, (0, 0)),
        (NOW - DAY, NOW + DAY, None),
        (None, None, None),
    ],
)
def test_the_oldest_and_the_newest_change_are_told_in_days(
    oldest: float | None, newest: float | None, days: tuple[int, int] | None
) -> None:
    found = list(judge_stores([store(count=2, oldest=oldest, newest=newest)], NOW))
    ages = [(f.args["oldest_days"], f.args["newest_days"]) for f in found if f.reason == "cookies.age"]
    assert ages == ([days] if days else [])


KEEPS, EMPTY = store(count=2), store(browser="firefox")


@pytest.mark.parametrize(
    ("stores", "browsers", "fresh"),
    [
        ([KEEPS, EMPTY], [{"default": True}, {"browser": "firefox"}], "firefox"),
        ([store(expired=1), EMPTY], [{}, {"browser": "firefox"}], "firefox"),
        ([KEEPS, EMPTY], [{}, {"browser": "firefox", "default": True}], None),
        ([KEEPS, EMPTY], [{}, {"browser": "firefox", "supported": Support.NO}], None),
        ([KEEPS, EMPTY, store(browser="firefox", profile=2, expired=1)], [{}, {"browser": "firefox"}], None),
        (
            [KEEPS, store(browser="firefox", unreadable=Unreadable.DAMAGED)],
            [{}, {"browser": "firefox"}],
            None,
        ),
        ([KEEPS], [{}, {"browser": "firefox"}], None),
        ([store(), EMPTY], [{}, {"browser": "firefox"}], None),
    ],
)
def test_a_browser_that_keeps_nothing_of_the_site_is_named_where_another_does(
    stores: list[CookieStore], browsers: list[dict[str, Any]], fresh: str | None
) -> None:
    place = Place(stores, browsers=[installed(**one) for one in browsers])
    found = [f.args for f in cookies_check(place.context) if f.reason == "cookies.fresh-browser"]
    assert found == ([{"browser": fresh}] if fresh else [])


class Place:
    """A context with these cookies and browsers, whose portal answers as told; it keeps what it is asked."""

    def __init__(
        self,
        stores: Sequence[CookieStore] = (),
        plain: Trace | None = None,
        filled: Trace | None = None,
        *,
        url: str = "",
        browsers: Sequence[InstalledBrowser] = (),
    ) -> None:
        self.routes: list[Route | None] = []
        self.asked: tuple[str, Sequence[str]] = ("", ())

        def walk(route: Route | None = None) -> Trace | None:
            self.routes.append(route)
            return plain if route is None else filled

        def kept(url: str, hosts: Sequence[str], identity: Sequence[str]) -> tuple[CookieStore, ...]:
            assert tuple(identity) == ("id.example",)
            self.asked = (url, hosts)
            return tuple(stores)

        def profiles(url: str, identity: Sequence[str]) -> tuple[BrowserProfile, ...]:
            assert tuple(identity) == ("id.example",)
            self.asked = (url, ())
            return ()

        machine = computer(cookie_stores=kept, browser_profiles=profiles, browsers=tuple(browsers))
        self.context: Context = context(url, trace=walk, machine=machine)


def answer(status: int) -> Trace:
    return trace(hop(http=http(status)))


@pytest.mark.parametrize("status", [400, 413, 431, 494])
def test_a_portal_that_turns_a_great_header_away_is_shown_to(status: int) -> None:
    place = Place([store(count=1, header_bytes=6000)], answer(200), answer(status))
    found = list(cookies_check(place.context))
    assert outcomes(found) == [("cookies.found", "ok"), ("cookies.refused-when-large", "fail")]
    assert found[-1].args == {**WHO, "header_bytes": 6000, "status": status}
    assert place.routes == [None, Route(url=place.context.url, cookie_bytes=6000)]


@pytest.mark.parametrize(
    ("plain", "filled"),
    [
        (answer(200), answer(200)),
        (answer(400), answer(400)),
        (answer(200), answer(500)),
        (answer(200), unreachable()),
        (unreachable(), answer(400)),
        (None, None),
    ],
)
def test_without_the_difference_nothing_is_proved(plain: Trace | None, filled: Trace | None) -> None:
    place = Place([store(count=1, header_bytes=6000)], plain, filled)
    assert outcomes(cookies_check(place.context)) == [("cookies.found", "ok")]


def test_a_short_header_is_not_tried() -> None:
    place = Place([store(count=1, header_bytes=4096)], answer(200), answer(400))
    assert outcomes(cookies_check(place.context)) == [("cookies.found", "ok")]
    assert place.routes == []


def test_the_longest_header_alone_is_tried_and_no_more_than_any_browser_sends() -> None:
    great = CookieStore(browser="edge", profile=2, count=9, header_bytes=200_000)
    place = Place([store(count=1, header_bytes=6000), great], answer(200), answer(431))
    found = list(cookies_check(place.context))
    assert place.routes == [None, Route(url=place.context.url, cookie_bytes=65536)]
    assert one(found, "cookies.refused-when-large").args["browser"] == "edge"


def test_the_hosts_are_the_portals_and_that_of_the_address() -> None:
    place = Place()
    list(cookies_check(place.context))
    assert place.asked == (f"https://{HOST}/login", ("portal.example", "id.example", HOST))


def test_for_a_lookalike_the_portals_own_address_is_looked_at() -> None:
    place = Place([store()], url="https://p0rtal.example/")
    list(cookies_check(place.context))
    assert place.asked[0] == f"https://{HOST}/login"
    list(browser_check(place.context))
    assert place.asked[0] == f"https://{HOST}/login"


# ---- browser -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status", "supported"),
    [
        (installed(), "ok", True),
        (installed(supported=Support.NO), "warn", False),
        (installed(supported=Support.NO, last_used=NOW - 10 * DAY), "warn", False),
        (installed(supported=Support.NO, last_used=NOW - 100 * DAY), "note", False),
        (installed(supported=Support.NO, last_used=NOW - 100 * DAY, default=True), "warn", False),
        (installed(supported=Support.UNKNOWN), "note", "unknown"),
    ],
)
def test_what_is_said_of_a_version(given: InstalledBrowser, status: str, supported: object) -> None:
    found = one(judge_browsers([given], [], NOW), "browser.version")
    assert found.status == Status(status)
    assert found.args == {"browser": "chrome", "version": "150.0", "supported": supported}


def test_a_browser_without_a_version_is_there_all_the_same() -> None:
    found = list(judge_browsers([installed(version="", supported=Support.UNKNOWN)], [profile()], NOW))
    assert [(one.reason, one.status, one.args) for one in found] == [
        ("browser.found", Status.OK, {"browser": "chrome"})
    ]


def test_the_default_browser_is_told() -> None:
    found = list(judge_browsers([installed(default=True), installed(browser="firefox")], [], NOW))
    assert one(found, "browser.default").args == {"browser": "chrome"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (profile(), []),
        (
            profile(blocks=(CookieBlock(CookieScope.ALL, SetBy.SETTING),)),
            [("browser.blocks-cookies", "fail")],
        ),
        (
            profile(blocks=(CookieBlock(CookieScope.SITE, SetBy.POLICY),)),
            [("browser.blocks-cookies", "fail")],
        ),
        (
            profile(blocks=(CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING),)),
            [("browser.blocks-cookies", "note")],
        ),
        (profile(forbids=(PageBlock(Forbidden.PAGE, SetBy.POLICY),)), [("browser.forbids", "fail")]),
        (profile(forbids=(PageBlock(Forbidden.SCRIPTS, SetBy.SETTING),)), [("browser.forbids", "fail")]),
        (profile(clears_on_exit=True), [("browser.clears-on-exit", "note")]),
        (profile(never_remembers=True), [("browser.never-remembers", "note")]),
        (profile(way=OwnWay(kind=OwnProxy.MANUAL)), [("browser.own-proxy", "note")]),
        (profile(way=OwnWay(kind=OwnProxy.NONE)), []),
        (profile(extensions=("A", "B")), [("browser.extension", "note")] * 2),
        (profile(unreadable=Unreadable.DAMAGED), [("browser.unreadable", "unknown")]),
    ],
)
def test_what_is_said_of_a_profile(given: BrowserProfile, expected: list[tuple[str, str]]) -> None:
    found = list(judge_browsers([installed()], [given], NOW))
    assert outcomes(found) == [("browser.version", "ok"), *expected]


def test_a_browser_that_goes_without_the_systems_proxy_is_a_note() -> None:
    found = judge_browsers([installed()], [profile(way=OwnWay(kind=OwnProxy.NONE))], NOW, proxied=True)
    assert outcomes(found) == [("browser.version", "ok"), ("browser.own-proxy", "note")]


def test_what_a_browser_that_is_not_the_default_blocks_is_only_a_warning() -> None:
    blocking = profile(blocks=(CookieBlock(CookieScope.ALL, SetBy.SETTING),))
    others = [installed(default=False), installed(browser="firefox", default=True)]

    assert one(judge_browsers(others, [blocking], NOW), "browser.blocks-cookies").status is Status.WARN
    assert one(judge_browsers(others[:1], [blocking], NOW), "browser.blocks-cookies").status is Status.FAIL


def test_a_block_of_the_host_that_signs_people_in_stops_sign_in() -> None:
    blocks = (CookieBlock(CookieScope.SITE, SetBy.POLICY, IDENTITY),)
    given = profile(blocks=blocks)
    led = judge_browsers([], [given], NOW, meets_identity=lambda: True)
    finding = one(led, "browser.blocks-cookies")
    assert finding.status is Status.FAIL
    # A profile may list hosts that this sign-in does not use.
    assert one(judge_browsers([], [given], NOW), "browser.blocks-cookies").status is Status.NOTE
    assert finding.args == {"browser": "chrome", "scope": "site", "by": "policy", "role": "identity"}


def test_a_default_browser_that_is_not_known_is_a_default() -> None:
    blocking = profile(browser="firefox", blocks=(CookieBlock(CookieScope.ALL, SetBy.SETTING),))
    found = list(
        judge_browsers(
            [installed(browser="firefox"), installed(browser="another", default=True)], [blocking], NOW
        )
    )
    assert one(found, "browser.blocks-cookies").status is Status.WARN
    assert one(found, "browser.default").args == {"browser": "another"}


def test_a_browser_that_is_not_known_is_not_recommended() -> None:
    found = list(judge_browsers([installed(default=True), installed(browser="another")], [], NOW))
    assert [each for each in found if each.reason == "browser.other"] == []
    stores = (store(count=1), store(browser="another"))
    browsers = (installed(default=True), installed(browser="another"))
    told = cookies_check(context(machine=computer(cookie_stores=stores, browsers=browsers)))
    assert [each for each in told if each.reason == "cookies.fresh-browser"] == []


def test_where_links_open_in_a_browser_that_is_not_known_there_is_one() -> None:
    hidden = profile(browser="another", unreadable=Unreadable.UNKNOWN_LAYOUT)
    assert outcomes(judge_browsers([installed(browser="another", version="", default=True)], [hidden], NOW))[
        -1
    ] == (
        "browser.unreadable",
        "unknown",
    )
    kept = store(browser="another", unreadable=Unreadable.UNKNOWN_LAYOUT)
    assert outcomes(judge_stores([kept], NOW)) == [("cookies.unreadable", "unknown")]


def test_another_browser_is_named_for_the_step_that_tries_one() -> None:
    found = list(judge_browsers([installed(default=True), installed(browser="firefox")], [], NOW))

    assert one(found, "browser.other").args == {"browser": "firefox"}


@pytest.mark.parametrize(
    "unfit",
    [
        (installed(browser="firefox", supported=Support.NO), profile(browser="firefox")),
        (
            installed(browser="firefox"),
            profile(browser="firefox", blocks=(CookieBlock(CookieScope.SITE, SetBy.POLICY),)),
        ),
    ],
)
def test_a_browser_that_would_not_help_is_not_named(unfit: tuple[InstalledBrowser, BrowserProfile]) -> None:
    found = list(judge_browsers([installed(default=True), unfit[0]], [unfit[1]], NOW))
    assert [f for f in found if f.reason == "browser.other"] == []


def test_what_holds_for_several_profiles_is_said_once() -> None:
    same = profile(blocks=(CookieBlock(CookieScope.ALL, SetBy.POLICY),), extensions=("NoScript",))
    other = profile(profile=2, blocks=same.blocks, extensions=("NoScript", "Ghostery"))
    found = list(judge_browsers([], [same, other], NOW))
    assert [finding.args for finding in found] == [
        {"browser": "chrome", "scope": "all", "by": "policy"},
        {"browser": "chrome", "name": "NoScript"},
        {"browser": "chrome", "name": "Ghostery"},
    ]


def test_without_a_browser_there_was_nothing_to_look_at() -> None:
    assert outcomes(judge_browsers([], [], NOW)) == [("browser.none", "skip")]


# ---- profiles by the thousand --------------------------------------------------------------------


def test_of_many_profiles_each_sort_of_finding_is_told_a_few_times_and_the_rest_counted() -> None:
    stores = [store(count=3, sent=3, profile=number) for number in range(1, 31)]
    stores += [store(count=3, sent=3, duplicates=1, profile=number) for number in range(31, 61)]
    found = list(judge_stores(stores, NOW))
    by_reason = [str(finding.reason) for finding in found]
    assert by_reason.count("cookies.found") == by_reason.count("cookies.duplicates") == 8
    assert found[-1].reason == "cookies.more"
    assert found[-1].args["count"] == 60 - 8 + 30 - 8


def test_a_browser_with_few_profiles_is_told_in_full() -> None:
    found = list(judge_stores([store(count=3, sent=3, profile=number) for number in range(1, 9)], NOW))
    assert {str(finding.reason) for finding in found} == {"cookies.found"}


def test_unreadable_settings_by_the_thousand_are_a_few_findings_and_a_count() -> None:
    many = [profile(profile=number, unreadable=Unreadable.DAMAGED) for number in range(1, 5001)]
    found = list(judge_browsers((), many, NOW))
    assert len(found) == 9
    assert found[-1].args["count"] == 4992
