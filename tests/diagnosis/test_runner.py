"""Checks run side by side; none can hold up, end or falsify the run."""

from __future__ import annotations

import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import FrameType
from typing import Any, cast

import pytest

from portalcheck.api import Cause, Check, Context, EvidenceError, Finding, Layer, Owner, Reason, ok, skip
from portalcheck.api.declarations import Judge
from portalcheck.diagnosis import registry
from portalcheck.diagnosis.blame import in_order
from portalcheck.diagnosis.registry import Installed
from portalcheck.diagnosis.runner import MAX_FINDINGS, FindingsError, run
from portalcheck.model import Ended, Status
from portalcheck.probe.deadline import Deadline, OutOfTime
from portalcheck.probe.memo import Memo

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


@check("repeats")
def repeats(_: Context) -> Iterable[Finding]:
    yield ok(fine("repeats"), count=cast(int, float("nan")))


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


def test_no_garbage_is_collected_while_python_says_where_the_threads_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Threads that go on meanwhile, as they do when an object's end lets them, bring Python to a halt or a crash."""
    collected: list[bool] = []
    of_python = sys._current_frames

    def frames() -> dict[int, FrameType]:
        collected.append(gc.isenabled())
        return of_python()

    monkeypatch.setattr(sys, "_current_frames", frames)

    run([hangs], [], NOBODY, time.monotonic() + 0.1)

    assert collected == [False]
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("bad", "reasons"),
    [
        (hangs, ["hangs.fine", "run.timed-out"]),
        (raises, ["raises.fine", "run.crashed"]),
        (strays, ["run.undeclared"]),
        (tells, ["run.undeclared"]),
        (invents, ["run.crashed"]),
        (mistypes, ["run.crashed"]),
        (repeats, ["run.crashed"]),
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
    (result,), _ = run([floods], [], NOBODY, time.monotonic() + 30)

    assert len(result.findings) == MAX_FINDINGS + 1
    assert result.findings[-1].reason == "run.too-many"
    assert result.ended is Ended.CRASHED


@pytest.mark.parametrize(
    "value", [Path("/"), [1], {"a": 1}, (Path("/"),), (1,), float("inf"), b"x"], ids=repr
)
@pytest.mark.parametrize("place", ["args", "local"])
def test_evidence_that_no_report_could_hold_is_refused(value: Any, place: str) -> None:
    reason = Reason("mine.odd", **{place: {"x": object if place == "args" else "path"}})  # type: ignore[arg-type]

    with pytest.raises(EvidenceError, match=r"mine\.odd: x"):
        ok(reason, x=value)


def test_verbose_tells_where_a_check_hangs_and_what_it_did_not_declare() -> None:
    _, crashes = run([hangs, strays], [], NOBODY, time.monotonic() + 0.5, late=LookupError)

    assert [crash.check for crash in crashes] == ["hangs", "strays"]
    assert "hangs" in [frame.name for frame in traceback.extract_tb(crashes[0].error.__traceback__)]
    assert isinstance(crashes[1].error, FindingsError)


def test_a_check_that_hangs_at_no_line_is_a_time_out_like_any_other() -> None:
    """As a thread is for a moment between two lines, and always in code without a table of them (PEP 626)."""

    def at_no_line(_: Context) -> Iterable[Finding]:
        threading.Event().wait()
        return []

    at_no_line.__code__ = at_no_line.__code__.replace(co_linetable=b"")
    (result,), crashes = run(
        [check("nowhere")(at_no_line)], [], NOBODY, time.monotonic() + 0.3, late=LookupError
    )

    assert result.ended is Ended.TIMED_OUT
    assert [crash.check for crash in crashes] == ["nowhere"]


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


def test_of_checks_that_wait_for_one_that_hangs_only_that_one_is_cut_off() -> None:
    """On Windows several of the others were called crashed: they gave up at the moment at which they were cut off."""
    deadline = Deadline(3.0)
    facts = Memo(deadline, {"slow": frozenset()})

    def asks(_: Context) -> Iterable[Finding]:
        facts.get("slow", threading.Event().wait)
        return []

    checks = [check(f"asks-{number}")(asks) for number in range(30)]
    results, crashes = run(checks, [], NOBODY, deadline.at, late=OutOfTime)

    assert {result.ended for result in results} == {Ended.TIMED_OUT}
    assert len(crashes) == 1


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
        (declaring(id=7), "id cannot be a int"),
        (declaring(run=None), "run cannot be a NoneType"),
        (declaring(reasons=[Reason("other.thing")]), "must be 'mine', a dot, and what is so"),
        (declaring(reasons=["mine.bad"]), "reasons cannot be a list"),
        (declaring(reasons=None), "reasons cannot be a NoneType"),
        (declaring(reasons=iter([Reason("mine.bad")])), "reasons cannot be a list_iterator"),
        (declaring(reasons=[Reason("mine.bad", args=None)]), "args cannot be a NoneType"),  # type: ignore[arg-type]
        (declaring(reasons=[Reason("mine.bad", local={"a": 3})]), "local cannot be a dict"),  # type: ignore[dict-item]
        (declaring(reasons=[Reason("mine.bad", fleet=("mine",))]), "fleet cannot be a tuple"),  # type: ignore[arg-type]
        (declaring(link="nowhere"), "link cannot be a str"),
        (declaring(id="a" * 33, reasons=[]), "cannot be the id"),
        (declaring(id="step-4", reasons=[]), "cannot be the id"),
        (declaring(id="os", reasons=[]), "cannot be the id"),
        (declaring(code_number=3), "code_number"),
        (declaring(reasons=[Reason("mine.bad", fleet=("vpn", "x"))]), "fleet"),
        (declaring(causes=[cause(id="no-link")]), "must be 'mine', a dot, and what is wrong"),
        (declaring(causes=[cause(id="inconclusive")]), "program's own"),
        (declaring(causes=[cause(owner=None)]), "has no owner"),
        (declaring(causes=[cause(ref="step-77")]), "step-77"),
        (declaring(causes=[cause(ref="")]), "no reference"),
        (declaring(causes=[cause(all=frozenset())]), "rests on no reason"),
        (declaring(causes=[cause(all={"network.no-link"})]), "rests on no reason"),
        (declaring(causes=[cause(all="mine.bad")]), "all cannot be a str"),
        (declaring(causes=[cause(at="NAME")]), "at cannot be a str"),
        (declaring(causes=[cause(note="yes")]), "note cannot be a str"),
        (declaring(causes=[cause(after=["x"])]), "after cannot be a list"),
        (declaring(causes=[cause(explains={3.5})]), "explains cannot be a set"),
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
    circle = declaring(
        causes=[cause(id="mine.a", after="mine.b"), cause(id="mine.b", after="mine.a")],
        words="tests.architecture.circle",
    )
    found = collected(good=good, mine=circle)

    assert [check.id for check in found.checks] == ["good"]
    assert [broken.id for broken in found.broken] == ["mine"]
    assert "mine.a" in str(found.broken[0].error)


def test_an_entry_point_that_cannot_be_read_is_one_more_that_cannot_be_loaded() -> None:
    points = [EntryPoint(name, value, registry.GROUP) for name, value in (("a", "not-a:MODULE"), ("b", ""))]
    found = registry.collect(points)

    assert [(broken.id, broken.reason) for broken in found.broken] == [
        ("a", "run.cannot-load"),
        ("b", "run.cannot-load"),
    ]


def test_an_import_without_end_is_waited_for_no_longer_than_a_moment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "LOAD_S", 0.2)
    endless = threading.Event()

    class Hangs(Point):
        def load(self) -> object:
            sys.stdout.write("noise")
            endless.wait()
            return good

    found = registry.collect([Hangs("slow", "slow", registry.GROUP), Point("good", "good", registry.GROUP)])
    endless.set()

    assert [check.id for check in found.checks] == ["good"]
    assert [type(broken.error) for broken in found.broken] == [TimeoutError]
    assert capsys.readouterr().out == ""


def test_ids_of_broken_checks_are_never_those_of_others() -> None:
    found = collected(good=None, other=good, third=None)
    again = registry.collect([Point("x", "other", registry.GROUP), Point("x", "third", registry.GROUP)])

    assert {*found.ids()} == {"good", "good-2", "third"}
    assert {*again.ids()} == {"good", "x"}


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


# ---- for a page that shows checks as they end ----------------------------------------------------


def test_each_end_is_told_at_once_and_the_results_in_their_order() -> None:
    released = threading.Event()

    @check("later")
    def later(_: Context) -> Iterable[Finding]:
        released.wait()
        yield ok(fine("later"))

    ended, ordered = list[str](), list[str]()

    def end(result: Any) -> None:
        ended.append(result.check)
        released.set()

    results, _ = run(
        [later, good],
        (),
        NOBODY,
        time.monotonic() + 20,
        on_end=end,
        on_result=lambda result: ordered.append(result.check),
    )

    assert ended == ["good", "later"]
    assert ordered == [result.check for result in results] == ["later", "good"]


def test_who_stops_gets_what_is_there_by_then() -> None:
    stop = threading.Event()
    began = time.monotonic()
    results, _ = run(
        [hangs, good],
        (),
        NOBODY,
        time.monotonic() + 60,
        on_end=lambda _: stop.set(),
        stopped=stop.is_set,
    )

    assert [(result.check, result.ended) for result in results] == [
        ("hangs", Ended.TIMED_OUT),
        ("good", Ended.FINISHED),
    ]
    assert time.monotonic() - began < 30
