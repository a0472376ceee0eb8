"""Whole summaries kept as files. After a wanted change: `python -m tests.report.fleet.golden` writes them anew."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from portalcheck.report.fleet import data as fleet_data
from portalcheck.report.fleet import html as fleet_html
from portalcheck.report.fleet import text as fleet_text
from tests.declared import catalog_of
from tests.report.fleet.making import everything

FOLDER = Path(__file__).with_name("golden")
RENDER = {
    "text": fleet_text.render,
    "html": fleet_html.render,
    "json": fleet_data.render_json,
    "csv": fleet_data.render_csv,
}
QUESTIONS: dict[str, dict[str, Any]] = {
    "fleet": {},
    "by": {"by": ("portal", "browser", "symptom", "ref", "owner", "network")},
    "list": {"cause": "vpn-breaks", "since": dt.datetime(2026, 11, 21, tzinfo=dt.UTC)},
}
CASES = [
    (asked, form, lang)
    for asked in QUESTIONS
    for form, lang in (
        *(("text", "en"), ("text", "es"), ("html", "en"), ("html", "es"), ("json", "en"), ("csv", "en")),
    )
]
_STYLE = re.compile(r"(<style>).*?(</style>)|(sha256-)[A-Za-z0-9+/]{43}=", re.DOTALL)


def path(asked: str, form: str, lang: str) -> Path:
    return FOLDER / f"{asked}.{lang}.{form}"


def output(asked: str, form: str, lang: str) -> str:
    """What is kept: of a page without its style sheet."""
    text = RENDER[form](everything(**QUESTIONS[asked]), catalog_of(lang))
    return _STYLE.sub(r"\1\2\3", text) if form == "html" else text


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for case in CASES:
        path(*case).write_text(output(*case), encoding="utf-8", newline="\n")
