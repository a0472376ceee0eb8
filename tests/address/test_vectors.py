"""The sample of addresses with the verdicts that are right for each, and those that never are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portalcheck.address import Kind, judge
from portalcheck.address.host import Unreadable
from portalcheck.address.url import read
from tests.declared import NOTES, TRICKS

VECTORS: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text(encoding="utf-8")
)
NOTE_FOR = {
    "nonascii_host": "nonascii",
    "ip_host": "ip-literal",
    "http": "http",
    "port": "port",
    "shortener": "shortener",
    "invisible": "invisible",
}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_verdict_is_an_acceptable_one(vector: dict[str, Any]) -> None:
    verdict = judge(vector["url"], official=vector["official"])
    assert verdict.kind in vector["accept"], verdict
    assert verdict.kind not in vector["must_not"], verdict
    assert {NOTE_FOR[warning] for warning in vector["warn"]} <= {*verdict.notes}


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_host_is_the_one_a_browser_reaches(vector: dict[str, Any]) -> None:
    address = read(vector["url"])
    if not isinstance(address, Unreadable) and vector["browser_host"] is not None:
        assert address.host == vector["browser_host"].removesuffix(".")


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["target"]], ids=lambda v: v["id"])
def test_lookalike_names_what_it_imitates(vector: dict[str, Any]) -> None:
    verdict = judge(vector["url"], official=vector["official"])
    if verdict.kind is Kind.LOOKALIKE:
        expected = read(vector["target"])
        assert not isinstance(expected, Unreadable)
        assert verdict.target == expected.host


def test_verdicts_use_declared_tricks_and_notes_only() -> None:
    verdicts = [judge(vector["url"], official=vector["official"]) for vector in VECTORS]
    assert {verdict.trick for verdict in verdicts} - {""} <= TRICKS
    assert {note for verdict in verdicts for note in verdict.notes} <= NOTES
    assert all(bool(verdict.trick) != verdict.contactable for verdict in verdicts)
