"""The reasons of findings on what the page in the person's own browser saw."""

from __future__ import annotations

from portalcheck.api import EvidenceTypes, Layer, Reason

_BROWSER: EvidenceTypes = {"browser": str}
_ROLE: EvidenceTypes = {"browser": str, "role": str}

OPENED = Reason(
    "page.opened",
    layer=Layer.BROWSER,
    args={"browser": str, "version": str, "private": bool | str},
    current=True,
)
REACHES = Reason("page.reaches", layer=Layer.BROWSER, args=_ROLE)
BLOCKED = Reason("page.blocked", layer=Layer.BROWSER, args=_ROLE)
UNTESTED = Reason("page.untested", layer=Layer.BROWSER, args={"browser": str, "why": str})
COOKIES_WORK = Reason("page.cookies-work", layer=Layer.BROWSER, args=_BROWSER)
COOKIES_BLOCKED = Reason("page.cookies-blocked", layer=Layer.BROWSER, args={"browser": str, "scope": str})
STORAGE_BLOCKED = Reason("page.storage-blocked", layer=Layer.BROWSER, args=_BROWSER)
SCRIPTS_OFF = Reason("page.scripts-off", layer=Layer.BROWSER, args=_BROWSER)
TOO_OLD = Reason("page.too-old", layer=Layer.BROWSER, args={"browser": str, "missing": tuple})
SIGN_IN_SEEN = Reason("page.sign-in-seen", layer=Layer.BROWSER, args={"browser": str, "seen": bool})
PRIVATE_WORKS = Reason("page.private-works", layer=Layer.BROWSER, args=_BROWSER)
OTHER_WORKS = Reason("page.other-works", layer=Layer.BROWSER, args=_BROWSER, alternative=True)
