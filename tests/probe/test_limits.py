"""The table of time limits: what follows one another fits into a run, or the end of the run bounds it."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest

from portalcheck.facts import SLOW_MS
from portalcheck.probe import limits
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.limits import (
    AWAY_S,
    CANARIES_ROOM_S,
    CANARIES_S,
    COMMAND_S,
    CONNECT_S,
    DATABASE_S,
    DNS_SERVER_S,
    FETCH_S,
    FETCH_SHARE,
    FIRST_SERVER_S,
    HANDSHAKE_S,
    LAST_WORD_S,
    LEAST_SCALE,
    LOAD_S,
    LOST_QUESTION_S,
    MARGIN_S,
    MOST_SCALE,
    NEXT_SERVER_S,
    OTHER_SERVERS_S,
    PAGE_S,
    PROCESSES_S,
    RETRY_ROOM_S,
    RETRY_S,
    RUN_S,
    START_S,
    STATUS_PAGE_S,
    SYSTEM_NAME_S,
    TUNNEL_S,
    WPAD_NAME_S,
)
from portalcheck.probe.policy import Network
from portalcheck.probe.third_parties.canaries import CanarySurvey
from portalcheck.probe.third_parties.fetch import Fetcher
from portalcheck.probe.trace import Tracer
from portalcheck.settings.model import RunTable
from tests.probe.world import World, computer, walker

ROOT = Path(__file__).resolve().parents[2]
UNTIL_THE_REPORT = RUN_S - MARGIN_S
SLOW_S = SLOW_MS / 1000
JUDGED = CANARIES_S + RETRY_ROOM_S
"""The canaries, and what the checks still ask after them."""
COPYING_S = sum(limits.BUSY_STORE_S)

FITS = {
    "a name that nobody answers, and the canaries": (SYSTEM_NAME_S, JUDGED),
    "DNS servers that are silent one after the other, and the canaries": (
        *(NEXT_SERVER_S, FIRST_SERVER_S, DNS_SERVER_S, FIRST_SERVER_S),
        *(CANARIES_S, CANARIES_ROOM_S),
    ),
    "what each DNS server says of the portal": (NEXT_SERVER_S, OTHER_SERVERS_S, DNS_SERVER_S),
    "addresses that are silent, and the canaries": (CONNECT_S, JUDGED),
    "a silent proxy, and the canaries": (TUNNEL_S, JUDGED),
    "a silent handshake, and the canaries": (HANDSHAKE_S, JUDGED),
    "a hanging program of the system, silent addresses, and the canaries": (
        *(COMMAND_S, CONNECT_S, CANARIES_S),
        CANARIES_ROOM_S,
    ),
    "a probe again after canaries that all refused at once": (CONNECT_S, RETRY_S, RETRY_ROOM_S),
    "a refused connection, the canaries, and the portal's status page": (CANARIES_S, STATUS_PAGE_S),
    "the name `wpad`, and a script that does not come, before silent addresses": (
        *(WPAD_NAME_S, FETCH_S, CONNECT_S),
    ),
    "a slow name and the page of a slow portal": (NEXT_SERVER_S, SLOW_S),
    "silence after the head of a page, told in time": (PAGE_S, LAST_WORD_S),
    "the commands of a Mac: sw_vers, networksetup, security, scutil --nc, --dns and --proxy": (COMMAND_S,)
    * 6,
    "four stores that are being written to and never end": (COPYING_S + DATABASE_S,) * 4,
    "file servers that are off: of a person's folders, then of a profile, and stores elsewhere": (
        *(AWAY_S, AWAY_S, AWAY_S),
        *(COPYING_S + DATABASE_S, COPYING_S + DATABASE_S),
    ),
    "the product of a VPN: its programs, after the names of its services": (COMMAND_S, PROCESSES_S),
}

BOUNDED_BY_THE_RUN = {
    "each layer of a walk as slow as it may be": (SYSTEM_NAME_S, CONNECT_S, TUNNEL_S, HANDSHAKE_S, PAGE_S),
    "a question that got lost, and the canaries": (LOST_QUESTION_S, CANARIES_S),
    "a page that is late, and the canaries": (SLOW_S, CANARIES_S),
    "canaries, then words on a revocation": (HANDSHAKE_S, CANARIES_S, FETCH_S),
    "the stores of many browsers": (COPYING_S + DATABASE_S,) * 5,
}
"""Sums that do not fit, and need not: `Deadline.limit` cuts each step, and the runner ends the checks."""


@pytest.mark.parametrize("what", FITS)
def test_what_follows_one_another_ends_before_the_report(what: str) -> None:
    assert sum(FITS[what]) <= UNTIL_THE_REPORT


@pytest.mark.parametrize("what", BOUNDED_BY_THE_RUN)
def test_what_does_not_fit_is_said_to_be_bounded_by_the_run(what: str) -> None:
    assert sum(BOUNDED_BY_THE_RUN[what]) > UNTIL_THE_REPORT


@pytest.mark.parametrize("seconds", [1.0, RUN_S, 60.0])
def test_a_step_ends_with_the_run_however_long_it_may_be(seconds: float) -> None:
    deadline = Deadline(seconds)
    deadline.at = time.monotonic() + 0.05
    for steps in BOUNDED_BY_THE_RUN.values():
        assert all(deadline.limit(step) <= 0.05 for step in steps)
    assert deadline.last_word < deadline.at


def test_what_is_silent_until_the_last_word_can_still_be_judged() -> None:
    deadline = Deadline(RUN_S)
    deadline.at = time.monotonic() + 1.0
    late = 1.0 - LAST_WORD_S

    assert deadline.limit(HANDSHAKE_S) <= late
    assert deadline.part(CANARIES_S).limit(CONNECT_S) <= late


@pytest.mark.parametrize("seconds", [1.0, 3.0, RUN_S, 60.0])
def test_a_run_of_any_length_has_room_for_what_fits_into_a_usual_one(seconds: float) -> None:
    deadline = Deadline(seconds)
    for what in ("a name that nobody answers, and the canaries", "a silent handshake, and the canaries"):
        assert sum(deadline.limit(step) for step in FITS[what]) <= deadline.remaining()
    assert LEAST_SCALE <= deadline.scale <= MOST_SCALE


@pytest.mark.parametrize("left", [3.0, 1.0, 0.2])
def test_canaries_that_are_asked_late_leave_room_for_the_judgement(left: float) -> None:
    late = CanarySurvey(ending_in(left), Network(), lambda _: None)._tracer.deadline.remaining()

    assert late <= max(0.001, left - CANARIES_ROOM_S) + 1e-6  # of two sums of floats


def test_a_page_that_is_late_leaves_the_canaries_a_round_trip() -> None:
    assert UNTIL_THE_REPORT - SLOW_S - CANARIES_ROOM_S > 1.0


def test_no_probe_is_tried_again_in_time_that_the_checks_need(world: World) -> None:
    asked = CanarySurvey(
        ending_in(RETRY_S + RETRY_ROOM_S - 0.1), Network(captive=("http://192.0.2.1/",)), lambda _: None
    )
    started = time.monotonic()

    assert not asked._answers_on_retry()
    assert time.monotonic() - started < 0.1


def test_words_on_a_revocation_take_at_most_half_of_what_is_left() -> None:
    spent = Fetcher(lambda: ending_in(2.0), Network(), lambda _: True)._for_revocation.deadline.remaining()

    assert 0 < spent <= 2.0 * FETCH_SHARE


def ending_in(seconds: float) -> Tracer:
    """A walker of a usual run of which so much is left."""
    one = walker(computer(), seconds=RUN_S)
    one.deadline.at = time.monotonic() + seconds
    return one


def test_the_order_in_which_limits_end_is_what_their_reasons_say() -> None:
    # Whoever waits for another's limit waits longer than that.
    assert CONNECT_S < CANARIES_S
    assert CONNECT_S < TUNNEL_S
    assert NEXT_SERVER_S < DNS_SERVER_S < SYSTEM_NAME_S < LOST_QUESTION_S
    # A lost SYN comes again after one second and after three, a question lost by glibc after five.
    assert RETRY_S > 1.0
    assert CONNECT_S > 3.0
    assert LOST_QUESTION_S > 5.0
    # Slow is told from silent.
    assert SLOW_S < PAGE_S
    # The contract lets the process live half a second longer than the run.
    assert START_S < 0.5
    assert LOAD_S < RUN_S


def test_a_run_is_as_long_as_the_settings_and_the_queue_think() -> None:
    assert RunTable().timeout == RUN_S


# ---- nowhere else ------------------------------------------------------------------------------

_TIMES = re.compile(r"(?:^|_)(?:S|MS|SECONDS|TIMEOUT|DEADLINE)$")

NO_VERDICT = {
    "demo": "the patience of the practice servers, which are the other side",
    "cli": "when a person at a terminal is told something",
    "guide": "how long the page is served; its checks have the same limits as any run",
    "program": "how long building it may take",
}
"""Rooms whose times decide about no verdict."""

NO_LIMIT = {
    "facts/trace.py: SLOW_MS": "from when on a page counts as slow (contract.md, Causes)",
    "facts/judgements.py: CLOCK_TOLERANCE_S": "how far off a clock may be",
    "clock/check.py: CORRECT_S": "how far off a clock may be and count as correct",
    "network/check.py: SLOW_PAGE_MS": "from when on a page that loads is worth a note",
    "dns/check.py: SLOW_SERVER_MS": "from when on a DNS server that answers is worth a note",
    "browser/check.py: _SILENCE_MS": "from when on a step was waited for, and not cut short by the end of the run",
    "browser/check.py: IN_USE_S": "how long ago a browser was used that still counts",
    "page/check.py: SLOW_WALK_MS": "from when on the portal is too slow for the page to judge the browser",
    "cookies/check.py: DAY_S": "a day",
    "tls/check.py: DAY_S": "a day",
    "machine/browsers/versions.py: DAY_S": "a day",
    "machine/browsers/binarycookies.py: _EPOCH_S": "when Apple's time begins",
    "probe/http/headers.py: _MAX_AGE_S": "the largest Age that is believed",
    "writing.py: _PATIENCE_S": "how long others that append to the same file are waited for",
    "settings/model.py: MAX_TIMEOUT_S": "the longest run that may be set",
    "report/formats/agent.py: _CLOCK_IS_WRONG_S": "an error of the clock from which on the true time counts",
    "settings/model.py: MAX_JITTER_S": "the longest wait before a run that may be set",
}


def times() -> set[str]:
    """The constants of all modules but the table whose names say that they are times."""
    found = set()
    for folder in (ROOT / "portalcheck", ROOT / "checks" / "portalcheck_checks"):
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            if name.split("/")[0] in NO_VERDICT or name == "probe/limits.py":
                continue
            for node in ast.parse(path.read_text("utf-8")).body:
                parts = ast.walk(node) if isinstance(node, ast.Assign | ast.AnnAssign) else ()
                names = (
                    each.id
                    for each in parts
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
                )
                found |= {f"{name}: {each}" for each in names if _TIMES.search(each)}
    return found


def test_a_time_limit_stands_in_the_table_and_nowhere_else() -> None:
    assert times() == NO_LIMIT.keys()


def test_each_limit_has_a_reason() -> None:
    body = ast.parse((ROOT / "portalcheck" / "probe" / "limits.py").read_text("utf-8")).body
    without = [
        ast.unparse(node)
        for node, following in zip(body, [*body[1:], None], strict=True)
        if isinstance(node, ast.Assign)
        and not (isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant))
    ]
    assert without == []
