"""Checks run side by side; none can hold up, end or falsify the run."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import cast

import pytest

from portalcheck import registry
from portalcheck.api import Check, Context, Finding, check, ok, skip
from portalcheck.model import Ended, Status
from portalcheck.runner import MAX_FINDINGS, run

NOBODY = cast(Context, None)


@check("good", reasons=["good.fine"])
def good(_: Context) -> Iterable[Finding]:
    yield ok("good.fine", count=1)


@check("hangs", reasons=["hangs.fine"])
def hangs(_: Context) -> Iterable[Finding]:
    yield ok("hangs.fine")
    threading.Event().wait()


@check("raises", reasons=["raises.fine"])
def raises(_: Context) -> Iterable[Finding]:
    yield ok("raises.fine")
    raise RuntimeError("secret")


@check("strays", reasons=["strays.fine"])
def strays(_: Context) -> Iterable[Finding]:
    yield ok("strays.other")


@check("floods", reasons=["floods.fine"])
def floods(_: Context) -> Iterable[Finding]:
    while True:
        yield skip("floods.fine")


@check("lies", reasons=["lies.fine"])
def lies(_: Context) -> Iterable[Finding]:
    yield cast(Finding, "no finding")


@check("exits", reasons=["exits.fine"])
def exits(_: Context) -> Iterable[Finding]:
    raise SystemExit(0)


def test_results_come_in_the_order_of_the_checks_and_by_the_deadline() -> None:
    since = time.monotonic()
    shown: list[str] = []
    results, crashes = run(
        [hangs, good, raises], NOBODY, since + 0.4, on_result=lambda result: shown.append(result.check)
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
        (lies, ["run.crashed"]),
        (exits, ["run.crashed"]),
    ],
    ids=lambda value: value.id if isinstance(value, Check) else "",
)
def test_a_bad_check_keeps_what_it_found_and_is_unknown(bad: Check, reasons: list[str]) -> None:
    (result,), _ = run([bad], NOBODY, time.monotonic() + 0.3)

    assert [finding.reason for finding in result.findings] == reasons
    assert result.findings[-1].status is Status.UNKNOWN


def test_findings_are_bounded() -> None:
    (result,), _ = run([floods], NOBODY, time.monotonic() + 5)

    assert len(result.findings) == MAX_FINDINGS


def test_the_check_that_is_waited_for_is_named() -> None:
    waited: list[str] = []
    run([hangs], NOBODY, time.monotonic() + 0.5, on_wait=lambda check: waited.append(check.id))

    assert set(waited) == {"hangs"}


def test_a_late_context_is_a_time_out_and_no_crash() -> None:
    class LateError(Exception):
        pass

    @check("late", reasons=["late.fine"])
    def late(_: Context) -> Iterable[Finding]:
        raise LateError

    (result,), crashes = run([late], NOBODY, time.monotonic() + 1, late=LateError)

    assert (result.ended, crashes) == (Ended.TIMED_OUT, ())


# ---- the registry ------------------------------------------------------------------------------


def test_two_checks_of_one_id_are_an_error() -> None:
    with pytest.raises(registry.RegistryError, match="'good'"):
        registry.unique([good, good])


def test_reasons_must_begin_with_the_id_of_the_check() -> None:
    with pytest.raises(ValueError, match="must begin with"):
        check("mine", reasons=["other.thing"])


def test_only_and_skip_select_checks_in_their_order() -> None:
    checks = (good, hangs, raises)

    assert registry.select(checks, ["raises", "good"], ()) == (good, raises)
    assert registry.select(checks, (), ["hangs"]) == (good, raises)


@pytest.mark.parametrize(("only", "skipped"), [(["nope"], []), ([], ["nope"])])
def test_an_unknown_id_is_refused(only: list[str], skipped: list[str]) -> None:
    with pytest.raises(KeyError, match="nope"):
        registry.select((good,), only, skipped)
