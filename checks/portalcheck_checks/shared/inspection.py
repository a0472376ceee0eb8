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
    ("avg technologies", "AVG"),
    ("avira", "Avira"),
    ("bitdefender", "Bitdefender"),
    ("burp", "Burp Suite"),
    ("charles proxy", "Charles Proxy"),
    ("covenant eyes", "Covenant Eyes"),
    ("dr.web", "Dr.Web"),
    ("eset", "ESET"),
    ("do_not_trust_", "Fiddler"),
    ("fiddler", "Fiddler"),
    ("g data", "G DATA"),
    ("http toolkit", "HTTP Toolkit"),
    ("kaspersky", "Kaspersky"),
    ("mcafee", "McAfee"),
    ("mitmproxy", "mitmproxy"),
    ("mobicip", "Mobicip"),
    ("net nanny", "Net Nanny"),
    ("contentwatch", "Net Nanny"),
    ("netfilter", "NetFilter SDK"),
    ("netspark", "NetSpark"),
    ("norton", "Norton"),
    ("portswigger", "Burp Suite"),
    ("proxyman", "Proxyman"),
    ("qustodio", "Qustodio"),
    ("safer technologies", "Qustodio"),
)
"""Those that inspect on the very computer: virus scanners, and tools of developers."""

_PRODUCTS = (
    *_PROGRAMS,
    ("barracuda", "Barracuda"),
    ("blue coat", "Symantec Blue Coat"),
    ("blocksi", "Blocksi"),
    ("cato networks", "Cato Networks"),
    ("check point", "Check Point"),
    ("checkpoint", "Check Point"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("cloudflare gateway", "Cloudflare Gateway"),
    ("cloudflare for teams", "Cloudflare Gateway"),
    ("gateway ca - cloudflare managed", "Cloudflare Gateway"),
    ("cloudflare managed g", "Cloudflare Gateway"),
    ("contentkeeper", "ContentKeeper"),
    ("cyberoam", "Cyberoam"),
    ("forcepoint", "Forcepoint"),
    ("fortinet", "Fortinet"),
    ("fortigate", "Fortinet"),
    ("deledao", "Deledao"),
    ("goguardian", "GoGuardian"),
    ("liminex", "GoGuardian"),
    ("iboss", "iboss"),
    ("lightspeed", "Lightspeed"),
    ("linewize", "Linewize"),
    ("menlo", "Menlo Security"),
    ("netskope", "Netskope"),
    ("palo alto", "Palo Alto Networks"),
    ("pan-fw", "Palo Alto Networks"),
    ("prisma access", "Palo Alto Networks"),
    ("globalprotect", "Palo Alto Networks"),
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
