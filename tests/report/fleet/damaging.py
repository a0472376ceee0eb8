"""Ways in which reports are damaged before they are collected."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from portalcheck.model import Status
from tests.declared import encode
from tests.report.fleet.making import BASE, Report, finding, line, report

Damage = Callable[[Report], bytes]
CODE = encode("proxy-auth", "windows", {each["check"]: Status(each["status"]) for each in BASE["checks"]})
PROXY = finding("proxy.used", kind="pac", scope="all")


def healthy(number: int) -> Report:
    return report(number)


def troubled(number: int) -> Report:
    return report(number, PROXY, outcome="fail", exit_code=1, cause="proxy-auth", owner="you", code=CODE)


def pretty(document: object, indent: int | None = 2) -> str:
    return json.dumps(document, indent=indent)


def flattened(document: object, depth: int) -> Any:
    """A document as PowerShell's ConvertTo-Json writes it with a -Depth: what lies deeper is text."""
    if isinstance(document, dict):
        if depth < 0:
            return "@{" + "; ".join(f"{name}={told(value)}" for name, value in document.items()) + "}"
        return {name: flattened(value, depth - 1) for name, value in document.items()}
    if isinstance(document, list):
        if depth < 0:
            return " ".join(told(each) for each in document)
        return [flattened(each, depth - 1) for each in document]
    return document


def told(value: object) -> str:
    """A value within such a text."""
    return (
        "System.Object[]"
        if isinstance(value, list)
        else str(flattened(value, -1) if value is not None else "")
    )


def end_cut(one: Report) -> bytes:
    """A report of which the disk took no more."""
    text = line(one)
    return text[: text.index(b'"privacy"')]


def begin_cut(one: Report) -> bytes:
    """A report whose beginning was rotated away."""
    text = line(one)
    return text[text.index(b'"outcome"') :]


def spoilt(name: str, value: object) -> Callable[[Report], bytes]:
    return lambda one: line({**one, name: value})


def in_the_text(old: bytes, new: bytes) -> Callable[[Report], bytes]:
    return lambda one: line(one).replace(old, new, 1)


def too_shallow(one: Report, depth: int) -> bytes:
    return line(flattened(one, depth))


def names_in_order(one: Report) -> bytes:
    """A report that was sorted, and cut off."""
    text = json.dumps(one, sort_keys=True).encode()
    return text[: text.index(b'"platform"')]


def endless_number(one: Report) -> bytes:
    return line({**one, "x": 1})[:-3].replace(b'"x":1', b'"x":' + b"9" * 5000)


def nested(one: Report) -> bytes:
    return line(one)[:-2] + b',"x":' + b"[" * 5000 + b"]" * 4999 + b"}\n"


ARGS_THAT_ARE_NONE = [{"check": "proxy", "findings": [{"reason": "proxy.used", "args": 5}]}]
IN_PART: Mapping[str, Damage] = {
    # I03, and what is deeper or shallower
    "ConvertTo-Json -Depth 3": partial(too_shallow, depth=3),
    "cut off": end_cut,
    "its beginning is lost": begin_cut,
    "a byte that is no text": in_the_text(b'"0.1.0"', b'"0.\xff1.0"'),
    "half a letter": spoilt("started", "\ud800"),
    "no number": in_the_text(b'"duration_ms":1412', b'"duration_ms":NaN,"x":nan'),
    "a quote is missing": in_the_text(b'"portal":', b'portal":'),
    "a field of another type": spoilt("tool", "portalcheck"),
    "every value is a text": spoilt("schema_version", "1"),
    "an end of line in between": in_the_text(b'"portal":', b"\x0c\n\x01\x02"),
    "ConvertTo-Json -Depth 1": partial(too_shallow, depth=1),
    "ConvertTo-Json -Depth 2": partial(too_shallow, depth=2),
    "ConvertTo-Json -Depth 4": partial(too_shallow, depth=4),
    "cut off within a text": lambda one: line(one)[: line(one).index(b'"blocked_by"')],
    "cut off, and names in order": names_in_order,
    "cut off over lines": lambda one: pretty(one)[: pretty(one).index('"seal"')].encode() + b"\n",
    "a number of 5,000 digits, and no end": endless_number,
    "nested very deep": nested,
    "a comma is missing": in_the_text(b',"portal":', b'"portal":'),
    "a check of another type": spoilt("checks", ARGS_THAT_ARE_NONE),
}
TEN_WAYS = [*IN_PART.values()][:10]
