"""How a name resolves, and a walk to a host along one route: the outcome of each layer."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from portalcheck.facts.failure import Failure
from portalcheck.facts.machine import DnsServer

AUTO = "auto"
DIRECT = "direct"
HTTP_2 = "h2"
"""How ALPN calls it (RFC 9113, 3.1)."""
SLOW_MS = 8000
"""A sign-in page that needs longer is slow, in milliseconds (contract.md, Causes)."""


class DnsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One server's answer for a name, A and AAAA records together; `server` is None for the system's resolver.

    `failure` is None if at least one address came, else the graver of the two families' failures. `aliases` are the
    CNAMEs on the way.
    """

    server: DnsServer | None
    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    aliases: tuple[str, ...] = ()
    ms: int = 0


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """A name as the browser resolves it (`system`), as each DNS server answers it, and its hosts file entries.

    `answered_late`: the system has addresses by now, which came too late for `system`. It alone may change from one
    call of `Context.names` to the next.
    """

    host: str
    system: DnsAnswer
    servers: tuple[DnsAnswer, ...] = ()
    hosts_file: tuple[str, ...] = ()
    answered_late: bool = False


class Hello(StrEnum):
    """What a ClientHello (RFC 8446, 4.1.2) offers. All but the first are counterfactuals, each with less or more."""

    BROWSER = "browser"
    """What today's browsers have in common: X25519MLKEM768 first, so that it fills two packets, HTTP/2 and HTTP/1.1."""
    CHROMIUM = "chromium"
    """The same, with reserved values in each list, as Chromium has them (GREASE, RFC 8701). The handshake is not made:
    whatever TLS record the server answers with is enough."""
    SMALL = "small"
    """Without X25519MLKEM768: one packet."""
    TLS_1_2 = "tls-1.2"
    """TLS 1.2 alone; one packet."""
    HTTP_1 = "http-1"
    """HTTP/1.1 alone."""
    PLAIN = "plain"
    """One packet, HTTP/1.1 alone: what gets through most easily."""
    ANY = "any"
    """All that this program can, from TLS 1.0 on, with what browsers gave up."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """How to connect to a URL; the default is what the browser would do. A counterfactual changes one field.

    `proxy` is `auto` (as the browser), `direct`, or a proxy URL; `family` is 0 (both), 4 or 6; `addresses`
    replace the name's own; `interface` names the network interface to send through; `server_name` replaces the SNI
    (an IP literal stands for none); `hello` is what TLS offers; `cookie_bytes` sends a Cookie header of filler of that
    length, `filler_bytes` a header field that no server knows;
    `fresh_cookies` sends the portal its own cookies of this very walk back, as a private window would; without `follow`
    redirects are not followed. `small_packets` asks for TCP segments that fit through any link (RFC 9293, 3.7.1).
    `repeat` numbers the tries of the same route: what works at the second try was not broken for good.
    Without `request` the walk ends after the handshake. `as_browser` sends the User-Agent of a common browser.
    """

    url: str
    proxy: str = AUTO
    family: int = 0
    addresses: tuple[str, ...] = ()
    interface: str = ""
    server_name: str = ""
    hello: Hello = Hello.BROWSER
    cookie_bytes: int = 0
    filler_bytes: int = 0
    fresh_cookies: bool = False
    follow: bool = True
    small_packets: bool = False
    repeat: int = 1
    request: bool = True
    as_browser: bool = False


class ProxyKind(StrEnum):
    """Where the proxies of a plan are set."""

    NONE = ""
    ENV = "env"
    """The variables of the environment."""
    SYSTEM = "system"
    """The settings of the operating system or desktop."""
    PAC = "pac"
    """A script for proxy auto-configuration."""


class PacState(StrEnum):
    """What became of the script for proxy auto-configuration."""

    NONE = "none"
    """No script is set."""
    READ = "read"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    """It names no proxy, nor that the connection is direct."""


class ProxyPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The proxies (`scheme://host:port`) that a browser would try for a URL, in order, `direct` among them.

    `bypassed` says that an exception list took the URL out.
    """

    candidates: tuple[str, ...] = (DIRECT,)
    kind: ProxyKind = ProxyKind.NONE
    pac: PacState = PacState.NONE
    bypassed: bool = False


class Attempt(msgspec.Struct, frozen=True):
    """One attempt to open a TCP connection (RFC 8305 starts several)."""

    address: str
    failure: Failure | None
    ms: int


class ConnectStep(msgspec.Struct, frozen=True, kw_only=True):
    """TCP: the address that answered first, the local address used, and every attempt made."""

    failure: Failure | None
    address: str = ""
    attempts: tuple[Attempt, ...] = ()
    ms: int = 0


class ProxyStep(msgspec.Struct, frozen=True, kw_only=True):
    """The proxy's answer to CONNECT (RFC 9110, 9.3.6); `schemes` are those of Proxy-Authenticate.

    `status` is that of HTTP, or the code of a SOCKS proxy's reply that refuses (RFC 1928, 6).
    """

    url: str
    failure: Failure | None
    status: int = 0
    schemes: tuple[str, ...] = ()
    ms: int = 0

    @property
    def forbids(self) -> bool:
        """Whether the proxy refused by its own rules: a 4xx, or SOCKS 5's reply for them (RFC 1928, 6)."""
        return self.failure is Failure.PROXY_REFUSED and (400 <= self.status < 500 or self.status == 2)


class TlsStep(msgspec.Struct, frozen=True, kw_only=True):
    """The TLS handshake, made without verification; `chain` is what the server sent, leaf first, as DER.

    `alert` is the name of the server's alert (IANA), `version` as in `TLSv1.3`, `protocol` that of ALPN (RFC 7301);
    all may be empty.
    `staple` is the OCSP response that came with the chain (RFC 6066, 8), as DER, empty without one.
    `client_certificate_requested`: the handshake failed after the server had asked for a client certificate.
    `still_receiving`: bytes still came when the time was up; `cut_short`: the run was over before that.
    """

    failure: Failure | None
    alert: str = ""
    version: str = ""
    protocol: str = ""
    chain: tuple[bytes, ...] = ()
    staple: bytes = b""
    ms: int = 0
    client_certificate_requested: bool = False
    still_receiving: bool = False
    cut_short: bool = False


class PageKind(StrEnum):
    """What a page with a good status is: one to sign in with, or what one without any means for it speaks of."""

    UNKNOWN = ""
    FORM = "form"
    """It has a field to type in."""
    DRAWN = "drawn"
    """Scripts, frames or a further page may show one."""
    BARE = "bare"
    """It has neither, and speaks of nothing that is known."""
    EMPTY = "empty"
    REFUSAL = "refusal"
    MAINTENANCE = "maintenance"
    OLD_BROWSER = "old-browser"
    FAULT = "fault"
    SOMETHING_ELSE = "something-else"


class HttpStep(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP response; `status` is 0 if none came.

    `server_time` is Date plus Age (RFC 9110, 6.6.1; RFC 9111, 5.1), None if the response has no usable Date, and
    `received_at` the local clock then. `ms` is the time to the first byte, `total_ms` to the last byte read, `size` the
    number of bytes of the body. `complete`: the body ended within the limits; `still_receiving`: it still came when the
    time was up. `challenge` is a page that asks the visitor to prove to be human, `is_block_page` one that says that
    something was blocked or filtered. `resource_policy` is the response's Cross-Origin-Resource-Policy (Fetch, 3.7) in
    lower case: who may embed it, and what only other sites' pages notice.
    """

    failure: Failure | None
    status: int = 0
    location: str = ""
    server_time: float | None = None
    received_at: float = 0.0
    ms: int = 0
    total_ms: int = 0
    size: int = 0
    complete: bool = False
    still_receiving: bool = False
    challenge: bool = False
    is_block_page: bool = False
    page: PageKind = PageKind.UNKNOWN
    resource_policy: str = ""
    client_certificate_requested: bool = False

    @property
    def is_error(self) -> bool:
        """Whether the status is an error (RFC 9110, 15.5 and 15.6) other than 401, which asks visitors to sign in."""
        return self.status >= 400 and self.status != 401


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One request and the layers below it; the step of a layer that was not reached is None.

    `reused`: the request went over a connection that an earlier hop had opened.
    """

    host: str
    port: int
    scheme: str
    names: DnsAnswer | None = None
    proxy: ProxyStep | None = None
    connect: ConnectStep | None = None
    tls: TlsStep | None = None
    http: HttpStep | None = None
    reused: bool = False

    @property
    def failure(self) -> Failure | None:
        """The failure of the first layer that did not work, or None."""
        for step in (self.names, self.connect, self.proxy, self.tls, self.http):
            if step is not None and step.failure is not None:
                return step.failure
        return None

    @property
    def proxy_refused(self) -> bool:
        """Whether the request failed at the proxy."""
        return self.proxy is not None and self.proxy.failure is not None

    @property
    def layer(self) -> str:
        """The deepest layer that was reached: name, connect, proxy, tls or http."""
        for name in ("http", "tls", "proxy", "connect"):
            if getattr(self, name) is not None:
                return name
        return "name"


class TraceEnd(StrEnum):
    """How a walk along redirects ended: at a page, by a failure, or at a redirect that was not followed, and why."""

    PAGE = "page"
    CONNECTED = "connected"
    """A route without a request: the handshake was made."""
    FAILED = "failed"
    LOOP = "loop"
    TOO_MANY = "too-many"
    BAD_LOCATION = "bad-location"
    LEFT_HTTPS = "left-https"
    NOT_FOLLOWED = "not-followed"


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """A walk from a URL along its redirects, one hop a request. There is always at least one hop.

    `recovered`: the first try was reset or closed, and this is the second. `beside` are the routes of what browsers
    send and this walk does not, traced beside it: Chromium's hello to each host of sign-in that the profile names, and
    a request as large as that of a sign-in.
    """

    route: Route
    hops: tuple[Hop, ...]
    end: TraceEnd
    recovered: bool = False
    beside: tuple[Route, ...] = ()

    @property
    def arrived(self) -> bool:
        """Whether the walk came to its end: a page or, without a request, a handshake."""
        return self.end in (TraceEnd.PAGE, TraceEnd.CONNECTED)

    @property
    def first(self) -> Hop:
        """The hop to the URL that was asked for."""
        return self.hops[0]

    @property
    def last(self) -> Hop:
        """The hop at which the walk ended."""
        return self.hops[-1]
