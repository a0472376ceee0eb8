"""DNS servers that answer as they please, over UDP and TCP."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from portalcheck.demo.servers import Endpoint, Peer, Reply, Serve
from tests.probe.world import World

Answer = dns.message.Message | bytes | None
Think = Callable[[dns.message.Message], Answer]
"""What a server makes of a question: a message, bytes that are none, or silence."""


def dns_server(world: World, udp: Think, tcp: Think | None = None) -> Endpoint:
    """A server on UDP and TCP, which think alike unless `tcp` is given."""
    return world.udp_and_tcp(_datagrams(udp), _streams(tcp or udp))


def _datagrams(think: Think) -> Reply:
    def reply(data: bytes) -> bytes | None:
        return _wire(think(dns.message.from_wire(data)))

    return reply


def _streams(think: Think) -> Serve:
    def serve(peer: Peer) -> None:
        head = peer.socket.recv(2)
        query = b""
        while len(query) < int.from_bytes(head):
            query += peer.socket.recv(4096)
        answer = _wire(think(dns.message.from_wire(query)))
        if answer is not None:
            with contextlib.suppress(OSError):
                peer.socket.sendall(len(answer).to_bytes(2) + answer)
        peer.ignore()

    return serve


def _wire(answer: Answer) -> bytes | None:
    if isinstance(answer, dns.message.Message):
        return answer.to_wire(max_size=65_535)
    return answer


def kind_of(question: dns.message.Message) -> str:
    """A or AAAA."""
    return dns.rdatatype.to_text(question.question[0].rdtype)


def records(a: tuple[str, ...] = (), aaaa: tuple[str, ...] = ()) -> Think:
    """A server that has these addresses for every name."""

    def think(question: dns.message.Message) -> Answer:
        response = dns.message.make_response(question)
        found = {"A": a, "AAAA": aaaa}[kind_of(question)]
        if found:
            name = question.question[0].name
            response.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind_of(question), found))
        return response

    return think


def rcode(code: int) -> Think:
    """A server that has only this response code for every question."""

    def think(question: dns.message.Message) -> Answer:
        response = dns.message.make_response(question)
        response.set_rcode(dns.rcode.Rcode(code))
        return response

    return think


def by_kind(a: Think, aaaa: Think) -> Think:
    """A server that thinks differently of A and AAAA."""
    return lambda question: (a if kind_of(question) == "A" else aaaa)(question)


def silent(_: dns.message.Message) -> Answer:
    """Never answers."""
    return None


def cut(question: dns.message.Message) -> Answer:
    """An answer that says it does not fit (RFC 1035, 4.1.1)."""
    response = dns.message.make_response(question)
    response.flags |= dns.flags.TC
    return response


def rrsets(*rows: str) -> Think:
    """A server with these records, each `owner kind value`, for every question."""

    def think(question: dns.message.Message) -> Answer:
        response = dns.message.make_response(question)
        for row in rows:
            owner, kind, value = row.split()
            response.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, value))
        return response

    return think


def flooding(world: World, make: Callable[[bytes], bytes]) -> Endpoint:
    """A UDP server that answers each question with datagrams without end."""
    sock = world.socket(socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    ended = world.ending()

    def flood() -> None:
        query, sender = sock.recvfrom(4096)
        answer = make(query)
        while not ended.is_set():
            with contextlib.suppress(OSError):
                sock.sendto(answer, sender)

    threading.Thread(target=flood, daemon=True).start()
    where: Endpoint = sock.getsockname()
    return where
