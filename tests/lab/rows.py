"""All rows, in the order of the notes, and the twists that must change no verdict."""

from __future__ import annotations

from collections.abc import Iterable

from tests.lab import (
    boxes,
    names,
    reports_as_browsers,
    reports_between,
    reports_both_families,
    reports_browsers,
    reports_naming,
    reports_own_words,
    rows_a,
    rows_b,
    rows_b_hosts,
    rows_c,
    rows_d,
    rows_e,
    rows_f,
    rows_gh,
    steps,
)
from tests.lab.row import Row
from tests.lab.steps import Step

TABLE: tuple[Row, ...] = (
    *rows_a.ROWS,
    *rows_b.ROWS,
    *rows_b_hosts.ROWS,
    *rows_c.ROWS,
    *rows_d.ROWS,
    *rows_e.ROWS,
    *rows_f.ROWS,
    *rows_gh.ROWS,
    *reports_as_browsers.ROWS,
    *reports_both_families.ROWS,
    *reports_naming.ROWS,
    *reports_own_words.ROWS,
    *reports_between.ROWS,
    *reports_browsers.ROWS,
)
ROWS: dict[str, Row] = {row.id: row for row in TABLE}

FAST = ("A01", "B03")
"""A few rows that show in every run of the suite that the lab works."""

TWISTS: dict[str, tuple[Step, ...]] = {
    "vpn": (boxes.only_ipv4, boxes.openvpn(*boxes.FULL)),
    "proxy": (boxes.tinyproxy(), boxes.proxy_for_programs()),
    "cdn": (steps.truth({names.IDENTITY: (names.IDENTITY_4, *names.PORTAL_CDN_4)}),),
    "no-ipv6": (boxes.only_ipv4,),
    "slow-link": (boxes.link(delay_s=0.1),),
    "dead-ipv6": (steps.block(f"incoming {steps.V6_ALL} drop"),),
    "clock-off": (steps.clock(90),),
    "inspection": (
        steps.signed_by("inspection", canaries=True),
        steps.roots(system=("root", "inspection")),
    ),
}
"""Healthy oddities: a row's cause is the same with any of them."""


def programs(steps_: Iterable[Step]) -> set[str]:
    """The programs that steps need beside those of every world."""
    return {name for step in steps_ for name in getattr(step, "needs", ())}
