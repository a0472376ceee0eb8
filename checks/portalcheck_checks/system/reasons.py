"""The reasons of findings on the operating system."""

from __future__ import annotations

from portalcheck.api import Reason

CURRENT = Reason("system.current", args={"os": str, "release": str})
OUTDATED = Reason("system.outdated", args={"os": str, "release": str})
EXTENDED_ONLY = Reason("system.extended-only", args={"os": str, "release": str})
SUPPORT_UNKNOWN = Reason("system.support-unknown", args={"os": str, "release": str})
ROOTS_AGE = Reason("system.roots-age", args={"days": int})
TLS_LIBRARY = Reason("system.tls-library", args={"library": str})
