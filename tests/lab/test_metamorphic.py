"""A healthy oddity beside a fault leaves its cause, and beside no fault makes none."""

from __future__ import annotations

import pytest

from tests.lab.conftest import Play
from tests.lab.row_tests import findings
from tests.lab.rows import ROWS

_TWISTED = [
    *(("A01", twist) for twist in ("vpn", "proxy", "cdn", "no-ipv6", "slow-link")),
    ("A20", "proxy"),
    ("A22", "vpn"),
    ("B03", "vpn"),
    ("B03", "slow-link"),
    ("B07a", "slow-link"),
    ("B12", "vpn"),
    ("C03", "vpn"),
    ("C03", "slow-link"),
    ("C06", "no-ipv6"),
    ("C06", "slow-link"),
    ("D05", "cdn"),
    ("E01", "proxy"),
    ("E03", "proxy"),
    ("E03", "vpn"),
    ("E08", "slow-link"),
    ("E10", "no-ipv6"),
    ("F01", "slow-link"),
    ("G01", "proxy"),
    ("G01", "vpn"),
    ("G05", "slow-link"),
    ("H06", "cdn"),
    ("B01", "inspection"),
    ("B03", "dead-ipv6"),
    ("B12", "dead-ipv6"),
    ("C06", "inspection"),
    ("C08", "vpn"),
    ("C10", "clock-off"),
    ("C13", "no-ipv6"),
    ("D01", "vpn"),
    ("D05", "inspection"),
    ("E02", "inspection"),
    ("E08", "proxy"),
    ("E13", "dead-ipv6"),
    ("F01", "vpn"),
    ("G01", "inspection"),
    ("G03a", "proxy"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("row_id", "twist"), _TWISTED)
def test_a_healthy_oddity_leaves_the_cause(row_id: str, twist: str, play: Play) -> None:
    played = play(row_id, twist)
    assert played.before.report["cause"] == "none", findings(played.before.report)
    assert played.after.report["cause"] in ROWS[row_id].cause, findings(played.after.report)
