"""Text as roff for man pages (man(7), groff_char(7)): no line of a text is ever read as a command."""

from __future__ import annotations

from collections.abc import Iterable

_NAMED = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}


def escape(text: str) -> str:
    """A text as roff shows it letter for letter, whatever the encoding of the reader's terminal."""
    return "".join(_NAMED.get(char, char if char.isascii() else f"\\[u{ord(char):04X}]") for char in text)


def line(text: str) -> str:
    """One line of text; one that begins as a command would is made harmless."""
    safe = escape(" ".join(text.split()))
    return f"\\&{safe}" if safe.startswith(".") else safe


def bold(text: str) -> str:
    """A line in bold."""
    return f"\\fB{escape(text)}\\fR"


def title(name: str, section: int, source: str, manual: str) -> str:
    """The head of a page; its date is left to the reader's tools, so that a version's page is always the same."""
    return f'.TH "{escape(name)}" "{section}" "" "{escape(source)}" "{escape(manual)}"'


def heading(text: str) -> str:
    """A section."""
    return f'.SH "{escape(text)}"'


def subheading(text: str) -> str:
    """A part of a section."""
    return f'.SS "{escape(text)}"'


def paragraphs(texts: Iterable[str]) -> list[str]:
    """Texts, each a paragraph; one whose lines are set apart by a first line of `\\b` keeps them, as in click."""
    lines: list[str] = []
    for text in texts:
        if text.startswith("\b"):
            lines += [".PP", ".nf", *map(_kept, text.split("\n")[1:]), ".fi"]
        else:
            lines += [".PP", line(text)]
    return lines


def entry(term: str, text: str) -> list[str]:
    """A term and what it means, indented."""
    return [".TP", term, line(text) if text else "\\&"]


def _kept(text: str) -> str:
    safe = escape(text)
    return f"\\&{safe}" if safe.startswith((".", " ")) else safe
