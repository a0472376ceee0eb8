"""Every format by its name, called as the command line calls it."""

from __future__ import annotations

from collections.abc import Callable

from portalcheck.model import Report
from portalcheck.report.formats import agent, html, intune, jamf, json, junit, nagios, prometheus, text
from portalcheck.words.catalog import Catalog
from tests.declared import catalog_of, decode, read_paste, write_block

ENGLISH, SPANISH = catalog_of("en"), catalog_of("es")
LANGUAGES = {"en": ENGLISH, "es": SPANISH}

RENDER: dict[str, Callable[[Report, Catalog], str]] = {
    "text": text.render,
    "json": lambda report, _: json.render(report),
    "html": html.render,
    "junit": junit.render,
    "nagios": nagios.render,
    "prometheus": prometheus.render,
    "intune": intune.render,
    "jamf": jamf.render,
}

DESK: dict[str, Callable[[Report, Catalog], str]] = {
    "agent": lambda report, words: agent.render_reports(read_paste(write_block(report)), words),
    "agent-code": lambda report, words: agent.render_code(decode(report.code), words),
}
"""What a help desk agent reads of a report that was pasted, and of one whose code was read out."""
