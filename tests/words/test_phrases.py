"""What is written in English where it arises has words in every language; nothing is lost in them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, get_args, get_type_hints

import click
import msgspec
import pytest
import tomli
from hypothesis import example, given
from hypothesis import strategies as st

from portalcheck.cli.main import MODULES, group
from portalcheck.settings import model as shape
from portalcheck.settings.sources import Trouble
from portalcheck.words.phrases import known, say
from tests.settings.settings_world import World, caught
from tests.settings.test_settings_errors import FILES

SOURCE = files("portalcheck.words") / "phrases" / "es.toml"
ENTRIES: dict[str, str] = {
    english: spanish
    for entries in tomli.loads(SOURCE.read_text(encoding="utf-8")).values()
    for english, spanish in entries.items()
}


def helps(command: click.Command) -> Iterator[str]:
    yield from (command.help or "").split("\n\n")
    for param in command.params:
        text = getattr(param, "help", None)
        if text:
            yield text
    for below in getattr(command, "commands", {}).values():
        yield from helps(below)


def commands() -> Iterator[click.Command]:
    context = click.Context(group)
    yield group
    for name in MODULES:
        command = group.get_command(context, name)
        assert command is not None
        yield command


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.name)
def test_the_help_of_every_command_has_words_in_spanish(command: click.Command) -> None:
    # What begins with a backspace is shown as it is written: lines to copy.
    words = [text for text in helps(command) if text and not text.lstrip(" ").startswith("\b")]
    assert [text for text in words if not known(text, "es")] == []


def expectations(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        for field in get_type_hints(annotation, include_extras=True).values():
            yield from expectations(field)
    for part in get_args(annotation):
        if isinstance(part, msgspec.Meta):
            yield part.description or ""
        elif part is not annotation:
            yield from expectations(part)


def test_what_a_setting_is_expected_to_be_has_words_in_spanish() -> None:
    wanted = {text for text in expectations(shape.ConfigFile) if text}
    assert len(wanted) > 15
    # A choice of plain names, such as `never, fail or warn`, needs none but for its last word.
    assert [text for text in wanted if not known(text, "es")] == []


def test_what_is_wrong_with_a_setting_has_words_in_spanish(tmp_path: Any) -> None:
    world = World(tmp_path)
    unsaid = set()
    for text, _ in FILES:
        error = caught(world, user=text)
        # A name alone, such as that of the one profile, is the same in every language.
        unsaid |= {p for p in (error.problem, error.expected) if " " in p and not known(p, "es")}
    assert unsaid == set()
    assert [trouble for trouble in Trouble if not known(trouble.value, "es")] == []


def test_the_facts_of_the_built_in_profiles_have_words_in_spanish() -> None:
    for entry in (files("portalcheck.settings") / "portals").iterdir():
        facts = tomli.loads(entry.read_text(encoding="utf-8")).get("facts", [])
        uses = [fact["use"] for fact in facts]
        assert [use for use in uses if not known(use, "es")] == []


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("english", ENTRIES)
def test_a_sentence_keeps_what_stands_in_its_slots(english: str) -> None:
    assert slots(english) == slots(ENTRIES[english])
    assert re.sub(r"\s+", " ", english) == english
    said = re.sub(r"\{(\w+)\}", r"<\1>", english)
    for name in slots(english):
        assert f"<{name}>" in say(said, "es")


def test_slots_are_looked_up_in_their_turn() -> None:
    assert say("No such option '--onyl'. Did you mean '--only'?", "es") == (
        "No existe la opción '--onyl'. ¿Quiso decir '--only'?"
    )
    assert say("has a host name that has more than 253 characters", "es") == (
        "tiene un nombre de host que tiene más de 253 letras"
    )


@given(st.text(max_size=300))
@example("{a} {b}")
@example("got " * 80)
@example("No such option '{option}'.")
def test_any_text_is_said_without_harm_and_stays_as_it_is_in_english(text: str) -> None:
    assert say(text, "en") == text
    assert isinstance(say(text, "es"), str)
