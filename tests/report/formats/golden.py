"""Whole outputs kept as files. After a wanted change: `python -m tests.render.golden` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.report.formats import reports
from tests.report.formats.formats import DESK, LANGUAGES, RENDER

FOLDER = Path(__file__).with_name("golden")
KEPT = ("text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf", "agent", "agent-code")
WITHOUT_WORDS = frozenset({"json", "prometheus"})
_ELSEWHERE = re.compile(r"(<style>|<script>|<pre [^>]*>).*?(</style>|</script>|</pre>)", re.DOTALL)
_HASH = re.compile(r"sha256-[A-Za-z0-9+/]{43}=")


def cases() -> Iterator[tuple[str, str, str]]:
    """Format, report and language of every file; what holds no words is kept once."""
    for form in KEPT:
        for name in reports.ALL:
            yield from ((form, name, lang) for lang in (("en",) if form in WITHOUT_WORDS else LANGUAGES))


def path(form: str, name: str, lang: str) -> Path:
    return FOLDER / f"{name}.{lang}.{form}"


def output(form: str, name: str, lang: str) -> str:
    """What is kept: of a page without style sheet, script and pasted block, which have own tests."""
    text = {**RENDER, **DESK}[form](reports.ALL[name](), LANGUAGES[lang])
    return _HASH.sub("sha256-", _ELSEWHERE.sub(r"\1\2", text)) if form == "html" else text


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for case in cases():
        path(*case).write_text(output(*case), encoding="utf-8", newline="\n")
