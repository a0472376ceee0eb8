"""Everybody else: DNS servers, proxies, proxy scripts, gateways, and who keeps missing certificates."""

from __future__ import annotations

from functools import partial

from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.hostile.behaviour import Behaviour
from tests.hostile.peers import (
    CHUNKED,
    OK,
    at_once,
    cut,
    drip,
    floods,
    framed,
    opens_and_then,
    over_tcp,
    packed,
    raw,
    records,
    replies,
    without_end,
)  # fmt: skip
from tests.hostile.stage import Step, as_dns, as_gateway, as_issuer, as_pac, as_proxy
from tests.lab import names
from tests.probe.world import redirect as redirects
from tests.probe.world import says


def _row(who: str, row_id: str, what: str, step: Step, cause: str) -> Behaviour:
    short = who.split()[0].lower()
    return Behaviour(
        id=f"{short}-{row_id}", who=who, what=what, steps=(step,), cause=frozenset(cause.split())
    )


# ---- DNS -----------------------------------------------------------------------------------------

_WORDS = "\\027[2J</script>|=cmd.example."
_RING = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c"
_CHAIN = [*(f"c{at}.example. CNAME c{at + 1}.example." for at in range(60)), "c60.example. A 198.51.100.10"]


def _wrong_id(wire: bytes, number: int = 1) -> bytes:
    return ((int.from_bytes(wire[:2]) + 1 + number) & 0xFFFF).to_bytes(2) + wire[2:]


_DNS = {
    "flood-wrong-ids": (
        "answers of other questions without end",
        as_dns(floods(lambda q, n: _wrong_id(records(q, ["@ A 198.51.100.10"]), n))),
    ),
    "flood-noise": ("noise without end", as_dns(floods(lambda q, n: n.to_bytes(2) + b"\xff" * 500))),
    "flood-halves": (
        "half answers with the right id without end",
        as_dns(floods(lambda q, n: records(q, ["@ A 198.51.100.10"])[:-3])),
    ),
    "wrong-id": ("one answer with a wrong id", as_dns(replies(lambda q: _wrong_id(records(q, []))))),
    "pointer-loop": ("a name that points to itself", as_dns(replies(lambda q: raw(q, b"\xc0\x20" * 40)))),
    "pointers-far": ("pointers beyond the message", as_dns(replies(lambda q: raw(q, b"\xff\xff" * 40)))),
    "alias-ring": ("an alias of itself", as_dns(replies(lambda q: raw(q, _RING)))),
    "alias-chain": (
        "sixty aliases in a row",
        as_dns(replies(cut), over_tcp(lambda q: framed(records(q, ["@ CNAME c0.example.", *_CHAIN])))),
    ),
    "count-lies": (
        "65,535 answers, it says, and none",
        as_dns(replies(lambda q: raw(q, b"", answers=0xFFFF))),
    ),
    "empty": ("a datagram of nothing", as_dns(replies(lambda q: b""))),
    "cut-for-ever": (
        "answers that do not fit, over TCP too",
        as_dns(replies(cut), over_tcp(lambda q: framed(cut(q)))),
    ),
    "tcp-64k": (
        "an answer of 64 KiB over TCP",
        as_dns(
            replies(cut),
            over_tcp(
                lambda q: framed(records(q, [f"@ A 198.51.{at >> 8 & 255}.{at & 255}" for at in range(4000)]))
            ),
        ),
    ),
    "tcp-silence": ("an answer that does not fit, and silence over TCP", as_dns(replies(cut), Peer.ignore)),
    "tcp-drip": (
        "an answer over TCP, one byte a second",
        as_dns(replies(cut), lambda peer: drip(b"\x00\x64" + b"x" * 100, asked=False)(peer)),
    ),
    "tcp-length-lies": (
        "more over TCP, it says, than it sends",
        as_dns(replies(cut), at_once(b"\xff\xffshort")),
    ),
    "tcp-endless": (
        "noise over TCP without end",
        as_dns(replies(cut), without_end(b"", b"\xff" * 8192, asked=False)),
    ),
    "thousand": (
        "a thousand addresses in one datagram",
        as_dns(replies(lambda q: records(q, [f"@ A 198.51.{at >> 8}.{at & 255}" for at in range(1000)]))),
    ),
    "words": (
        "an alias made for terminals and pages",
        as_dns(
            replies(
                lambda q: records(
                    q,
                    [
                        f"@ CNAME {_WORDS}",
                        f"{_WORDS} A 198.51.100.10",
                    ],
                )
            )
        ),
    ),
}

_NAMES_NOBODY = "dns-down dns-broken inconclusive"
DNS = tuple(
    # The alias with odd letters leads to the portal all the same.
    _row("DNS server", name, what, step, "none" if name == "words" else _NAMES_NOBODY)
    for name, (what, step) in _DNS.items()
)

# ---- proxies and their scripts -------------------------------------------------------------------

_LOGIN = (
    b'HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm="\x1b[2J</script>"\r\nContent-Length: 0\r\n\r\n'
)


def _asks_again(peer: Peer) -> None:
    while True:
        if not peer.socket.recv(4096):
            return
        peer.socket.sendall(_LOGIN)


_PROXY: dict[str, tuple[str, Serve]] = {
    "noise": ("noise without end", without_end(b"", b"\xff" * 8192)),
    "silence": ("nothing", Peer.ignore),
    "closes": ("closes", says(b"")),
    "drip": ("its answer, one byte a second", drip(b"HTTP/1.1 200 OK\r\n\r\n")),
    "headers-endless": (
        "an answer to CONNECT whose headers have no end",
        without_end(OK, b"Name: value\r\n" * 500),
    ),
    "hints-flood": ("`100 Continue` without end", without_end(b"", b"HTTP/1.1 100 C\r\n\r\n" * 400)),
    "login-loop": ("asks for a login again and again", _asks_again),
    "redirects": ("redirects to a file", says(redirects("file:///etc/passwd"))),
    "opens-silence": ("opens the way, then nothing", opens_and_then(Peer.ignore)),
    "opens-noise": (
        "opens the way, then noise without end",
        opens_and_then(without_end(b"", b"\xff" * 8192, asked=False)),
    ),
    "body": (
        "answers CONNECT with a page without end",
        without_end(b"HTTP/1.1 403 No\r\n\r\n", b"x" * 60_000),
    ),
}
_SOCKS: dict[str, tuple[str, Serve]] = {
    "socks-noise": ("noise instead of SOCKS", without_end(b"", b"\xff" * 8192, asked=False)),
    "socks-silence": ("nothing, as a SOCKS proxy", Peer.ignore),
    "socks-drip": (
        "SOCKS, one byte a second",
        drip(b"\x05\x00\x05\x00\x00\x03\xff" + b"x" * 257, asked=False),
    ),
}
_BY_PROXY = "proxy-down proxy-auth proxy-blocks inconclusive"
PROXIES = (
    *(_row("proxy", name, what, as_proxy(serve), _BY_PROXY) for name, (what, serve) in _PROXY.items()),
    *(
        _row("proxy", name, what, as_proxy(serve, "socks"), _BY_PROXY)
        for name, (what, serve) in _SOCKS.items()
    ),
)

_SCRIPT = OK + b"Content-Type: application/x-ns-proxy-autoconfig\r\n"


def _script(text: bytes) -> Serve:
    return says(_SCRIPT + b"Content-Length: %d\r\n\r\n" % len(text) + text)


_MANY = b"".join(b"return 'PROXY p%d.example:%d';" % (at, at) for at in range(1, 10_000))
_PACS: dict[str, tuple[str, Serve]] = {
    "10mb": ("a script of 10 MB", _script(b"// nothing \n" * 900_000)),
    "endless": ("a script without end", without_end(_SCRIPT + b"\r\n", b"x" * 60_000)),
    "drip": (
        "a script, one byte a second",
        without_end(_SCRIPT + b"Content-Length: 999\r\n\r\n", b"x", pause_s=1.0),
    ),
    "silence": ("nothing", Peer.ignore),
    "circle": (
        "redirects to itself",
        says(redirects(f"http://{names.PROXY_4}:{names.PROXY_PORT}/proxy.pac")),
    ),
    "many": ("a script of ten thousand proxies", _script(_MANY)),
    "loop": (
        "a script that never ends when it is run",
        _script(b"function FindProxyForURL(u, h) { while (true) {} }"),
    ),
    "bomb": ("a script that bursts when it is unpacked", packed()),
}
PACS = tuple(
    _row("PAC server", name, what, as_pac(serve), "none proxy-down inconclusive")
    for name, (what, serve) in _PACS.items()
)

# ---- gateways ------------------------------------------------------------------------------------

_PAGE = (
    b"<html><script>while(1){}</script><meta http-equiv=refresh content=0><form action=//x>" + b"<b>" * 9000
)
_GATEWAYS: dict[str, tuple[str, Serve]] = {
    "scripts": ("a sign-in page of scripts", says(OK + b"Content-Length: %d\r\n\r\n" % len(_PAGE) + _PAGE)),
    "endless": ("a sign-in page without end", without_end(OK + b"\r\n", b"<b>" * 20_000)),
    "drip": (
        "a sign-in page, one byte a second",
        without_end(OK + b"Content-Length: 999\r\n\r\n", b"x", pause_s=1.0),
    ),
    "file": ("a redirect to a file", says(redirects("file:///etc/passwd"))),
    "circle": (
        "a redirect to the same address",
        partial(web.serve, lambda asked: web.redirect(f"http://{asked.host}{asked.target}")),
    ),
    "headers": ("headers without end", without_end(OK, b"Name: value\r\n" * 500)),
    "silence": ("nothing", Peer.ignore),
    "bomb": ("a page that bursts when it is unpacked", packed()),
    "words": ("a redirect made for terminals and pages", says(redirects("http://x/\x1b[2J</script>|=cmd()"))),
    "511": ("511 and a page without end", without_end(b"HTTP/1.1 511 Login\r\n\r\n", b"x" * 60_000)),
}
GATEWAYS = tuple(
    _row("gateway", name, what, as_gateway(serve), "captive-portal inconclusive no-internet")
    for name, (what, serve) in _GATEWAYS.items()
)

_ISSUERS: dict[str, tuple[str, Serve]] = {
    "endless": ("a certificate without end", without_end(OK + b"\r\n", b"\x30" * 60_000)),
    "drip": (
        "a certificate, one byte a second",
        without_end(OK + b"Content-Length: 999\r\n\r\n", b"0", pause_s=1.0),
    ),
    "noise": ("noise instead of a certificate", says(OK + b"Content-Length: 9\r\n\r\n\x30\x82\xff\xff12345")),
    "circle": (
        "redirects to itself",
        partial(web.serve, lambda asked: web.redirect(f"http://{asked.host}{asked.target}")),
    ),
    "chunks": ("chunks of one byte without end", without_end(CHUNKED, b"1\r\nx\r\n" * 2000)),
}
ISSUERS = tuple(
    _row("issuer", name, what, as_issuer(serve), "none inconclusive")
    for name, (what, serve) in _ISSUERS.items()
)
