"""`--debug FILE`: the log of a run, where it was asked for and of nobody."""

from __future__ import annotations

import os
import stat
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


@pytest.mark.not_on_windows("posix", "modes of files")
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


@pytest.mark.parametrize("place", ["no/such/log", "."])
def test_a_file_that_cannot_be_opened_is_wrong_usage_and_named_as_it_was_given(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call("demo", "--debug", place)

    assert (code, out) == (2, "")
    assert err.startswith(f"portalcheck: {Path(place)} (")


def test_nothing_is_logged_without_it(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, _, err = call("demo")

    assert err == ""
    assert [*tmp_path.iterdir()] == []


@pytest.mark.not_on_windows("posix", "named pipes among files")
def test_a_pipe_that_nobody_reads_is_not_waited_for(call: Call, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    code, out, err = call("demo", "--debug", str(tmp_path / "pipe"))

    assert (code, out) == (2, "")
    assert "pipe (No such device or address) cannot be written" in err


def test_it_has_a_place_of_its_own(call: Call, tmp_path: Path) -> None:
    file = str(tmp_path / "same")

    assert call("demo", "--debug", file, "--jsonl", file)[0] == 2
    assert call("demo", "--debug", file, "-o", file)[0] == 2


def test_why_a_file_cannot_be_opened_is_told_in_the_language_that_is_asked_for(
    call: Call, tmp_path: Path
) -> None:
    assert "es una carpeta" in call("demo", "--lang", "es", "--debug", str(tmp_path))[2]
