"""Safari's cookie file, read from bytes that the tests put together, and its settings."""

from __future__ import annotations

import plistlib
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import CookieBlock, CookieScope, CookieStore, SetBy, Unreadable
from portalcheck.machine import browsers
from portalcheck.machine.browsers import binarycookies as jar
from tests.machine.browsers.world import NOW, SECRET, Cookie, World, binarycookies

LIBRARY = Path("Library/Containers/com.apple.Safari/Data/Library")
COOKIES = [
    Cookie(name="a", value=b"12345"),
    Cookie(name="b", expires=-100),
    Cookie(name="c", host="www.portal.test", secure=False, value=b""),
    Cookie(name="d", host="login.portal.test"),
    Cookie(name="e", host="other.test"),
]


def read(mac: World, content: bytes) -> CookieStore:
    mac.write(mac.home / LIBRARY / "Cookies" / "Cookies.binarycookies", content)
    return mac.store()


def test_a_good_file_is_counted(mac: World) -> None:
    store = read(mac, binarycookies(COOKIES))
    assert (store.browser, store.unreadable, store.session, store.running) == (
        "safari",
        None,
        None,
        None,
    )
    assert (store.count, store.expired, store.sent) == (3, 1, 2)
    assert store.header_bytes == len("a=12345; c=")
    assert (store.oldest, store.newest) == (NOW, NOW)


def test_a_secure_cookie_needs_https(mac: World) -> None:
    mac.write(mac.home / LIBRARY / "Cookies" / "Cookies.binarycookies", binarycookies(COOKIES))
    assert mac.store("http://www.portal.test/").sent == 1


@pytest.mark.parametrize("content", [b"", binarycookies([])])
def test_a_file_without_cookies_is_an_empty_store(mac: World, content: bytes) -> None:
    store = read(mac, content)
    assert (store.unreadable, store.count) == (None, 0)


GOOD = binarycookies(COOKIES)


def _with(at: int, field: bytes) -> bytes:
    return GOOD[:at] + field + GOOD[at + len(field) :]


_FIRST_PAGE = 8 + 4 * 3
_FIRST_RECORD = _FIRST_PAGE + 8 + 4 * 2 + 4


@pytest.mark.parametrize(
    "content",
    [
        b"kooc" + GOOD[4:],
        GOOD[:6],
        GOOD[:40],
        GOOD[: len(GOOD) // 2],
        _with(4, struct.pack(">I", 2**31)),
        _with(4, struct.pack(">I", 2**32 - 1)),
        _with(8, struct.pack(">I", 2**31)),
        _with(_FIRST_PAGE, b"\1\2\3\4"),
        _with(_FIRST_PAGE + 4, struct.pack("<I", 2**31)),
        _with(_FIRST_PAGE + 8, struct.pack("<I", 2**31)),
        _with(_FIRST_RECORD, struct.pack("<I", 2**31)),
        _with(_FIRST_RECORD, struct.pack("<I", 8)),
        _with(_FIRST_RECORD + 16, struct.pack("<I", 2**31)),
        _with(_FIRST_RECORD + 20, struct.pack("<I", 0)),
        _with(_FIRST_RECORD + 56, b"x" * 60),
    ],
)
def test_a_broken_file_is_damaged_at_once(mac: World, content: bytes) -> None:
    started = time.monotonic()
    store = read(mac, content)
    assert store.unreadable is Unreadable.DAMAGED
    assert time.monotonic() - started < 0.5


def test_records_laid_over_each_other_take_no_time() -> None:
    record = (
        struct.pack("<4I4I2I2d", 500_000, 0, 0, 0, 56, 56, 56, 56, 0, 0, 1.0, 1.0) + b"x" * 499_943 + b"\0"
    )
    count = 100_000
    page = b"\0\0\1\0" + struct.pack("<I", count) + struct.pack("<I", 8 + 4 * count) * count + record
    content = b"cook" + struct.pack(">2I", 1, len(page)) + page
    started = time.monotonic()
    assert jar.parse(content) is Unreadable.DAMAGED
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize("when", [float("nan"), float("inf"), -1.0, 1e300])
def test_strange_times_are_survived(mac: World, when: float) -> None:
    store = read(mac, _with(_FIRST_RECORD + 40, struct.pack("<2d", when, when)))
    assert (store.unreadable, store.count) == (None, 3)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=12)).map(lambda pair: _with(*pair)),
    )
)
def test_no_bytes_bring_the_reader_down(content: bytes) -> None:
    found = jar.parse(content)
    assert found is Unreadable.DAMAGED or isinstance(found, jar.Jar)


def test_the_value_is_nowhere_in_what_is_read() -> None:
    found = jar.parse(binarycookies([Cookie()]))
    assert isinstance(found, jar.Jar)
    assert found.records[0].value_bytes == len(SECRET)
    assert SECRET.decode() not in repr(found)


def test_named_profiles_are_counted_on(mac: World) -> None:
    read(mac, binarycookies(COOKIES))
    named = mac.home / LIBRARY / "WebKit/WebsiteDataStore/0f-1a/Cookies/Cookies.binarycookies"
    mac.write(named, binarycookies([Cookie()]))
    assert [(store.profile, store.count) for store in mac.stores()] == [(1, 3), (2, 1)]


def test_the_file_of_old_versions_counts_only_without_a_container(mac: World) -> None:
    mac.write(mac.home / "Library/Cookies/Cookies.binarycookies", binarycookies([Cookie()]))
    assert mac.store().count == 1
    assert read(mac, binarycookies(COOKIES)).count == 3


# ---- settings ----------------------------------------------------------------------------------

BLOCKS_ALL = (CookieBlock(CookieScope.ALL, SetBy.SETTING),)


@pytest.mark.parametrize(
    ("preferences", "blocks"),
    [
        ({}, ()),
        ({"WebKitStorageBlockingPolicy": 0}, ()),
        ({"WebKitStorageBlockingPolicy": 1}, ()),
        ({"WebKitStorageBlockingPolicy": 2}, BLOCKS_ALL),
        ({"WebKitPreferences.storageBlockingPolicy": 2}, BLOCKS_ALL),
    ],
)
def test_preferences_that_block_all(
    mac: World, preferences: dict[str, int], blocks: tuple[CookieBlock, ...]
) -> None:
    read(mac, binarycookies([]))
    mac.write(mac.home / LIBRARY / "Preferences/com.apple.Safari.plist", plistlib.dumps(preferences))
    found = mac.profile()
    assert (found.browser, found.unreadable, found.blocks) == ("safari", None, blocks)


@pytest.mark.parametrize(("policy", "blocks"), [(0, ()), (1, BLOCKS_ALL), (2, ())])
def test_the_policy_behind_the_cookies(mac: World, policy: int, blocks: tuple[CookieBlock, ...]) -> None:
    tail = plistlib.dumps({"NSHTTPCookieAcceptPolicy": policy}, fmt=plistlib.FMT_BINARY)
    read(mac, binarycookies([Cookie()], tail))
    assert mac.profile().blocks == blocks


@pytest.mark.parametrize(
    "content", [b"", b"bplist00", b"bplist00" + b"\xff" * 40, b"<plist>", b"<!DOCTYPE x [<!ENTITY a 'b'>]>"]
)
def test_broken_preferences_are_unreadable(mac: World, content: bytes) -> None:
    read(mac, binarycookies([Cookie()], content))
    mac.write(mac.home / LIBRARY / "Preferences/com.apple.Safari.plist", content)
    found = mac.profile()
    assert found.unreadable is Unreadable.DAMAGED


def test_the_version_comes_with_the_program(mac: World) -> None:
    read(mac, binarycookies([]))
    info = plistlib.dumps({"CFBundleShortVersionString": "26.1"})
    mac.write(mac.root / "Applications/Safari.app/Contents/Info.plist", info)
    (found,) = browsers.installed(mac.environment, NOW)
    assert (found.browser, found.version, found.default) == ("safari", "26.1", True)
