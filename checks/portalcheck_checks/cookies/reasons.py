"""The reasons of findings on the cookies that browsers keep of the portal."""

from __future__ import annotations

from portalcheck.api import EvidenceTypes, Layer, Reason

_STORE: EvidenceTypes = {"browser": str, "profile": int}

FOUND = Reason(
    "cookies.found",
    layer=Layer.BROWSER,
    args={
        **_STORE,
        "count": int,
        "expired": int,
        "session": int | None,
        "sent": int,
        "duplicates": int,
        "header_bytes": int,
    },
)
NONE_KEPT = Reason("cookies.none", layer=Layer.BROWSER, args={**_STORE, "running": bool | None})
EXPIRED = Reason("cookies.expired", layer=Layer.BROWSER, args=_STORE)
UNREADABLE = Reason("cookies.unreadable", layer=Layer.BROWSER, args={**_STORE, "why": str})
DUPLICATES = Reason("cookies.duplicates", layer=Layer.BROWSER, args={**_STORE, "header_bytes": int})
TOO_LARGE = Reason(
    "cookies.too-large", layer=Layer.BROWSER, args={**_STORE, "header_bytes": int, "role": str}
)
REFUSED_WHEN_LARGE = Reason(
    "cookies.refused-when-large", layer=Layer.BROWSER, args={**_STORE, "header_bytes": int, "status": int}
)
NEAR_LIMIT = Reason("cookies.near-limit", layer=Layer.BROWSER, args={**_STORE, "count": int})
NO_BROWSER = Reason("cookies.no-browser", layer=Layer.BROWSER)
AGE = Reason("cookies.age", layer=Layer.BROWSER, args={**_STORE, "oldest_days": int, "newest_days": int})
NEWER_LAYOUT = Reason("cookies.newer-layout", layer=Layer.BROWSER, args=_STORE)
MORE = Reason("cookies.more", layer=Layer.BROWSER, args={"count": int})
OF_CALLER = Reason("cookies.of-caller", layer=Layer.BROWSER)
FRESH_BROWSER = Reason("cookies.fresh-browser", layer=Layer.BROWSER, args={"browser": str}, alternative=True)
