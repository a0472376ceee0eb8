"""The world's servers: HTTP and TLS told apart by the address that was called, DNS, each with a log.

One listener per port takes every address of the namespace, so that a box in the way needs no address
translation: it is whatever `middle` puts in a site's place.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import partial

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import msgspec

from portalcheck.demo import tls, web
from portalcheck.demo.servers import Peer, Serve
from tests.lab import names

_IDLE_S = 15.0
_MANY = 1024
_FAMILIES = {dns.rdatatype.A: ".", dns.rdatatype.AAAA: ":"}

Application = Callable[[web.Asked], web.Page]


class Seen(msgspec.Struct, frozen=True):
    """One contact: the role of the server, and the name that it was told (query, SNI, Host), if any."""

    role: str
    told: str = ""


class Log:
    """What the servers saw, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []

    def add(self, role: str, told: str = "") -> None:
        """Note one contact."""
        with self._lock:
            self._seen.append(Seen(role, told.lower().rstrip(".")))

    def take(self) -> list[Seen]:
        """All contacts since the last time."""
        with self._lock:
            seen, self._seen = self._seen, []
        return seen


class Site:
    """What an address serves over TLS: certificates by name, and an application. All of it may be changed."""

    def __init__(self, contexts: Mapping[str, ssl.SSLContext], application: Application) -> None:
        self.contexts = dict(contexts)
        self.otherwise = next(iter(self.contexts.values()))
        self.application = application
        self.around: Callable[[Serve], Serve] = lambda serve: serve
        self.speak: Callable[[Application], Serve] = lambda application: partial(web.serve, application)

    def serve(self, log: Log, role: str, peer: Peer) -> None:
        """Shake hands by server name, then answer requests."""
        front = self.otherwise

        def chosen(sock: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            log.add(role, name or "")
            sock.context = self.contexts.get((name or "").lower(), front)

        front.sni_callback = chosen
        self.around(partial(tls.serve, front, self.speak(self.application)))(peer)


class DnsServer:
    """A DNS server for `zone`, with its own `lies` over it. `mode`: answers, silent, servfail,
    refused, or validates: it finds no signature valid, and answers only who does without them (RFC 4035).

    `tweak` may change or replace the response before it is sent; over UDP it is sent after `delay_s` seconds.
    """

    def __init__(self, role: str, zone: Mapping[str, tuple[str, ...]], log: Log) -> None:
        self.role, self.zone, self.log = role, zone, log
        self.lies: dict[str, tuple[str, ...] | None] = {}
        self.otherwise: tuple[str, ...] | None = None
        self.mode = "answers"
        self.delay_s = 0.0
        self.tweak: Callable[[dns.message.Message], dns.message.Message | bytes | None] | None = None

    def addresses(self, host: str) -> tuple[str, ...] | None:
        """What the server says of a name, None where it denies it."""
        if self.otherwise is not None:
            return self.otherwise
        return self.lies[host] if host in self.lies else self.zone.get(host)

    def answer(self, query: bytes) -> bytes | None:
        """The response to a query message, None where none is due."""
        try:
            message = dns.message.from_wire(query)
        except (dns.exception.DNSException, ValueError):
            return None
        host = message.question[0].name.to_text(omit_final_dot=True).lower()
        self.log.add(self.role, host)
        if self.mode == "silent":
            return None
        response = dns.message.make_response(message, recursion_available=True)
        if self.mode == "validates" and not message.flags & dns.flags.CD:
            response.set_rcode(dns.rcode.SERVFAIL)
        else:
            self._fill(response, host)
        changed = self.tweak(response) if self.tweak else response
        return changed.to_wire() if isinstance(changed, dns.message.Message) else changed

    def _fill(self, response: dns.message.Message, host: str) -> None:
        if self.mode in ("servfail", "refused"):
            response.set_rcode(dns.rcode.SERVFAIL if self.mode == "servfail" else dns.rcode.REFUSED)
            return
        found = self.addresses(host)
        if found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
            return
        asked = response.question[0]
        mark = _FAMILIES.get(asked.rdtype)
        matching = [address for address in found if mark and mark in address]
        if matching:
            response.answer.append(dns.rrset.from_text_list(asked.name, 30, "IN", asked.rdtype, matching))


class Servers:
    """All listeners. `sites` and `plain` say what each address serves on 443 and 80, `middle` what stands before."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.sites: dict[str, Site] = {}
        self.plain: dict[str, Application] = {}
        self.middle: Callable[[str, int], Serve | None] = lambda address, port: None
        self.stopping = threading.Event()

    def start(self) -> None:
        """Listen on 80 and 443 of every address."""
        for port, serve in ((80, self._plain), (443, self._secured)):
            for family in (socket.AF_INET, socket.AF_INET6):
                self.listen(family, "", port, partial(self._dispatch, port, serve))

    def listen(self, family: socket.AddressFamily, address: str, port: int, serve: Serve) -> None:
        """One TCP listener of its own."""
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
        sock.listen(_MANY)
        _thread(self._accept, sock, serve)

    def dns(self, address: str, server: DnsServer) -> None:
        """A DNS server on UDP and TCP."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((address, 53))
        _thread(self._datagrams, sock, server)
        self.listen(family, address, 53, partial(_dns_stream, server))

    def _accept(self, listener: socket.socket, serve: Serve) -> None:
        while not self.stopping.is_set():
            sock, _ = listener.accept()
            _thread(self._serve, sock, serve)

    def _serve(self, sock: socket.socket, serve: Serve) -> None:
        sock.settimeout(_IDLE_S)
        peer = Peer(sock, self.stopping)
        with contextlib.suppress(OSError):  # the other side went away, or spoke nonsense
            serve(peer)
        peer.socket.close()

    def _dispatch(self, port: int, serve: Callable[[str, Peer], None], peer: Peer) -> None:
        address = str(peer.socket.getsockname()[0])
        between = self.middle(address, port)
        if between is not None:
            self.log.add("gateway")
            between(peer)
        else:
            serve(address, peer)

    def _plain(self, address: str, peer: Peer) -> None:
        role = names.ROLES.get(address, "other")
        application = self.plain.get(address)
        self.log.add(role)
        if application is not None:
            web.serve(self.logged(role, application), peer)

    def _secured(self, address: str, peer: Peer) -> None:
        role = names.ROLES.get(address, "other")
        site = self.sites.get(address)
        self.log.add(role)
        if site is not None:
            site.serve(self.log, role, peer)

    def logged(self, role: str, application: Application) -> Application:
        """The application, with each Host header in the log."""

        def answer(asked: web.Asked) -> web.Page:
            self.log.add(role, asked.host)
            return application(asked)

        return answer

    def _datagrams(self, sock: socket.socket, server: DnsServer) -> None:
        while not self.stopping.is_set():
            query, sender = sock.recvfrom(4096)
            answer = server.answer(query)
            if answer is not None and server.delay_s:
                threading.Timer(server.delay_s, sock.sendto, (answer, sender)).start()
            elif answer is not None:
                sock.sendto(answer, sender)


def _dns_stream(server: DnsServer, peer: Peer) -> None:
    while head := _exactly(peer.socket, 2):
        answer = server.answer(_exactly(peer.socket, int.from_bytes(head)))
        if answer is None:
            return peer.ignore()
        peer.socket.sendall(len(answer).to_bytes(2) + answer)
    return None


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            return b""
        data += more
    return data


def _thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()
