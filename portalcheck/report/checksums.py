"""Checksums of a JSON report, one for each field, so that an edited field can be told. The report has them as `seal`.

`seal` in the JSON report maps `layout` to the version of this layout, `3`, and each field of the report (a
check by its id, as `checks.tls`; `checks` is the list of these ids) to a check of four symbols over its value and the
run's `run_id`, which binds fields of one run together. A value is written as JSON with sorted names and without
blanks; whole numbers count as such however they are written (`2.0` is `2`), since tools that pass JSON on write them
as they like.

A layout covers the fields of its shape and nothing else: what a later version adds is no part of it, wherever it
stands, so that versions never take each other's reports for edited ones. Like the check of the pasted block this
tells of edits and damage; it is no signature, and whoever knows this page can make one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any

LAYOUT = "3"
_LAYOUT_KEY = "layout"
SYMBOLS = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = tuple(low + high for high in SYMBOLS for low in SYMBOLS)

_ALL = None
_FINDING = {"reason": _ALL, "status": _ALL, "args": _ALL, "blocked_by": _ALL}
_CHECK = {"check": _ALL, "status": _ALL, "duration_ms": _ALL, "findings": [_FINDING]}
_FIRST: Mapping[str, Any] = {
    "schema_version": _ALL,
    "tool": {"name": _ALL, "version": _ALL},
    "run_id": _ALL,
    "started": _ALL,
    "duration_ms": _ALL,
    "complete": _ALL,
    "portal": {"profile": _ALL, "name": _ALL, "host": _ALL},
    "platform": {"os": _ALL, "release": _ALL},
    "outcome": _ALL,
    "exit_code": _ALL,
    "cause": _ALL,
    "also": _ALL,
    "likely_steps": [{"ref": _ALL, "likelihood": _ALL, "because": _ALL}],
    "symptoms": _ALL,
    "privacy": {"level": _ALL, "withheld": _ALL, "contacts": _ALL},
    "code": _ALL,
}
_SECOND: Mapping[str, Any] = {"owner": _ALL, "start_ms": _ALL}
_IF_ANY: Mapping[str, Any] = {"tried": [{"ref": _ALL, "outcome": _ALL}]}
"""Fields that a report without any has not."""
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "1": _FIRST,
    "2": {**_FIRST, **_SECOND},
    LAYOUT: {**_FIRST, **_SECOND, **_IF_ANY, "checks": [{"check": _ALL}]},
}
"""What each layout covers, besides each check by itself."""
LAYOUTS: Mapping[str, frozenset[str]] = {layout: frozenset(shape) for layout, shape in _SHAPES.items()}
"""The layouts that this version knows, and the fields that each covers, besides each check by itself."""


text_as_json: Callable[[str], str] = encode_basestring_ascii
"""A text as JSON, in ASCII."""


def compute(document: Mapping[str, Any]) -> dict[str, str]:
    """The checksums of a report in its JSON form, by field, and the version of their layout: the value of `seal`."""
    return {_LAYOUT_KEY: LAYOUT, **_checksums(document, LAYOUT)}


def is_known(seal: Mapping[str, str]) -> bool:
    """Whether this version can judge by a seal."""
    return seal.get(_LAYOUT_KEY, "") in _SHAPES


def is_proved(document: Mapping[str, Any]) -> bool:
    """Whether a report is as it was when it was sealed, with nothing missing and nothing put in."""
    seal = document.get("seal", {})
    return is_known(seal) and not changed(document, seal) and not missing(document, seal)


def changed(document: Mapping[str, Any], seal: Mapping[str, str]) -> frozenset[str]:
    """Fields (checks as `checks.tls`) whose value does not match its checksum; empty for an unknown layout."""
    layout = seal.get(_LAYOUT_KEY, "")
    if layout not in _SHAPES:
        return frozenset()
    added = (_SECOND.keys() | _IF_ANY.keys()) - _SHAPES[layout].keys()
    unsealed = {name for name in added if document.get(name) is not None}
    wrong = {name for name, checksum in _checksums(document, layout).items() if seal.get(name) != checksum}
    return frozenset(unsealed | wrong)


def proves(document: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether a value is the one that a report was sealed with for a field, or a check by its name as `checks.tls`.

    `document` has the report's `seal`, whose layout must be known, and its `run_id`.
    """
    seal = document["seal"]
    shape = _CHECK if name.startswith("checks.") else _SHAPES[seal[_LAYOUT_KEY]].get(name)
    return name in seal and seal[name] == _checksum(str(document.get("run_id")), name, _covered(value, shape))


def missing(document: Mapping[str, Any], seal: Mapping[str, str]) -> frozenset[str]:
    """Fields (checks as `checks.tls`) that have a checksum and are not in the document."""
    layout = seal.get(_LAYOUT_KEY, "")
    if layout not in _SHAPES:
        return frozenset()
    sealed = seal.keys() | (_SHAPES[layout].keys() - _FIRST.keys() - _IF_ANY.keys())
    return frozenset(sealed - _parts(document, layout).keys() - {_LAYOUT_KEY})


def _checksums(document: Mapping[str, Any], layout: str) -> dict[str, str]:
    run = str(document.get("run_id"))
    return {name: _checksum(run, name, value) for name, value in _parts(document, layout).items()}


def _parts(document: Mapping[str, Any], layout: str) -> dict[str, Any]:
    """What has a checksum of its own, by name."""
    shapes = _SHAPES[layout]
    parts = {name: _covered(document[name], shape) for name, shape in shapes.items() if name in document}
    checks = document.get("checks")
    for check in checks if isinstance(checks, list | tuple) else ():
        if isinstance(check, Mapping):
            name = f"checks.{check.get('check')}"
            # A check that stands twice was put in: no seal has both.
            parts[name] = [parts[name]] if name in parts else _covered(check, _CHECK)
    return parts


def _covered(value: Any, shape: Any) -> Any:
    """As much of a value as the shape names; another kind of value as it is."""
    if isinstance(shape, dict) and isinstance(value, Mapping):
        return {name: _covered(value[name], inner) for name, inner in shape.items() if name in value}
    if isinstance(shape, list) and isinstance(value, list | tuple):
        return [_covered(item, shape[0]) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _checksum(run: str, name: str, value: Any) -> str:
    return checksum(text_as_json(run), text_as_json(name), _written(value))


def checksum(run: str, name: str, value: str) -> str:
    """The checksum of a field; run id, name and value as JSON, with sorted names and without blanks.

    The four symbols that `digest` gives, at a third of its time: a fleet has very many.
    """
    number = int.from_bytes(
        hashlib.sha256(f"portalcheck seal\n[{run},{name},{value}]".encode()).digest()[5:8]
    )
    return _PAIRS[number & 1023] + _PAIRS[number >> 10 & 1023]


def _written(value: Any) -> str:
    # What JSON cannot hold is no value of a report, and must not be taken for one either.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=repr)


def digest(purpose: str, text: str, count: int) -> str:
    """The first `count` symbols (at most 12, of 5 bits each) of a text's SHA-256, in Crockford's base 32."""
    number = int.from_bytes(hashlib.sha256(f"portalcheck {purpose}\n{text}".encode()).digest()[:8])
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in range(0, 5 * count, 10)]
    return "".join(pairs)[:count]
