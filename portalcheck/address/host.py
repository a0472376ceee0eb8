"""How the host of a URL is spelled: what is odd about it, and why browsers refuse it (WHATWG URL, 3.5; UTS 46).

ada-url reads the host; nothing here decides where a URL leads. Only lengths are held that browsers leave to DNS.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec

LONGEST_LABEL = 63
LONGEST_HOST = 253
_LONGEST_TEXT = 2048

_FORBIDDEN = re.compile(
    r"(?P<control_char>[\x00-\x1f\x7f])|(?P<whitespace> )|(?P<percent>%)|(?P<forbidden_char>[#/:<>?@\[\\\]^|])"
)
"""WHATWG's forbidden domain code points, by the trick that each is."""

_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
_DELIMITERS = frozenset("/\\?#@:%")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


class Unreadable(msgspec.Struct, frozen=True):
    """Nothing that a browser would open; `trick` says why."""

    trick: str


def refusal(text: str) -> str:
    """Why browsers refuse a host, percent-encoding undone, as a trick."""
    import idna

    if len(text) > _LONGEST_TEXT:
        return "label_too_long"
    forbidden = _FORBIDDEN.search(text)
    if forbidden is not None:
        return str(forbidden.lastgroup)
    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError:
        return _unmappable(text)
    forbidden = _FORBIDDEN.search(mapped)
    if forbidden is not None:
        return "slash_lookalike" if forbidden.lastgroup == "forbidden_char" else str(forbidden.lastgroup)
    labels = mapped.removesuffix(".").split(".")
    if trouble := wrong_length(labels):
        return trouble
    if _NUMBER.fullmatch(labels[-1]):
        return "ends_in_number"
    return "joiner" if _JOINERS & frozenset(text) else "bad_idn"


def _unmappable(text: str) -> str:
    """Which character of a host it is that no name may have (UTS 46: disallowed)."""
    characters = frozenset(text)
    if characters & _BIDI_CONTROLS:
        return "bidi_control"
    if characters & _JOINERS:
        return "joiner"
    if any(not c.isascii() and _DELIMITERS & frozenset(unicodedata.normalize("NFKC", c)) for c in characters):
        return "slash_lookalike"
    if any(unicodedata.category(c) == "Zs" for c in characters):
        return "whitespace"
    if any(unicodedata.category(c) in ("Cc", "Cf") for c in characters):
        return "invisible"
    return "forbidden_char"


def wrong_length(labels: Sequence[str]) -> str:
    """The trick of labels that DNS cannot carry (RFC 1035, 2.3.4), though browsers open them; else nothing."""
    if list(labels) == [""]:
        return "no_host"
    if "" in labels:
        return "empty_label"
    too_long = len(".".join(labels)) > LONGEST_HOST or max(map(len, labels)) > LONGEST_LABEL
    return "label_too_long" if too_long else ""


def invalid_idn(host: str, display: str) -> str:
    """`bad_idn` if the A-labels of a host stand for no valid name (RFC 5891, 5893); else nothing.

    Browsers let invalid A-labels pass, and ada-url does not hold all labels of a name to the rule of directions.
    """
    if "xn--" not in host:
        return ""
    import ada_url

    labels = display.split(".")
    valid = (
        not any(label.startswith("xn--") for label in labels)
        and ada_url.idna.encode(display) == host.encode()
    )
    if valid and any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in display):
        import idna

        try:
            valid = all(idna.check_bidi(label, check_ltr=True) for label in labels)
        except idna.IDNAError:
            valid = False
    return "" if valid else "bad_idn"


def spelling(written: str, plain: str, host: str) -> tuple[str, ...]:
    """The notes on how a host was written: `encoded`, and `invisible` or `nonascii`.

    `plain` is the same with percent-encoding undone, `host` what a browser makes of it.
    """
    import ada_url

    notes = ["encoded"] if "%" in written else []
    foreign = {c for c in plain if not c.isascii()}
    if any(ada_url.idna.encode(f"a{c}a") == b"aa" for c in foreign):
        notes.append("invisible")
    elif foreign and not any(label.startswith("xn--") for label in host.split(".")):
        notes.append("nonascii")
    return tuple(notes)
