"""The files of the program's own words, one a language."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portalcheck.api.texts import Texts

_ENGLISH = "en"


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are texts in, English first."""
    names = (entry.name for entry in files("portalcheck.words").iterdir())
    found = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return (_ENGLISH, *(name for name in found if name != _ENGLISH))


def choose_language(*tags: str | None) -> str:
    """The language of the first tag (`es`, `es-MX`, `es_MX.UTF-8`) that there are texts in, else English."""
    for tag in tags:
        primary = re.split(r"[-_.@:]", (tag or "").strip().lower(), maxsplit=1)[0]
        if primary in languages():
            return primary
    return _ENGLISH


def load(language: str) -> Texts:
    """The program's own texts in a language; empty where there are none."""
    from portalcheck.api.texts import read_texts

    return read_texts("portalcheck.words", f"{language}.toml")
