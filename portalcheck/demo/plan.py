"""What a practice world is made of: names, addresses (all for documentation, RFC 5737, 3849) and faults.

Data only, so that the table of faults loads nothing heavy.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from portalcheck.facts import BrowserProfile, CookieStore

PORTAL = "portal.practice.example"
IDENTITY = "id.practice.example"
PROXY = "proxy.practice.example"
BLOCK_PAGE = "blocked.filter.example"
GATEWAY = "wifi.practice.example"
AIA = "aia.practice-ca.example"
OPEN = "open.practice-net.example"
CANARIES = ("canary.north.example", "canary.south.example")

SIGN_IN_PATH = "/signin"
LOGIN_PATH = "/login"
OPEN_PATH = "/generate_204"
ISSUER_PATH = "/intermediate.der"
RESPONDER = "ocsp.practice-ca.example"
PROXY_PORT = 3128

LOCAL_4, LOCAL_6 = "192.0.2.10", "2001:db8:1::10"
TUNNEL_4 = "192.0.2.210"
OWN_DNS = "192.0.2.53"
GATEWAY_ADDRESS = "192.0.2.1"
RESOLVER = "203.0.113.53"
OPEN_ADDRESS = "203.0.113.20"
PROXY_ADDRESS = "192.0.2.80"
AIA_ADDRESS = "203.0.113.40"
RESPONDER_ADDRESS = "203.0.113.41"
OLD_ADDRESS = "198.51.100.99"
FALSE_ADDRESS = "203.0.113.66"
BLOCK_ADDRESS = "203.0.113.77"
PORTAL_4, PORTAL_6 = "198.51.100.10", "2001:db8:2::10"
IDENTITY_4, IDENTITY_6 = "198.51.100.20", "2001:db8:2::20"
CANARY_ADDRESSES = (("203.0.113.11", "2001:db8:3::11"), ("203.0.113.12", "2001:db8:3::12"))
SINKHOLES = ("0.0.0.0", "::")  # noqa: S104  # an answer that filters give; nothing is bound to it

PUBLIC_CA = "Practice Trust Services"
INSPECTION_CA = "Practice Web Shield"
PRIVATE_CA = "Somebody Else's Network"

ZONE: dict[str, tuple[str, ...]] = {
    PORTAL: (PORTAL_4, PORTAL_6),
    IDENTITY: (IDENTITY_4, IDENTITY_6),
    CANARIES[0]: CANARY_ADDRESSES[0],
    CANARIES[1]: CANARY_ADDRESSES[1],
    OPEN: (OPEN_ADDRESS,),
    PROXY: (PROXY_ADDRESS,),
    AIA: (AIA_ADDRESS,),
    RESPONDER: (RESPONDER_ADDRESS,),
}
"""Every name of the practice world, as an honest DNS server gives it."""


DnsMode = Literal["answers", "silent", "servfail", "refused"]
"""How a DNS server behaves."""

Signer = Literal["public", "private", "inspection"]
"""Who signed the portal's certificate."""

Trust = Literal["usual", "with-inspection", "stale"]
"""Which roots this computer holds beside Mozilla's list, which has the public one alone."""

Front = Literal["serves", "refuses", "resets-name", "ignores-name", "only-old-tls", "wants-certificate"]
"""What the portal's address does with a connection."""

Site = Literal[
    "sign-in",
    "error",
    "forbidden",
    "loop",
    "bad-location",
    "leaves-https",
    "drips",
    "refuses-long-cookies",
]
"""What the portal's web application answers."""

ProxyMode = Literal["none", "works", "dead", "wants-login", "blocks"]
"""What the practice proxy does; with `none` no proxy is set."""

Link = Literal["open", "captive", "no-way-out", "proxy-only", "six-silent", "six-unreachable", "none"]
"""How far this computer's network reaches."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One practice world; the default is a healthy one. A fault is a plan with few fields changed.

    `not_before_days` and `not_after_days` are the dates of the portal's certificate from now; `clock_s` is
    what this computer's clock is ahead. `revoked` says that its issuer's responder calls it so, which only those
    hear who ask neutral hosts: `contact` is that setting. `own_names` are what the own DNS server says instead of
    the truth (an empty tuple: the name exists without an address), `own_missing` and `missing` the names that
    it, or every DNS server, denies.
    """

    link: Link = "open"
    vpn: bool = False
    dns: DnsMode = "answers"
    own_names: dict[str, tuple[str, ...]] = {}
    own_missing: frozenset[str] = frozenset()
    own_otherwise: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    hosts: dict[str, tuple[str, ...]] = {}
    front: Front = "serves"
    site: Site = "sign-in"
    signer: Signer = "public"
    certificate_names: tuple[str, ...] = (PORTAL,)
    not_before_days: float = -30.0
    not_after_days: float = 60.0
    sends_intermediate: bool = True
    trust: Trust = "usual"
    proxy: ProxyMode = "none"
    proxy_for_browser: bool = True
    clock_s: float = 0.0
    share_portal_name: bool = False
    revoked: bool = False
    contact: str = "on-trouble"
    profiles: tuple[BrowserProfile, ...] = ()
    cookies: tuple[CookieStore, ...] = ()
