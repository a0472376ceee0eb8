"""Every format by its name, called as the command line calls it."""

from __future__ import annotations

from collections.abc import Callable

from portalcheck.model import Report
from portalcheck.report.formats.format import Format
from portalcheck.words.catalog import Catalog
from tests.declared import catalog_of, decode, read_paste, write_block
from tests.report.formats import agent_text

ENGLISH, SPANISH = catalog_of("en"), catalog_of("es")
LANGUAGES = {"en": ENGLISH, "es": SPANISH}

RENDER: dict[str, Callable[[Report, Catalog], str]] = {form.value: form.render for form in Format}

DESK: dict[str, Callable[[Report, Catalog], str]] = {
    "agent": lambda report, words: agent_text.of_reports(read_paste(write_block(report)), words),
    "agent-code": lambda report, words: agent_text.of_code(decode(report.code), words),
}
"""What a help desk agent reads of a report that was pasted, and of one whose code was read out."""
