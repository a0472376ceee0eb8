"""Links that mail and chat programs write behind a host, or in its place, taken out again.

A block holds no link, and a JSON report none either. What a link may be made of is wide, since systems that rewrite
links for safety (Proofpoint, Safe Links, Barracuda, Cisco) put semicolons, commas and hundreds of characters into
them; where one ends is told by a bracket around it, by a blank, or by the mark of the block's line behind it.
"""

from __future__ import annotations

import re

_SCHEME = r"(?:https?://|mailto:)"
_MARK = r"[^0-9a-z]{0,8}(?:[0-9a-z][^0-9a-z]{0,4}){6};"
"""What ends a line of a block, behind its last comma (`portalcheck.report.block.layout`)."""
_LABELLED = re.compile(r"<[a-z]{3,6}:[^<>|\s]{1,8000}\|([^<>|]{0,200})>", re.IGNORECASE)
_WRAPPED = r"(?:[ \t]*\r?\n[>| \t]{0,10}[^<>\s]+){0,200}"
_BRACKETED = re.compile(rf"[ \t]?<\s?{_SCHEME}[^<>\s]*{_WRAPPED}[ \t]?>", re.IGNORECASE)
_BARE = re.compile(
    rf"(?:(?<=[\w\"])\":|[ \t]|\b)(?:https?://(?:[^\s<>()\[\]{{}}\",;]|,(?!\s|{_MARK}|$)|;(?=[^\s<>\"]))*"
    r"|mailto:[^\s<>()\[\]\",;?]*)",
    re.IGNORECASE,
)
_BULLETIN_BOARD = re.compile(r"\[/?(?:url|link|email)(?:=[^\]\s]{0,8000})?\]", re.IGNORECASE)
_FOOTNOTES = re.compile(r"(?<=[0-9a-z])\[\d{1,3}\]|\[\d{1,3}\](?=[0-9a-z])", re.IGNORECASE)
_FIELD = re.compile(r'HYPERLINK\s{0,4}(?:\\?[a-z]\s)?\\?"[^"]{0,8000}"', re.IGNORECASE)
_HOSTS = re.compile(
    r"https?(?:://|(?:%25|%)?3a(?:%25|%)2f(?:%25|%)2f)([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE
)
_CARRIES_A_REPORT = re.compile("portal.{0,9}check.{0,9}report", re.IGNORECASE)
"""A link that is the report itself, as the body of a mail to be written."""


def may_have_links(text: str) -> bool:
    """A quick test, since most texts have none."""
    return "[" in text or "://" in text or "mailto:" in text.lower()


def without_links(text: str, *, hosts: bool = False) -> str:
    """A text without its links, in time linear in its length.

    With the `hosts` that they lead to in their place, for a host of which only the link is left.
    """
    replaced = _host if hosts else _nothing
    text = _LABELLED.sub(r"\1", text)
    text = _FIELD.sub(" ", text)
    text = _BRACKETED.sub(replaced, text)
    text = _BULLETIN_BOARD.sub("", text)
    return _FOOTNOTES.sub("", _BARE.sub(replaced, text))


def _nothing(found: re.Match[str]) -> str:
    return found[0] if _CARRIES_A_REPORT.search(found[0]) else ""


def _host(found: re.Match[str]) -> str:
    """The host that a link leads to at last, through all that rewrote it."""
    hosts = _HOSTS.findall(found[0])
    return hosts[-1].strip("_") if hosts else _nothing(found)
