"""The host of a URL as browsers read it (WHATWG URL, section 3.5, and UTS 46), and stricter in lengths.

Browsers accept empty labels and labels of more than 63 octets, which DNS cannot carry (RFC 1035): they
are refused here.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import msgspec

LONGEST_LABEL = 63
LONGEST_HOST = 253
_LONGEST_TEXT = 2048

_FORBIDDEN = frozenset("#/:<>?@[\\]^|")
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
_DELIMITERS = frozenset("/\\?#@:%")
_IPV4_PART = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """A host that a browser would go to. `name` has A-labels and no final dot, `display` U-labels.

    An IP address is in `name` and `display` alike, IPv6 without brackets. `notes` are `encoded`, `invisible`
    and `nonascii` (see `verdict.NOTES`).
    """

    name: str
    display: str
    is_ip: bool = False
    notes: tuple[str, ...] = ()


class Unreadable(msgspec.Struct, frozen=True):
    """Nothing that a browser would open; `trick` says why (see `verdict.TRICKS`)."""

    trick: str


@lru_cache(maxsize=1024)
def parse_host(text: str) -> Host | Unreadable:
    """Read the host part of a URL: a name, an IPv4 address in any notation, or IPv6 in brackets."""
    if text.startswith("["):
        return _ipv6(text)
    if len(text) > _LONGEST_TEXT:
        return Unreadable("label_too_long")
    plain = unquote_to_bytes(text).decode("utf-8", "replace") if "%" in text else text
    trouble = _forbidden(plain)
    if trouble:
        return Unreadable(trouble)
    mapped = _mapped(plain)
    if isinstance(mapped, Unreadable):
        return mapped
    labels = mapped.removesuffix(".").split(".")
    trouble = _sizes(labels)
    if trouble:
        return Unreadable(trouble)
    if _IPV4_PART.fullmatch(labels[-1]):
        return _ipv4(labels, _notes(text, plain, labels))
    return _name(text, plain, labels)


def _name(text: str, plain: str, labels: list[str]) -> Host | Unreadable:
    ascii_labels, shown = list(labels), list(labels)
    if not all(label.isascii() and not label.startswith("xn--") for label in labels):
        converted = [_both_forms(label) for label in labels]
        valid = [forms for forms in converted if forms is not None]
        ascii_labels, shown = [forms[0] for forms in valid], [forms[1] for forms in valid]
        if len(valid) < len(labels) or not _bidi_is_right(shown):
            return Unreadable("joiner" if _JOINERS & frozenset(plain) else "bad_idn")
    trouble = _sizes(ascii_labels)
    if trouble:
        return Unreadable(trouble)
    return Host(name=".".join(ascii_labels), display=".".join(shown), notes=_notes(text, plain, ascii_labels))


def _forbidden(text: str) -> str:
    """The trick if the text holds a character that no host may (WHATWG: forbidden domain code points)."""
    for character in text:
        if character < " " or character == "\x7f":
            return "control_char"
        if character == " ":
            return "whitespace"
        if character == "%":
            return "percent"
        if character in _FORBIDDEN:
            return "forbidden_char"
    return ""


def _mapped(text: str) -> str | Unreadable:
    """The text as UTS 46 maps it: lower case, compatibility forms replaced, ignored characters dropped."""
    if text.isascii():
        return text.lower()
    import idna

    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError:
        return Unreadable(_why_not(text))
    trouble = _forbidden(mapped)
    return Unreadable("slash_lookalike" if trouble == "forbidden_char" else trouble) if trouble else mapped


def _why_not(text: str) -> str:
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


def _both_forms(label: str) -> tuple[str, str] | None:
    """A mapped label as A-label and U-label, or None where it is not valid (UTS 46, 4.1)."""
    import idna

    shown = label
    if label.startswith("xn--"):
        if not label.isascii() or len(label) > LONGEST_LABEL:
            return None
        try:
            shown = label[4:].encode("ascii").decode("punycode")
        except ValueError:
            return None
        # An A-label that holds plain ASCII, or letters that the mapping would change, is a fake.
        if shown.isascii() or _mapped(shown) != shown or "." in shown:
            return None
    if shown.isascii():
        return label, shown
    try:
        idna.check_initial_combiner(shown)
        joined = all(c not in _JOINERS or idna.valid_contextj(shown, at) for at, c in enumerate(shown))
    except (idna.IDNAError, ValueError):
        return None
    if not joined:
        return None
    encoded = "xn--" + shown.encode("punycode").decode("ascii")
    return (encoded, shown) if not label.startswith("xn--") or encoded == label else None


def _bidi_is_right(labels: list[str]) -> bool:
    """RFC 5893, for names that have a right-to-left label at all."""
    if not any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for label in labels for c in label):
        return True
    import idna

    try:
        return all(idna.check_bidi(label, check_ltr=True) for label in labels)
    except idna.IDNAError:
        return False


def _sizes(labels: list[str]) -> str:
    if labels == [""]:
        return "no_host"
    if "" in labels:
        return "empty_label"
    too_long = sum(map(len, labels)) + len(labels) - 1 > LONGEST_HOST
    return "label_too_long" if too_long or max(map(len, labels)) > LONGEST_LABEL else ""


def _notes(text: str, plain: str, labels: list[str]) -> tuple[str, ...]:
    notes = ["encoded"] if "%" in text else []
    if not plain.isascii():
        if any(not c.isascii() and _mapped(c) == "" for c in frozenset(plain)):
            notes.append("invisible")
        elif not any(label.startswith("xn--") for label in labels):
            notes.append("nonascii")
    return tuple(notes)


def _ipv4(labels: list[str], notes: tuple[str, ...]) -> Host | Unreadable:
    """WHATWG's IPv4 parser: one to four parts, decimal, octal or hexadecimal; the last fills what is left."""
    numbers = [_number(label) for label in labels]
    values = [number for number in numbers if number is not None]
    if len(values) != len(labels) or len(values) > 4:
        return Unreadable("ends_in_number")
    *first, last = values
    if any(value > 255 for value in first) or last >= 256 ** (5 - len(values)):
        return Unreadable("ends_in_number")
    address = last + sum(value << (8 * (3 - at)) for at, value in enumerate(first))
    text = str(ipaddress.IPv4Address(address))
    return Host(name=text, display=text, is_ip=True, notes=notes)


def _number(part: str) -> int | None:
    if not _IPV4_PART.fullmatch(part):
        return None
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    if part.startswith("0"):
        return None if set(part) & set("89") else int(part, 8)
    return int(part)


def _ipv6(text: str) -> Host | Unreadable:
    if not text.endswith("]") or "%" in text:
        return Unreadable("bad_ipv6")
    try:
        address = str(ipaddress.IPv6Address(text[1:-1]))
    except ValueError:
        return Unreadable("bad_ipv6")
    return Host(name=address, display=address, is_ip=True)
