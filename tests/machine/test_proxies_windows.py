from __future__ import annotations

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.machine.environment import RegistryValue
from portalcheck.machine.proxies import windows
from portalcheck.machine.proxies.rules import ProxyRules
from tests.machine.recorded import computer

PORTAL = "https://portal.example/signin"


HKCU, HKLM = f"HKCU\\{windows.SETTINGS}", f"HKLM\\{windows.SETTINGS}"


def blob(flags: int, server: str = "", exceptions: str = "", script: str = "") -> bytes:
    texts = (text.encode() for text in (server, exceptions, script))
    return (
        struct.pack("<III", 0x46, 9, flags)
        + b"".join(struct.pack("<I", len(text)) + text for text in texts)
        + bytes(32)
    )


def windows_rules(registry: dict[str, dict[str, RegistryValue]]) -> ProxyRules | None:
    return windows.read(computer("windows", registry=registry))


def test_windows_gives_one_proxy_to_all_schemes() -> None:
    values: dict[str, RegistryValue] = {
        "ProxyEnable": 1,
        "ProxyServer": "proxy.example:8080",
        "ProxyOverride": "*.intern.example;192.168.*;bank.example;<local>",
    }
    rules = windows_rules({HKCU: values})
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://proxy.example:8080", False)
    hosts = ("a.intern.example", "192.168.3.4", "bank.example", "intern")
    assert [rules.choose(f"https://{host}/") for host in hosts] == [("", True)] * 4
    assert rules.choose("https://my.bank.example/") == ("http://proxy.example:8080", False)


def test_windows_gives_each_scheme_its_own() -> None:
    server = "http=a.example:1;HTTPS=https://b.example:2;ftp=c.example:3;socks=d.example"
    rules = windows_rules({HKCU: {"ProxyEnable": 1, "ProxyServer": server}})
    assert rules is not None
    assert dict(rules.proxies) == {
        "http": "http://a.example:1",
        "https": "https://b.example:2",
        "all": "socks4://d.example:1080",
    }


def test_a_windows_proxy_that_is_switched_off_counts_for_nothing() -> None:
    assert windows_rules({HKCU: {"ProxyEnable": 0, "ProxyServer": "proxy.example:1"}}) == ProxyRules()


def test_windows_script_and_discovery() -> None:
    plain: dict[str, RegistryValue] = {"AutoConfigURL": "http://wpad.example/x.pac", "AutoDetect": 1}
    expected = ProxyRules(pac_url="http://wpad.example/x.pac", auto_detect=True)
    assert windows_rules({HKCU: plain}) == expected
    made = blob(1 | 4 | 8, script="http://wpad.example/x.pac")
    assert windows_rules({f"HKCU\\{windows.CONNECTIONS}": {"DefaultConnectionSettings": made}}) == expected


def test_the_binary_goes_before_the_plain_values() -> None:
    made = blob(1 | 2 | 8, "proxy.example:8080", "<local>")
    registry: dict[str, dict[str, RegistryValue]] = {
        HKCU: {"ProxyEnable": 0},
        f"HKCU\\{windows.CONNECTIONS}": {"DefaultConnectionSettings": made},
    }
    rules = windows_rules(registry)
    assert rules == ProxyRules(
        proxies={"all": "http://proxy.example:8080"}, bypass=("<local>",), auto_detect=True
    )


def test_a_policy_makes_the_machines_settings_count() -> None:
    registry: dict[str, dict[str, RegistryValue]] = {
        f"HKLM\\{windows.POLICY}": {"ProxySettingsPerUser": 0},
        HKLM: {"ProxyEnable": 1, "ProxyServer": "machine.example:1"},
        HKCU: {"ProxyEnable": 1, "ProxyServer": "user.example:2"},
    }
    rules = windows_rules(registry)
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://machine.example:1", False)


def test_windows_without_settings_is_not_known() -> None:
    assert windows_rules({}) is None


def test_winhttp_has_its_own_settings() -> None:
    key = f"HKLM\\{windows.CONNECTIONS}"
    direct = bytes.fromhex("1800000000000000010000000000000000000000")
    assert (
        windows.read_winhttp(computer("windows", registry={key: {"WinHttpSettings": direct}})) == ProxyRules()
    )
    made = blob(3, "http=a.example:1;https=b.example:2", "bank.example;<local>")
    rules = windows.read_winhttp(computer("windows", registry={key: {"WinHttpSettings": made}}))
    assert rules.choose(PORTAL) == ("http://b.example:2", False)
    assert rules.choose("https://bank.example/") == ("", True)
    assert windows.read_winhttp(computer("windows")) == ProxyRules()


@settings(max_examples=150)
@given(st.binary(max_size=120))
def test_any_windows_binary_is_survived(data: bytes) -> None:
    for raw in (data, struct.pack("<III", 0x46, 1, 15) + data, "text", 7, None):
        made = windows.parse(raw)
        if made is not None:
            assert "@" not in windows.rules(made).choose(PORTAL)[0]


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_any_windows_server_text_is_survived(text: str) -> None:
    for proxy in windows.servers(text).values():
        assert "@" not in proxy
