"""A check of others' that forks, prints, moves, closes or never ends harms nothing but its own row."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.checks.guests import GUESTS, LATE, ran_with

pytestmark = pytest.mark.not_on_windows("posix", "forks, modes of files, programs of the shell")

_FAST = ("prints", "forks-and-stays", "closes-streams", "goes-elsewhere")


def meet(name: str, folder: Path) -> None:
    done = ran_with(folder, name, "-o", "json:one.json", "-o", "json:-", "--jsonl", "lines.jsonl")
    here = folder / "here"
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr.replace("The report is in one.json.\n", "")) == (0, "")
    assert {path.name for path in here.iterdir()} == {"one.json", "lines.jsonl"}
    assert json.loads((here / "one.json").read_text("utf-8")) == report
    assert json.loads((here / "lines.jsonl").read_text("utf-8"))["run_id"] == report["run_id"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in here.iterdir())
    found = {check["check"]: [one["reason"] for one in check["findings"]] for check in report["checks"]}
    assert found.pop("guest")[0] == "guest.fine"
    assert len(found) == 11
    assert not {one for reasons in found.values() for one in reasons if one.startswith("run.")}
    assert (report["cause"], report["outcome"]) == ("none", "ok")
    assert report["complete"] is (name not in LATE | {"exits", "is-interrupted", "takes-hooks"})


@pytest.mark.parametrize("name", _FAST)
def test_a_few_guests_harm_nothing(name: str, tmp_path: Path) -> None:
    meet(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(GUESTS.keys() - set(_FAST)))
def test_no_guest_harms_anything(name: str, tmp_path: Path) -> None:
    meet(name, tmp_path)
