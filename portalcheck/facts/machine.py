"""What this computer says of itself."""

from __future__ import annotations

from enum import StrEnum, auto

import msgspec


class System(msgspec.Struct, frozen=True):
    """The operating system: `os` is linux, windows or macos; `release` its public version."""

    os: str
    release: str


class InterfaceKind(StrEnum):
    """What kind of link an interface is, as far as the system knows."""

    LOOPBACK = "loopback"
    ETHERNET = "ethernet"
    WIFI = "wifi"
    TUNNEL = "tunnel"
    VIRTUAL = "virtual"
    OTHER = "other"


class Interface(msgspec.Struct, frozen=True):
    """A network interface and its IP addresses as text; `product` is the VPN product behind it, empty if unknown."""

    name: str
    kind: InterfaceKind
    up: bool
    addresses: tuple[str, ...]
    product: str = ""


class LocalRoute(msgspec.Struct, frozen=True):
    """Where this computer's own routes send an address: over which interface, to which gateway (empty on-link).

    Both are empty where they send it nowhere.
    """

    interface: str = ""
    gateway: str = ""


class DnsServer(msgspec.Struct, frozen=True):
    """A DNS server that this computer is set to ask, or (with `url`) a DNS-over-HTTPS server."""

    address: str
    port: int = 53
    url: str = ""


class ProxySettings(msgspec.Struct, frozen=True, kw_only=True):
    """The proxies that are set for one URL.

    `programs` comes from the environment; `browser`, `pac_url` and `auto_detect` (WPAD) from the system's own
    settings, which browsers go by only if `browser_known`, else by the environment too. A `*_bypassed` flag says
    that an exception list took the URL out. Proxy URLs are `scheme://host:port` and never carry a user name or
    password; empty for none.
    """

    programs: str = ""
    programs_bypassed: bool = False
    browser: str = ""
    browser_known: bool = False
    browser_bypassed: bool = False
    pac_url: str = ""
    auto_detect: bool = False


class Roots(msgspec.Struct, frozen=True):
    """The root certificates of a trust store, as DER.

    `complete` is false if the system fetches further ones when needed. `newest` is when the store was last changed
    (seconds since the epoch), None if unknown.
    """

    certificates: tuple[bytes, ...]
    complete: bool = True
    newest: float | None = None


class Unreadable(StrEnum):
    """Why a file of a browser could not be read."""

    ABSENT = "absent"
    """There is none. A cookie store or profile that is absent is empty, not unreadable."""
    LOCKED = "locked"
    """Another program keeps it to itself."""
    PERMISSION = "permission"
    """This user may not read it, or macOS has not given this program Full Disk Access."""
    DAMAGED = "damaged"
    """It breaks the rules of its format."""
    BUSY = "busy"
    """It was written to all the while, or a transaction was not finished."""
    TOO_BIG = "too-big"
    """It is larger, or takes longer, than this program's limits allow."""
    UNKNOWN_LAYOUT = "unknown-layout"
    """It is a database without the tables and columns that are known."""
    NOT_A_FILE = "not-a-file"
    """The path is a folder, pipe or device."""
    AWAY = "away"
    """It lies on another computer (a file server, a cloud drive) that does not answer, or would have to be fetched."""
    TOO_MANY = "too-many"
    """It is the first profile of a browser beyond those that are looked at."""


class CookieRole(StrEnum):
    """Whose host cookies are sent to: the portal's, or one that it signs people in with."""

    PORTAL = "portal"
    IDENTITY = "identity"


class CookieHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The largest Cookie header that would be sent to some hosts, whatever the path; an estimate as in `CookieStore`.

    `of_sign_in`: the page's own host, or one of identity, and not just another one of the portal's. `contained`:
    sent from a container tab only.
    """

    role: CookieRole
    header_bytes: int
    of_sign_in: bool = True
    contained: bool = False


class CookieStore(msgspec.Struct, frozen=True, kw_only=True):
    """What one profile keeps for the portal's hosts: numbers only, never a name or value.

    `unreadable` is None for a store that was read. `count` and `expired` are the cookies that are and are not valid
    still. `session` counts session cookies, None if the browser keeps them elsewhere. `sent` is how many of all the
    sign-in page would be sent, `duplicates` how many of these beyond one for each name, `header_bytes` the length of
    the Cookie header's value. `partitioned` counts those kept apart in another site's partition or in a container,
    which are not sent; `on_site` those of the page's own site. `oldest` and `newest` are when one was last changed, in
    seconds since the epoch. `running` tells whether the browser is, None if unknown. `newer_schema`: the database is
    newer than this program knows, and was read as the newest that it knows. `of_caller`: the profile belongs to the
    person who started the program with an administrator's rights (sudo).
    """

    browser: str
    profile: int
    unreadable: Unreadable | None = None
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
    elsewhere: tuple[CookieHeader, ...] = ()
    of_caller: bool = False


class CookieScope(StrEnum):
    """Which cookies a browser's setting keeps out."""

    ALL = "all"
    THIRD_PARTY = "third-party"
    SITE = "site"
    """Those of the portal's own site, by an exception for it."""


class SetBy(StrEnum):
    """Who decided on a browser's setting."""

    SETTING = "setting"
    """The user."""
    POLICY = "policy"
    """An administrator."""


class CookieBlock(msgspec.Struct, frozen=True):
    """A setting that keeps cookies out: which ones, and who set it."""

    scope: CookieScope
    by: SetBy
    role: CookieRole = CookieRole.PORTAL


class Forbidden(StrEnum):
    """What of a page a browser's setting or policy keeps out."""

    PAGE = "page"
    SCRIPTS = "scripts"


class PageBlock(msgspec.Struct, frozen=True):
    """A setting that forbids the sign-in page, or its scripts; and who set it."""

    what: Forbidden
    by: SetBy


class OwnProxy(StrEnum):
    """A proxy setting of a browser's own, which it uses in place of the system's."""

    UNSET = ""
    """The browser takes the system's."""
    NONE = "none"
    MANUAL = "manual"
    SCRIPT = "script"
    DETECT = "detect"
    """The browser looks for a script in the network (WPAD)."""


class OwnWay(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser goes by in place of the system's settings.

    `proxy` is its own for the portal (`scheme://host:port`, or `DIRECT`), empty where `kind` leaves that to a script or
    to the system; `dns` are URLs of DNS-over-HTTPS servers, where it asks no others. `*_by` is who set it.
    """

    kind: OwnProxy = OwnProxy.UNSET
    proxy: str = ""
    proxy_by: SetBy = SetBy.SETTING
    dns: tuple[str, ...] = ()
    dns_by: SetBy = SetBy.SETTING


class BrowserFiles(StrEnum):
    """Which files of browsers something reads."""

    COOKIES = auto()
    SETTINGS = auto()


ANOTHER = "another"
"""What stands for a browser, or an extension, that is not in this program's tables."""


class BrowserProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One profile's settings: what blocks or clears cookies, what of the page they forbid, and extensions that can.

    `unreadable` is None for settings that were read, or that there are none of. `never_remembers`: every window is a
    private one, so that no cookie is ever stored. `extensions` are names from this program's
    own table, `another` for those that do not stand there.
    """

    browser: str
    profile: int
    unreadable: Unreadable | None = None
    blocks: tuple[CookieBlock, ...] = ()
    forbids: tuple[PageBlock, ...] = ()
    clears_on_exit: bool = False
    never_remembers: bool = False
    way: OwnWay = OwnWay()
    extensions: tuple[str, ...] = ()


class Support(StrEnum):
    """Whether a browser's maker still supplies its version with security updates."""

    YES = "true"
    NO = "false"
    UNKNOWN = "unknown"


class InstalledBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """A browser with a profile on this computer.

    `built` is the build's date and `last_used` when a profile was last written to (seconds since the epoch), each None
    if it is not known.
    """

    browser: str
    version: str = ""
    built: float | None = None
    default: bool = False
    supported: Support = Support.UNKNOWN
    last_used: float | None = None
