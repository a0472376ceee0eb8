"""What a person says of the sign-in page, as symptoms."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from portalcheck.words.catalog import Catalog

_LIKE_AN_ID = r"[a-z]+(-[a-z0-9]+)+"


def meant(told: Sequence[str], words: Catalog, say: Callable[[str], None]) -> tuple[str, ...]:
    """What a person's words mean, those first after which nobody should try again; what fits none is `other`.

    `say` is called with a message for each text that fits none.
    """
    if not told:
        return ()
    from portalcheck.diagnosis.steps import OTHER, in_order
    from portalcheck.words.symptoms import matches

    found: list[str] = []
    for text in told:
        known = matches(text)
        if not known:
            say(words.ui("message.unknown_symptom", text=text))
        found += known or (OTHER,)
    return in_order(found)


def refuse_unknown_ids(told: Sequence[str], words: Catalog) -> None:
    """Refuse what looks like the id of a symptom and is none. Raises click.UsageError."""
    if not told:
        return
    import re
    from difflib import get_close_matches

    from portalcheck.words.symptoms import matches

    ids = words.ids("symptoms")
    listed = ", ".join(ids)
    for text in told:
        known = matches(text)
        if not known and re.fullmatch(_LIKE_AN_ID, text.strip()) and get_close_matches(text, ids):
            raise click.UsageError(words.ui("message.no_symptom", symptom=text, list=listed))
