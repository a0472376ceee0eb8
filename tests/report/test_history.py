"""The last report is kept for the next run, for this user only, and never with local evidence."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.model import Outcome, Platform, PortalName, Privacy, Report, Tool
from portalcheck.report import history
from tests.report.formats.reports import sealed


def report(cause: str = "none", level: str = "share") -> Report:
    made = Report(
        tool=Tool("portalcheck", "1"),
        run_id="r",
        started="2026-11-23T17:34:00Z",
        duration_ms=1,
        complete=True,
        portal=PortalName("lab", "Lab", "portal.lab.example"),
        platform=Platform("linux", "x"),
        outcome=Outcome.OK,
        exit_code=0,
        cause=cause,
        also=(),
        likely_steps=(),
        symptoms=(),
        checks=(),
        privacy=Privacy(level, {}),
        code="",
    )
    return sealed(made)


def test_a_report_that_was_kept_is_the_last_one(tmp_path: Path) -> None:
    assert history.last(tmp_path) is None
    assert history.keep(tmp_path / "new", report("slow"))
    assert history.keep(tmp_path / "new", report("clock-wrong"))

    assert history.last(tmp_path / "new") == report("clock-wrong")
    assert [path.name for path in (tmp_path / "new").iterdir()] == [history.NAME]


@pytest.mark.not_on_windows("posix", "modes of files")
@pytest.mark.parametrize("before", [None, 0o755, 0o700])
def test_nobody_else_can_read_it(tmp_path: Path, before: int | None) -> None:
    place = tmp_path / "portalcheck"
    if before is not None:
        place.mkdir(mode=before)
    assert history.keep(place, report())

    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / history.NAME).stat().st_mode) == 0o600


def test_local_evidence_is_never_kept(tmp_path: Path) -> None:
    assert not history.keep(tmp_path, report(level="local"))
    assert list(tmp_path.iterdir()) == []


def test_without_a_home_nothing_is_kept() -> None:
    assert not history.keep(None, report())
    assert history.last(None) is None


def test_a_folder_that_cannot_be_made_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not history.keep(tmp_path / "file" / "below", report())


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b'"none"', b'"slow"'),
        (b'"run_id":"r"', b'"run_id":"s"'),
        (b'"layout":"3"', b'"layout":"9"'),
        (b'"duration_ms":1', b'"duration_ms":NaN'),
        (b'"duration_ms":1', b'"duration_ms":1e999'),
        (b'"Lab"', rb'"Lab\ud800"'),
        (b'"withheld":{}', b'"withheld":' + b"[" * 900 + b"]" * 900),
    ],
)
def test_a_report_that_is_not_shown_to_be_as_it_was_kept_is_none(
    tmp_path: Path, was: bytes, now: bytes
) -> None:
    assert history.keep(tmp_path, report())
    written = (tmp_path / history.NAME).read_bytes()
    assert was in written
    (tmp_path / history.NAME).write_bytes(written.replace(was, now, 1))

    assert history.last(tmp_path) is None


def test_a_report_of_another_schema_is_not_read(tmp_path: Path) -> None:
    other = msgspec.structs.replace(report(), schema_version=99)
    (tmp_path / history.NAME).write_bytes(msgspec.json.encode(other))

    assert history.last(tmp_path) is None


@given(data=st.binary(max_size=300))
def test_whatever_lies_there_is_read_without_harm(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("memory")
    (place / history.NAME).write_bytes(data)

    assert history.last(place) is None


# ---- trouble with files ------------------------------------------------------------------------


def names(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def test_a_report_beyond_measure_is_not_kept(tmp_path: Path) -> None:
    assert history.keep(tmp_path, report("slow"))
    assert not history.keep(tmp_path, report("x" * history.MAX_BYTES))
    assert history.last(tmp_path) == report("slow")

    (tmp_path / history.NAME).write_bytes(msgspec.json.encode(report("x" * history.MAX_BYTES)))
    assert history.last(tmp_path) is None


@pytest.mark.not_on_windows("posix", "named pipes among files")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / history.NAME)

    assert history.last(tmp_path) is None
    assert history.keep(tmp_path, report("slow"))
    assert history.last(tmp_path) == report("slow")


def test_what_a_killed_run_left_goes_with_the_next_report(tmp_path: Path) -> None:
    killed = _in_a_process(tmp_path, "os.fdopen = lambda *_: os._exit(9)", "history.keep(place, report)")
    assert killed.returncode == 9
    assert len(names(tmp_path)) == 1
    assert history.last(tmp_path) is None

    assert history.keep(tmp_path, report("slow"))
    assert names(tmp_path) == {history.NAME}


@pytest.mark.not_on_windows("posix", "limits of the size of files")
def test_when_nothing_more_can_be_written_the_last_report_stays_and_nothing_beside_it(tmp_path: Path) -> None:
    assert history.keep(tmp_path, report("slow"))
    done = _in_a_process(
        tmp_path,
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))",
        "print(history.keep(place, report))",
    )

    assert done.stdout == "False\n"
    assert names(tmp_path) == {history.NAME}
    assert history.last(tmp_path) == report("slow")


@pytest.mark.not_on_windows("linux", "mounts")
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to mount a small disk")
def test_on_a_full_disk_the_last_report_stays_and_nothing_beside_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import msgspec\n"
        "from portalcheck.model import Report; from portalcheck.report import history\n"
        "place = Path(sys.argv[1]); report = msgspec.json.decode(sys.argv[2], type=Report)\n"
        "print(history.keep(place, report))\n"
        "(place / 'other').write_bytes(b'x' * 4096)\n"
        "larger = msgspec.structs.replace(report, cause='x' * 8192)\n"
        "print(history.keep(place, larger), history.last(place) == report)\n"
        "print(sorted(path.name for path in place.iterdir()))\n"
    )
    mount = 'mount -t tmpfs -o size=12k,mode=700 none "$1" && exec "$2" -c "$3" "$1" "$4"'
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", mount, "sh", str(tmp_path), sys.executable, code, _json(report())],
        capture_output=True,
        text=True,
        timeout=60,
    )
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr}")

    assert done.stdout == f"True\nFalse True\n['{history.NAME}', 'other']\n", done.stderr


@pytest.mark.not_on_windows("posix", "modes of files")
def test_a_folder_that_cannot_be_written_to_keeps_what_it_has(tmp_path: Path) -> None:
    place = tmp_path / "portalcheck"
    assert history.keep(place, report("slow"))
    place.chmod(0o500)
    if os.geteuid() == 0:
        os.chown(place, 65534, 65534)
        os.chown(place / history.NAME, 65534, 65534)
    done = _in_a_process(
        place,
        "os.chdir(place); place = Path(); os.geteuid() or os.setuid(65534)",
        "print(history.keep(place, report), history.last(place) is not None)\n"
        "try: history.forget(place)\n"
        "except PermissionError: print('stays')",
    )

    assert done.stdout == "False True\nstays\n", done.stderr
    assert names(place) == {history.NAME}
    assert stat.S_IMODE(place.stat().st_mode) == 0o500


def test_of_many_runs_at_once_one_is_kept_whole(tmp_path: Path) -> None:
    code = _code("sys.stdout.write('.'); sys.stdout.flush(); sys.stdin.read()", "history.keep(place, report)")
    causes = ["slow", "mtu", "no-link", "clock-wrong"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), _json(report(cause))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for cause in causes
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"."
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(60) for process in running] == [0] * len(causes)
    for process in running:
        assert process.stdout is not None
        process.stdout.close()

    assert names(tmp_path) == {history.NAME}
    found = history.last(tmp_path)
    assert found is not None
    assert found.cause in causes


def _json(of: Report) -> str:
    return msgspec.json.encode(of).decode()


def _code(before: str, then: str) -> str:
    return (
        "import os, sys\nfrom pathlib import Path\nimport msgspec\n"
        "from portalcheck.model import Report\nfrom portalcheck.report import history\n"
        "place = Path(sys.argv[1])\nreport = msgspec.json.decode(sys.argv[2], type=Report)\n"
        f"{before}\n{then}\n"
    )


def _in_a_process(place: Path, before: str, then: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _code(before, then), str(place), _json(report("clock-wrong"))]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


# ---- its age, and forgetting it ----------------------------------------------------------------


def test_its_age_counts_from_the_runs_start() -> None:
    at = dt.datetime(2026, 11, 23, 18, 34, tzinfo=dt.UTC).timestamp()
    assert history.age(report(), at) == 3600
    assert history.age(report(), at - 3600) == 0


@pytest.mark.parametrize("started", ["", "yesterday", "2026-11-23T17:34:00", "2126-11-23T17:34:00Z"])
def test_a_start_that_tells_nothing_or_lies_ahead_gives_no_age(started: str) -> None:
    of = msgspec.structs.replace(report(), started=started)
    assert history.age(of, dt.datetime(2026, 11, 23, 18, 34, tzinfo=dt.UTC).timestamp()) is None


def test_forgetting_removes_the_report_its_page_and_what_killed_runs_left(tmp_path: Path) -> None:
    assert history.keep(tmp_path, report())
    for name in (history.PAGE, ".last-report-x1y2"):
        (tmp_path / name).write_text("x")
    (tmp_path / "other").write_text("x")

    assert history.forget(tmp_path)
    assert names(tmp_path) == {"other"}
    assert history.last(tmp_path) is None
    assert not history.forget(tmp_path)


def test_where_nothing_was_ever_kept_there_is_nothing_to_forget(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert not any(map(history.forget, (None, tmp_path / "none", tmp_path / "file", tmp_path)))
