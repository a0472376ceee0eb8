"""Mozilla's trust store, as the certifi package brings it."""

from __future__ import annotations

import re
from datetime import datetime

from portalcheck.facts import Roots
from portalcheck.machine import pem


def roots() -> Roots:
    """Mozilla's roots for servers; `newest` is the day of certifi's release, which its version is."""
    import certifi

    return Roots(
        certificates=pem.certificates(certifi.contents().encode("utf-8")), newest=day(certifi.__version__)
    )


def day(version: str) -> float | None:
    """The start of the day (UTC) that a calendar version such as `2025.01.31` names, or None."""
    match = re.fullmatch(r"(\d{4}\.\d{1,2}\.\d{1,2})(\..*)?", version, re.ASCII)
    try:
        return datetime.strptime(f"{match[1]} +0000", "%Y.%m.%d %z").timestamp() if match else None
    except ValueError:
        return None
