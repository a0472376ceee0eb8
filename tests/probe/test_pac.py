"""PAC files are read for the proxies that they name, and never run; wherever they are, and whatever they hold."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.facts import DIRECT, PacState, ProxyKind, ProxyPlan, ProxySettings
from portalcheck.probe.connect.proxies import proxy_endpoint
from portalcheck.probe.connect.proxy_plan import (
    MAX_PAC_BYTES,
    ProxyFinder,
    candidates_in,
    local_pac,
    read_pac,
)
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.third_parties.fetch import Fetcher
from tests.probe.world import URL, computer, in_time, walker


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ('return "DIRECT";', (DIRECT,)),
        ('return "PROXY p.example:3128";', ("http://p.example:3128",)),
        ('return "PROXY p.example:3128; DIRECT";', ("http://p.example:3128", DIRECT)),
        (
            'return "HTTP p.example:80; HTTPS s.example:443";',
            ("http://p.example:80", "https://s.example:443"),
        ),
        ('return "SOCKS a:1; SOCKS5 b:2; SOCKS4 c:3"', ("socks5://a:1", "socks5://b:2", "socks4://c:3")),
        ('return "PROXY\\tp.example:3128";', ("http://p.example:3128",)),
        ('return "PROXY   192.0.2.1:8080";', ("http://192.0.2.1:8080",)),
        ('return "PROXY [2001:db8::1]:8080";', ("http://[2001:db8::1]:8080",)),
        ('if (x) return "DIRECT"; return "PROXY a:1; PROXY a:1";', (DIRECT, "http://a:1")),
        (
            '"PROXY a:1;PROXY b:2;PROXY c:3;PROXY d:4;PROXY e:5"',
            ("http://a:1", "http://b:2", "http://c:3", "http://d:4"),
        ),
        ("", ()),
        ("<html>not found</html>", ()),
        ("PROXYa:1 XPROXY b:2 proxy c:3 PROXY d PROXY e: PROXY f:x INDIRECT", ()),
        ("PROXY a:123456", ()),
        ("PROXY a:\u0661\u0662", ()),
    ],
)
def test_the_proxies_that_a_script_names_are_candidates_in_its_order(
    script: str, expected: tuple[str, ...]
) -> None:
    script = script.replace("\\t", "\t")
    assert candidates_in(script) == expected


@settings(max_examples=300)
@given(st.text(max_size=300))
def test_no_script_makes_it_raise(script: str) -> None:
    assert len(candidates_in(script)) <= 4


_WORDS = st.sampled_from(
    [
        "PROXY",
        "SOCKS",
        "HTTPS",
        "DIRECT",
        " ",
        "\t",
        "\u2003",
        "p.example",
        ":",
        "80",
        "99999",
        "[::1]",
        ";",
        '"',
    ]
)


@settings(max_examples=300)
@given(st.lists(_WORDS, max_size=20).map("".join))
def test_every_candidate_is_direct_or_can_be_looked_at_as_a_proxy(script: str) -> None:
    for candidate in candidates_in(script):
        if candidate != DIRECT:
            assert candidate.partition("://")[0] in ("http", "https", "socks5", "socks4")
            # One whose address is none is told of when it is tried.
            with contextlib.suppress(ValueError):
                proxy_endpoint(candidate)


@pytest.mark.parametrize(
    "script",
    [
        "PROXY " * 2_000_000,
        "PROXY" + " " * 10_000_000,
        "PROXY " + "a" * 10_000_000,
        "PROXY a:" * 1_300_000,
        "DIRECT" * 1_700_000,
    ],
    ids=["words", "blanks", "one-host", "hosts", "direct"],
)
def test_a_script_of_ten_megabytes_is_read_in_no_time(script: str) -> None:
    since = time.monotonic()
    candidates_in(script)
    assert time.monotonic() - since < 1.5


def test_what_stands_beyond_the_first_mebibyte_is_not_read() -> None:
    assert candidates_in(" " * MAX_PAC_BYTES + "PROXY a:1") == ()


# ---- the plan --------------------------------------------------------------------------------------


def _plan(settings_: ProxySettings, script: str | None = None, url: str = URL) -> ProxyPlan:
    machine = computer(proxy=settings_)
    with in_time():
        return ProxyFinder(machine, Memo(Deadline(2)), lambda _: script).plan(url)


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        (ProxySettings(), ProxyPlan()),
        (ProxySettings(browser_known=True), ProxyPlan()),
        (ProxySettings(programs="http://p:1"), ProxyPlan(candidates=("http://p:1",), kind=ProxyKind.ENV)),
        (ProxySettings(programs="http://p:1", browser_known=True), ProxyPlan()),
        (ProxySettings(programs_bypassed=True), ProxyPlan(bypassed=True)),
        (
            ProxySettings(browser="http://b:1", browser_known=True, programs="http://p:1"),
            ProxyPlan(candidates=("http://b:1",), kind=ProxyKind.SYSTEM),
        ),
        (ProxySettings(browser_known=True, browser_bypassed=True), ProxyPlan(bypassed=True)),
    ],
)
def test_the_browsers_setting_counts_and_the_programs_where_it_is_unknown(
    settings_: ProxySettings, expected: ProxyPlan
) -> None:
    assert _plan(settings_) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "PROXY a:1; DIRECT",
            ProxyPlan(candidates=("http://a:1", DIRECT), kind=ProxyKind.PAC, pac=PacState.READ),
        ),
        (None, ProxyPlan(kind=ProxyKind.PAC, pac=PacState.UNREACHABLE)),
        ("<html>", ProxyPlan(kind=ProxyKind.PAC, pac=PacState.MALFORMED)),
    ],
)
def test_a_pac_file_that_cannot_be_had_means_direct(script: str | None, expected: ProxyPlan) -> None:
    assert _plan(ProxySettings(pac_url="http://pac.example/x.pac", browser_known=True), script) == expected


@pytest.mark.parametrize(
    ("more", "script", "expected"),
    [
        (
            {},
            'function FindProxyForURL(url, host) { return "PROXY a:1"; }',
            ProxyPlan(candidates=("http://a:1",), kind=ProxyKind.PAC, pac=PacState.READ),
        ),
        ({}, "<html>DIRECT TV, ours at last</html>", ProxyPlan()),
        ({}, None, ProxyPlan()),
        ({}, "<html>Welcome to our Wi-Fi</html>", ProxyPlan()),
        ({"browser": "http://b:1"}, None, ProxyPlan(candidates=("http://b:1",), kind=ProxyKind.SYSTEM)),
    ],
)
def test_a_script_that_the_network_tells_of_comes_first_and_none_is_nothing_odd(
    more: dict[str, str], script: str | None, expected: ProxyPlan
) -> None:
    assert _plan(ProxySettings(browser_known=True, auto_detect=True, **more), script) == expected  # type: ignore[arg-type]  # `more` has texts


def test_a_network_that_has_no_name_for_a_script_is_asked_for_none() -> None:
    machine = computer(hosts={}, proxy=ProxySettings(browser_known=True, auto_detect=True))
    one = walker(machine)

    assert Fetcher(lambda: one, Network(), lambda _: True).pac("http://wpad/wpad.dat") is None
    assert Role.PROXY not in {contact.role for contact in one.ledger.contacts()}


def test_a_pac_file_is_fetched_once_for_all_addresses() -> None:
    fetched: list[str] = []

    def fetch(url: str) -> str:
        fetched.append(url)
        return "DIRECT"

    machine = computer(proxy=ProxySettings(pac_url="http://pac.example/x.pac", browser_known=True))
    finder = ProxyFinder(machine, Memo(Deadline(2)), fetch)
    for url in (URL, "https://other.example/", "http://third.example:8080/x"):
        assert finder.plan(url).pac == "read"
    assert fetched == ["http://pac.example/x.pac"]


@pytest.mark.parametrize("url", ["", "https://[x/", "nonsense", "https://h:99999/"])
def test_an_address_that_is_none_has_a_plan_all_the_same(url: str) -> None:
    assert _plan(ProxySettings(programs="http://p:1"), url=url).candidates == ("http://p:1",)


# ---- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://pac.example/x",
        "https://pac.example/x",
        "file://server/share/x.pac",
        "file:////server/share/x.pac",
        "file:///%5c%5cserver/share/x.pac",
        "ftp://x/y",
        "",
        "x.pac",
        "file://[x/",
    ],
)
def test_only_a_file_on_this_computer_is_one(url: str) -> None:
    assert local_pac(url) is None


@pytest.mark.parametrize("prefix", ["file://", "file://localhost"])
def test_a_file_url_is_read(tmp_path: Path, prefix: str) -> None:
    file = tmp_path / "a b.pac"
    file.write_bytes(b'return "PROXY a:1"; // \xff')
    path = local_pac(prefix + file.as_uri().removeprefix("file://"))
    assert path == str(file)
    assert candidates_in(read_pac(path) or "") == ("http://a:1",)


def test_only_the_first_mebibyte_of_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "x.pac"
    file.write_bytes(b"x" * (MAX_PAC_BYTES * 2))
    text = read_pac(str(file))
    assert text is not None
    assert len(text) == MAX_PAC_BYTES


@pytest.mark.parametrize("name", ["missing", "folder", "nul\0name", "device"])
def test_what_is_no_file_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    path = "/dev/zero" if name == "device" else str(tmp_path / name)
    assert read_pac(path) is None


@pytest.mark.not_on_windows("posix", "named pipes among files")
def test_a_named_pipe_is_none_and_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with in_time(0.5):
        assert read_pac(str(tmp_path / "pipe")) is None
