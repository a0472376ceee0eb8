"""The report as JSON (contract.md, JSON report): ASCII, so that no console or terminal can be harmed by it."""

from __future__ import annotations

import json

import msgspec

from portalcheck.model import Report
from portalcheck.words.catalog import Catalog


def render(report: Report, _catalog: Catalog | None = None) -> str:
    """One indented document that ends with a newline."""
    return json.dumps(msgspec.to_builtins(report), indent=2) + "\n"


def render_line(report: Report) -> str:
    """One line, for files of many reports."""
    return json.dumps(msgspec.to_builtins(report), separators=(",", ":")) + "\n"
