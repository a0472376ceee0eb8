"""Which language a person is spoken to in."""

from __future__ import annotations

import locale
import os
from typing import TYPE_CHECKING

from portalcheck.words import interface
from portalcheck.words.files import choose_language

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog


def system_language(chosen: str = "") -> str:
    """The language asked for, else the system's, else English."""
    environment = [os.environ.get(name) for name in ("PORTALCHECK_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((value for value in environment if value), None)
    try:
        system = locale.getlocale()[0]
    except ValueError:
        system = None
    return choose_language(chosen or None, first or system)


def catalog(chosen: str | None = None) -> Catalog:
    """The words of a language, those of added checks among them; the program speaks it from now on."""
    from portalcheck.cli import console
    from portalcheck.diagnosis.registry import installed
    from portalcheck.words.catalog import Catalog

    console.fit_to_terminal()
    language = system_language(chosen or "")
    interface.use(language)
    return Catalog(language, installed())
