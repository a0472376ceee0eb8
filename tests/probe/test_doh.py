"""DNS over HTTPS (RFC 8484): an answer counts only from a server that proves itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import dns.message
import h2.config
import h2.connection
import h2.events
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.demo import tls
from portalcheck.demo.certificates import Issued, server_context
from portalcheck.demo.servers import Endpoint, Peer, Serve
from portalcheck.facts import DnsAnswer, DnsServer, Failure
from portalcheck.model import Portal
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Role
from portalcheck.probe.third_parties.doh import https_server
from portalcheck.probe.third_parties.resolvers import Resolvers, plain_server
from portalcheck.probe.tls.trust import ChainVerifier
from tests.probe.dns_replies import Think, rcode, records
from tests.probe.world import RESETS, World, computer, head, in_time, issued, response, walker

RESOLVER, RESOLVER_ADDRESS = "dns.example", "203.0.113.53"
URL = f"https://{RESOLVER}/dns-query"
NAME = "north.example"
V4, V6 = "198.51.100.1", "2001:db8::1"


class Answering:
    """An HTTPS server for DNS messages; what it was asked is kept."""

    def __init__(
        self, think: Think, wrap: Callable[[bytes], bytes] = lambda body: response(200, body)
    ) -> None:
        self._think, self._wrap = think, wrap
        self.heads: list[str] = []
        self.questions: list[dns.message.Message] = []

    def __call__(self, peer: Peer) -> None:
        """Serve one connection."""
        while data := head(peer):
            start, _, body = data.partition(b"\r\n\r\n")
            fields = dict(line.partition(b": ")[::2] for line in start.lower().split(b"\r\n")[1:])
            while len(body) < int(fields[b"content-length"]):
                body += peer.socket.recv(4096)
            self.heads.append(start.decode())
            question = dns.message.from_wire(body)
            self.questions.append(question)
            answer = self._think(question)
            wire = answer.to_wire() if isinstance(answer, dns.message.Message) else answer or b""
            peer.socket.sendall(self._wrap(wire))


def _ask(
    world: World,
    serve: Serve | Endpoint,
    certificate: Issued | None = None,
    *,
    seconds: float = 2.0,
    role: Role = Role.NEUTRAL_RESOLVER,
) -> tuple[DnsAnswer, set[tuple[Role, str, str]]]:
    where = world.tls(serve, certificate or issued(RESOLVER)) if callable(serve) else serve
    machine = computer({(RESOLVER_ADDRESS, 443): where}, hosts={RESOLVER: (RESOLVER_ADDRESS,)})
    one = walker(machine, seconds=seconds)
    room = ChainVerifier(
        machine, Portal(profile="x", name="x", url="https://x.example/"), Memo(Deadline(5)), lambda _: None
    )
    resolvers = Resolvers(one, room.judge)
    servers = resolvers.independent([URL])
    with in_time(seconds):
        answers = resolvers.ask([(server, NAME) for server in servers], role)
    assert len(answers) == 1
    return answers[0], {(contact.role, contact.host, contact.told) for contact in one.ledger.contacts()}


def test_both_families_are_asked_and_joined(world: World) -> None:
    server = Answering(records((V4,), (V6,)))
    answer, contacts = _ask(world, server)
    assert (answer.failure, set(answer.addresses)) == (None, {V4, V6})
    assert answer.server == DnsServer(RESOLVER, 443, URL)
    assert contacts == {(Role.NEUTRAL_RESOLVER, RESOLVER, NAME)}


def test_the_question_is_posted_as_a_message_without_an_id(world: World) -> None:
    server = Answering(records((V4,)))
    _ask(world, server)
    assert all(start.startswith("POST /dns-query HTTP/1.1\r\n") for start in server.heads)
    assert all("Content-Type: application/dns-message" in start for start in server.heads)
    assert {question.id for question in server.questions} == {0}


@pytest.mark.parametrize(
    ("think", "expected"),
    [
        (rcode(3), Failure.NXDOMAIN),
        (rcode(2), Failure.SERVFAIL),
        (rcode(5), Failure.QUERY_REFUSED),
        (records(), Failure.NODATA),
    ],
)
def test_a_response_code_is_told(world: World, think: Think, expected: Failure) -> None:
    assert _ask(world, Answering(think))[0].failure is expected


def _other_question(question: dns.message.Message) -> dns.message.Message:
    other = dns.message.make_query("elsewhere.example", question.question[0].rdtype, id=0)
    answer = records((V4,), (V6,))(other)
    assert isinstance(answer, dns.message.Message)
    return answer


@pytest.mark.parametrize(
    "think", [lambda _: b"", lambda _: b"\xff" * 100, lambda _: b"<html>hello</html>", _other_question]
)
def test_what_is_no_answer_to_the_question_is_malformed(world: World, think: Think) -> None:
    assert _ask(world, Answering(think))[0].failure is Failure.MALFORMED


@pytest.mark.parametrize("status", [302, 400, 403, 404, 500])
def test_a_page_instead_of_an_answer_is_none(world: World, status: int) -> None:
    server = Answering(records((V4,), (V6,)), lambda body: response(status, body, ("Location", "/")))
    assert _ask(world, server)[0].failure is Failure.OTHER


def test_a_server_that_cannot_prove_itself_is_not_believed(world: World) -> None:
    answer, _ = _ask(world, Answering(records((V4,), (V6,))), issued("other.example"))
    assert (answer.failure, answer.addresses) == (Failure.OTHER, ())


def test_a_server_whose_certificate_expired_is_believed_whatever_the_clock_says(world: World) -> None:
    answer, _ = _ask(world, Answering(records((V4,))), issued(RESOLVER, days=(-90, -3)))
    assert answer.addresses == (V4,)


@pytest.mark.parametrize(
    ("serve", "expected"),
    [
        (Peer.ignore, Failure.TIMED_OUT),
        pytest.param(Peer.reset, Failure.RESET, marks=RESETS),
        (lambda peer: None, Failure.CLOSED),
    ],
)
def test_a_server_that_says_nothing_is_a_failure_in_time(
    world: World, serve: Serve, expected: Failure
) -> None:
    assert _ask(world, serve, seconds=1)[0].failure in (expected, Failure.RESET)


# ---- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9.9.9.9", DnsServer("9.9.9.9")),
        ("9.9.9.9:5353", DnsServer("9.9.9.9", 5353)),
        ("2620:fe::fe", DnsServer("2620:fe::fe")),
        ("[2620:fe::fe]:5353", DnsServer("2620:fe::fe", 5353)),
        (URL, None),
        ("9.9.9.9:0", None),
        ("9.9.9.9:99999", None),
        ("9.9.9.9:+53", None),
        ("9.9.9.9:", None),
        ("dns.example:53", None),
        ("", None),
        ("[fe80::1%a\nb]:53", None),
        ("fe80::1%\x1b[31m", None),
        ("fe80::1%\u0435th0", None),
    ],
)
def test_an_address_with_or_without_port_is_a_server(text: str, expected: DnsServer | None) -> None:
    assert plain_server(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (URL, DnsServer(RESOLVER, 443, URL)),
        ("HTTPS://9.9.9.9/dns-query", DnsServer("9.9.9.9", 443, "HTTPS://9.9.9.9/dns-query")),
        ("http://dns.example/dns-query", None),
        ("https://[x/", None),
        ("https://", None),
        ("9.9.9.9", None),
        ("", None),
    ],
)
def test_an_https_address_is_a_server(text: str, expected: DnsServer | None) -> None:
    assert https_server(text) == expected


@settings(max_examples=300)
@given(st.text(max_size=60))
def test_no_setting_makes_it_raise(text: str) -> None:
    for value in (text, f"https://{text}", f"9.9.9.9:{text}"):
        for server in (plain_server(value), https_server(value)):
            assert server is None or 0 < server.port <= 65_535


# ---- as a browser asks its own ---------------------------------------------------------------------


def _by_http_2(think: Think) -> Serve:
    """A server that speaks HTTP/2 alone, as several do."""

    def serve(peer: Peer) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        peer.socket.sendall(connection.data_to_send())
        bodies: dict[int, bytes] = {}
        while data := peer.socket.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id or 0] = bodies.get(event.stream_id or 0, b"") + (event.data or b"")
                elif isinstance(event, h2.events.StreamEnded):
                    answer = think(dns.message.from_wire(bodies[event.stream_id or 0]))
                    assert isinstance(answer, dns.message.Message)
                    connection.send_headers(event.stream_id or 0, [(":status", "200")])
                    connection.send_data(event.stream_id or 0, answer.to_wire(), end_stream=True)
            peer.socket.sendall(connection.data_to_send())

    return serve


def test_a_browsers_own_server_is_asked_by_http_2_where_it_speaks_that(world: World) -> None:
    context = server_context(issued(RESOLVER))
    context.set_alpn_protocols(["h2"])
    where = world.tcp(partial(tls.serve, context, _by_http_2(records((V4,), (V6,)))))

    answer, contacts = _ask(world, where, role=Role.RESOLVER)

    assert set(answer.addresses) == {V4, V6}
    assert contacts == {(Role.RESOLVER, RESOLVER, NAME)}


def test_a_browsers_own_server_may_speak_http_1(world: World) -> None:
    answer, _ = _ask(world, Answering(records((V4,), (V6,))), role=Role.RESOLVER)

    assert set(answer.addresses) == {V4, V6}
