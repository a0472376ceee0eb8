"""All that the program's readers make of whole Macs, which were never seen: see `macs`."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

import pytest

from portalcheck.cli.language import preferred_on_mac
from portalcheck.facts import DnsServer, Interface, InterfaceKind, LocalRoute, ProxySettings, System
from portalcheck.machine import ThisMachine
from portalcheck.machine.browsers.default import default_browser
from portalcheck.words.files import choose_language
from tests.machine import macs
from tests.machine.recorded import computer

PORTAL = "https://portal.example/signin"
DIRECT = ProxySettings(browser_known=True)
LOOPBACK, WIFI, ETHERNET = InterfaceKind.LOOPBACK, InterfaceKind.WIFI, InterfaceKind.ETHERNET
TUNNEL, VIRTUAL, OTHER = InterfaceKind.TUNNEL, InterfaceKind.VIRTUAL, InterfaceKind.OTHER
OWN = {
    "lo0": LOOPBACK,
    "gif0": OTHER,
    "stf0": OTHER,
    "anpi0": VIRTUAL,
    "ap1": VIRTUAL,
    "awdl0": VIRTUAL,
    "llw0": VIRTUAL,
    "utun0": TUNNEL,
    "utun1": TUNNEL,
}
FACTS: dict[str, dict[str, Any]] = {
    "HOME": {
        "system": "15.7.1",
        "kinds": {"en0": WIFI, "bridge0": VIRTUAL},
        "dns": (DnsServer("192.168.1.1"),),
        "route": LocalRoute("en0", "192.168.1.1"),
    },
    "ETHERNET_AND_WIFI": {
        "system": "14.5",
        "kinds": {"en0": WIFI, "en3": ETHERNET, "bridge0": VIRTUAL},
        "dns": (DnsServer("192.168.1.1"),),
        "route": LocalRoute("en3", "192.168.1.1"),
        "browser": "firefox",
    },
    "SPLIT_TUNNEL": {
        "system": "26.1",
        "kinds": {"en0": WIFI, "utun4": TUNNEL},
        "products": {"utun4": "Cisco Secure Client (AnyConnect)"},
        "dns": (DnsServer("192.168.1.1"),),
        "route": LocalRoute("en0", "192.168.1.1"),
        "browser": "chrome",
    },
    "FULL_TUNNEL": {
        "system": "26.1",
        "kinds": {"en0": WIFI, "utun5": TUNNEL},
        "products": {"utun5": "Proton VPN"},
        "dns": (DnsServer("10.2.0.1"),),
        "route": LocalRoute("utun5", "10.2.0.2"),
    },
    "MANAGED": {
        "system": "15.6",
        "kinds": {"en0": WIFI, "en3": ETHERNET},
        "dns": (DnsServer("10.0.0.53"), DnsServer("10.0.0.54")),
        "route": LocalRoute("en3", "10.0.0.1"),
        "proxies": ProxySettings(
            browser="http://proxy.corp.example:8080",
            browser_known=True,
            pac_url="http://pac.corp.example/proxy.pac",
        ),
        "hosts": ("10.0.0.99",),
        "browser": "edge",
    },
    "HOTSPOT": {
        "system": "15.5",
        "kinds": {"en0": WIFI, "bridge100": VIRTUAL},
        "dns": (DnsServer("fd00:976a::9"), DnsServer("2001:db8:64::53")),
        "route": LocalRoute("en0", "192.0.0.1"),
    },
    "SPANISH": {
        "system": "26.0.1",
        "kinds": {"en0": WIFI, "bridge0": VIRTUAL},
        "dns": (DnsServer("fe80::1%en0"), DnsServer("192.168.0.1")),
        "route": LocalRoute("en0", "192.168.0.1"),
        "language": "es",
    },
}


@pytest.mark.parametrize("name", FACTS)
def test_a_whole_mac_is_read_as_it_is(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mac: macs.Mac = getattr(macs, name)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "Users/pat"))
    environment = computer(
        "macos",
        tmp_path,
        files=mac.files,
        commands=mac.commands,
        links=mac.all_links,
        processes=mac.processes,
        home="/Users/pat",
    )
    machine, told = ThisMachine(environment), FACTS[name]
    kinds, products = {**OWN, **told["kinds"]}, told.get("products", {})

    assert {
        "system": machine.system(),
        "interfaces": machine.interfaces(),
        "dns": machine.dns_servers(),
        "route": machine.route(macs.PORTAL_ADDRESS),
        "proxies": machine.proxies(PORTAL),
        "hosts": machine.hosts_file("portal.example"),
        "browser": default_browser(environment),
        "language": choose_language(preferred_on_mac()),
    } == {
        "system": System("macos", told["system"]),
        "interfaces": tuple(
            Interface(each, kinds[each], link.up, link.addresses, products.get(each, ""))
            for each, link in mac.all_links.items()
        ),
        "dns": told["dns"],
        "route": told["route"],
        "proxies": told.get("proxies", DIRECT),
        "hosts": told.get("hosts", ()),
        "browser": told.get("browser", "safari"),
        "language": told.get("language", "en"),
    }


def test_every_recorded_mac_is_read() -> None:
    assert FACTS.keys() == {name for name, value in vars(macs).items() if isinstance(value, macs.Mac)}


@pytest.mark.parametrize(
    ("listed", "language"),
    [(["es-419", "en-US"], "es"), (["ca-ES", "es-ES"], "es"), (["de-DE"], "en"), (["de-DE", "en-GB"], "en")],
)
def test_the_first_language_that_is_spoken_here_counts(
    listed: list[str], language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    place = tmp_path / "Library/Preferences/.GlobalPreferences.plist"
    place.parent.mkdir(parents=True)
    place.write_bytes(plistlib.dumps({"AppleLanguages": listed}))
    assert choose_language(preferred_on_mac()) == language


@pytest.mark.parametrize(
    "content", [b"", b"bplist00", plistlib.dumps({"AppleLanguages": [7]}), plistlib.dumps([])]
)
def test_broken_preferences_name_no_language(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert preferred_on_mac() == ""
    place = tmp_path / "Library/Preferences/.GlobalPreferences.plist"
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    assert preferred_on_mac() == ""


def test_where_the_choice_of_a_browser_cannot_be_read_none_is_named(tmp_path: Path) -> None:
    place = "/Users/pat/Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"
    environment = computer("macos", tmp_path, files={place: "broken"}, home="/Users/pat")
    assert default_browser(environment) == ""


@pytest.mark.parametrize("version", ["10.16", "16.0", "16.1.1", "25.0"])
def test_a_version_that_is_none_is_asked_for_again(version: str, tmp_path: Path) -> None:
    place = "/System/Library/CoreServices/SystemVersion.plist"
    files = {place: plistlib.dumps({"ProductVersion": version})}
    environment = computer("macos", tmp_path, files=files, commands={"sw_vers -productVersion": "26.1\n"})
    assert ThisMachine(environment).system().release == "26.1"
