"""Checks run side by side; none can hold up, end or falsify the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint
from typing import Any, cast

import pytest

from portalcheck.api import Cause, Check, Context, Finding, Layer, Owner, Reason, ok, skip
from portalcheck.declarations import Judge
from portalcheck.diagnosis import registry
from portalcheck.diagnosis.blame import in_order
from portalcheck.diagnosis.registry import Installed
from portalcheck.diagnosis.runner import MAX_FINDINGS, run
from portalcheck.model import Ended, Status

NOBODY = cast(Context, None)


def check(name: str) -> Callable[[Judge], Check]:
    """A check of a function, which declares one reason: that all is fine."""
    return lambda judge: Check(name, run=judge, reasons=[fine(name)])


def fine(name: str) -> Reason:
    return Reason(f"{name}.fine", args={"count": int})


@check("good")
def good(_: Context) -> Iterable[Finding]:
    yield ok(fine("good"), count=1)


@check("hangs")
def hangs(_: Context) -> Iterable[Finding]:
    yield ok(fine("hangs"))
    threading.Event().wait()


@check("raises")
def raises(_: Context) -> Iterable[Finding]:
    yield ok(fine("raises"))
    raise RuntimeError("secret")


@check("strays")
def strays(_: Context) -> Iterable[Finding]:
    yield ok(Reason("strays.other"))


@check("tells")
def tells(_: Context) -> Iterable[Finding]:
    yield Finding(reason="tells.fine", status=Status.OK, args={"home": "/home/pat"})


@check("invents")
def invents(_: Context) -> Iterable[Finding]:
    yield ok(fine("invents"), home="/home/pat")


@check("mistypes")
def mistypes(_: Context) -> Iterable[Finding]:
    yield ok(fine("mistypes"), count="one")


@check("floods")
def floods(_: Context) -> Iterable[Finding]:
    while True:
        yield skip(fine("floods"))


@check("lies")
def lies(_: Context) -> Iterable[Finding]:
    yield cast(Finding, "no finding")


@check("one")
def one(_: Context) -> Iterable[Finding]:
    return cast(Iterable[Finding], ok(fine("one")))


@check("nothing")
def nothing(_: Context) -> Iterable[Finding]:
    return cast(Iterable[Finding], None)


@check("exits")
def exits(_: Context) -> Iterable[Finding]:
    raise SystemExit(0)


def test_results_come_in_the_order_of_the_checks_and_by_the_deadline() -> None:
    since = time.monotonic()
    shown: list[str] = []
    results, crashes = run(
        [hangs, good, raises], [], NOBODY, since + 0.4, on_result=lambda result: shown.append(result.check)
    )

    assert time.monotonic() - since < 1.5
    assert [result.check for result in results] == shown == ["hangs", "good", "raises"]
    assert [result.ended for result in results] == [Ended.TIMED_OUT, Ended.FINISHED, Ended.CRASHED]
    assert [crash.check for crash in crashes] == ["raises"]


@pytest.mark.parametrize(
    ("bad", "reasons"),
    [
        (hangs, ["hangs.fine", "run.timed-out"]),
        (raises, ["raises.fine", "run.crashed"]),
        (strays, ["run.undeclared"]),
        (tells, ["run.undeclared"]),
        (invents, ["run.crashed"]),
        (mistypes, ["run.crashed"]),
        (lies, ["run.no-findings"]),
        (one, ["run.no-findings"]),
        (nothing, ["run.no-findings"]),
        (exits, ["run.crashed"]),
    ],
    ids=lambda value: value.id if isinstance(value, Check) else "",
)
def test_a_bad_check_keeps_what_it_found_and_is_unknown(bad: Check, reasons: list[str]) -> None:
    (result,), _ = run([bad], [], NOBODY, time.monotonic() + 0.3)

    assert [finding.reason for finding in result.findings] == reasons
    assert result.findings[-1].status is Status.UNKNOWN


def test_findings_are_bounded() -> None:
    (result,), _ = run([floods], [], NOBODY, time.monotonic() + 5)

    assert len(result.findings) == MAX_FINDINGS


def test_the_check_that_is_waited_for_is_named() -> None:
    waited: list[str] = []
    run([hangs], [], NOBODY, time.monotonic() + 0.5, on_wait=lambda check: waited.append(check.id))

    assert set(waited) == {"hangs"}


def test_a_late_context_is_a_time_out_and_no_crash() -> None:
    class LateError(Exception):
        pass

    @check("late")
    def late(_: Context) -> Iterable[Finding]:
        raise LateError

    (result,), crashes = run([late], [], NOBODY, time.monotonic() + 1, late=LateError)

    assert (result.ended, crashes) == (Ended.TIMED_OUT, ())


# ---- the registry ------------------------------------------------------------------------------


class Point(EntryPoint):
    """An entry point that gives an object, or raises."""

    def load(self) -> object:
        made = GIVEN[self.value]
        if isinstance(made, BaseException):
            raise made
        return made


GIVEN: dict[str, object] = {}


def collected(**given: object) -> Installed:
    """What the registry makes of entry points that give these."""
    GIVEN.update(given)
    return registry.collect(Point(name, name, registry.GROUP) for name in given)


def declaring(**more: Any) -> Check:
    """A check of somebody else that declares this."""
    told: dict[str, Any] = {"id": "mine", "run": lambda _: (), "reasons": [Reason("mine.bad")], **more}
    return Check(**told)


def cause(**more: Any) -> Cause:
    told: dict[str, Any] = {
        "id": "mine.bad", "ref": "step-1", "owner": Owner.YOU, "all": {Reason("mine.bad")}, **more
    }  # fmt: skip
    return Cause(**told)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (ImportError("no module"), "no module"),
        (SystemExit(3), "3"),
        (SyntaxError("oh"), "oh"),
        (None, "no Check"),
        ("text", "no Check"),
        (declaring(id="Mine!"), "cannot be the id"),
        (declaring(id="run", reasons=[]), "cannot be the id"),
        (declaring(id=7), "cannot be the id"),
        (declaring(run=None), "no function"),
        (declaring(reasons=[Reason("other.thing")]), "is not mine.what-is-so"),
        (declaring(reasons=["mine.bad"]), "is no Reason"),
        (declaring(reasons=None), "NoneType"),
        (declaring(code_number=3), "code_number"),
        (declaring(reasons=[Reason("mine.bad", fleet=("vpn", "x"))]), "fleet"),
        (declaring(causes=[cause(id="no-link")]), "is not mine.what-is-wrong"),
        (declaring(causes=[cause(id="inconclusive")]), "program's own"),
        (declaring(causes=[cause(owner=None)]), "has no owner"),
        (declaring(causes=[cause(ref="step-77")]), "step-77"),
        (declaring(causes=[cause(ref="")]), "no reference"),
        (declaring(causes=[cause(all=frozenset())]), "rests on no reason"),
        (declaring(causes=[cause(all={"network.no-link"})]), "rests on no reason"),
        (declaring(causes=[cause(all="mine.bad")]), "unsupported operand"),
        (declaring(causes=[cause(explains={3.5})]), "neither reason nor layer"),
        (declaring(causes=[cause(code_number=9)]), "code_number"),
        (declaring(causes=[cause()]), "has no actions, agent, it, patient, verdict"),
        (declaring(causes=[cause()], words="no.such.package"), "No module"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_used_is_kept_apart_with_the_reason_and_nothing_else_is(bad: object, why: str) -> None:
    found = collected(good=good, mine=bad)

    assert [check.id for check in found.checks] == ["good"]
    assert [broken.id for broken in found.broken] == ["mine"]
    assert why in str(found.broken[0].error)
    assert not found.broken[0].needed


def test_of_two_checks_of_one_id_the_second_is_kept_apart_under_a_name_of_its_own() -> None:
    found = collected(good=good, zweite=[good, hangs])

    assert [check.id for check in found.checks] == ["good", "hangs"]
    assert [broken.id for broken in found.broken] == ["zweite"]


def test_a_circle_is_an_error_of_the_check_that_closes_it() -> None:
    circle = declaring(causes=[cause(id="mine.a", after="mine.b"), cause(id="mine.b", after="mine.a")])
    found = registry._without_circles([good, circle], [])

    assert [check.id for check in found.checks] == ["good"]
    assert [broken.id for broken in found.broken] == ["mine"]
    assert "mine.a" in str(found.broken[0].error)


def test_a_broken_check_is_one_unknown_row_after_the_others() -> None:
    found = collected(mine=None, good=good)
    results, crashes = run(found.checks, found.broken, NOBODY, time.monotonic() + 5)

    assert [(result.check, result.status.value) for result in results] == [
        ("good", "ok"),
        ("mine", "unknown"),
    ]
    assert [finding.reason for finding in results[1].findings] == ["run.bad-declaration"]
    assert [crash.check for crash in crashes] == ["mine"]


def test_only_and_skip_select_checks_in_their_order_broken_ones_among_them() -> None:
    found = collected(good=good, hangs=hangs, mine=None)

    assert registry.select(found, ["mine", "good"], ()) == ((good,), found.broken)
    assert registry.select(found, (), ["hangs", "mine"]) == ((good,), ())


@pytest.mark.parametrize(("only", "skipped"), [(["nope"], []), ([], ["nope"])])
def test_an_unknown_id_is_refused(only: list[str], skipped: list[str]) -> None:
    with pytest.raises(KeyError, match="nope"):
        registry.select(collected(good=good), only, skipped)


# ---- the order of blame ------------------------------------------------------------------------


def row(name: str, **more: Any) -> Cause:
    return Cause(id=name, ref="step-1", owner=Owner.YOU, **{"all": {Reason(f"{name}.x")}, **more})


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        ([row("a", at=Layer.NAME), row("b", at=Layer.LINK)], "b a"),
        ([row("a", at=Layer.NAME), row("b", at=Layer.NAME)], "a b"),
        ([row("a"), row("b", at=Layer.SERVICE)], "b a"),
        ([row("a", at=Layer.LINK), row("b", at=Layer.LINK), row("c", after="a")], "a c b"),
        ([row("a", at=Layer.LINK), row("b", at=Layer.LINK), row("c", before="b")], "a c b"),
        ([row("a", at=Layer.LINK), row("b", after="nobody", at=Layer.ADDRESS)], "b a"),
        ([row("a", note=True, at=Layer.ADDRESS), row("b")], "b a"),
        ([row("a", after="b"), row("b", after="c"), row("c", at=Layer.LINK), row("d", at=Layer.LINK)], "c b a d"),
    ],
)  # fmt: skip
def test_rows_stand_by_layer_or_beside_the_cause_that_they_name(rows: list[Cause], order: str) -> None:
    assert " ".join(row.id for row in in_order([rows], lambda _: None)) == order
