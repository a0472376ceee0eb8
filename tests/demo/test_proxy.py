"""The practice proxy, spoken to as browsers do."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from portalcheck.demo import practice
from portalcheck.demo.portal import Practice
from tests.demo.client import PORTAL, Reply, ask, dial, page, trusting


def address(practice: Practice) -> tuple[str, int]:
    parts = urlsplit(practice.machine.proxies(practice.portal.url).programs)
    assert parts.scheme == "http"
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


def connect(practice: Practice, target: str, times: int = 1) -> list[Reply]:
    with dial(practice, *address(practice)) as sock:
        return [ask(sock, target, target, "CONNECT") for _ in range(times)]


def test_a_tunnel_leads_to_the_portal_where_the_direct_way_is_closed() -> None:
    with practice("proxy-active") as running:
        with pytest.raises(ConnectionRefusedError):
            dial(running, PORTAL)
        with dial(running, *address(running)) as sock:
            sock.sendall(f"CONNECT {PORTAL}:443 HTTP/1.1\r\nHost: {PORTAL}:443\r\n\r\n".encode())
            assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
            verified = trusting(running.machine.system_roots().certificates)
            with verified.wrap_socket(sock, server_hostname=PORTAL) as secured:
                assert ask(secured, PORTAL, "/signin").status == 302
                assert ask(secured, PORTAL, "/signin").status == 302


def test_plain_requests_are_passed_on() -> None:
    with practice("proxy-active") as running, dial(running, *address(running)) as sock:
        target = "http://open.practice-net.example/generate_204"
        assert ask(sock, "open.practice-net.example", target).status == 204


def test_tunnels_by_address_and_to_unknown_places() -> None:
    with practice("proxy-active") as running:
        with dial(running, *address(running)) as sock:
            sock.sendall(b"CONNECT [2001:db8:2::10]:443 HTTP/1.1\r\nHost: x\r\n\r\n")
            assert sock.recv(1000).startswith(b"HTTP/1.1 200 ")
        for target in ("nobody.example:443", f"{PORTAL}:22", f"{PORTAL}:99999", "nonsense", "127.0.0.1:80"):
            assert [reply.status for reply in connect(running, target)] == [502]


def test_a_proxy_that_wants_a_login_says_so_every_time() -> None:
    with practice("proxy-auth") as running:
        replies = connect(running, f"{PORTAL}:443", times=2)
    assert [reply.status for reply in replies] == [407, 407]
    assert replies[0].headers["proxy-authenticate"].startswith("Basic ")


def test_a_proxy_that_blocks_says_so() -> None:
    with practice("proxy-blocks") as running:
        assert [reply.status for reply in connect(running, f"{PORTAL}:443")] == [403]


@pytest.mark.parametrize("fault", ["proxy-down", "proxy-mismatch"])
def test_a_dead_proxy_refuses_and_the_direct_way_is_open(fault: str) -> None:
    with practice(fault) as running:
        with pytest.raises(ConnectionRefusedError):
            dial(running, *address(running))
        assert page(running, PORTAL, "/signin").status == 302


def test_settings_say_who_uses_the_proxy() -> None:
    seen = {}
    for fault in ("healthy", "proxy-down", "proxy-mismatch"):
        with practice(fault) as running:
            said = running.machine.proxies(running.portal.url)
            seen[fault] = (bool(said.programs), bool(said.browser), said.browser_known)
    assert seen == {
        "healthy": (False, False, True),
        "proxy-down": (True, True, True),
        "proxy-mismatch": (True, False, True),
    }
