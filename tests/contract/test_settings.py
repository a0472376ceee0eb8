"""Keys and built-in values of settings are those of contract.md."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from portalcheck.settings import load
from portalcheck.settings.model import ConfigFile, Fact, PortalTable
from tests.contract.reading import blocks


def examples() -> tuple[dict[str, Any], dict[str, Any]]:
    """All keys with their built-in values; and a profile with all of its keys."""
    values, profile = (tomllib.loads(block) for block in blocks("Settings", "toml"))
    return values, profile


def leaves(tree: Mapping[str, Any], above: str = "") -> dict[str, object]:
    """The values of nested tables by their key paths."""
    found: dict[str, object] = {}
    for name, value in tree.items():
        key = f"{above}{name}"
        found |= leaves(value, f"{key}.") if isinstance(value, dict) and value else {key: value}
    return found


def test_every_key_has_the_built_in_value_of_the_document() -> None:
    told, _ = examples()
    built = leaves(json.loads(msgspec.json.encode(ConfigFile())))

    assert leaves(told) == built


def test_a_profile_has_the_keys_of_the_document_and_they_are_empty_where_left_out() -> None:
    (profile,) = examples()[1]["portals"].values()
    built = leaves(json.loads(msgspec.json.encode(PortalTable())))
    facts = profile.pop("facts")

    assert leaves(profile).keys() | {"facts"} == built.keys()
    assert not any(built.values())
    assert [fact.keys() for fact in facts] == [set(Fact.__struct_fields__)]


def test_the_profile_of_the_document_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('portal = "lab"\n' + blocks("Settings", "toml")[1], "utf-8")
    settings = load({}, {}, config=path, system_file=None)

    assert settings.portal().name == "Lab portal"
