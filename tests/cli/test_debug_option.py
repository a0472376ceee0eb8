"""`--debug FILE`: the log of a run, where it was asked for and of nobody."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Call = Callable[..., Ran]


def test_the_log_tells_the_run_from_the_first_contact_to_the_cause(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "log"
    code, out, err = call("demo", "--fault", "dns-filtered", "--debug", str(file))
    log = file.read_text("utf-8")

    assert (code, err) == (1, "")
    assert "dns-filtered" not in out.partition("BEGIN")[0]
    for told in (
        "contact resolver",
        "check dns found dns.sinkhole",
        "row dns-filtered holds",
        "cause dns-filtered",
    ):
        assert told in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_log_is_its_owners_alone(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.touch(mode=0o644)
    call("demo", "--debug", str(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_report_is_the_same_with_and_without_it(call: Call, tmp_path: Path) -> None:
    plain = call("demo", "--fault", "cert-expired", "-f", "intune")
    logged = call("demo", "--fault", "cert-expired", "-f", "intune", "--debug", str(tmp_path / "log"))

    assert plain[0] == logged[0]
    assert plain[1].partition("took")[0] == logged[1].partition("took")[0]


@pytest.mark.parametrize("place", ["missing/log", "."])
def test_a_file_that_cannot_be_opened_is_wrong_usage_and_named_as_it_was_given(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call("demo", "--debug", place)

    assert (code, out) == (2, "")
    assert err.startswith(f"portalcheck: {place}: ")


def test_nothing_is_logged_without_it(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, _, err = call("demo")

    assert err == ""
    assert [*tmp_path.iterdir()] == []
