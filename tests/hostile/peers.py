"""What hostile peers do, over a connection that stands."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import dns.flags
import dns.message
import dns.rrset
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portalcheck.demo.certificates import Issued, Minted, mint, server_context
from portalcheck.demo.servers import Peer, Serve
from tests.hostile.stage import Datagram, Stage, Step
from tests.lab import names
from tests.lab.pki import Authorities
from tests.lab.steps import tcp_answers
from tests.lab.world import wait
from tests.probe.world import head, relays_to, says

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
_FLOOD_S = 0.001


def without_end(first: bytes, again: bytes, *, pause_s: float = 0.0, asked: bool = True) -> Serve:
    """Say `first`, and then `again` for as long as anybody listens; `asked` waits for a request before."""

    def serve(peer: Peer) -> None:
        if asked:
            head(peer)
        peer.socket.sendall(first)
        while not peer.stopping.wait(pause_s):
            peer.socket.sendall(again)

    return serve


def drip(data: bytes, *, asked: bool = True) -> Serve:
    """One byte a second."""

    def serve(peer: Peer) -> None:
        if asked:
            head(peer)
        for byte in data:
            if peer.stopping.wait(1.0):
                return
            peer.socket.sendall(bytes([byte]))
        peer.ignore()

    return serve


def at_once(data: bytes, *, stays: bool = False) -> Serve:
    """Say this without being asked."""

    def serve(peer: Peer) -> None:
        peer.socket.sendall(data)
        peer.ignore() if stays else peer.linger()

    return serve


@lru_cache
def bomb() -> bytes:
    """A hundred mebibytes of nothing, packed."""
    return gzip.compress(bytes(100 * 1024 * 1024), 9)


def packed(kind: str = "gzip") -> Serve:
    """A page that would burst when it is unpacked."""
    body = bomb()
    first = OK + f"Content-Encoding: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return says(first + body)


# ---- TLS -----------------------------------------------------------------------------------------


def record(kind: int, body: bytes) -> bytes:
    """A TLS record (RFC 8446, 5.1)."""
    return bytes([kind, 3, 3]) + len(body).to_bytes(2) + body


def message(kind: int, body: bytes) -> bytes:
    """A handshake message (RFC 8446, 4)."""
    return bytes([kind]) + len(body).to_bytes(3) + body


SERVER_HELLO = message(2, b"\x03\x03" + b"R" * 32 + b"\x00" + b"\xc0\x2f" + b"\x00" + b"\x00\x00")


def alert(number: int, level: int = 2) -> Serve:
    """Refuse the handshake with this alert (RFC 8446, 6)."""
    return heard(record(21, bytes([level, number])))


def heard(data: bytes) -> Serve:
    """Wait for the client's hello, say this, and close."""

    def serve(peer: Peer) -> None:
        peer.socket.recv(16 * 1024)
        peer.socket.sendall(data)
        peer.linger()

    return serve


def showing(make: Callable[[Authorities], Issued], **options: Any) -> Step:
    """The portal has this certificate; `options` are attributes of its TLS context."""

    def step(stage: Stage) -> None:
        world = stage.world
        context = server_context(make(world.pki))
        for name, value in options.items():
            setattr(context, name, value)
        world.portal.contexts[names.PORTAL] = world.portal.otherwise = context

    return step


def many_names(pki: Authorities, count: int) -> Issued:
    """A right certificate of very many names."""
    return pki.leaf(names.PORTAL, *(f"n{at}.a-rather-long-name-of-a-host.example" for at in range(count)))


def long_chain(pki: Authorities, count: int) -> Issued:
    """A right certificate, behind which the same one comes again and again."""
    leaf = pki.leaf(names.PORTAL)
    return Issued(leaf.key, (*leaf.chain, *itertools.repeat(pki.root.certificate, count)))


def nasty_words(pki: Authorities) -> Issued:
    """A certificate of a stranger whose name is made for terminals and pages."""
    words = "\x1b[2J\u202e</script>|=cmd()\n"
    minted = Minted(
        common_name=words,
        organisation=words,
        not_before=pki.now - 86_400,
        not_after=pki.now + 86_400,
        names=(names.PORTAL,),
    )
    return mint(minted)


def renegotiation(stage: Stage) -> None:
    """In TLS 1.2 want a new handshake again and again (RFC 5246, 7.4.1.1); OpenSSL's own server can do that."""
    world = stage.world
    issued, place = world.pki.leaf(names.PORTAL), world.folder / "renegotiation.pem"
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place.write_bytes(key + b"".join(one.public_bytes(Encoding.PEM) for one in issued.chain))
    process = subprocess.Popen(
        [
            "openssl",
            "s_server",
            "-quiet",
            "-tls1_2",
            "-accept",
            "127.0.0.1:9443",
            "-cert",
            place,
            "-key",
            place,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    world.daemons.append(process)
    wait(lambda: tcp_answers("127.0.0.1", 9443))

    def ask_again() -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            while not world.servers.stopping.wait(0.02):
                process.stdin.write(b"R\n")
                process.stdin.flush()

    threading.Thread(target=ask_again, daemon=True).start()
    world.portal.around = lambda _: relays_to(("127.0.0.1", 9443))


# ---- DNS -----------------------------------------------------------------------------------------


def _question(query: bytes) -> dns.message.Message:
    return dns.message.from_wire(query)


def replies(make: Callable[[dns.message.Message], bytes]) -> Datagram:
    """One datagram for each question."""

    def answer(sock: socket.socket, query: bytes, sender: Any) -> None:
        sock.sendto(make(_question(query)), sender)

    return answer


def floods(make: Callable[[dns.message.Message, int], bytes], seconds: float = 6.0) -> Datagram:
    """Datagrams without end."""

    def answer(sock: socket.socket, query: bytes, sender: Any) -> None:
        question, pause = _question(query), threading.Event()
        for number in range(int(seconds / _FLOOD_S)):
            sock.sendto(make(question, number), sender)
            pause.wait(_FLOOD_S)

    return answer


def over_tcp(make: Callable[[dns.message.Message], bytes]) -> Serve:
    """Whatever is made goes out over TCP as it is, its length included."""

    def serve(peer: Peer) -> None:
        size = int.from_bytes(peer.socket.recv(2))
        peer.socket.sendall(make(_question(peer.socket.recv(size))))
        peer.ignore()

    return serve


def cut(question: dns.message.Message) -> bytes:
    """An answer that says it does not fit (RFC 1035, 4.1.1)."""
    response = dns.message.make_response(question)
    response.flags |= dns.flags.TC
    return response.to_wire()


def records(question: dns.message.Message, rows: Iterable[str], *, longest: int = 65_535) -> bytes:
    """A response with these records, each `owner kind value`; `@` is the name that was asked for."""
    response = dns.message.make_response(question)
    asked = question.question[0].name.to_text()
    for row in rows:
        owner, kind, value = row.split()
        response.answer.append(
            dns.rrset.from_text(asked if owner == "@" else owner, 60, "IN", kind, value.replace("@", asked))
        )
    return response.to_wire(max_size=longest)


def raw(question: dns.message.Message, body: bytes, *, answers: int = 1) -> bytes:
    """A response whose answer section is these bytes."""
    wire = bytearray(dns.message.make_response(question).to_wire())
    wire[6:8] = answers.to_bytes(2)
    return bytes(wire) + body


def framed(data: bytes) -> bytes:
    """A message with its length before it, as over TCP."""
    return len(data).to_bytes(2) + data


# ---- proxies -------------------------------------------------------------------------------------


def opens_and_then(then: Serve) -> Serve:
    """A proxy that opens the way, and stands at its end itself."""

    def serve(peer: Peer) -> None:
        head(peer)
        peer.socket.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        then(peer)

    return serve


def tickets(stage: Stage) -> None:
    """Hundreds of session tickets after each handshake (RFC 8446, 4.6.1)."""
    portal = stage.world.portal
    for context in (portal.otherwise, portal.contexts[names.PORTAL]):
        context.num_tickets = 500
