"""Names of products that inspect TLS, read from a certificate's issuer: a label, never a verdict.

Issuer names can be forged, and some of these companies run public authorities too; whether a connection is
inspected is decided by comparing hosts and stores. Patterns are lower-case parts of the issuer's
organisation or common name, as Chromium's list, tailscale's and vendors' manuals give them.
"""

from __future__ import annotations

from portalcheck.api import Chain

UNKNOWN = "unknown"

PRODUCTS: tuple[tuple[str, str], ...] = (
    ("adguard", "AdGuard"),
    ("avast", "Avast"),
    ("avg ", "AVG"),
    ("barracuda", "Barracuda"),
    ("bitdefender", "Bitdefender"),
    ("blue coat", "Symantec Blue Coat"),
    ("burp", "Burp Suite"),
    ("cato networks", "Cato Networks"),
    ("charles proxy", "Charles Proxy"),
    ("check point", "Check Point"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("cloudflare gateway", "Cloudflare Gateway"),
    ("contentkeeper", "ContentKeeper"),
    ("cyberoam", "Cyberoam"),
    ("eset", "ESET"),
    ("fiddler", "Fiddler"),
    ("forcepoint", "Forcepoint"),
    ("fortinet", "Fortinet"),
    ("fortigate", "Fortinet"),
    ("goguardian", "GoGuardian"),
    ("http toolkit", "HTTP Toolkit"),
    ("iboss", "iboss"),
    ("kaspersky", "Kaspersky"),
    ("lightspeed", "Lightspeed"),
    ("mcafee", "McAfee"),
    ("menlo", "Menlo Security"),
    ("mitmproxy", "mitmproxy"),
    ("netskope", "Netskope"),
    ("netspark", "NetSpark"),
    ("norton", "Norton"),
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


_PROGRAMS = frozenset(
    {
        "AdGuard",
        "Avast",
        "AVG",
        "Bitdefender",
        "Burp Suite",
        "Charles Proxy",
        "ESET",
        "Fiddler",
        "HTTP Toolkit",
        "Kaspersky",
        "McAfee",
        "mitmproxy",
        "NetSpark",
        "Norton",
    }
)
"""Those of them that inspect on the very computer: virus scanners, and tools of developers."""


def product_of(chain: Chain) -> str:
    """The product that an issuer's name points to, `unknown` if it points to none."""
    issuer = f"{chain.issuer_organisation} {chain.issuer_name} ".casefold()
    return next((product for part, product in PRODUCTS if part in issuer), UNKNOWN)


def is_on_this_computer(product: object) -> bool:
    """Whether a product is a program that people install on their own computer."""
    return product in _PROGRAMS
