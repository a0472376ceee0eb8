"""Commands that only tell: explanations, installed checks, known portals, schemas."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import click

from portalcheck.cli import complete, out
from portalcheck.cli.language import settings_error, system_language
from portalcheck.cli.trace import reduced
from portalcheck.facts import BrowserFiles
from portalcheck.words.catalog import Catalog
from portalcheck.words.phrases import say

lang_option = click.option(
    "--lang",
    metavar="en|es",
    envvar="PORTALCHECK_LANG",
    help="Language of the words.",
    shell_complete=complete.languages,
)
_config = click.option(
    "--config",
    type=click.Path(),
    metavar="FILE",
    envvar="PORTALCHECK_CONFIG",
    help="Use this settings file instead of the user's.",
)
_profiles = click.option(
    "--profiles",
    type=click.Path(),
    metavar="FILE",
    envvar="PORTALCHECK_PROFILES",
    help="More portal profiles: a file, or a folder of files.",
)


def catalog(lang: str | None) -> Catalog:
    """The words of a language, those of added checks among them."""
    from portalcheck.diagnosis.registry import installed

    out.fit_to_terminal()
    return Catalog(system_language(lang or ""), installed())


@click.command()
@click.argument("topic", required=False, shell_complete=complete.topics)
@lang_option
def explain(topic: str | None, lang: str | None) -> int:
    """Explain a check, a result, a cause or a part of the article in plain words."""
    from portalcheck.report import explain as pages

    words = catalog(lang)
    text = pages.explain(topic, words)
    if text is None:
        assert topic is not None
        near = pages.suggest(topic, words)
        hint = " " + words.ui("explain.suggest", list=near) if near else ""
        raise click.UsageError(words.ui("explain.unknown", topic=topic) + hint)
    out.result(text)
    return 0


@click.command()
@lang_option
def checks(lang: str | None) -> int:
    """Show the installed checks: what each reads and what each contacts."""
    words = catalog(lang)
    lines = []
    for check in words.installed.checks:
        told = words.check(check.id)
        lines += [
            f"{check.id}: {told.name}",
            f"  {words.ui('explain.reads')} {told.reads}",
            f"  {words.ui('explain.contacts')} {told.contacts}",
            *_files(check.files, words),
        ]
    for broken in words.installed.broken:
        lines += [
            f"{broken.id}: {words.reason(broken.reason)}",
            *(f"  {line}" for line in (broken.package, *reduced(broken.error).splitlines())),
        ]
    out.result("\n".join(lines or [words.ui("list.no_checks")]) + "\n")
    return 0


def _files(files_of: BrowserFiles | None, words: Catalog) -> Iterator[str]:
    """Every file that a check reads of browsers on this kind of system, and where."""
    if files_of is None:
        return
    from portalcheck.machine.browsers.files import read
    from portalcheck.machine.environment import os_name
    from portalcheck.report.formats.lines import wrap

    for files in read(files_of, os_name()):
        names = [words.term("browser", name) for name in files.browsers]
        if names:
            yield from wrap(words.ui("files.of", browsers=names), "  ")
        for key in ("folders", "beside", "profile", "program", "elsewhere"):
            listed = getattr(files, key)
            if listed:
                yield from wrap(words.ui(f"files.{key}", list=listed), "    " if names else "  ")


@click.command()
@_config
@_profiles
@lang_option
def portals(config: str | None, profiles: str | None, lang: str | None) -> int:
    """Show the known portal profiles, their official addresses, and where each came from."""
    from pathlib import Path

    from portalcheck import settings

    words = catalog(lang)
    try:
        joined = settings.load(
            {},
            os.environ,
            config=Path(config) if config else None,
            given_profiles=Path(profiles) if profiles else None,
        )
    except settings.SettingsError as error:
        raise settings_error(error) from error
    lines: list[str] = []
    for profile in settings.portals(joined):
        portal = profile.portal
        origins = [say(str(origin), words.lang) for origin in profile.origins]
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
                use=say(fact.use, words.lang),
                certainty=fact.certainty,
                source=say(fact.source, words.lang),
            )
            for fact in profile.facts
        ]
    out.result("\n".join(lines) + "\n")
    return 0


@click.command()
@click.argument("which", type=click.Choice(["report", "config"]), default="report")
def schema(which: str) -> int:
    """Print the JSON Schema of the report or of the settings file."""
    from inspect import cleandoc

    import msgspec

    from portalcheck import settings
    from portalcheck.model import Report

    document = msgspec.json.schema(Report) if which == "report" else settings.config_schema()
    for each in document["$defs"].values():
        # msgspec before 0.23 leaves a docstring indented as the source has it.
        each["description"] = cleandoc(each["description"])
    out.result(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 0
