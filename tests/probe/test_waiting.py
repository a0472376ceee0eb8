"""Deadlines, answers found once, and work side by side: bounded whatever the work does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from portalcheck.probe.deadline import Deadline, OutOfTime
from portalcheck.probe.dependencies import MAY_ASK
from portalcheck.probe.memo import AskError, Memo
from portalcheck.probe.threads import Future, gather, spawn

PATIENCE_S = 60.0
TABLE = {"key": {"other"}, "other": frozenset[str](), "slow": frozenset[str](), "fast": frozenset[str]()}


def shared_of(seconds: float = PATIENCE_S) -> Memo:
    return Memo(Deadline(seconds), TABLE)


def _forever() -> int:
    threading.Event().wait(30)
    return 1


def _fails() -> int:
    raise LookupError


def test_the_remaining_time_runs_out_and_is_never_negative() -> None:
    deadline = Deadline(0.2)
    first = deadline.remaining()
    time.sleep(0.25)
    assert 0 < first < 0.2
    assert deadline.remaining() == 0.0


def test_the_deadline_leaves_time_to_print() -> None:
    deadline = Deadline(10)
    assert deadline.at < deadline.started + 10
    assert deadline.at > deadline.started + 9


@pytest.mark.parametrize(("seconds", "expected"), [(10.0, 4.0), (5.0, 2.0), (20.0, 8.0), (100.0, 8.0)])
def test_a_step_gets_a_share_of_the_run(seconds: float, expected: float) -> None:
    assert Deadline(seconds).limit(4.0) == pytest.approx(expected, abs=0.05)


def test_no_share_is_longer_than_what_remains() -> None:
    deadline = Deadline(0.5)
    assert deadline.limit(1000) <= 0.5
    time.sleep(0.5)
    assert 0 < deadline.limit(1000) < 0.01


def test_a_part_ends_before_the_whole_and_keeps_its_scale() -> None:
    whole = Deadline(5)
    part = whole.part(2.0)
    assert part.remaining() == pytest.approx(1.0, abs=0.05)
    assert part.scale == whole.scale
    assert part.part(100).at <= part.at + 0.01


def test_work_is_done_once_for_all_who_ask() -> None:
    shared = shared_of()
    done: list[int] = []

    def work() -> int:
        time.sleep(0.05)
        done.append(1)
        return 7

    assert gather([lambda: shared.get("key", work)] * 8, 2) == [7] * 8
    assert done == [1]
    assert shared.known("key")


def test_different_questions_do_not_wait_for_each_other() -> None:
    shared = shared_of()
    slow = Future(lambda: shared.get("slow", _forever))
    since = time.monotonic()
    assert shared.get("fast", lambda: 1) == 1
    assert time.monotonic() - since < 0.5
    assert slow.get(0) is None
    assert not shared.known("slow")


def test_who_waits_for_hanging_work_is_let_go_at_the_deadline() -> None:
    shared = shared_of(0.3)
    Future(lambda: shared.get("key", _forever))
    time.sleep(0.05)
    since = time.monotonic()
    with pytest.raises(OutOfTime):
        shared.get("key", _forever)
    assert time.monotonic() - since < 0.8


def test_what_the_work_raised_is_raised_for_everybody() -> None:
    shared = shared_of()
    for _ in range(2):
        with pytest.raises(LookupError):
            shared.get("key", _fails)


def test_none_is_an_answer_too_and_found_once() -> None:
    shared = shared_of()
    asked: list[int] = []
    for _ in range(2):
        assert shared.get("key", lambda: asked.append(1)) is None
    assert asked == [1]


# ---- which fact may ask for which ------------------------------------------------------------------


def here(work: Callable[[], int]) -> int | None:
    return work()


def on_a_thread(work: Callable[[], int]) -> int | None:
    return Future(work).get(PATIENCE_S)


def beside_others(work: Callable[[], int]) -> int | None:
    return gather([lambda: 0, work], PATIENCE_S)[1]


def on_the_thread_of_a_thread(work: Callable[[], int]) -> int | None:
    return on_a_thread(lambda: beside_others(work) or 0)


ANYWHERE = pytest.mark.parametrize("ask", [here, on_a_thread, beside_others, on_the_thread_of_a_thread])


@ANYWHERE
def test_a_fact_that_asks_for_itself_is_refused(ask: Callable[[Callable[[], int]], int | None]) -> None:
    shared = shared_of()

    def work() -> int:
        return ask(lambda: shared.get(("key", 1), work)) or 0

    with pytest.raises(AskError, match=r"key -> key$"):
        shared.get(("key", 1), work)


@ANYWHERE
def test_a_fact_that_asks_for_itself_through_another_is_refused(
    ask: Callable[[Callable[[], int]], int | None],
) -> None:
    shared = shared_of()

    def work() -> int:
        return shared.get("other", lambda: ask(lambda: shared.get("key", work)) or 0)

    with pytest.raises(AskError, match=r"key -> other -> key$"):
        shared.get("key", work)


@ANYWHERE
def test_a_fact_that_is_there_already_is_refused_as_well(
    ask: Callable[[Callable[[], int]], int | None],
) -> None:
    shared = shared_of()
    assert shared.get("fast", lambda: 1) == 1
    with pytest.raises(AskError, match=r"key -> fast$"):
        shared.get("key", lambda: ask(lambda: shared.get("fast", lambda: 1)) or 0)


@ANYWHERE
def test_a_fact_asks_for_what_it_may_ask_for(ask: Callable[[Callable[[], int]], int | None]) -> None:
    shared = shared_of()
    assert shared.get("key", lambda: ask(lambda: shared.get(("other", 1), lambda: 7)) or 0) == 7
    assert shared.get("fast", lambda: 1) == 1


def test_a_fact_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(AskError, match=r"unheard-of$"):
        shared_of().get("unheard-of", lambda: 1)


def test_who_was_refused_leaves_nobody_waiting() -> None:
    """The fact that may not be asked for here can still be found by others."""
    shared = shared_of()
    with pytest.raises(AskError):
        shared.get("key", lambda: shared.get("fast", lambda: 1))
    assert shared.get("fast", lambda: 2) == 2


def test_work_that_nobody_waits_for_may_ask_for_what_began_it() -> None:
    shared, heard = shared_of(), SimpleQueue[int]()

    def work() -> int:
        spawn(lambda: heard.put(shared.get("key", _fails)))
        return 7

    assert shared.get("key", work) == 7
    assert heard.get(timeout=PATIENCE_S) == 7


def test_no_fact_may_come_to_ask_for_itself() -> None:
    above: set[str] = set()
    for fact, may_ask in MAY_ASK.items():
        assert may_ask <= above, fact
        above.add(fact)


# ---- side by side ----------------------------------------------------------------------------------


def test_side_by_side_keeps_the_order_and_leaves_out_what_is_late() -> None:
    since = time.monotonic()
    assert gather([lambda: 1, _forever, lambda: 3], 0.2) == [1, None, 3]
    assert time.monotonic() - since < 0.7


def test_side_by_side_is_as_fast_as_its_slowest() -> None:
    since = time.monotonic()
    gather([lambda: time.sleep(0.1)] * 10, 5)
    assert time.monotonic() - since < 0.6


def test_side_by_side_of_nothing_is_nothing() -> None:
    assert gather([], 1) == []


def test_side_by_side_raises_what_a_work_raised_after_all_have_ended() -> None:
    ended: list[int] = []

    def slow() -> int:
        time.sleep(0.1)
        ended.append(1)
        return 1

    with pytest.raises(LookupError):
        gather([_fails, slow], 2)
    assert ended == [1]


def test_later_work_is_waited_for_as_often_as_wanted() -> None:
    go = threading.Event()

    def work() -> str:
        go.wait(5)
        return "done"

    later = Future(work)
    assert later.get(0.01) is None
    go.set()
    assert later.get(2) == "done"
    assert later.get(0) == "done"


def test_left_over_work_does_not_keep_the_process() -> None:
    before = set(threading.enumerate())
    later = Future(_forever)
    assert all(thread.daemon for thread in set(threading.enumerate()) - before)
    assert later.get(0) is None
