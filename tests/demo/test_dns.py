"""The practice DNS servers, asked with dnspython."""

from __future__ import annotations

import socket

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo import practice
from portalcheck.demo.dns_server import Zone, answer
from portalcheck.demo.plan import DnsMode
from portalcheck.demo.portal import Practice
from tests.demo.client import PORTAL

OWN, RESOLVER = "192.0.2.53", "203.0.113.53"
ZONE = Zone(names={"a.example": ("192.0.2.1", "2001:db8::1"), "empty.example": ()})


def ask(
    practice: Practice, name: str, kind: str = "A", server: str = OWN, seconds: float = 2.0
) -> dns.message.Message:
    where, port = practice.machine.endpoint(server, 53)
    return dns.query.udp(dns.message.make_query(name, kind), where, port=port, timeout=seconds)


def addresses(message: dns.message.Message) -> list[str]:
    return [item.to_text() for rrset in message.answer for item in rrset]


@pytest.mark.parametrize("server", [OWN, RESOLVER])
def test_both_servers_know_the_portal_in_both_families(healthy: Practice, server: str) -> None:
    assert addresses(ask(healthy, PORTAL, "A", server)) == ["198.51.100.10"]
    assert addresses(ask(healthy, PORTAL, "AAAA", server)) == ["2001:db8:2::10"]


def test_names_have_no_case(healthy: Practice) -> None:
    assert addresses(ask(healthy, PORTAL.upper())) == ["198.51.100.10"]


def test_unknown_names_do_not_exist_and_known_ones_have_no_other_records(healthy: Practice) -> None:
    assert ask(healthy, "nothing.example").rcode() == dns.rcode.NXDOMAIN
    nodata = ask(healthy, PORTAL, "MX")
    assert (nodata.rcode(), nodata.answer) == (dns.rcode.NOERROR, [])


def test_tcp_answers_several_queries_on_one_connection(healthy: Practice) -> None:
    with socket.create_connection(healthy.machine.endpoint(OWN, 53), 2.0) as sock:
        for kind, expected in (("A", "198.51.100.10"), ("AAAA", "2001:db8:2::10")):
            query = dns.message.make_query(PORTAL, kind)
            dns.query.send_tcp(sock, query)
            response, _ = dns.query.receive_tcp(sock)
            assert query.is_response(response)
            assert addresses(response) == [expected]


def test_down_is_silence_here_and_an_answer_elsewhere() -> None:
    with practice("dns-down") as running:
        with pytest.raises(dns.exception.Timeout):
            ask(running, PORTAL, seconds=0.3)
        query = dns.message.make_query(PORTAL, "A")
        with socket.create_connection(running.machine.endpoint(OWN, 53), 0.3) as sock:
            dns.query.send_tcp(sock, query)
            with pytest.raises(TimeoutError):
                sock.recv(1)
        assert addresses(ask(running, "canary.north.example", server=RESOLVER)) == ["203.0.113.11"]


@pytest.mark.parametrize(
    ("fault", "code"), [("dns-broken", dns.rcode.SERVFAIL), ("dns-refuses", dns.rcode.REFUSED)]
)
def test_broken_servers_fail_for_every_name(fault: str, code: dns.rcode.Rcode) -> None:
    with practice(fault) as running:
        for name in (PORTAL, "canary.north.example", "nothing.example"):
            assert ask(running, name).rcode() == code
        assert addresses(ask(running, "canary.north.example", server=RESOLVER)) == ["203.0.113.11"]


def test_a_wrong_name_is_denied_by_everyone() -> None:
    with practice("name-wrong") as running:
        assert ask(running, PORTAL).rcode() == dns.rcode.NXDOMAIN
        assert ask(running, PORTAL, server=RESOLVER).rcode() == dns.rcode.NXDOMAIN
        assert addresses(ask(running, "canary.north.example"))


@pytest.mark.parametrize(
    ("fault", "here"),
    [
        ("dns-filtered", ["0.0.0.0"]),
        ("dns-filtered-page", ["203.0.113.77"]),
        ("dns-hijacked", ["203.0.113.66"]),
        ("dns-filtered-missing", []),
    ],
)
def test_only_the_own_server_tells_a_different_story(fault: str, here: list[str]) -> None:
    with practice(fault) as running:
        assert addresses(ask(running, PORTAL)) == here
        assert addresses(ask(running, PORTAL, server=RESOLVER)) == ["198.51.100.10"]
        assert addresses(ask(running, "canary.north.example")) == ["203.0.113.11"]


def test_behind_a_captive_gateway_every_name_leads_to_it() -> None:
    with practice("captive-portal") as running:
        for server in (OWN, RESOLVER):
            for name in (PORTAL, "canary.north.example", "nothing.example"):
                assert addresses(ask(running, name, server=server)) == ["192.0.2.1"]


def reply(query: dns.message.Message, mode: DnsMode = "answers") -> dns.message.Message:
    data = answer(ZONE, mode, query.to_wire())
    assert data is not None
    return dns.message.from_wire(data)


def test_a_name_can_exist_without_an_address() -> None:
    for kind in ("A", "AAAA"):
        message = reply(dns.message.make_query("empty.example", kind))
        assert (message.rcode(), message.answer) == (dns.rcode.NOERROR, [])


def test_other_classes_and_odd_questions_are_refused() -> None:
    assert reply(dns.message.make_query("a.example", "A", "CH")).rcode() == dns.rcode.REFUSED
    assert reply(dns.message.Message(id=7)).rcode() == dns.rcode.FORMERR


def test_edns_is_answered_with_edns() -> None:
    assert reply(dns.message.make_query("a.example", "A", use_edns=0, payload=1232)).edns == 0
    assert reply(dns.message.make_query("a.example", "A")).edns == -1


def test_responses_are_not_answered() -> None:
    response = dns.message.make_response(dns.message.make_query("a.example", "A"))
    assert answer(ZONE, "answers", response.to_wire()) is None


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.builds(
            lambda at, noise: (
                (w := dns.message.make_query("a.example", "A", use_edns=0).to_wire())[:at]
                + noise
                + w[at + len(noise) :]
            ),
            st.integers(0, 38),
            st.binary(max_size=8),
        ),
    )
)
def test_no_bytes_raise_and_every_answer_is_a_response(query: bytes) -> None:
    data = answer(ZONE, "answers", query)
    if data is not None:
        assert data[:2] == query[:2]
        assert data[2] & 0x80
