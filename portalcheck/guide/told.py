"""What comes back from the page: verdicts of its tests, each one of a few words, and which browser it is open in."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from portalcheck.facts import ANOTHER, Answer

Feature = Literal["modules", "fetch", "promises", "crypto", "streams"]
Browser = Literal["chrome", "chromium", "edge", "brave", "opera", "vivaldi", "firefox", "safari", "epiphany"]
_MOST_TRIES = 6
_BY_AGENT = (
    # What browsers call themselves (User-Agent); the first that fits counts, as most name others besides.
    (re.compile(r"Edg(?:A|iOS)?/([\d.]+)"), "edge"),
    (re.compile(r"OPR/([\d.]+)"), "opera"),
    (re.compile(r"Vivaldi/([\d.]+)"), "vivaldi"),
    (re.compile(r"(?:Firefox|FxiOS)/([\d.]+)"), "firefox"),
    (re.compile(r"Epiphany/([\d.]+)"), "epiphany"),
    (re.compile(r"Chromium/([\d.]+)"), "chromium"),
    (re.compile(r"(?:Chrome|CriOS)/([\d.]+)"), "chrome"),
    (re.compile(r"Version/([\d.]+).* Safari/"), "safari"),
)
_LONGEST_AGENT = 500


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the page's script tells after its tests of a round; what it did not try is not there."""

    round: int
    own_site: bool = False
    other_site: bool = False
    portal: Annotated[tuple[Answer, ...], msgspec.Meta(max_length=_MOST_TRIES)] = ()
    identity: Answer | None = None
    plain: Answer | None = None
    storage: bool | None = None
    missing: Annotated[tuple[Feature, ...], msgspec.Meta(max_length=10)] = ()
    browser: Browser | None = None
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9.]{0,32}$")] = ""


_decode = msgspec.json.Decoder(Told).decode


def told(body: bytes) -> Told | None:
    """What a request's body tells; None for anything else."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def by_agent(agent: str) -> tuple[str, str]:
    """The browser and version that a User-Agent names; `another` for one of no table."""
    for pattern, browser in _BY_AGENT:
        if found := pattern.search(agent[:_LONGEST_AGENT]):
            return browser, found[1][:32]
    return ANOTHER, ""
