"""Which cookies are counted for a portal, and which of them its sign-in page would be sent."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import CookieStore
from portalcheck.machine.browsers import chromium_cookies, matching, mozilla_cookies
from portalcheck.machine.browsers.database import Database, ask
from tests.machine.browsers.world import HOSTS, NOW, URL, Cookie, World, chromium_db, firefox_db

In = Callable[..., CookieStore]


def test_live_cookies_are_found_and_sent(in_chromium: In) -> None:
    store = in_chromium([Cookie(name="a"), Cookie(name="b"), Cookie(name="c")])
    assert store.unreadable is None
    assert (store.browser, store.profile) == ("chromium", 1)
    assert (store.count, store.expired, store.session, store.sent, store.duplicates) == (3, 0, 0, 3, 0)


@pytest.mark.parametrize(
    "host",
    [
        "other.test",
        "notportal.test",
        "portal.test.evil.example",
        ".notportal.test",
        "portal_test",
        "test",
        "",
    ],
)
def test_a_host_that_only_looks_alike_is_not_counted(in_chromium: In, host: str) -> None:
    store = in_chromium([Cookie(host=host)])
    assert (store.count, store.expired, store.sent) == (0, 0, 0)


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        (".portal.test", 1),
        (".www.portal.test", 1),
        ("www.portal.test", 1),
        ("portal.test", 0),  # host-only, of another host
        ("login.portal.test", 0),
        (".login.portal.test", 0),
        ("login.sso.test", 0),
    ],
)
def test_a_cookie_of_the_portal_is_counted_and_sent_where_its_domain_matches(
    in_chromium: In, host: str, sent: int
) -> None:
    store = in_chromium([Cookie(host=host)])
    assert (store.count, store.sent) == (1, sent)


def test_a_cookie_of_a_parent_domain_that_is_sent_is_counted_too(world: World) -> None:
    chromium_db(
        world.chromium / "Default" / "Cookies", [Cookie(host=".lab.test"), Cookie(host=".other.lab.test")]
    )
    store = world.store("https://portal.lab.test/", ["portal.lab.test"])
    assert (store.count, store.sent) == (1, 1)


@pytest.mark.parametrize(
    ("path", "asked", "sent"),
    [
        ("/", "/", 1),
        ("/portal", "/portal", 1),
        ("/portal", "/portal/x", 1),
        ("/portal/", "/portal/x", 1),
        ("/portal", "/portalx", 0),
        ("/portal/", "/portal", 0),
        ("/portal/x", "/portal", 0),
        ("", "/portal", 1),
        ("/", "", 1),
        ("/%", "/x", 0),
    ],
)
def test_paths_match_as_rfc_6265_says(in_chromium: In, path: str, asked: str, sent: int) -> None:
    assert in_chromium([Cookie(path=path)], url=f"https://www.portal.test{asked}?q=/portal").sent == sent


@pytest.mark.parametrize(
    ("url", "sent"),
    [("https://www.portal.test/", 2), ("http://www.portal.test/", 1)],
)
def test_a_secure_cookie_is_sent_over_https_only(in_chromium: In, url: str, sent: int) -> None:
    assert in_chromium([Cookie(name="a"), Cookie(name="b", secure=False)], url=url).sent == sent


@pytest.mark.parametrize(
    ("host", "url", "sent"),
    [
        ("localhost", "http://localhost:8443/", 1),
        ("127.0.0.1", "http://127.0.0.1/", 1),
        ("0.0.1", "http://127.0.0.1/", 0),
        (".0.0.1", "http://127.0.0.1/", 0),
        ("[::1]", "http://[::1]/", 1),
        ("::1", "https://[::1]:4433/x", 1),
        ("xn--mnchen-3ya.test", "https://münchen.test/", 1),
        ("www.portal.test", "https://WWW.Portal.Test./", 1),
    ],
)
def test_hosts_of_every_form_are_understood(in_chromium: In, host: str, url: str, sent: int) -> None:
    assert in_chromium([Cookie(host=host)], url=url).sent == sent


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://portal.test/", "https://[::1", "https://a:99999/", "http://"]
)
def test_a_url_that_names_no_page_still_lets_the_hosts_be_counted(in_chromium: In, url: str) -> None:
    store = in_chromium([Cookie()], url=url)
    assert (store.unreadable, store.count, store.sent) == (None, 1, 0)


def test_a_session_cookie_is_no_expired_one(in_chromium: In) -> None:
    store = in_chromium([Cookie(expires=None)])
    assert (store.count, store.expired, store.session) == (1, 0, 1)


def _great(*, session: bool) -> list[Cookie]:
    return [Cookie(name=f"c{n}", value=b"x" * 3000, expires=None if session else 99) for n in range(7)]


RUNS = f"{platform.node()}-{os.getpid()}"
LINKED = pytest.mark.not_on_windows("posix", "the link that is Chromium's lock")


@pytest.mark.parametrize(
    ("lock", "start", "managed", "recommended", "sent"),
    [
        (None, None, None, None, 0),
        pytest.param(f"{platform.node()}-999999999", None, None, None, 0, id="ended", marks=LINKED),
        pytest.param(RUNS, None, None, None, 7, id="runs", marks=LINKED),
        pytest.param("elsewhere-1", None, None, None, 7, id="elsewhere", marks=LINKED),
        (None, 5, None, None, 0),
        (None, 1, None, None, 7),
        (None, 6, None, None, 7),
        (None, 4, None, None, 0),
        (None, "1", None, None, 0),
        (None, None, 1, None, 7),
        (None, 1, 5, None, 0),
        (None, None, None, 1, 7),
        (None, 5, None, 1, 0),
    ],
)
def test_the_cookies_of_a_session_are_sent_where_it_lasts_or_comes_back(
    world: World, lock: str | None, start: object, managed: object, recommended: object, sent: int
) -> None:
    chromium_db(world.chromium / "Default" / "Cookies", _great(session=True))
    if lock is not None:
        (world.chromium / "SingletonLock").symlink_to(lock)
    if start is not None:
        world.write(world.chromium / "Default" / "Preferences", {"session": {"restore_on_startup": start}})
    for kind, mode in (("managed", managed), ("recommended", recommended)):
        if mode is not None:
            world.write(world.root / "etc/chromium/policies" / kind / "a.json", {"RestoreOnStartup": mode})
    store = world.store()
    assert (store.count, store.session, store.sent) == (7, 7, sent)
    assert (store.header_bytes > 20_000) is bool(sent)


@pytest.mark.parametrize(
    ("exit_type", "sent"), [("Crashed", 7), ("Normal", 0), ("SessionEnded", 0), ("crashed", 0), (None, 0)]
)
def test_the_cookies_of_a_session_come_back_after_a_crash(world: World, exit_type: object, sent: int) -> None:
    chromium_db(world.chromium / "Default" / "Cookies", _great(session=True))
    world.write(world.chromium / "Default" / "Preferences", {"profile": {"exit_type": exit_type}})
    assert world.store().sent == sent


def test_what_lasts_is_sent_by_a_browser_that_was_closed(in_chromium: In) -> None:
    store = in_chromium([*_great(session=False), Cookie(name="c0", expires=None)])
    assert (store.sent, store.session, store.duplicates) == (7, 1, 0)


def test_expired_cookies_are_counted_apart_and_not_sent(in_chromium: In) -> None:
    store = in_chromium([Cookie(expires=-1), Cookie(expires=0, name="b"), Cookie(expires=1, name="c")])
    assert (store.count, store.expired, store.sent) == (1, 2, 1)


def test_none_is_expired_when_all_are_live(in_chromium: In) -> None:
    assert in_chromium([Cookie(name=str(n)) for n in range(31)]).expired == 0


def test_chips_cookies_of_another_site_are_apart_and_those_of_the_own_site_are_sent(in_chromium: In) -> None:
    store = in_chromium(
        [
            Cookie(name="a", jar="https://other.test"),
            Cookie(name="b", jar="https://portal.test"),
            Cookie(name="c", jar="https://portal.test", embedded=True),
            Cookie(name="d", jar="http://portal.test"),
        ]
    )
    assert (store.count, store.sent, store.partitioned) == (4, 1, 3)


@pytest.mark.parametrize(
    ("jar", "count", "sent", "partitioned"),
    [
        ("", 1, 1, 0),
        ("^partitionKey=%28https%2Cother.test%29", 1, 0, 1),
        ("^partitionKey=%28https%2Cportal.test%29", 1, 1, 0),
        ("^partitionKey=%28https%2Cportal.test%2Cf%29", 1, 0, 1),
        ("^partitionKey=%28http%2Cportal.test%29", 1, 0, 1),
        ("^userContextId=3", 1, 0, 1),
        ("^userContextId=3&partitionKey=%28https%2Cportal.test%29", 1, 0, 1),
        ("^firstPartyDomain=portal.test", 1, 1, 0),
        ("^privateBrowsingId=1", 0, 0, 0),
        ("^userContextId=3&privateBrowsingId=1", 0, 0, 0),
        ("^geckoViewSessionContextId=notprivateBrowsingId=1", 1, 0, 1),
        ("nonsense", 1, 0, 1),
    ],
)
def test_origin_attributes_decide_what_is_sent(
    in_firefox: In, jar: str, count: int, sent: int, partitioned: int
) -> None:
    store = in_firefox([Cookie(jar=jar)])
    assert (store.count, store.sent, store.partitioned) == (count, sent, partitioned)


def test_a_partition_may_name_its_port(in_firefox: In) -> None:
    jar = "^partitionKey=%28https%2Cportal.test%2C8443%29"
    assert in_firefox([Cookie(jar=jar)], url="https://portal.test:8443/").sent == 1


def test_the_same_name_sent_three_times_is_two_duplicates(in_chromium: In) -> None:
    cookies = [Cookie(host="www.portal.test"), Cookie(host=".portal.test"), Cookie(path="/login")]
    store = in_chromium(cookies)
    assert (store.sent, store.duplicates) == (3, 2)


def test_names_differ_by_case(in_chromium: In) -> None:
    assert in_chromium([Cookie(name="sid"), Cookie(name="SID")]).duplicates == 0


def test_the_same_name_in_two_containers_is_no_duplicate(in_firefox: In) -> None:
    store = in_firefox([Cookie(jar="^userContextId=1"), Cookie(jar="^userContextId=2"), Cookie()])
    assert (store.sent, store.duplicates) == (1, 0)


def test_the_same_name_by_port_only_is_one_duplicate(in_chromium: In) -> None:
    assert in_chromium([Cookie(port=443), Cookie(port=8443)]).duplicates == 1


def test_the_header_is_measured_to_the_byte_where_values_are_plain(in_firefox: In) -> None:
    cookies = [
        Cookie(name="a", value=b"xyz"),
        Cookie(name="long-name", value=b""),
        Cookie(name="", value=b"nameless"),
        Cookie(name="expired", expires=-5),
        Cookie(name="elsewhere", host="login.portal.test"),
    ]
    assert in_firefox(cookies).header_bytes == len("a=xyz; long-name=; nameless")


def test_a_header_of_letters_beyond_ascii_is_measured_in_bytes(in_firefox: In) -> None:
    assert in_firefox([Cookie(name="n", value="é".encode("latin-1"))]).header_bytes == len("n=é".encode())


def test_four_great_cookies_make_a_header_of_their_size(in_firefox: In) -> None:
    store = in_firefox([Cookie(name=f"c{n}", value=b"v" * 3900) for n in range(4)])
    assert store.header_bytes == 4 * 3903 + 3 * 2


@pytest.mark.parametrize("version", [12, 20, 21, 22, 23, 24])
@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 100, 3000])
def test_encrypted_values_are_known_to_eight_bytes(in_chromium: In, version: int, length: int) -> None:
    store = in_chromium([Cookie(name="n", value=b"v" * length)], version, plain=False)
    assert abs(store.header_bytes - (2 + length)) <= 8


def test_a_ciphertext_of_51_bytes_is_a_value_of_up_to_15(in_chromium: In) -> None:
    store = in_chromium([Cookie(name="n", value=b"")], plain=False)
    assert 2 <= store.header_bytes <= 2 + 15


@pytest.mark.parametrize("tag", [b"v10", b"v20"])
@pytest.mark.parametrize("version", [22, 24])
def test_on_windows_encrypted_values_are_known_exactly(windows: World, tag: bytes, version: int) -> None:
    windows.environ["LOCALAPPDATA"] = "C:\\Users\\pat\\AppData\\Local"
    folder = windows.root / "Users/pat/AppData/Local/Google/Chrome/User Data/Default/Network"
    path = folder / "Cookies"
    folder.mkdir(parents=True)
    chromium_db(path, [Cookie(name="n", value=b"v" * 123)], version, plain=False, tag=b"v20")
    content = path.read_bytes().replace(b"v20\x5a", tag + b"\x5a")
    path.write_bytes(content)
    store = windows.store()
    assert (store.browser, store.header_bytes) == ("chrome", 2 + 123)


def test_the_cookies_of_the_pages_own_site_are_counted_apart(in_firefox: In) -> None:
    store = in_firefox([Cookie(name=str(n)) for n in range(182)] + [Cookie(host="login.sso.test")])
    assert (store.count, store.on_site) == (183, 182)


def test_the_oldest_and_newest_change_are_told(in_chromium: In) -> None:
    store = in_chromium(
        [Cookie(changed=-500), Cookie(name="b", changed=-20), Cookie(host="other.test", changed=0)]
    )
    assert (store.oldest, store.newest) == (NOW - 500, NOW - 20)


def test_session_cookies_are_unknown_where_the_browser_keeps_them_elsewhere(in_firefox: In) -> None:
    assert in_firefox([Cookie()]).session is None


def test_hosts_are_taken_in_any_spelling(world: World) -> None:
    chromium_db(
        world.chromium / "Default" / "Cookies",
        [Cookie(), Cookie(host="a.münchen.test".encode("idna").decode())],
    )
    store = world.store(URL, ["PORTAL.test.", ".münchen.test", "", "  ", "not a host", "portal.test"])
    assert store.count == 2


_label = st.sampled_from(["portal", "www", "login", "x", "test", "notportal"])
_host = st.builds(
    lambda dot, labels: dot + ".".join(labels),
    st.sampled_from(["", "."]),
    st.lists(_label, min_size=1, max_size=4),
)
_path = st.builds(
    lambda parts, end: "/" + "/".join(parts) + end,
    st.lists(st.sampled_from(["a", "ab", ""]), max_size=3),
    st.sampled_from(["", "/"]),
)


def _would_send(cookie: Cookie, host: str, path: str) -> bool:
    """RFC 6265, 5.4, word for word."""
    domain = cookie.host.removeprefix(".")
    domain_fits = host == domain or (cookie.host.startswith(".") and host.endswith("." + domain))
    path_fits = path == cookie.path or (
        path.startswith(cookie.path) and (cookie.path.endswith("/") or path[len(cookie.path)] == "/")
    )
    return domain_fits and path_fits and (cookie.expires is None or cookie.expires > 0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda host, name, path, expires: Cookie(host, name, path=path, expires=expires),
            _host,
            st.sampled_from("ab"),
            _path,
            st.sampled_from([None, -1, 0, 1]),
        )
    ),
    st.lists(_label, min_size=1, max_size=4).map(".".join),
    _path,
)
def test_what_is_sent_is_what_the_rfc_says(
    tmp_path_factory: pytest.TempPathFactory, cookies: list[Cookie], host: str, path: str
) -> None:
    file = chromium_db(tmp_path_factory.mktemp("db") / "Cookies", cookies)
    page = matching.page_of(f"https://{host}{path}")

    def count(database: Database) -> matching.Totals:
        clock = chromium_cookies.guard(database, "linux")
        assert isinstance(clock, matching.Clock)
        return matching.totals(database, clock, page, HOSTS, NOW, chromium_cookies.jars)

    found = ask(file.read_bytes(), count)
    assert isinstance(found, matching.Totals)
    wanted = [cookie for cookie in cookies if _would_send(cookie, host, path)]
    assert found.sent == len(wanted)
    assert found.duplicates == len(wanted) - len({cookie.name for cookie in wanted})


def test_both_families_agree(tmp_path: Path) -> None:
    cookies = [Cookie(name="a"), Cookie(name="a", path="/login"), Cookie(expires=-1), Cookie(host="x.test")]
    one, two = World(tmp_path / "1"), World(tmp_path / "2")
    chromium_db(one.chromium / "Default" / "Cookies", cookies)
    firefox_db(two.firefox / "p" / "cookies.sqlite", cookies)
    first, second = one.store(), two.store()
    for name in ("count", "expired", "sent", "duplicates", "header_bytes", "on_site", "oldest", "newest"):
        assert getattr(first, name) == getattr(second, name), name


_attributes = st.lists(
    st.sampled_from(
        [
            "userContextId=3",
            "privateBrowsingId=1",
            "firstPartyDomain=portal.test",
            "partitionKey=%28https%2Cportal.test%29",
            "partitionKey=%28https%2Cother.test%29",
            "x=privateBrowsingId=2",
        ]
    ),
    max_size=3,
).map(lambda parts: "^" + "&".join(parts) if parts else "")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.one_of(_attributes, st.text(max_size=12).filter(lambda text: "\0" not in text)), max_size=5)
)
def test_origin_attributes_whatever_they_hold_sort_cookies_into_jars(
    tmp_path_factory: pytest.TempPathFactory, jars: list[str]
) -> None:
    jars = [jar.encode("utf-8", "replace").decode() for jar in jars]
    world = World(tmp_path_factory.mktemp("jars"))
    firefox_db(world.firefox / "p" / "cookies.sqlite", [Cookie(jar=jar) for jar in jars])
    store = world.store()
    kept = [jar for jar in jars if not any(part.startswith("privateBrowsingId=") for part in _parts(jar))]
    sent = [jar for jar in kept if jar in ("", *mozilla_cookies.jars(matching.page_of(URL)))]
    assert (store.count, store.sent) == (len(kept), len(sent))
    assert store.partitioned == len(kept) - len(sent)


def _parts(jar: str) -> list[str]:
    """The attributes after every `^` and `&`."""
    return re.split(r"[\^&]", jar)[1:]
