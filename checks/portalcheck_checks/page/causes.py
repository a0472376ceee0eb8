"""What the browser that the person uses does to a sign-in, by its own tests. The causes are those of `browser`."""

from __future__ import annotations

from portalcheck_checks.browser.causes import BROWSER_BLOCKS, COOKIES_BLOCKED, SOFTWARE_OUTDATED
from portalcheck_checks.page import reasons

CAUSES = (
    BROWSER_BLOCKS.when(
        any={reasons.BLOCKED, reasons.SCRIPTS_OFF, reasons.STORAGE_BLOCKED, reasons.SIGN_IN_SEEN},
        after="browser-blocks",
    ),
    COOKIES_BLOCKED.when(all={reasons.COOKIES_BLOCKED}, after="cookies-blocked"),
    SOFTWARE_OUTDATED.when(all={reasons.TOO_OLD}, after="software-outdated"),
)
