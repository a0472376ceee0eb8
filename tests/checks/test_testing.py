"""The harness for authors of checks: what its fakes answer, what its runs name, and what it finds wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from portalcheck.api import (
    DIRECT,
    Cause,
    Check,
    Context,
    Egress,
    Finding,
    Machine,
    Owner,
    Reason,
    Route,
    ThirdParties,
    Trace,
    fail,
    ok,
)
from portalcheck.diagnosis.registry import installed
from portalcheck.testing import (
    ADDRESS,
    HOST,
    PORTAL,
    assert_well_declared,
    canaries,
    computer,
    context,
    egress,
    names,
    outcomes,
    practice,
    run,
    third_parties,
    trace,
    unreachable,
)
from tests.checks.third_party import WORDS, written

BUILT_IN = {check.id: check for check in installed().checks if check.code_number is not None}
EVERY_CHECK = pytest.mark.parametrize("check", BUILT_IN.values(), ids=BUILT_IN)


# ---- fakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("protocol", "made"),
    [(Machine, computer()), (Egress, egress()), (ThirdParties, third_parties()), (Context, context())],
    ids=["computer", "egress", "third_parties", "context"],
)
def test_a_fake_answers_all_that_a_check_may_ask(protocol: type, made: object) -> None:
    asked = {name for name in vars(protocol) if not name.startswith("_")}

    assert {name for name in vars(made) if not name.startswith("_")} == asked


@pytest.mark.parametrize("make", [computer, egress, third_parties, context])
def test_what_nobody_asks_for_is_refused_by_name(make: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match="interface_list"):
        make(interface_list=())


def test_an_answer_is_a_value_or_a_function_of_the_question() -> None:
    machine = computer(now=1.0, hosts_file=lambda host: (ADDRESS,) if host == HOST else ())

    assert (machine.now(), machine.hosts_file(HOST), machine.hosts_file("other.example")) == (
        1.0,
        (ADDRESS,),
        (),
    )


def test_several_ways_are_walked_as_one_is() -> None:
    def walk(route: Route | None = None) -> Trace | None:
        return trace() if route is not None and route.proxy == DIRECT else unreachable()

    made = context(trace=walk)
    routes = [Route(url=made.url, proxy=DIRECT), Route(url=made.url)]

    assert made.traces(routes) == (trace(), unreachable())


def test_an_imitation_of_the_portal_is_not_contacted() -> None:
    made = context("https://p0rtal.example/")

    assert (made.contactable, made.trace(), made.names()) == (False, None, None)
    assert made.portal.url == PORTAL.url


@EVERY_CHECK
def test_all_is_well_on_the_computer_that_nothing_is_told_of(check: Check) -> None:
    ran = run(context(), check)

    assert [finding for finding in ran.findings if finding.status.value not in ("ok", "skip")] == []
    assert (ran.diagnosis.cause, ran.diagnosis.outcome) == ("none", "ok")


# ---- runs ----------------------------------------------------------------------------------------

ODD = Reason("mine.odd", args={"count": int})
FINE = Reason("mine.fine")
OWN = Cause(id="mine.odd", ref="step-4", owner=Owner.EMPLOYER, all={ODD}, explains={"service.error"})


def mine(*found: Finding, **declared: Any) -> Check:
    """A check that finds so much."""
    return Check("mine", run=lambda _: found, **{"reasons": [ODD, FINE], "causes": [OWN], **declared})


def test_a_run_names_the_cause_of_a_check_that_is_not_installed() -> None:
    ran = run(context(), mine(fail(ODD, count=1)))

    assert outcomes(ran.findings) == [("mine.odd", "fail")]
    assert (ran.diagnosis.cause, ran.diagnosis.owner) == ("mine.odd", "employer")


def test_a_run_of_several_checks_names_the_cause_of_an_installed_one() -> None:
    made = context(
        trace=unreachable(),
        names=names(None, None),
        third_parties=third_parties(canaries=canaries(), names=None),
    )
    built_in = [BUILT_IN[check_id] for check_id in ("network", "dns", "service")]
    ran = run(made, *built_in, mine(ok(FINE)))

    assert ran.diagnosis.cause == "portal-unreachable"


def test_a_run_raises_what_the_check_raises_where_it_is_raised() -> None:
    def broken(_: Context) -> list[Finding]:
        raise LookupError("there is no such thing")

    with pytest.raises(LookupError, match="no such thing") as raised:
        run(context(), Check("mine", run=broken, reasons=[ODD]))
    assert raised.traceback[-1].name == "broken"


def test_a_check_that_hangs_is_told_as_that() -> None:
    import threading

    def hangs(_: Context) -> list[Finding]:
        threading.Event().wait()
        return []

    assert outcomes(run(context(), Check("mine", run=hangs, reasons=[ODD]), seconds=0.1).findings) == [
        ("run.timed-out", "unknown")
    ]


@pytest.mark.parametrize("fault", ["healthy", "hosts-override"])
def test_the_practice_portal_has_the_fault_that_is_asked_for(fault: str) -> None:
    with practice(fault) as portal:
        ran = run(portal, *BUILT_IN.values())

    assert ran.diagnosis.cause == ("none" if fault == "healthy" else fault)


# ---- declarations --------------------------------------------------------------------------------


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A package with words in these languages; gives its name."""
    monkeypatch.syspath_prepend(tmp_path)
    return partial(written, tmp_path)


def without(*path: str) -> dict[str, Any]:
    """The words but for one."""
    return changed(*path, to=None)


def changed(*path: str, to: object) -> dict[str, Any]:
    """The words with one changed, or left out."""
    copy: dict[str, Any] = json.loads(json.dumps(WORDS))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    if to is None:
        del at[path[-1]]
    return copy


@EVERY_CHECK
def test_what_the_built_in_checks_declare_has_words_in_every_language(check: Check) -> None:
    assert_well_declared(check, built_in=True)


def test_a_check_with_all_its_words_is_well_declared(words: Callable[..., str]) -> None:
    assert_well_declared(mine(words=words(en=WORDS, es=WORDS)))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        (without("name"), "has no name"),
        (without("contacts"), "has no contacts"),
        (without("reasons", "mine.odd"), "none for mine.odd"),
        (changed("reasons", "mine.even", to="It is even."), "mine.even is not declared"),
        (changed("reasons", "mine.odd", to="There are {cuont}."), "speaks of cuont"),
        (
            changed("reasons", "mine.odd", to={"default": "Odd.", "cuont": {"1": "One."}}),
            "speaks of cuont",
        ),
        (changed("reasons", "mine.fine", to="There are {count}."), "mine.fine speaks of count"),
        (without("causes", "mine.odd"), "mine.odd"),
        (without("causes", "mine.odd", "agent"), "no agent"),
        (without("causes", "mine.odd", "actions"), "no actions"),
        (changed("causes", "mine.even", to=WORDS["causes"]["mine.odd"]), "mine.even is not declared"),
        (changed("reasons", to="All is well."), "Expected `object`, got `str`"),
    ],
)
def test_what_is_wrong_with_the_words_is_said(
    words: Callable[..., str], told: dict[str, Any], complaint: str, language: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        assert_well_declared(mine(words=words(**{"en": WORDS, language: told})))


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        (
            {"causes": [Cause(id="full", ref="step-4", owner=Owner.YOU, all={ODD})]},
            "'full' must be 'mine', a dot",
        ),
        ({"causes": [Cause(id="mine.odd", ref="step-4", all={ODD})]}, "no owner"),
        ({"causes": [Cause(id="mine.odd", ref="step-99", owner=Owner.YOU, all={ODD})]}, "step-99"),
        ({"words": "no_such_package"}, "no_such_package"),
        ({"words": ""}, "has no"),
    ],
)
def test_what_cannot_be_installed_is_said(
    words: Callable[..., str], declared: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        assert_well_declared(mine(**{"words": words(en=WORDS), **declared}))


def test_a_circle_of_causes_is_said(words: Callable[..., str]) -> None:
    even = Cause(id="mine.even", ref="step-4", owner=Owner.YOU, all={ODD}, after="mine.odd")
    odd = Cause(id="mine.odd", ref="step-4", owner=Owner.YOU, all={ODD}, after="mine.even")
    told = changed("causes", "mine.even", to=WORDS["causes"]["mine.odd"])

    with pytest.raises(AssertionError, match="circle"):
        assert_well_declared(mine(causes=[odd, even], words=words(en=told)))


def test_a_sentence_may_choose_by_what_stays_on_this_computer(words: Callable[..., str]) -> None:
    placed = Reason("mine.odd", local={"place": "path"})
    sentence = {"default": "It is in {place}.", "place": {"null": "It is odd."}}
    told = changed("reasons", to={"mine.odd": sentence})

    assert_well_declared(mine(reasons=[placed], words=words(en=told)))
