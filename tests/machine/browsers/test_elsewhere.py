"""The largest Cookie headers beyond the sign-in page: other paths, hosts of identity, containers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import CookieHeader, CookieRole, CookieStore
from tests.machine.browsers.world import HOSTS, URL, Cookie, World, binarycookies, chromium_db, firefox_db

IDENTITY = ("login.sso.test",)
PAGE_HOST = "www.portal.test"

Stored = Callable[[Sequence[Cookie]], CookieStore]


def in_chromium(world: World, cookies: Sequence[Cookie], url: str = URL) -> CookieStore:
    chromium_db(world.chromium / "Default" / "Cookies", cookies)
    return world.store(url, identity=IDENTITY)


def in_firefox(world: World, cookies: Sequence[Cookie], url: str = URL) -> CookieStore:
    firefox_db(world.firefox / "x.default" / "cookies.sqlite", cookies)
    return world.store(url, identity=IDENTITY)


def in_epiphany(world: World, cookies: Sequence[Cookie], url: str = URL) -> CookieStore:
    firefox_db(world.home / ".local/share/epiphany/cookies.sqlite", cookies, 0)
    return world.store(url, identity=IDENTITY)


def in_safari(world: World, cookies: Sequence[Cookie], url: str = URL) -> CookieStore:
    world.os = "macos"
    world.write(world.home / "Library/Cookies/Cookies.binarycookies", binarycookies(cookies))
    return world.store(url, identity=IDENTITY)


EVERY_FAMILY = pytest.mark.parametrize("kept", [in_chromium, in_firefox, in_epiphany, in_safari])


def great(host: str, path: str = "/", count: int = 7, **more: Any) -> list[Cookie]:
    cookie = Cookie(host=host, path=path, value=b"x" * 3000)
    return [cookie._replace(name=f"n{number}", **more) for number in range(count)]


SIZE = 7 * (3000 + len("n1=")) + 6 * len("; ")


def header(
    role: CookieRole, size: int = SIZE, *, of_sign_in: bool = True, contained: bool = False
) -> CookieHeader:
    return CookieHeader(role=role, header_bytes=size, of_sign_in=of_sign_in, contained=contained)


@EVERY_FAMILY
@pytest.mark.parametrize("host", ["login.sso.test", ".login.sso.test", "eu.login.sso.test"])
def test_cookies_of_the_host_that_signs_people_in(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore], host: str
) -> None:
    store = kept(world, great(host))
    assert (store.count, store.sent, store.header_bytes) == (7, 0, 0)
    assert store.elsewhere == (header(CookieRole.IDENTITY),)


@EVERY_FAMILY
@pytest.mark.parametrize("host", [PAGE_HOST, ".portal.test", f".{PAGE_HOST}"])
@pytest.mark.parametrize("path", ["/callback", "/signin-oidc/", "/a/b/c"])
def test_cookies_of_a_path_that_people_come_back_to(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore], host: str, path: str
) -> None:
    store = kept(world, great(host, path))
    assert (store.count, store.sent) == (7, 0)
    assert store.elsewhere == (header(CookieRole.PORTAL),)


@EVERY_FAMILY
def test_what_is_sent_everywhere_is_sent_to_deeper_paths_too(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore]
) -> None:
    more = [Cookie(host=".portal.test", name="root", value=b"y" * 100)]
    store = kept(world, [*great(PAGE_HOST, "/callback"), *more])
    assert store.header_bytes == len("root=") + 100
    assert store.elsewhere == (header(CookieRole.PORTAL, SIZE + 2 + store.header_bytes),)


@EVERY_FAMILY
def test_paths_match_by_whole_names(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore]
) -> None:
    store = kept(world, [*great(PAGE_HOST, "/call"), *great(PAGE_HOST, "/callback", 2)])
    assert store.elsewhere == (header(CookieRole.PORTAL),)


@EVERY_FAMILY
def test_another_host_of_the_portal_is_told_apart(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore]
) -> None:
    store = kept(world, great("shop.portal.test"))
    assert store.elsewhere == (header(CookieRole.PORTAL, of_sign_in=False),)


@EVERY_FAMILY
def test_many_cookies_that_never_meet_make_no_large_header(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore]
) -> None:
    apart = [great(f"h{number}.login.sso.test", count=1) for number in range(12)]
    paths = [great(PAGE_HOST, f"/p{number}", 1) for number in range(12)]
    store = kept(world, [cookie for some in (*apart, *paths) for cookie in some])
    assert store.count == 24
    assert [one.header_bytes for one in store.elsewhere] == [3003, 3003]


@EVERY_FAMILY
def test_what_has_expired_is_sent_nowhere(
    world: World, kept: Callable[[World, Sequence[Cookie]], CookieStore]
) -> None:
    store = kept(world, [*great("login.sso.test", expires=-5), *great(".portal.test", count=2)])
    assert (store.expired, store.elsewhere) == (7, ())


def test_what_is_sent_to_the_page_is_not_told_again(world: World) -> None:
    assert in_firefox(world, great(".portal.test")).elsewhere == ()


@pytest.mark.parametrize(
    ("jar", "found"),
    [
        ("^userContextId=2", (header(CookieRole.PORTAL, contained=True),)),
        (
            "^userContextId=2&partitionKey=%28https%2Cportal.test%29",
            (header(CookieRole.PORTAL, contained=True),),
        ),
        ("^userContextId=2&partitionKey=%28https%2Cads.test%29", ()),
        ("^partitionKey=%28https%2Cads.test%29", ()),
        ("^partitionKey=%28https%2Cportal.test%29", ()),
        ("^privateBrowsingId=1", ()),
        ("^userContextId=2&privateBrowsingId=1", ()),
        ("", ()),
    ],
)
def test_cookies_that_a_container_alone_sends(
    world: World, jar: str, found: tuple[CookieHeader, ...]
) -> None:
    assert in_firefox(world, great(".portal.test", jar=jar)).elsewhere == found


def test_containers_are_not_added_up(world: World) -> None:
    kept = [
        *great(".portal.test", jar="^userContextId=2", count=3),
        *great(".portal.test", jar="^userContextId=3"),
    ]
    assert in_firefox(world, kept).elsewhere == (header(CookieRole.PORTAL, contained=True),)


def test_a_container_of_identity(world: World) -> None:
    store = in_firefox(world, great("login.sso.test", jar="^userContextId=11"))
    assert store.elsewhere == (header(CookieRole.IDENTITY, contained=True),)


@pytest.mark.parametrize(
    ("jar", "embedded", "sent"),
    [
        ("https://sso.test", False, True),
        ("https://sso.test", True, False),
        ("https://portal.test", False, False),
        ("https://ads.test", False, False),
    ],
)
def test_partitions_of_identity_are_sent_where_it_is_opened_itself(
    world: World, jar: str, embedded: bool, sent: bool
) -> None:
    store = in_chromium(world, great("login.sso.test", jar=jar, embedded=embedded))
    assert store.elsewhere == ((header(CookieRole.IDENTITY),) if sent else ())


def test_secure_cookies_are_not_sent_over_http(world: World) -> None:
    assert in_chromium(world, great("login.sso.test"), "http://www.portal.test/").elsewhere == ()


def test_great_ones_decide_where_there_are_more_than_anybody_has(world: World) -> None:
    small = [Cookie(host=PAGE_HOST, path=f"/p{number}", name="a", value=b"") for number in range(2000)]
    store = in_chromium(world, [*small, *great("login.sso.test")])
    assert [one for one in store.elsewhere if one.role is CookieRole.IDENTITY] == [
        header(CookieRole.IDENTITY)
    ]


# ---- against a plain reckoning ------------------------------------------------------------------

_hosts = st.sampled_from(
    [
        *(PAGE_HOST, ".portal.test", ".www.portal.test", "portal.test", "shop.portal.test", ".test"),
        *("login.sso.test", ".login.sso.test", "eu.login.sso.test", ".eu.login.sso.test", "sso.test"),
        "other.test",
    ]
)
_paths = st.sampled_from(
    ["/", "/login", "/login/", "/call", "/callback", "/callback/x", "/callback/x/y", "/b"]
)
_jars = st.sampled_from(["", "", "", "^userContextId=1", "^userContextId=2"])
_cookies = st.lists(
    st.builds(
        Cookie,
        host=_hosts,
        path=_paths,
        name=st.sampled_from(["a", "bb", ""]),
        value=st.integers(0, 50).map(lambda size: b"v" * size),
        expires=st.sampled_from([-5, 500]),
        secure=st.just(True),
        jar=_jars,
        embedded=st.just(False),
        port=st.just(443),
        changed=st.just(-3600),
    ),
    max_size=30,
)


def _goes_to(cookie: Cookie, host: str, path: str) -> bool:
    to_host = f".{host}".endswith(cookie.host) if cookie.host.startswith(".") else host == cookie.host
    beyond = path[len(cookie.path) :]
    return (
        to_host
        and path.startswith(cookie.path)
        and (not beyond or cookie.path.endswith("/") or beyond.startswith("/"))
    )


def _reckoned(cookies: Sequence[Cookie]) -> dict[tuple[CookieRole, bool, bool], int]:
    names = (*HOSTS, PAGE_HOST)
    lives = [one for one in cookies if (one.expires or 0) > 0]
    lives = [
        one
        for one in lives
        if any(f".{one.host.lstrip('.')}".endswith(f".{name}") for name in names)
        or f".{PAGE_HOST}".endswith(one.host)
    ]
    found: dict[tuple[CookieRole, bool, bool], int] = {}
    for aim in lives:
        bare = aim.host.removeprefix(".")
        to_page = f".{PAGE_HOST}".endswith(aim.host) if aim.host.startswith(".") else aim.host == PAGE_HOST
        role = CookieRole.IDENTITY if bare.endswith("login.sso.test") else CookieRole.PORTAL
        key = (role, to_page or role is CookieRole.IDENTITY, aim.jar != "")
        target = PAGE_HOST if to_page else bare
        sent = [one for one in lives if one.jar == aim.jar and _goes_to(one, target, aim.path)]
        size = sum(len(one.name) + bool(one.name) + len(one.value) + 2 for one in sent) - 2
        found[key] = max(found.get(key, 0), size)
    return {key: size for key, size in found.items() if size > 0}


@settings(max_examples=100, deadline=None)
@given(_cookies)
def test_the_query_agrees_with_a_plain_reckoning(
    tmp_path_factory: pytest.TempPathFactory, cookies: list[Cookie]
) -> None:
    store = in_firefox(World(Path(tmp_path_factory.mktemp("elsewhere"))), cookies)
    told = {(one.role, one.of_sign_in, one.contained): one.header_bytes for one in store.elsewhere}
    reckoned = _reckoned(cookies)
    assert all(reckoned[key] == size for key, size in told.items())
    # What is all sent to the page, and no further, is not told again.
    assert told == reckoned or (not told and store.count <= max(store.sent, 1))
