"""The report as JSON (contract, section 4)."""

from __future__ import annotations

import msgspec

from portalcheck.model import Report


def render(report: Report) -> str:
    """One indented document that ends with a newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def render_line(report: Report) -> str:
    """One line, for files of many reports."""
    return msgspec.json.encode(report).decode() + "\n"
