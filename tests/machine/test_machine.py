from __future__ import annotations

import re
import socket
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck import api
from portalcheck.demo.certificates import mint
from portalcheck.facts import InterfaceKind, ProxySettings
from portalcheck.machine import ThisMachine, hostnames, mozilla, this_machine, trust
from portalcheck.machine.environment import RegistryValue
from portalcheck.machine.proxies import windows
from tests.machine.recorded import RecordedCommands, computer
from tests.probe.world import authority, minted

PORTAL = "https://portal.example/signin"
HEAVY = ("httpx", "dns", "cryptography", "psutil", "sqlite3", "publicsuffixlist", "jinja2", "idna", "certifi")


def test_it_is_a_machine_as_authors_of_checks_know_it() -> None:
    machine: api.Machine = this_machine()
    assert machine.endpoint("192.0.2.1", 443) == ("192.0.2.1", 443)


def test_this_computer_tells_of_itself() -> None:
    machine = this_machine()
    assert machine.system().os in ("linux", "macos", "windows")
    assert abs(machine.now() - time.time()) < 5
    kinds = {each.kind for each in machine.interfaces()}
    assert InterfaceKind.LOOPBACK in kinds
    assert all(0 < server.port < 65536 for server in machine.dns_servers())
    assert isinstance(machine.hosts_file("localhost"), tuple)
    assert isinstance(machine.proxies(PORTAL), ProxySettings)
    assert all(der.startswith(b"\x30") for der in machine.system_roots().certificates)


def test_making_a_machine_loads_nothing_heavy() -> None:
    code = "import sys; from portalcheck.machine import this_machine; this_machine(); print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not set(HEAVY) & set(output.split())


# ---- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "address"), [(4, "127.0.0.1"), (int(socket.AF_INET), "127.0.0.1"), (6, "::1")]
)
def test_names_are_resolved_as_programs_see_them_each_address_once(family: int, address: str) -> None:
    assert this_machine().resolve(address, family) == (address,)
    assert this_machine().resolve(address, 0) == (address,)


def test_this_computers_own_name_resolves() -> None:
    found = this_machine().resolve("localhost", 0)
    assert found
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    "host", ["", "a b", "nul\x00", "a" * 64 + ".example", ".".join(["abc"] * 80), "ü" * 70, "..", "a..b"]
)
def test_what_could_never_be_a_name_fails_as_names_do(host: str) -> None:
    with pytest.raises(socket.gaierror):
        this_machine().resolve(host, 0)


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_a_label_form_is_ascii_lower_case_and_stable(host: str) -> None:
    name = hostnames.a_label(host)
    assert re.fullmatch(r"[a-z0-9_.-]*", name)
    assert hostnames.a_label(name) == name
    assert len(name) <= 253


# ---- proxies -----------------------------------------------------------------------------------


def test_programs_and_browsers_may_have_different_proxies() -> None:
    run = RecordedCommands(
        {"gsettings": "org.gnome.system.proxy mode 'none'\norg.gnome.system.proxy.https host 'x.example'\n"}
    )
    environ = {"XDG_CURRENT_DESKTOP": "GNOME", "https_proxy": "http://user:secret@proxy.example:8080"}
    machine = ThisMachine(computer("linux", environ=environ, commands=run))
    assert machine.proxies(PORTAL) == ProxySettings(programs="http://proxy.example:8080", browser_known=True)


def test_the_desktop_is_asked_once_for_all_urls() -> None:
    run = RecordedCommands({"gsettings": "org.gnome.system.proxy mode 'none'\n"})
    machine = ThisMachine(computer("linux", environ={"XDG_CURRENT_DESKTOP": "GNOME"}, commands=run))
    for host in ("a", "b", "c"):
        machine.proxies(f"https://{host}.example/")
    assert len(run.asked) == 1


def test_without_a_desktop_setting_the_browsers_are_not_known() -> None:
    machine = ThisMachine(
        computer("linux", environ={"https_proxy": "proxy.example:1", "no_proxy": "portal.example"})
    )
    assert machine.proxies(PORTAL) == ProxySettings(programs_bypassed=True)


@pytest.mark.parametrize(
    "exception", ["*.example", "portal.example:443", "*portal.example", "al.example", "http://x, *.example"]
)
def test_browsers_go_past_the_variables_proxy_by_exceptions_that_programs_do_not_know(exception: str) -> None:
    environ = {"https_proxy": "proxy.example:1", "no_proxy": exception}
    assert ThisMachine(computer("linux", environ=environ)).proxies(PORTAL) == ProxySettings(
        programs="http://proxy.example:1", browser_known=True, browser_bypassed=True
    )


@pytest.mark.parametrize("exception", ["", "other.example", "portal.example:8443", "192.0.2.0/24"])
def test_exceptions_of_other_hosts_leave_the_variables_proxy_to_browsers_too(exception: str) -> None:
    environ = {"https_proxy": "proxy.example:1", "no_proxy": exception}
    found = ThisMachine(computer("linux", environ=environ)).proxies(PORTAL)
    assert found == ProxySettings(programs="http://proxy.example:1")


def test_programs_of_windows_use_winhttp_where_the_environment_is_silent() -> None:
    def machine(**environ: str) -> ThisMachine:
        server = b"proxy.example:8080"
        raw = bytes.fromhex("18000000 00000000 03000000") + bytes([len(server), 0, 0, 0]) + server
        key: dict[str, RegistryValue] = {"WinHttpSettings": raw}
        return ThisMachine(
            computer("windows", registry={f"HKLM\\{windows.CONNECTIONS}": key}, environ=environ)
        )

    assert machine().proxies(PORTAL).programs == "http://proxy.example:8080"
    assert machine(HTTPS_PROXY="own.example:1").proxies(PORTAL).programs == "http://own.example:1"
    bypassed = machine(HTTPS_PROXY="own.example:1", NO_PROXY="portal.example").proxies(PORTAL)
    assert (bypassed.programs, bypassed.programs_bypassed) == ("", True)


# ---- trust -------------------------------------------------------------------------------------


def test_mozillas_roots_have_the_date_of_their_release() -> None:
    roots = this_machine().mozilla_roots()
    assert len(roots.certificates) > 100
    assert roots.complete
    assert roots.newest is not None
    assert roots.newest > 1_700_000_000


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2025.01.31", 1738281600.0),
        ("2025.1.31", 1738281600.0),
        ("3.0", None),
        ("2025.13.1", None),
        ("x.y.z", None),
    ],
)
def test_only_a_calendar_version_is_a_day(version: str, expected: float | None) -> None:
    assert mozilla.day(version) == expected


def test_the_system_accepts_no_chain_of_a_root_that_it_does_not_know() -> None:
    leaf = mint(minted("", "portal.example", ("portal.example",)), authority())
    assert not trust.system_trusts([leaf.der, authority().der], "portal.example")


@pytest.mark.parametrize("chain", [[], [b""], [b"no certificate"], [b"0" * 70_000] * 30])
def test_what_is_no_chain_is_not_accepted(chain: list[bytes]) -> None:
    assert not trust.system_trusts(chain, "portal.example")


def test_windows_and_macos_accept_roots_of_their_own_and_linux_gives_no_verdict() -> None:
    machine = this_machine()
    roots = machine.system_roots().certificates[:10]
    assert any(machine.system_trusts([root], "portal.example") for root in roots) is (
        sys.platform in ("win32", "darwin")
    )
