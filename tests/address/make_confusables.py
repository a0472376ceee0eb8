"""Makes portalcheck/address/confusables.py from Unicode's confusables.txt (UTS 39).

    python tests/address/make_confusables.py confusables.txt > portalcheck/address/confusables.py

The file is at https://www.unicode.org/Public/security/latest/confusables.txt, and among ICU's sources as
icu4c/source/data/unidata/confusables.txt. Only pairs that a host name can hold are kept: single letters that
UTS 46 leaves as they are, and that look like lower-case ASCII letters or digits. What NFKD takes apart
by itself, like letters with accents, needs no pair.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import idna

WIDTH = 100
_PLAIN = re.compile(r"[a-z0-9]{1,4}")
_VERSION = re.compile(r"^# Version: ([0-9.]+)", re.MULTILINE)
_HEAD = '''"""Letters that look like ASCII ones: a part of Unicode's confusables.txt. Generated; do not edit.

Made by tests/address/make_confusables.py. Derived from the Unicode Security Mechanisms for UTS 39,
version {version}, (c) Unicode, Inc., under the Unicode License V3 (https://www.unicode.org/license.txt).
"""

from __future__ import annotations

UNICODE_VERSION = "{version}"

LOOKS_LIKE: dict[str, str] = {{
'''


def entries(text: str) -> Iterator[tuple[str, str]]:
    """The (source, prototype) pairs of confusables.txt."""
    for line in text.splitlines():
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if len(fields) >= 2:
            source, target = ("".join(chr(int(code, 16)) for code in field.split()) for field in fields[:2])
            yield source, target


def ascii_form(prototype: str) -> str | None:
    """A prototype as lower-case ASCII letters and digits, or None. UTS 39 writes m as rn and 0 as O."""
    marks = ("Mn", "Me")
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", prototype) if unicodedata.category(c) not in marks
    )
    plain = bare.casefold().replace("rn", "m")
    return plain if _PLAIN.fullmatch(plain) else None


def stays(character: str) -> bool:
    """Whether a browser leaves this character of a host name as it is (UTS 46, valid)."""
    try:
        return idna.uts46_remap(character, std3_rules=False, transitional=False) == character
    except idna.IDNAError:
        return False


def pairs(text: str) -> dict[str, str]:
    """The pairs that matter for host names: character -> the ASCII text that it looks like."""
    found = {}
    for source, prototype in entries(text):
        plain = ascii_form(prototype)
        foreign = len(source) == 1 and not source.isascii() and stays(source)
        if foreign and plain is not None and plain != ascii_form(source):
            found[source] = plain
    return found


def module(text: str) -> str:
    """The Python module of the pairs, grouped by what they look like."""
    version = _VERSION.search(text)
    if version is None:
        raise ValueError("not a confusables.txt: no version")
    groups: dict[str, list[str]] = {}
    for character, plain in sorted(pairs(text).items()):
        groups.setdefault(plain, []).append(character)
    lines = [line for plain, group in sorted(groups.items()) for line in _entry(plain, group)]
    return _HEAD.format(version=version[1]) + "\n".join(lines) + "\n}\n"


def _entry(plain: str, characters: Iterable[str]) -> Iterator[str]:
    rows = [""]
    for character in characters:
        code = ord(character)
        escape = f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
        if len(rows[-1]) + len(escape) > WIDTH:
            rows.append("")
        rows[-1] += escape
    if len(rows) == 1:
        yield f'    "{plain}": "{rows[0]}",'
        return
    yield f'    "{plain}": ('
    yield from (f'        "{row}"' for row in rows)
    yield "    ),"


if __name__ == "__main__":
    sys.stdout.write(module(Path(sys.argv[1]).read_text(encoding="utf-8-sig")))
