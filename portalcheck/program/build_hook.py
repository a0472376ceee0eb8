"""Compiles the gettext catalogues when the package is built; hatchling calls it (pyproject.toml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALES = Path(__file__).resolve().parents[1] / "words" / "locale"


def compile_all() -> None:
    """Write `portalcheck.mo` beside each `portalcheck.po`."""
    for source in LOCALES.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parts[-3]))


class CompiledCatalogues(BuildHookInterface[Any]):
    """Runs before each wheel, an editable one too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and put what was compiled into the wheel though git ignores it."""
        del version
        compile_all()
        build_data["artifacts"].append("portalcheck/words/locale/**/*.mo")
