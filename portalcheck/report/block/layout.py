"""The layout of the block, version 1, and its checks.

    BEGIN PORTALCHECK REPORT
    layout: 1, schema/1, lines/14, 3v8k2m;
    cause: vpn-breaks, 3v0qxt;
    tls: fail, ms/42, expired, days/3, 3vw4zr;
    check: 3v7kc0qx;
    END PORTALCHECK REPORT

A line is `key: items, mark;` and at most 64 columns wide. Items are divided by commas; an item is a word, or
`name/value`. Case, blanks and line ends never carry meaning, so a channel may change them as it likes. What
is too long for one line goes on in lines with the keys `key/1/3`, `key/2/3`, `key/3/3`; a slash before the
mark says that the last item goes on in the next line.

**Keys**: `layout` is first, with the version of the layout and of the report's schema and the number of lines
that have a mark; this line keeps its form in every later layout. `tool run started portal name platform
outcome cause owner also symptoms steps tried privacy contacts omitted code` are the report's own fields. A check that
comes with portalcheck has its id as key, any other check `x-` and its id: its status, `ms/` and its duration, then
its findings, each a reason without the check's id before it (in full where that would be unclear), before it its status
where that is not the check's, after it its arguments, then `blocked-by/` and reasons. A reader ignores keys
and items that it does not know.

**Values** (`portalcheck.report.block.values`): `3`, `minus 3`, `1.5`, `yes`, `no`, `none`, else text. `text` before
a text says that it only looks like one of these, `about` that letters were lost; `list/a/b` is a list.

**Mark**: six symbols of Crockford's base 32. The first two are the first two of the closing check, the same
in every line of a block, so that lines of two reports are not taken together (but for one pair in 1,024). The
other four are a check of this very line: a line that has both right is proved, whatever became of the rest.

**Closing check**: eight symbols (40 bits) over the letters and digits of all lines that have a mark, in
order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from portalcheck.report.checksums import digest

BEGIN = "BEGIN PORTALCHECK REPORT"
END = "END PORTALCHECK REPORT"
LAYOUT = 1
COLUMNS = 64

TAG_SYMBOLS = 2
MARK_SYMBOLS = 6
CLOSING_SYMBOLS = 8

LAYOUT_KEY = "layout"
CLOSING_KEY = "check"
NOTHING = "nothing"
"""An empty list, which would otherwise look like a lost one."""

FOREIGN = "x-"
BLOCKED_BY = "blocked-by"

ARGUMENT = re.compile(r"(?!blocked_by$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
"""Names of arguments that a block can hold; written with dashes for underscores."""
CODE = re.compile(r"(?!nothing$)[a-z0-9]+(?:[.-][a-z0-9]+)*")
"""Codes that a block can hold: reasons, causes, references, symptoms, kinds."""
REASON = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
CHECK_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")

MARKER = re.compile(
    r"(begin|end)[^a-z0-9]{0,40}portal[^a-z0-9]{0,3}check[^a-z0-9]{0,40}report", re.IGNORECASE
)
"""The begin or end line, however it was written."""
MARKER_WORDS = re.compile(r"(portal[ .-]?check[ .-]?)report", re.IGNORECASE)
"""What no text may hold: it could end the block."""

_BLANKS = re.compile(r"\s+")
_OTHERS = re.compile(r"[^a-z0-9]+")
_LOOKALIKES = str.maketrans("oil", "011")


def squeeze(text: str) -> str:
    """A text without case and blanks: all of it that may carry meaning."""
    return _BLANKS.sub("", text).lower()


def symbols(text: str) -> str:
    """A mark or check as it was written: lower case, o as 0, i and l as 1, nothing but letters and digits."""
    return _OTHERS.sub("", text.lower()).translate(_LOOKALIKES)


def closing_check(lines: Iterable[tuple[str, str]]) -> str:
    """The closing check over (key, value) pairs."""
    return digest(
        "block", _OTHERS.sub("", "".join(key + value for key, value in lines).lower()), CLOSING_SYMBOLS
    )


def mark(tag: str, key: str, value: str) -> str:
    """The mark of one line; `tag` are the first symbols of the closing check."""
    return tag + digest("line " + tag, f"{squeeze(key)}:{squeeze(value)}", MARK_SYMBOLS - TAG_SYMBOLS)
