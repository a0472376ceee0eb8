"""Real browsers in the lab, each in one situation: what the page makes of it, and that nobody else learns of it.

Needs what the lab needs (tests/lab/README.md), Chromium and Firefox ESR, and root for policies.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from tests.guide.rows import ROWS, SITUATIONS
from tests.guide.situation import told
from tests.lab import names, spaces

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.not_on_windows("linux", "namespaces, and browsers of the distribution"),
]
WHY_NOT = spaces.why_impossible(("ip", "nft", "nsenter", "chromium", "firefox-esr"))
if not WHY_NOT and os.geteuid() != 0:
    WHY_NOT = "policies are laid over the system's by root alone"
needs_browsers = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "-")
OF_THE_PORTAL = {names.PORTAL, names.IDENTITY}


@cache
def played(id_: str) -> dict[str, Any]:
    """What came of a situation."""
    came: dict[str, Any] = json.loads(spaces.told_inside("tests.guide.inside", id_, clock=None))
    assert "error" not in came, came["error"]
    return came


def of_the_page(requests: list[str]) -> Iterator[Mapping[str, str]]:
    """The header fields of each request that a browser made for the page."""
    for piece in requests:
        for head in re.split(r"(?m)^(?=(?:GET|POST|HEAD|OPTIONS) )", piece):
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            told_by = {name.lower(): value for name, value in fields.items()}
            if told_by.get("sec-fetch-dest") == "empty":
                yield told_by


@needs_browsers
@pytest.mark.parametrize("id_", [pytest.param(row.id, id=row.id) for row in ROWS])
def test_the_page_makes_of_it_what_can_be_told_and_blames_nobody_else(id_: str) -> None:
    row, came = SITUATIONS[id_], played(id_)
    report = came["report"]
    found = told(report)

    assert row.wants - found == set()
    assert row.never & found == set()
    assert (report["cause"], report["outcome"]) == (row.cause, row.outcome)
    assert came["code"] == {"ok": 0, "warn": 0, "fail": 1, "unknown": 3}[report["outcome"]]


@needs_browsers
@pytest.mark.parametrize("id_", [pytest.param(row.id, id=row.id) for row in ROWS])
def test_nothing_but_the_bare_request_goes_to_the_portal(id_: str) -> None:
    came = played(id_)

    for fields in of_the_page(came["requests"]):
        assert not fields.keys() & {"cookie", "referer", "origin", "authorization", "x-token"}
        assert fields["sec-fetch-mode"] == "no-cors"
    secret = re.search(r"/s/(\S+)", came["said"])
    assert secret is not None
    assert not any(secret[1] in piece or "127.0.0.1" in piece for piece in came["requests"])


@needs_browsers
@pytest.mark.parametrize("browser", ["c", "f"])
def test_a_healthy_browser_asks_the_portal_once_and_the_program_nobody_else(browser: str) -> None:
    came = played(f"{browser}-healthy")

    assert [fields["host"] for fields in of_the_page(came["requests"])] != []
    assert len(list(of_the_page(came["requests"]))) == 2  # the portal, and the host that it leads to
    assert {fields["host"] for fields in of_the_page(came["requests"])} == OF_THE_PORTAL
    told_to = {host for role, host in came["contacted"] if role == "portal" and host}
    assert told_to == OF_THE_PORTAL
    assert {role for role, _ in came["contacted"]} <= {"own-dns", "portal"}
    assert set(came["report"]["privacy"]["contacts"]) == {"portal", "resolver"}
