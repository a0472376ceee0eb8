"""Names of products that inspect TLS, read from a certificate's issuer: a label, never a verdict.

Issuer names can be forged, and some of these companies run public authorities too; whether a connection is
inspected is decided by comparing hosts and stores. Patterns are lower-case parts of the issuer's
organisation or common name, as Chromium's list, tailscale's and vendors' manuals give them.
"""

from __future__ import annotations

from portalcheck.api import Chain

UNKNOWN = "unknown"

_PROGRAMS = (
    ("adguard", "AdGuard"),
    ("avast", "Avast"),
    ("avg ", "AVG"),
    ("bitdefender", "Bitdefender"),
    ("burp", "Burp Suite"),
    ("charles proxy", "Charles Proxy"),
    ("eset", "ESET"),
    ("fiddler", "Fiddler"),
    ("http toolkit", "HTTP Toolkit"),
    ("kaspersky", "Kaspersky"),
    ("mcafee", "McAfee"),
    ("mitmproxy", "mitmproxy"),
    ("netspark", "NetSpark"),
    ("norton", "Norton"),
)
"""Those that inspect on the very computer: virus scanners, and tools of developers."""

_PRODUCTS = (
    *_PROGRAMS,
    ("barracuda", "Barracuda"),
    ("blue coat", "Symantec Blue Coat"),
    ("cato networks", "Cato Networks"),
    ("check point", "Check Point"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("cloudflare gateway", "Cloudflare Gateway"),
    ("contentkeeper", "ContentKeeper"),
    ("cyberoam", "Cyberoam"),
    ("forcepoint", "Forcepoint"),
    ("fortinet", "Fortinet"),
    ("fortigate", "Fortinet"),
    ("goguardian", "GoGuardian"),
    ("iboss", "iboss"),
    ("lightspeed", "Lightspeed"),
    ("menlo", "Menlo Security"),
    ("netskope", "Netskope"),
    ("palo alto", "Palo Alto Networks"),
    ("pan-fw", "Palo Alto Networks"),
    ("securly", "Securly"),
    ("smoothwall", "Smoothwall"),
    ("sonicwall", "SonicWall"),
    ("sophos", "Sophos"),
    ("trend micro", "Trend Micro"),
    ("iwss.trend", "Trend Micro"),
    ("ubiquiti", "Ubiquiti"),
    ("watchguard", "WatchGuard"),
    ("zscaler", "Zscaler"),
)


def product_of(chain: Chain) -> str:
    """The product that an issuer's name points to, `unknown` if it points to none."""
    issuer = f"{chain.issuer_organisation} {chain.issuer_name} ".casefold()
    return next((product for part, product in _PRODUCTS if part in issuer), UNKNOWN)


def is_on_this_computer(product: object) -> bool:
    """Whether a product is a program that people install on their own computer."""
    return any(product == name for _, name in _PROGRAMS)
