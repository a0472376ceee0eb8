"""What was meant by a first word that is no command and can be no address."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from difflib import get_close_matches

_HELP = frozenset({"help", "ayuda", "?", "/?", "/h", "/help", "h", "man page", "usage"})
_VERSION = frozenset({"version", "ver", "versión"})


def command_meant(word: str, commands: Iterable[str]) -> str:
    """The command that a word is a slip of; empty where it is like none."""
    if word.strip().lower() in _HELP | _VERSION:
        return ""
    return next(iter(get_close_matches(word.lower(), commands, n=1, cutoff=0.6)), "")


def line_meant(text: str) -> str:
    """The command line that was meant; empty where nobody can tell."""
    told = " ".join(text.split())
    return next(filter(None, (guess(told) for guess in _GUESSES)), "") if told else ""


def _help(text: str) -> str:
    return "portalcheck --help" if text.lower() in _HELP else ""


def _version(text: str) -> str:
    return "portalcheck --version" if text.lower() in _VERSION else ""


def _code(text: str) -> str:
    from portalcheck.diagnosis.registry import installed
    from portalcheck.report.code import Decoded, decode

    heard = decode(text, installed().numbers)
    return f"portalcheck read {heard.code}" if isinstance(heard, Decoded) else ""


def _address(text: str) -> str:
    """An address with other words around it."""
    from portalcheck.address import may_be_address

    words = text.split()
    found = next((word for word in words if may_be_address(word)), "") if len(words) > 1 else ""
    return f"portalcheck {found}" if found else ""


def _portal(text: str) -> str:
    from portalcheck import settings

    try:
        profiles = settings.load({}, os.environ).profiles
    except settings.SettingsError:
        return ""
    return f"portalcheck --portal {text}" if text in profiles else ""


def _topic(text: str) -> str:
    from portalcheck.diagnosis.registry import installed
    from portalcheck.report.explain import topics
    from portalcheck.words.catalog import Catalog

    known = topics(Catalog("en", installed()))
    near = text if text in known else next(iter(get_close_matches(text.lower(), known, n=1, cutoff=0.85)), "")
    return f"portalcheck explain {near}" if near else ""


def _symptom(text: str) -> str:
    from portalcheck.words.symptoms import matches

    quoted = text.replace('"', "'")
    return f'portalcheck --symptom "{quoted}"' if matches(text) else ""


_GUESSES: tuple[Callable[[str], str], ...] = (_help, _version, _code, _address, _portal, _topic, _symptom)
