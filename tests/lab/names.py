"""The names and addresses of the lab: all for documentation (RFC 5737, 3849), all lead nowhere outside it."""

from __future__ import annotations

PORTAL = "portal.lab.example"
IDENTITY = "id.lab.example"
CANARIES = ("canary.north.example", "canary.south.example")
OPEN = "open.lab-net.example"
AIA = "aia.lab-ca.example"
RESPONDER = "ocsp.lab-ca.example"
PROXY = "proxy.lab.example"
GATEWAY = "wifi.lab-net.example"
BLOCK_PAGE = "blocked.filter.example"
DOH = "doh.lab-dns.example"

SIGN_IN = f"https://{PORTAL}/signin"
LOGIN = f"https://{IDENTITY}/login"
PROXY_PORT = 3128
RESPONDER_PORT = 2560

PATIENT_4, PATIENT_6 = "192.0.2.10", "2001:db8:1::10"
GATE_4, GATE_6 = "192.0.2.1", "2001:db8:1::1"
OWN_DNS_4, OWN_DNS_6 = "192.0.2.53", "2001:db8:53::53"
SECOND_DNS_4 = "192.0.2.54"
NEUTRAL_DNS_4, NEUTRAL_DNS_6 = "203.0.113.53", "2001:db8:53::113"
PROXY_4 = "192.0.2.80"
VPN_4 = "192.0.2.200"
VPN_WORLD, VPN_PATIENT, VPN_DNS_4 = "192.0.2.209", "192.0.2.210", "192.0.2.215"

PORTAL_4, PORTAL_6 = "198.51.100.10", "2001:db8:2::10"
PORTAL_CDN_4 = ("198.51.100.11", "198.51.100.12", "198.51.100.13")
IDENTITY_4, IDENTITY_6 = "198.51.100.20", "2001:db8:2::20"
OLD_4 = "198.51.100.99"
CANARY_4 = ("203.0.113.11", "203.0.113.12")
CANARY_6 = ("2001:db8:3::11", "2001:db8:3::12")
OPEN_4, OPEN_6 = "203.0.113.20", "2001:db8:3::20"
AIA_4 = "203.0.113.40"
RESPONDER_4 = "203.0.113.41"
DOH_4 = "203.0.113.54"
FALSE_4 = "203.0.113.66"
BLOCK_4 = "203.0.113.77"

NAT64_PORTAL, NAT64_IDENTITY = "64:ff9b::c633:640a", "64:ff9b::c633:6414"
"""With RFC 6052's prefix, the one that is not for documentation: a translator's answers have it, and nothing else."""

SINKHOLES = ("0.0.0.0", "::")

ZONE: dict[str, tuple[str, ...]] = {
    PORTAL: (PORTAL_4, PORTAL_6),
    IDENTITY: (IDENTITY_4, IDENTITY_6),
    CANARIES[0]: (CANARY_4[0], CANARY_6[0]),
    CANARIES[1]: (CANARY_4[1], CANARY_6[1]),
    OPEN: (OPEN_4, OPEN_6),
    AIA: (AIA_4,),
    RESPONDER: (RESPONDER_4,),
    PROXY: (PROXY_4,),
    DOH: (DOH_4,),
}
"""Every name as an honest DNS server gives it."""

ROLES: dict[str, str] = {
    OWN_DNS_4: "own-dns",
    OWN_DNS_6: "own-dns",
    SECOND_DNS_4: "own-dns",
    VPN_DNS_4: "own-dns",
    NEUTRAL_DNS_4: "neutral-dns",
    NEUTRAL_DNS_6: "neutral-dns",
    DOH_4: "neutral-dns",
    PORTAL_4: "portal",
    PORTAL_6: "portal",
    IDENTITY_4: "portal",
    IDENTITY_6: "portal",
    NAT64_PORTAL: "portal",
    NAT64_IDENTITY: "portal",
    OLD_4: "portal",
    FALSE_4: "false-host",
    BLOCK_4: "false-host",
    OPEN_4: "open",
    OPEN_6: "open",
    AIA_4: "aia",
    RESPONDER_4: "aia",
    PROXY_4: "proxy",
    GATE_4: "gateway",
    GATE_6: "gateway",
    **dict.fromkeys(PORTAL_CDN_4, "portal"),
    **dict.fromkeys(CANARY_4, "canary"),
    **dict.fromkeys(CANARY_6, "canary"),
}
"""What each address of the world is, as the servers' logs call it."""

OF_THE_WORLD = tuple(address for address in ROLES if address not in (GATE_4, GATE_6, VPN_DNS_4))
