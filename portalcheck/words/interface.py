"""What the program itself says (help, usage, settings) in the person's language, by gettext.

`_` gives a sentence in the language that `use` chose; `N_` marks one that is translated where it is shown. The
catalogues lie in `locale/<language>/LC_MESSAGES/portalcheck.po`, and are compiled when the package is built.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DOMAIN = "portalcheck"
FOLDER = Path(__file__).with_name("locale")


class _Chosen:
    language = ""
    preferred: str | None = None
    catalogue = gettext.NullTranslations()


def reset() -> None:
    """Speak English, until somebody chooses a language."""
    _Chosen.language, _Chosen.catalogue = "", gettext.NullTranslations()


def use(language: str) -> None:
    """Speak a language from now on; English if there is no catalogue of it."""
    _Chosen.language = language
    _Chosen.catalogue = gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


def language() -> str:
    """The chosen language; English until one is."""
    return _Chosen.language or "en"


def is_chosen() -> bool:
    """Whether a language was chosen, by the arguments or the settings."""
    return bool(_Chosen.language)


def _(english: str) -> str:
    """A sentence in the chosen language."""
    return _Chosen.catalogue.gettext(english) if english else ""


def ngettext(one: str, several: str, number: int) -> str:
    """A sentence in the chosen language, as its number demands."""
    return _Chosen.catalogue.ngettext(one, several, number)


def N_(english: str) -> str:  # noqa: N802  the name that gettext's tools look for
    """Mark a sentence for the catalogues, to be translated later."""
    return english


@contextmanager
def click_speaking() -> Iterator[None]:
    """Have click's own messages in the chosen language: it asks gettext, which asks the environment."""
    domain, before, told = gettext.textdomain(), os.environ.get("LANGUAGE"), _Chosen.preferred
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    _Chosen.preferred = preferred()
    os.environ["LANGUAGE"] = language()
    try:
        yield
    finally:
        gettext.textdomain(domain)
        _Chosen.preferred = told
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def preferred() -> str:
    """The languages that a person prefers, by the variable LANGUAGE as it was before click was made to speak."""
    return os.environ.get("LANGUAGE", "") if _Chosen.preferred is None else _Chosen.preferred
