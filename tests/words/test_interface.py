"""What the program itself says is in every catalogue, and nothing else is; what was typed is only repeated."""

from __future__ import annotations

import errno
import io
import os
import string
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import msgspec
import pytest
import tomli
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.cli import main
from portalcheck.cli.group import COMMANDS, group, load
from portalcheck.cli.localized import paragraphs
from portalcheck.settings import model as shape
from portalcheck.words import interface
from portalcheck.words.files import languages
from portalcheck.words.interface import FOLDER, _, click_speaking, use

SYSTEM_ERRORS = ("ENOSPC", "ENOENT", "EISDIR", "EACCES", "ENOTDIR", "EROFS", "ENAMETOOLONG", "ENXIO")
CORE = Path(interface.__file__).parents[1]
OTHERS = [language for language in languages() if language != "en"]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    use("en")


def source(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "portalcheck.po"


@cache
def catalogue(language: str) -> dict[str, Message]:
    with source(language).open("rb") as file:
        return {first(message.id): message for message in read_po(file, locale=language) if message.id}


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """A message, or its forms by number."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def first(ids: str | list[str] | tuple[str, ...]) -> str:
    return ids if isinstance(ids, str) else ids[0]


def extracted(folder: Path) -> set[str]:
    keywords: Any = {"_": None, "N_": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(folder), [("**.py", "python")], keywords=keywords)
    return {first(text) for _file, _line, text, _comments, _context in found} - {"", " "}


def helps(command: click.Command) -> Iterator[str]:
    yield from (part for part in paragraphs(command) if not part.startswith("\b"))
    yield from (text for param in command.params if (text := getattr(param, "help", None)))
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def expectations(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        for field in get_type_hints(annotation, include_extras=True).values():
            yield from expectations(field)
    for part in get_args(annotation):
        if isinstance(part, msgspec.Meta):
            yield part.description or ""
        elif part is not annotation:
            yield from expectations(part)


def facts() -> Iterator[str]:
    for entry in (resources.files("portalcheck.settings") / "portals").iterdir():
        for fact in tomli.loads(entry.read_text(encoding="utf-8")).get("facts", []):
            yield from (fact["use"], fact["source"])


@cache
def said() -> frozenset[str]:
    """All that the program itself says."""
    texts = extracted(CORE)
    for command in (group, *map(load, COMMANDS)):
        texts |= {*helps(command)}
    return frozenset(texts | {text for text in expectations(shape.ConfigFile) if text})


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_missing(language: str) -> None:
    assert sorted(said() - catalogue(language).keys()) == []
    assert [m.id for m in catalogue(language).values() if not all(forms(m.string))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_stale(language: str) -> None:
    clicks = extracted(Path(click.__file__).parent)
    tomlis = (Path(tomli.__file__).parent / "_parser.py").read_text("utf-8")
    stale = {
        text
        for text in catalogue(language).keys() - said() - clicks - {*facts()}
        if f'"{text}' not in tomlis and text not in OF_THE_SYSTEM
    }
    assert sorted(stale) == []


OF_THE_SYSTEM = {os.strerror(getattr(errno, name)) for name in SYSTEM_ERRORS}


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_kept(language: str) -> None:
    def slots(text: str) -> set[str]:
        return {
            f"{name}!{conversion}"
            for _text, name, _spec, conversion in string.Formatter().parse(text)
            if name
        }

    wrong = []
    for message in catalogue(language).values():
        if slots("".join(forms(message.id))) != slots("".join(forms(message.string))):
            wrong.append(message.id)
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with source(language).open("rb") as file:
        written = io.BytesIO()
        write_mo(written, read_po(file, locale=language))
    compiled = source(language).with_suffix(".mo")
    assert compiled.read_bytes() == written.getvalue(), "install the package again: pip install -e ."


def test_a_sentence_is_in_the_chosen_language_and_english_without_one() -> None:
    use("es")
    assert _("Stopped.") == "Detenido."
    assert _("never written anywhere") == "never written anywhere"
    assert _("") == ""
    use("xx")
    assert _("Stopped.") == "Stopped."


def test_click_speaks_the_chosen_language_only_while_it_is_let(monkeypatch: pytest.MonkeyPatch) -> None:
    import gettext

    monkeypatch.delenv("LANGUAGE", raising=False)
    use("es")
    with click_speaking():
        assert gettext.gettext("Options") == "Opciones"
    assert gettext.gettext("Options") == "Options"
    assert "LANGUAGE" not in os.environ
    monkeypatch.setenv("LANGUAGE", "fr")
    with click_speaking():
        assert gettext.gettext("Options") == "Opciones"
    assert os.environ["LANGUAGE"] == "fr"


@pytest.mark.parametrize("typed", ["Options", "Stopped.", "Usage:", "missing", "a list"])
@pytest.mark.parametrize(
    "arguments", [["read"], ["demo", "--fault"], ["explain"], ["config", "check"], ["schema"]]
)
def test_what_was_typed_is_repeated_as_it_was_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], typed: str
) -> None:
    monkeypatch.setenv("PORTALCHECK_LANG", "es")
    assert main([*arguments, typed]) == 2
    told = capsys.readouterr().err
    assert typed in told
    assert "Uso: " in told


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_no_text_is_looked_for_in_a_sentence_after_it_was_written(text: str) -> None:
    use("es")
    assert text in _("There is no fault {name!r}. Faults: {list}.").format(name=text, list="")
