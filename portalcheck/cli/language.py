"""Which language a person is spoken to in."""

from __future__ import annotations

import locale
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from portalcheck.words import interface
from portalcheck.words.files import choose_language, languages

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog


_NO_LANGUAGE = frozenset({"C", "POSIX"})


def system_language(chosen: str = "") -> str:
    """The language asked for, else the system's, else English."""
    environment = [os.environ.get(name) for name in ("PORTALCHECK_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((value for value in environment if value), None)
    return choose_language(chosen or None, _preferred(first) or first or _of_the_screen())


def _preferred(locale_name: str | None) -> str:
    """The first language of LANGUAGE that there are words in, as gettext does; not in the locale C, nor for ours."""
    if not locale_name or locale_name.split(".")[0] in _NO_LANGUAGE or os.environ.get("PORTALCHECK_LANG"):
        return ""
    named = interface.preferred().split(":")
    return next((name for name in named if name.split("_")[0].lower() in languages()), "")


def _of_the_screen() -> str | None:
    """The language in which the system itself speaks, which the region's formats may differ from; None if unknown."""
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    if sys.platform == "darwin" and (preferred := preferred_on_mac()):
        return preferred
    try:
        return locale.getlocale()[0]
    except ValueError:
        return None


def preferred_on_mac() -> str:
    """Of the languages that a person has put in order in System Settings the first that there are words in.

    Else the first of all; `""` where nothing is set.
    """
    from portalcheck.machine.browsers.reading import part, read_plist

    try:
        path = Path.home() / "Library/Preferences/.GlobalPreferences.plist"
    except RuntimeError:  # nobody of this computer
        return ""
    listed = part(read_plist(path), "AppleLanguages")
    tags = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    spoken = (tag for tag in tags if tag.partition("-")[0].lower() in languages())
    return next(spoken, tags[0] if tags else "")


def catalog(chosen: str | None = None) -> Catalog:
    """The words of a language, those of added checks among them; the program speaks it from now on."""
    from portalcheck.cli import console
    from portalcheck.diagnosis.registry import installed
    from portalcheck.words.catalog import Catalog

    console.fit_to_terminal()
    language = system_language(chosen or "")
    interface.use(language)
    return Catalog(language, installed())
