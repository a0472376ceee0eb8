"""JSON as Chromium reads its files of policies: with comments, commas before a closing bracket, and line ends in texts.

Source: base/json of Chromium, whose options these are; tried with the browser itself (tests/browsers).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NoReturn

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.reading import has_too_many, read

_TEXT = r'"(?:[^"\\\x00-\x1f]|[\r\n]|\\[^\r\n])*+"'
_COMMENT = r"//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_TOKEN = re.compile(rf"({_TEXT})|({_COMMENT})|(,)(?=(?:\s|{_COMMENT})*+[\]}}])")
_MAX_DEPTH = 200


def read_json(path: Path) -> dict[str, object] | Unreadable:
    """The object in a file; `DAMAGED` if the file holds anything else, or is not UTF-8."""
    content = read(path)
    if isinstance(content, Unreadable):
        return content
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Unreadable.DAMAGED
    if has_too_many(text):
        return Unreadable.TOO_BIG
    value = parse(text)
    return value if isinstance(value, dict) else Unreadable.DAMAGED


def parse(text: str) -> object:
    """What a text of JSON says; None where Chromium would refuse it."""
    plain = _TOKEN.sub(_strict, text)
    try:
        value = json.loads(plain, parse_constant=_refused)
        # Refuses numbers that are too large, and half characters.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError, MemoryError):
        return None
    return value if _fits(value, _MAX_DEPTH) else None


def _fits(value: object, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inside is None or (levels > 0 and all(_fits(each, levels - 1) for each in inside))


def _strict(match: re.Match[str]) -> str:
    """A text with its line ends escaped; a comment as a blank; nothing of a comma too many."""
    if match[1]:
        return match[1].replace("\n", "\\n").replace("\r", "\\r")
    comment = match[2] or ""
    has_no_end = comment.startswith("/*") and not comment.endswith("*/", 2)
    return comment if has_no_end else comment and " "


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)
