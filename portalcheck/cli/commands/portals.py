"""`portalcheck portals`: the known portal profiles, their official addresses, and where each came from."""

from __future__ import annotations

from pathlib import Path

import click

from portalcheck.cli import console, options
from portalcheck.cli.language import catalog
from portalcheck.cli.localized import Command
from portalcheck.cli.session import load_settings
from portalcheck.words.interface import _


@click.command(cls=Command)
@options.config
@options.profiles
@options.lang
def portals(config: Path | None, profiles: Path | None, lang: str | None) -> int:
    """Show the known portal profiles, their official addresses, and where each came from."""
    from portalcheck import settings

    words = catalog(lang)
    joined = load_settings(options.Options(flags={}, config=config, profiles=profiles))
    lines: list[str] = []
    for profile in joined.profiles.values():
        portal = profile.portal
        # Only what the program brings has words in other languages; what somebody wrote is theirs.
        ours = joined.origin(f"portals.{portal.profile}.facts").layer is settings.Layer.BUILT_IN
        origins = [str(origin) for origin in profile.origins]
        default = f" ({words.ui('list.default')})" if portal.profile == joined.portal().profile else ""
        lines += [
            f"{portal.profile}: {portal.name}{default}",
            "  " + words.ui("list.sign_in", url=portal.url),
            "  " + words.ui("list.official", list=portal.official),
            "  " + words.ui("list.identity", list=portal.identity),
            "  " + words.ui("list.known_other", list=portal.known_other),
            "  " + words.ui("list.origin", origin="; ".join(origins)),
        ]
        lines += [
            "    "
            + words.ui(
                "list.fact",
                what=fact.host or fact.app,
                use=_(fact.use) if ours else fact.use,
                certainty=fact.certainty,
                source=_(fact.source) if ours else fact.source,
            )
            for fact in profile.facts
        ]
    console.result("\n".join(lines) + "\n")
    return 0
