"""The JSON Schema of the report (draft 2020-12): its shape from the types, its codes from what is built in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

import msgspec

from portalcheck.api.declarations import INCONCLUSIVE, NONE
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.registry import RUN_REASONS, Installed
from portalcheck.model import SCHEMA_VERSION, Owner, Report

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MAY_GROW = "A later version may have more values, which readers must accept."
_WORDS = "[a-z0-9]+(-[a-z0-9]+)*"


def report_schema(installed: Installed) -> dict[str, Any]:
    """The schema of this version's reports; what is installed besides the built-in checks changes nothing in it."""
    schema = completed(msgspec.json.schema(Report), f"report:{SCHEMA_VERSION}")
    ours = installed.built_in
    causes = [NONE.id, INCONCLUSIVE.id, *(row.id for check in ours for row in check.causes if not row.note)]
    notes = [row.id for check in ours for row in check.causes if row.note]
    reasons = [*map(str, RUN_REASONS), *(str(reason) for check in ours for reason in check.reasons)]
    own = [*(check.id for check in ours), "run"]
    _set(schema, "Report", "schema_version", {"type": "integer", "const": SCHEMA_VERSION})
    _set(schema, "Report", "cause", _codes("A cause.", causes, own))
    _set(
        schema,
        "Report",
        "also",
        {"type": "array", "items": _codes("A cause or note.", [*causes, *notes], own)},
    )
    _set(schema, "ReportFinding", "reason", _codes("What a check found.", reasons, own))
    _set(schema, "Step", "ref", {"type": "string", "enum": [*refs()], "description": _MAY_GROW})
    _set(schema, "Report", "owner", {"enum": [*map(str, Owner), None], "description": _MAY_GROW})
    return schema


def completed(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """A schema with its dialect and a name of its own, and descriptions as they are read."""
    for each in schema["$defs"].values():
        # msgspec before 0.23 leaves a docstring indented as the source has it.
        each["description"] = cleandoc(each["description"])
    return {"$schema": DIALECT, "$id": f"urn:portalcheck:schema:{name}", **schema}


def _codes(what: str, known: Iterable[str], own: Iterable[str]) -> dict[str, Any]:
    """Codes that are known, and those of checks that are not built in, which begin with the check's id and a dot."""
    ours = "|".join(map(re.escape, sorted({*own})))
    others = rf"^(?!(?:{ours})\.)[a-z][a-z0-9]*(-[a-z0-9]+)*\.{_WORDS}$"
    return {
        "type": "string",
        "anyOf": [{"enum": [*dict.fromkeys(known)]}, {"pattern": others}],
        "description": f"{what} Those of checks that are not built in begin with the check's id and a dot. {_MAY_GROW}",
    }


def _set(schema: Mapping[str, Any], shape: str, field: str, value: Mapping[str, Any]) -> None:
    """Say more of a field than its type; what it is where it is missing stays."""
    fields = schema["$defs"][shape]["properties"]
    default = {"default": fields[field]["default"]} if "default" in fields[field] else {}
    fields[field] = {**value, **default}
