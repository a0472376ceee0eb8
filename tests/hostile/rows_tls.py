"""The portal before it speaks HTTP: TCP, TLS and certificates that are made to harm."""

from __future__ import annotations

from portalcheck.demo.servers import Peer
from tests.hostile import peers
from tests.hostile.behaviour import Behaviour
from tests.hostile.peers import (
    SERVER_HELLO,
    alert,
    at_once,
    drip,
    heard,
    message,
    record,
    showing,
    without_end,
)
from tests.hostile.stage import Step, instead_of_tls
from tests.probe.world import says

_BROKEN = "inconclusive tls-too-old blocked-by-server portal-error portal-unreachable"
_FATAL = (
    0,
    10,
    20,
    22,
    40,
    42,
    43,
    46,
    47,
    48,
    49,
    50,
    70,
    71,
    80,
    86,
    90,
    109,
    112,
    113,
    115,
    116,
    120,
    121,
    255,
)
"""Each alert that RFC 8446, 6, names, old ones, and two that nobody ever named."""


def _row(row_id: str, what: str, *steps: Step, cause: str = _BROKEN) -> Behaviour:
    return Behaviour(id=f"tls-{row_id}", who="portal", what=what, steps=steps, cause=frozenset(cause.split()))


def _certificates(*ders: bytes) -> bytes:
    listed = b"".join(len(der).to_bytes(3) + der for der in ders)
    return message(11, len(listed).to_bytes(3) + listed)


_TALK = {
    "silence": ("takes the connection and says nothing", Peer.ignore),
    "closes": ("takes the connection and closes it", lambda peer: peer.socket.close()),
    "resets": ("takes the connection and resets it", Peer.reset),
    "plain": (
        "speaks plain HTTP on port 443",
        says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
    ),
    "drip": ("its hello, one byte a second", drip(record(22, SERVER_HELLO), asked=False)),
    "noise": ("noise without end", without_end(b"", b"\xff" * 8192, asked=False)),
    "unasked": ("a record before it heard anything", at_once(record(22, SERVER_HELLO), stays=True)),
    "hello-requests": (
        "requests for a hello without end",
        without_end(b"", record(22, message(0, b"")) * 200, asked=False),
    ),
    "empty-records": ("empty records without end", without_end(b"", record(22, b"") * 200, asked=False)),
    "warnings": ("warnings without end", without_end(b"", record(21, b"\x01\x5a") * 200, asked=False)),
    "ciphers": ("changes of cipher without end", without_end(b"", record(20, b"\x01") * 200, asked=False)),
    "hellos": ("hellos without end", without_end(b"", record(22, SERVER_HELLO) * 50, asked=False)),
    "huge-message": (
        "a certificate of 16 mebibytes",
        without_end(record(22, SERVER_HELLO), record(22, b"\x0b\xff\xff\xff" + b"x" * 16_000), asked=False),
    ),
    "certificate-noise": (
        "a certificate that is none",
        heard(record(22, SERVER_HELLO) + record(22, _certificates(b"junk"))),
    ),
    "certificate-none": (
        "a list of no certificates",
        heard(record(22, SERVER_HELLO) + record(22, _certificates())),
    ),
    "certificate-lies": (
        "a certificate whose length lies",
        heard(record(22, SERVER_HELLO) + record(22, _certificates(b"\x30\x84\xff\xff\xff\xff"))),
    ),
    "warning": ("one warning, then silence", at_once(record(21, b"\x01\x70"), stays=True)),
}

TALK = (
    *(_row(name, what, instead_of_tls(serve)) for name, (what, serve) in _TALK.items()),
    *(
        _row(f"alert-{number}", f"refuses with alert {number}", instead_of_tls(alert(number)))
        for number in _FATAL
    ),
    _row("renegotiation", "wants a new handshake again and again", peers.renegotiation),
    _row("tickets", "five hundred session tickets", peers.tickets, cause="none"),
)

CERTIFICATES = (
    _row(
        "names-1000",
        "a certificate of 1,000 names",
        showing(lambda pki: peers.many_names(pki, 1000)),
        cause="none",
    ),
    _row("names-10000", "a certificate of 10,000 names", showing(lambda pki: peers.many_names(pki, 10_000))),
    _row(
        "chain-60", "a chain of 60 certificates", showing(lambda pki: peers.long_chain(pki, 60)), cause="none"
    ),
    _row("chain-1000", "a chain of 1,000 certificates", showing(lambda pki: peers.long_chain(pki, 1000))),
    _row(
        "words",
        "a certificate whose words are made for terminals and pages",
        showing(peers.nasty_words),
        cause="cert-untrusted",
    ),
)
