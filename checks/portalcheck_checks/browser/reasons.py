"""The reasons of findings on browsers and their settings."""

from __future__ import annotations

from portalcheck.api import EvidenceTypes, Layer, Reason

_BROWSER: EvidenceTypes = {"browser": str}

VERSION = Reason(
    "browser.version", layer=Layer.BROWSER, args={"browser": str, "version": str, "supported": bool | str}
)
FOUND = Reason("browser.found", layer=Layer.BROWSER, args=_BROWSER)
DEFAULT = Reason("browser.default", layer=Layer.BROWSER, args=_BROWSER)
OTHER = Reason("browser.other", layer=Layer.BROWSER, args=_BROWSER)
BLOCKS_COOKIES = Reason(
    "browser.blocks-cookies", layer=Layer.BROWSER, args={"browser": str, "scope": str, "by": str, "role": str}
)
FORBIDS = Reason("browser.forbids", layer=Layer.BROWSER, args={"browser": str, "what": str, "by": str})
CLEARS_ON_EXIT = Reason("browser.clears-on-exit", layer=Layer.BROWSER, args=_BROWSER)
NEVER_REMEMBERS = Reason("browser.never-remembers", layer=Layer.BROWSER, args=_BROWSER)
EXTENSION = Reason("browser.extension", layer=Layer.BROWSER, args={"browser": str, "name": str})
OWN_PROXY = Reason("browser.own-proxy", layer=Layer.BROWSER, args={"browser": str, "kind": str})
OWN_WAY_WORKS = Reason("browser.own-way-works", layer=Layer.BROWSER, args=_BROWSER)
OWN_PROXY_FAILS = Reason("browser.own-proxy-fails", layer=Layer.BROWSER, args={"browser": str, "by": str})
OWN_DNS_FAILS = Reason("browser.own-dns-fails", layer=Layer.BROWSER, args={"browser": str, "by": str})
UNREADABLE = Reason(
    "browser.unreadable", layer=Layer.BROWSER, args={"browser": str, "profile": int, "why": str}
)
MORE = Reason("browser.more", layer=Layer.BROWSER, args={"count": int})
NONE_FOUND = Reason("browser.none", layer=Layer.BROWSER)
