"""The second reader of URLs: Servo's (the Rust crate `url`), which shares neither code nor tables with ada-url."""

from __future__ import annotations

import re

import url

_SLASHES = re.compile(r"^[\x00-\x20]*(?:[/\\][\t\n\r]*){3,}")
"""Servo refuses a reference that begins with more than two slashes; browsers and the standard take them for two."""


def parsed(text: str, base: str | None = None) -> url.URL | None:
    """What Servo makes of an address, seen from `base`; None for what it refuses and what is not http or https."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    try:
        found = url.URL.parse(text) if base is None else url.URL.parse(base).join(_SLASHES.sub("//", text))
    except (url.URLError, ValueError):
        return None
    return found if found.scheme in ("http", "https") else None


def host_of(text: str, base: str | None = None) -> str | None:
    """The host that Servo would reach, without brackets and a final dot."""
    found = parsed(text, base)
    return None if found is None else str(found.host_str).strip("[]").removesuffix(".")
