"""Generated worlds: what is expected follows from the contract's order of blame, and it is what the program says."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.conftest import skip_where_impossible
from tests.lab.generator import Expected, Plan, expected, judged, name_of, outcome, plan_named, plan_of, rank
from tests.lab.injectors import FAULTS, INJECTORS, ODDITIES, Injector, compatible
from tests.lab.row import cause

SEEDS = range(30)
BEYOND: dict[int, str] = {}
"""Worlds that the tool cannot judge yet, and why."""


def expected_of(text: str) -> Expected:
    return expected(plan_named(text))


# ---- worlds -------------------------------------------------------------------------------------


def _marked(seed: int) -> Any:
    marks: list[Any] = [pytest.mark.slow]
    if seed in BEYOND:
        marks.append(pytest.mark.xfail(reason=BEYOND[seed], strict=True))
    return pytest.param(seed, marks=marks)


@pytest.mark.parametrize("seed", [_marked(seed) for seed in SEEDS])
def test_a_generated_world_has_the_cause_that_the_contract_wants(seed: int, clock: Path | None) -> None:
    plan = plan_of(seed)
    skip_where_impossible((step for one in plan for step in one.steps), clock)

    found = outcome(plan, clock)

    assert found.judged == "exact", found


# ---- the table and what it makes ------------------------------------------------------------------


def test_injectors_have_names_of_their_own_and_speak_of_what_there_is() -> None:
    ids = {one.id for one in (*FAULTS, *ODDITIES)}
    parts = {part for one in INJECTORS.values() for part in one.parts}

    assert len(ids) == len(FAULTS) + len(ODDITIES)
    assert {word for one in INJECTORS.values() for word in one.not_with} <= ids | parts


def test_every_fault_has_its_place_in_the_order_of_blame() -> None:
    assert [one.id for one in FAULTS if not one.cause or any(rank(each) < 0 for each in one.cause)] == []
    assert [one.id for one in ODDITIES if one.cause] == []


@given(st.integers(0, 10**6))
def test_a_world_is_made_of_what_may_stand_together(seed: int) -> None:
    plan = plan_of(seed)

    assert sum(bool(one.cause) for one in plan) <= 3
    assert sum(not one.cause for one in plan) <= 3
    assert all(compatible(one, other) for one in plan for other in plan if one is not other)
    assert plan_named(name_of(plan)) == plan == plan_of(seed)


# ---- what is expected ------------------------------------------------------------------------------

plans = st.integers(0, 10**6).map(plan_of)


def without_harm(plan: Iterable[Injector]) -> Plan:
    return tuple(one for one in plan if one.cause)


@given(plans)
def test_an_oddity_never_changes_what_is_expected(plan: Plan) -> None:
    assert expected(plan) == expected(without_harm(plan))


@given(st.lists(st.sampled_from(ODDITIES), max_size=3))
def test_without_a_fault_nothing_is_named(oddities: list[Injector]) -> None:
    assert expected(oddities) == Expected(cause("none"))


@given(plans)
def test_what_is_expected_is_the_cause_of_a_fault_that_is_there(plan: Plan) -> None:
    said, there = expected(plan), {each for one in plan for each in one.cause} or {"none"}

    assert said.exact
    assert said.exact | said.bearable <= there


@given(plans)
def test_the_order_of_the_injectors_says_nothing(plan: Plan) -> None:
    assert expected(plan) == expected(reversed(plan))


@given(plans)
def test_what_only_hurts_is_named_where_nothing_stops_sign_in(plan: Plan) -> None:
    stopping = [one for one in plan if one.cause and not one.warns]

    if stopping:
        assert expected(plan).exact <= {each for one in stopping for each in one.cause}


@pytest.mark.parametrize(
    ("world", "exact", "bearable"),
    [
        ("expired+status-503", "cert-expired", ""),
        ("dns-silent+expired", "dns-down", ""),
        ("link-down+no-such-name", "no-link", ""),
        ("all-silent+proxy-refuses", "no-internet", ""),
        ("captive+hosts-loopback+cookies-large", "captive-portal", ""),
        ("sinkhole-identity+hosts-loopback", "hosts-override", ""),
        ("portal-refuses+expired", "portal-unreachable", ""),
        ("portal-refuses+identity-expired", "portal-unreachable", ""),
        ("status-403+identity-expired", "cert-expired", ""),
        ("status-403+identity-503", "blocked-by-server", ""),
        ("clock-2-hours+drips", "clock-wrong", ""),
        ("clock-2-hours+status-500", "portal-error", ""),
        ("clock-ahead+all-silent", "no-internet", ""),
        ("clock-ahead+self-signed", "clock-wrong", ""),
        ("clock-ahead+expired", "clock-wrong cert-expired", ""),
        ("clock-ahead+portal-refuses", "clock-wrong portal-unreachable", ""),
        ("inspection-untrusted+clock-ahead", "intercept-untrusted", "clock-wrong"),
        ("dns-silent+hosts-loopback", "dns-down hosts-override", ""),
        ("dns-refused-portal+sinkhole-identity", "dns-broken dns-filtered", ""),
    ],
)
def test_what_is_expected_of_faults_that_meet(world: str, exact: str, bearable: str) -> None:
    assert expected_of(world) == Expected(cause(*exact.split()), cause(*bearable.split()))


@pytest.mark.parametrize(
    ("got", "code", "verdict"),
    [
        ("intercept-untrusted", 1, "exact"),
        ("clock-wrong", 1, "unsure"),
        ("inconclusive", 3, "unsure"),
        ("none", 3, "unsure"),
        ("none", 0, "wrong"),
        ("no-internet", 1, "wrong"),
        ("no report", 4, "wrong"),
    ],
)
def test_an_answer_is_exact_unsure_or_wrong(got: str, code: int, verdict: str) -> None:
    assert judged(expected_of("inspection-untrusted+clock-ahead"), got, code) == verdict


def test_a_healthy_world_of_which_nothing_could_be_told_is_unsure() -> None:
    assert judged(expected_of("cdn"), "none", 3) == "unsure"


def test_patterns_of_the_order_are_those_of_the_contract() -> None:
    assert rank("proxy-auth") == rank("proxy-down") < rank("hosts-override") < rank("dns-down")
    assert fnmatch("dns-down", "dns-*")
