"""Where this computer's own routes send an address, as each system tells it."""

from __future__ import annotations

import ipaddress
import struct
from pathlib import Path

import pytest

from portalcheck.facts import LocalRoute
from portalcheck.machine import linux, macos, windows
from tests.machine.recorded import computer

FOUR, SIX = "198.51.100.10", "2001:db8:2::10"
LINK_LOCAL = "fe80::1"


@pytest.mark.parametrize(
    ("address", "said", "route"),
    [
        (FOUR, f"{FOUR} via 192.0.2.1 dev eth0 src 192.0.2.10 uid 0 \\    cache \n", ("eth0", "192.0.2.1")),
        (FOUR, f"{FOUR} dev docker0 src 198.51.100.1 uid 0 \\    cache \n", ("docker0", "")),
        (FOUR, f"{FOUR} via inet6 {LINK_LOCAL} dev eth0 src 192.0.2.10 uid 0\n", ("eth0", LINK_LOCAL)),
        (SIX, f"{SIX} from :: via {LINK_LOCAL} dev eth0 proto ra src 2001:db8:1::10\n", ("eth0", LINK_LOCAL)),
        (SIX, f"unreachable {SIX} from :: dev lo proto static metric 1024 error -101\n", ("", "")),
        (SIX, f"prohibit {SIX} from :: dev lo metric 1024 error -13\n", ("", "")),
    ],
)
def test_linux_tells_by_all_its_tables_and_rules(
    tmp_path: Path, address: str, said: str, route: tuple[str, str]
) -> None:
    commands = {f"ip -o route get {address}": said}
    assert linux.route(computer("linux", tmp_path, commands=commands), address) == LocalRoute(*route)


@pytest.mark.parametrize(
    ("gateway", "flags", "route"),
    [
        ("192.0.2.1", "<UP,GATEWAY,DONE,STATIC,PRCLONING>", ("en0", "192.0.2.1")),
        ("link#6", "<UP,DONE,CLONING,STATIC>", ("en0", "")),
        ("127.0.0.1", "<UP,GATEWAY,REJECT,DONE,STATIC>", ("", "")),
        ("127.0.0.1", "<UP,GATEWAY,DONE,STATIC,BLACKHOLE>", ("", "")),
    ],
)
def test_macos_tells_gateways_from_neighbours(
    tmp_path: Path, gateway: str, flags: str, route: tuple[str, str]
) -> None:
    said = f"   route to: {FOUR}\n    gateway: {gateway}\n  interface: en0\n      flags: {flags}\n"
    commands = {f"route -n get -inet {FOUR}": said}
    assert macos.route(computer("macos", tmp_path, commands=commands), FOUR) == LocalRoute(*route)


def test_where_no_program_tells_the_route_is_not_known(tmp_path: Path) -> None:
    assert linux.route(computer("linux", tmp_path), FOUR) is None
    assert macos.route(computer("macos", tmp_path), SIX) is None


@pytest.mark.parametrize(
    ("gateway", "told"), [("192.0.2.1", "192.0.2.1"), ("0.0.0.0", ""), (LINK_LOCAL, LINK_LOCAL)]
)
def test_windows_row_has_the_index_and_the_next_hop(gateway: str, told: str) -> None:
    """MIB_IPFORWARD_ROW2: LUID, index, prefix (SOCKADDR_INET and its length), next hop, and what follows."""
    prefix = windows.socket_address(FOUR if "." in gateway else SIX) + bytes([24, 0, 0, 0])
    row = struct.pack("<QI", 1, 17) + prefix + windows.socket_address(gateway) + bytes(32)
    assert len(row) == 104
    assert windows.route_row(row) == LocalRoute("17", told)


def test_windows_address_has_the_family_first() -> None:
    six = windows.socket_address(f"{LINK_LOCAL}%7")
    assert (len(six), six[:2], six[8:24]) == (28, b"\x17\0", ipaddress.ip_address(LINK_LOCAL).packed)
