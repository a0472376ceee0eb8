"""Whatever a peer does: a report without a traceback, in time, in little memory, and nobody innocent is blamed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable

import msgspec
import pytest

from tests.hostile import readme
from tests.hostile.playing import inside, meet
from tests.hostile.stage import TIMEOUT_S, Met
from tests.hostile.table import BEHAVIOURS
from tests.lab.patient import Said
from tests.lab.row import TROUBLE
from tests.lab.row_tests import STARTING_S
from tests.lab.spaces import namespaces

MOST_KIB = 128 * 1024
CROWD = int(os.environ.get("HOSTILE_CROWD", "40"))
"""Runs at once: two hundred where there is time (`HOSTILE_CROWD=200`)."""
_HERE = TROUBLE | {"gateway", "proxy"}
_WHO = sorted({row.who for row in BEHAVIOURS.values()})
_METS: dict[str, Met] = {}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not namespaces() or not shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin"),
    reason="needs network namespaces of Linux",
)


def met_by(who: str) -> dict[str, Met]:
    ids = [row.id for row in BEHAVIOURS.values() if row.who == who]
    if not set(ids) <= _METS.keys():
        _METS.update(meet(ids))
    return {row_id: _METS[row_id] for row_id in ids}


def wrong(mets: dict[str, Met], is_wrong: Callable[[Met], bool]) -> dict[str, object]:
    return {row_id: met for row_id, met in mets.items() if is_wrong(met)}


def no_report(met: Met) -> bool:
    return not met.cause or met.code != met.exit_code or met.code not in (0, 1, 3) or bool(met.stderr)


def late_or_large(met: Met) -> bool:
    return met.seconds > TIMEOUT_S + 0.5 + STARTING_S or met.peak_kib > MOST_KIB


def beyond_the_policy(met: Met) -> bool:
    return not _HERE.issuperset(met.contacted)


def blamed_wrongly(row_id: str, met: Met) -> bool:
    """A run that was cut short may say that it could not tell, and nothing else."""
    could_not_tell = met.cause in ("none", "inconclusive") and met.code == 3
    return met.cause not in BEHAVIOURS[row_id].cause and not could_not_tell


@pytest.mark.slow
def test_one_contact_and_one_late_or_large_run_are_seen() -> None:
    """What is planted on purpose: a host inside that the profile allows, so that it is contacted."""
    mets = meet(["planted-contact", "inside-redirect"])
    assert [*wrong(mets, beyond_the_policy)] == ["planted-contact"]
    usual = mets["inside-redirect"]
    assert not no_report(usual)
    assert not late_or_large(usual)
    for changes in ({"seconds": TIMEOUT_S + 3}, {"peak_kib": MOST_KIB + 1}):
        assert late_or_large(msgspec.structs.replace(usual, **changes))
    for said in ({"cause": ""}, {"stderr": "x"}, {"code": 4}):
        assert no_report(msgspec.structs.replace(usual, **said))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("who", _WHO)
class TestAll:
    """Each behaviour once."""

    def test_there_is_a_report_and_nothing_on_stderr(self, who: str) -> None:
        assert wrong(met_by(who), no_report) == {}

    def test_it_is_there_in_time_and_in_little_memory(self, who: str) -> None:
        assert wrong(met_by(who), late_or_large) == {}

    def test_nobody_innocent_is_blamed(self, who: str) -> None:
        assert [(row_id, met) for row_id, met in met_by(who).items() if blamed_wrongly(row_id, met)] == []

    def test_only_those_are_contacted_who_may_be(self, who: str) -> None:
        assert wrong(met_by(who), beyond_the_policy) == {}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("row", "right", "timeout"),
    [
        ("", ("none", 0), "10"),
        ("B07a", ("dns-filtered", 1), "60"),
    ],
)
def test_of_many_runs_at_once_none_is_lost_and_none_is_wrong_and_sure(
    row: str, right: tuple[str, int], timeout: str
) -> None:
    """They may be slow, and those that were starved may say that they could not tell."""
    said = msgspec.json.decode(
        inside("tests.hostile.crowd", [str(CROWD), timeout, row], 1100), type=list[Said]
    )
    assert len(said) == CROWD
    assert [one for one in said if not one.report or one.stderr or one.code != one.report["exit_code"]] == []
    sure = [one for one in said if one.report["outcome"] != "unknown"]
    assert {(one.report["cause"], one.code) for one in sure} <= {right}
    assert {one.code for one in said if one not in sure} <= {3}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_that_was_stopped_while_it_waited_takes_no_silence_for_the_networks() -> None:
    moments = ["0.1", "0.25", "0.4", "0.7", "1.0", "1.4", "1.8", "2.2"]
    said = msgspec.json.decode(inside("tests.hostile.paused", moments, 200), type=list[Said])

    assert {one.report.get("cause") for one in said} <= {"none", "inconclusive"}
    assert {one.code for one in said} <= {0, 3}
    assert {one.stderr for one in said} == {""}


def test_the_table_tells_of_every_behaviour_and_each_kept_the_budget() -> None:
    """That the lab's page is made of these figures is the lab's own test."""
    met = readme.measured().met
    assert met.keys() == BEHAVIOURS.keys()
    over = {
        row_id: came
        for row_id, came in met.items()
        if came.seconds > readme.MOST_S or came.mib > readme.MOST_MIB
    }
    assert over == {}


def test_there_are_enough_behaviours_and_each_has_a_name_of_its_own() -> None:
    assert len(BEHAVIOURS) >= 60
    assert len({row.what for row in BEHAVIOURS.values() if row.who == "portal"}) > 60
