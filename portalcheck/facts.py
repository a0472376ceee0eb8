"""What the machine and the path say: the facts that checks judge.

Facts are frozen values without opinion. Times are seconds since the Unix epoch, durations
milliseconds unless a name says otherwise, addresses are text as `ipaddress` reads them.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Failure(StrEnum):
    """Why a layer did not work; given once, where the exception of a socket or library is met."""

    # names
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    QUERY_REFUSED = "query-refused"
    RCODE = "rcode"
    NO_SERVER = "no-server"
    NOT_FOUND = "not-found"
    # connections, at any layer
    TIMED_OUT = "timed-out"
    REFUSED = "refused"
    RESET = "reset"
    CLOSED = "closed"
    NETWORK_UNREACHABLE = "network-unreachable"
    HOST_UNREACHABLE = "host-unreachable"
    DENIED = "denied"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    OTHER = "other"
    # TLS
    NOT_TLS = "not-tls"
    ALERT = "alert"
    TOO_OLD = "too-old"
    # proxies
    PROXY_NAME = "proxy-name"
    PROXY_DOWN = "proxy-down"
    PROXY_AUTH = "proxy-auth"
    PROXY_REFUSED = "proxy-refused"
    # ours
    NOT_PERMITTED = "not-permitted"


# ---- what this computer says of itself ---------------------------------------------------------


class System(msgspec.Struct, frozen=True):
    """The operating system: `os` is linux, windows or macos; `release` its public version."""

    os: str
    release: str
    product: str = ""


class InterfaceKind(StrEnum):
    """What sort of link an interface is, as far as the system tells."""

    LOOPBACK = "loopback"
    ETHERNET = "ethernet"
    WIFI = "wifi"
    TUNNEL = "tunnel"
    VIRTUAL = "virtual"
    OTHER = "other"


class Interface(msgspec.Struct, frozen=True):
    """A network interface with its addresses; `product` names the VPN product where it is known."""

    name: str
    kind: InterfaceKind
    up: bool
    addresses: tuple[str, ...]
    product: str = ""


class DnsServer(msgspec.Struct, frozen=True):
    """A DNS server that this computer is set to ask, or (with `url`) a DNS-over-HTTPS server."""

    address: str
    port: int = 53
    url: str = ""


class ProxySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The proxies that are set for one URL.

    `programs` comes from the environment; `browser` from the system's own settings, which count for
    browsers only where `browser_known`. A `*_bypassed` flag says that an exception list took the URL out.
    Proxy URLs are `scheme://host:port` and never carry a user name or password.
    """

    programs: str = ""
    programs_bypassed: bool = False
    browser: str = ""
    browser_known: bool = False
    browser_bypassed: bool = False
    pac_url: str = ""
    auto_detect: bool = False


class Roots(msgspec.Struct, frozen=True):
    """Trust anchors as DER. `complete` is false where the system fetches further ones when needed."""

    certificates: tuple[bytes, ...]
    complete: bool = True
    newest: float | None = None


class StoreState(StrEnum):
    """How far the cookie store of one browser profile could be read."""

    READ = "read"
    UNREADABLE = "unreadable"


class CookieStore(msgspec.Struct, frozen=True, kw_only=True):
    """What one profile keeps for the portal's hosts: numbers only, never a name or value.

    `why` (locked, permission, damaged, busy, too-big, unknown-layout, not-a-file) goes with `unreadable`.
    `session` is None where the browser keeps session cookies elsewhere. `header_bytes` is the length
    of the Cookie header's value that the sign-in page would be sent. `partitioned` counts those kept apart in
    another site's partition or in a container, which are not sent; `on_site` those of the page's own site.
    """

    browser: str
    profile: int
    state: StoreState
    why: str = ""
    running: bool | None = None
    count: int = 0
    expired: int = 0
    session: int | None = None
    sent: int = 0
    duplicates: int = 0
    header_bytes: int = 0
    partitioned: int = 0
    on_site: int = 0
    oldest: float | None = None
    newest: float | None = None


class CookieBlock(msgspec.Struct, frozen=True):
    """A setting that keeps cookies out: `scope` all, third-party or site; `by` setting or policy."""

    scope: str
    by: str


class BrowserProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One profile's settings: what blocks or clears cookies, and enabled extensions that can do so.

    `why` goes with a profile that is not `readable`, as in `CookieStore`. `never_remembers` says that every
    window is a private one, so that no cookie is ever stored.
    """

    browser: str
    profile: int
    readable: bool = True
    why: str = ""
    blocks: tuple[CookieBlock, ...] = ()
    clears_on_exit: bool = False
    never_remembers: bool = False
    extensions: tuple[str, ...] = ()


class InstalledBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """A browser with a profile on this computer. `built` is the build's date where it is known.

    `supported` is true, false or unknown: whether its maker still supplies it with security updates. `last_used`
    is when a profile of it was last written to.
    """

    browser: str
    version: str = ""
    built: float | None = None
    esr: bool = False
    default: bool = False
    supported: str = "unknown"
    last_used: float | None = None


# ---- names -------------------------------------------------------------------------------------


class NameAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One server's answer for a name, both address families together.

    `failure` is None where at least one address came; else the graver of the two families' failures.
    """

    server: DnsServer | None
    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    aliases: tuple[str, ...] = ()
    ms: int = 0


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """A name as the browser resolves it (`system`), as each DNS server answers it, and by the hosts file."""

    host: str
    system: NameAnswer
    servers: tuple[NameAnswer, ...] = ()
    hosts_file: tuple[str, ...] = ()


# ---- one way to a host -------------------------------------------------------------------------

AUTO = "auto"
DIRECT = "direct"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One way to one URL; the default is what the browser would do. A counterfactual changes one field.

    `proxy` is `auto` (as the browser), `direct`, or a proxy URL; `family` is 0 (both), 4 or 6; `addresses`
    replace the name's own; `source` names the interface to send through; `server_name` replaces the SNI;
    `oldest_tls` speaks TLS 1.0 and 1.1 only; `cookie_bytes` sends a Cookie header of filler of that length;
    `fresh_cookies` gives the portal its own cookies of this very walk back, as a private window would.
    `small_packets` asks for TCP segments that fit through any link (RFC 9293, 3.7.1). `attempt` numbers the tries
    of one and the same way: what works at the second try was not broken for good.
    """

    url: str
    proxy: str = AUTO
    family: int = 0
    addresses: tuple[str, ...] = ()
    source: str = ""
    server_name: str = ""
    oldest_tls: bool = False
    cookie_bytes: int = 0
    fresh_cookies: bool = False
    follow: bool = True
    small_packets: bool = False
    attempt: int = 1


class ProxyPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The proxies that a browser would try for a URL, in order, `direct` among them.

    `kind` is env, system or pac, `` where none is set. `pac` is none, read, unreachable or malformed.
    """

    candidates: tuple[str, ...] = (DIRECT,)
    kind: str = ""
    scope: str = "all"
    pac: str = "none"
    bypassed: bool = False


class Attempt(msgspec.Struct, frozen=True):
    """One try to open a TCP connection (RFC 8305 starts several)."""

    address: str
    failure: Failure | None
    ms: int


class ConnectStep(msgspec.Struct, frozen=True, kw_only=True):
    """TCP: the address that answered first, the local address used, and every attempt made."""

    failure: Failure | None
    address: str = ""
    local_address: str = ""
    attempts: tuple[Attempt, ...] = ()
    ms: int = 0


class ProxyStep(msgspec.Struct, frozen=True, kw_only=True):
    """What the proxy said to CONNECT (RFC 9110, 9.3.6); `schemes` are those of Proxy-Authenticate."""

    url: str
    failure: Failure | None
    status: int = 0
    schemes: tuple[str, ...] = ()
    ms: int = 0


class TlsStep(msgspec.Struct, frozen=True, kw_only=True):
    """The handshake, made without verification; `chain` is what the server sent, leaf first, as DER.

    `wants_certificate` says of a failed one that the server had asked for a client certificate.
    """

    failure: Failure | None
    alert: str = ""
    version: str = ""
    chain: tuple[bytes, ...] = ()
    ms: int = 0
    wants_certificate: bool = False


class HttpStep(msgspec.Struct, frozen=True, kw_only=True):
    """One response. `server_time` is Date plus Age (RFC 9110, 9111) and `received_at` the local clock then.

    `ms` is the time to the first byte, `total_ms` to the last byte read; `complete` says that the body
    ended within the limits. `challenge` marks a page that asks the visitor to prove to be a person.
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
    challenge: bool = False
    wants_certificate: bool = False


class Hop(msgspec.Struct, frozen=True, kw_only=True):
    """One request and the layers below it; a step that was never come to is None."""

    host: str
    port: int
    scheme: str
    names: NameAnswer | None = None
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
    def layer(self) -> str:
        """The deepest layer that was come to: name, connect, proxy, tls or http."""
        for name in ("http", "tls", "proxy", "connect"):
            if getattr(self, name) is not None:
                return name
        return "name"


class TraceEnd(StrEnum):
    """How a walk along redirects ended."""

    PAGE = "page"
    FAILED = "failed"
    LOOP = "loop"
    TOO_MANY = "too-many"
    BAD_LOCATION = "bad-location"
    LEFT_HTTPS = "left-https"
    NOT_FOLLOWED = "not-followed"


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """A walk from a URL along its redirects, one hop a request. There is always at least one hop."""

    route: Route
    hops: tuple[Hop, ...]
    end: TraceEnd

    @property
    def first(self) -> Hop:
        """The hop to the URL that was asked for."""
        return self.hops[0]

    @property
    def last(self) -> Hop:
        """The hop at which the walk ended."""
        return self.hops[-1]


# ---- judgements that several checks share ------------------------------------------------------


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate chain judged offline on three separate axes: time, name and trust (RFC 5280, 9525).

    `trusted_by` holds system, mozilla and profile, each whatever the time. `not_before` and `not_after` are
    the window in which every certificate of the path is valid. `incomplete` says that an intermediate
    was missing; `completed` that the certificate's own address for it gave the missing one.
    """

    name_matches: bool
    trusted_by: frozenset[str]
    not_before: float
    not_after: float
    self_signed: bool = False
    incomplete: bool = False
    completed: bool = False
    system_complete: bool = True
    issuer_organisation: str = ""
    issuer_name: str = ""
    anchor: str = ""
    names: tuple[str, ...] = ()
    key: str = ""
    www_twin: bool = False
    readable: bool = True
    expected_issuer: bool = True

    @property
    def trusted(self) -> bool:
        """Whether the browsers of this computer, or the profile, would trust the chain's root."""
        if {"system", "profile"} & self.trusted_by:
            return True
        return not self.system_complete and "mozilla" in self.trusted_by

    def valid_at(self, when: float) -> bool:
        """Whether every certificate of the path is within its dates at `when`."""
        return self.not_before <= when <= self.not_after


class TrueTime(msgspec.Struct, frozen=True):
    """How far this computer's clock is off, by an authenticated server's own time.

    `skew_s` is local minus true in seconds, None where nobody trustworthy was heard. `source` is
    portal, neutral or none. `disputed` says that neutral hosts contradict the portal's clock.
    """

    skew_s: int | None
    source: str = "none"
    disputed: bool = False


class CaptiveAnswer(StrEnum):
    """What a plain-HTTP probe met. Errors are silence, never a captive portal."""

    OPEN = "open"
    CAPTIVE = "captive"
    SILENT = "silent"
    ODD = "odd"


class Neutral(msgspec.Struct, frozen=True, kw_only=True):
    """What hosts that have nothing to do with the portal say, asked only in trouble.

    `reached` counts canaries that proved to be themselves, `present` those that answered at TCP at all.
    `same_issuer` says that the canaries' certificates come from the untrusted or private root that the
    portal's comes from. `own_dns` is how this computer's DNS servers answer neutral names, and
    `other_dns` how independent servers do: answers, errors, silent, false-answers, not-asked.
    `own_dns_unchecked` is how the own servers answer when they are told not to check signatures.
    """

    canaries: int
    reached: int
    present: int
    captive: tuple[CaptiveAnswer, ...] = ()
    same_issuer: bool = False
    own_dns: str = "not-asked"
    other_dns: str = "not-asked"
    rewrites_missing: bool = False
    own_dns_unchecked: str = "not-asked"
    direct_reached: int | None = None

    @property
    def is_captive(self) -> bool:
        """Whether one probe met a sign-in page of the network."""
        return CaptiveAnswer.CAPTIVE in self.captive

    @property
    def way_out(self) -> bool:
        """Whether anything at all beyond this network answered."""
        return bool(self.reached or CaptiveAnswer.OPEN in self.captive or self.other_dns == "answers")
