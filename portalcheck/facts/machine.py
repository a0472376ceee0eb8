"""What this computer says of itself."""

from __future__ import annotations

from enum import StrEnum, auto

import msgspec


class System(msgspec.Struct, frozen=True):
    """The operating system: `os` is linux, windows or macos; `release` its public version."""

    os: str
    release: str


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
    `newer_schema` says that the browser is newer than what is known here of its database, which was read as the
    newest known one; `of_caller` that the profile belongs to the person who started the program with
    an administrator's rights (sudo).
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
    newer_schema: bool = False
    of_caller: bool = False


class CookieBlock(msgspec.Struct, frozen=True):
    """A setting that keeps cookies out: `scope` all, third-party or site; `by` setting or policy."""

    scope: str
    by: str


class BrowserFiles(StrEnum):
    """Which files of browsers something reads."""

    COOKIES = auto()
    SETTINGS = auto()


class BrowserProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One profile's settings: what blocks or clears cookies, and enabled extensions that can do so.

    `why` goes with a profile that is not `readable`, as in `CookieStore`. `never_remembers` says that every
    window is a private one, so that no cookie is ever stored. `own_proxy` is a proxy setting that the browser does
    not take from the system (none, manual, script, detect), `` where it does.
    """

    browser: str
    profile: int
    readable: bool = True
    why: str = ""
    blocks: tuple[CookieBlock, ...] = ()
    clears_on_exit: bool = False
    never_remembers: bool = False
    own_proxy: str = ""
    extensions: tuple[str, ...] = ()


class InstalledBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """A browser with a profile on this computer. `built` is the build's date where it is known.

    `supported` is true, false or unknown: whether its maker still supplies it with security updates. `last_used`
    is when a profile of it was last written to.
    """

    browser: str
    version: str = ""
    built: float | None = None
    default: bool = False
    supported: str = "unknown"
    last_used: float | None = None
