"""Several outputs in one run, the log of runs, the random wait, and profiles that IT drops somewhere."""

from __future__ import annotations

import json
import random
import re
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran
from tests.settings.settings_world import unprivileged

Program = Callable[..., "subprocess.CompletedProcess[str]"]
Call = Callable[..., Ran]
DEMO = ("demo", "--only", "system")


# ---- outputs -----------------------------------------------------------------------------------


def test_one_run_fills_every_output_in_its_own_form(call: Call, tmp_path: Path) -> None:
    where = {suffix: tmp_path / f"report.{suffix}" for suffix in ("json", "html", "xml", "prom", "txt")}
    named = tmp_path / "status"
    outputs = [word for path in where.values() for word in ("-o", str(path))]
    code, out, _ = call(
        *DEMO, *outputs, "-o", f"nagios:{named}", "-o", "-", "--jsonl", str(tmp_path / "l.jsonl")
    )

    assert code == 0
    assert out == where["txt"].read_text("utf-8")
    assert where["html"].read_text("utf-8").startswith("<!")
    assert "<testsuites" in where["xml"].read_text("utf-8")
    assert "# HELP" in where["prom"].read_text("utf-8")
    assert named.read_text("utf-8").startswith("PORTAL OK")
    run_ids = {
        json.loads(path.read_text("utf-8"))["run_id"] for path in (where["json"], tmp_path / "l.jsonl")
    }
    assert len(run_ids) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["-o", "nagios:-", "-o", "json:copy"], 2),
        (["-f", "nagios", "-o", "-", "-o", "json:copy"], 2),
        (["-o", "json:copy", "-o", "intune:-"], 1),
        (["-o", "jamf:copy"], 0),
        (["-o", "json:copy"], 1),
        (["-o", "text:copy", "-o", "jamf:other"], 1),
    ],
)
def test_the_exit_code_is_that_of_the_form_on_stdout_else_of_the_first_file(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)

    assert call("demo", "--fault", "portal-error", *arguments)[0] == code


@pytest.mark.parametrize(("output", "code"), [("nagios:-", 3), ("intune:-", 1), ("jamf:-", 0), ("json:-", 2)])
def test_a_usage_error_has_the_exit_code_of_the_output(call: Call, output: str, code: int) -> None:
    ended, out, err = call("demo", "-o", output, "--nope")

    assert ended == code
    assert bool(out) != bool(err)


def test_outputs_can_come_from_a_variable(program: Program, tmp_path: Path) -> None:
    done = program(*DEMO, env={"PORTALCHECK_OUTPUT": "nagios:-;json:a.data;b.html"})

    assert done.stdout.startswith("PORTAL OK")
    assert json.loads((tmp_path / "a.data").read_text("utf-8"))["cause"] == "none"
    assert (tmp_path / "b.html").exists()


def test_a_symptom_of_several_words_can_come_from_a_variable(program: Program) -> None:
    done = program(*DEMO, "-f", "json", env={"PORTALCHECK_SYMPTOM": "my account is locked; error-3"})

    assert json.loads(done.stdout)["symptoms"] == ["error-2", "error-3"]


@pytest.mark.parametrize(
    "arguments",
    [["-o", "a.json", "-o", "./a.json"], ["-o", "-", "-o", "json:-"], ["-o", "a", "--jsonl", "a"]],
)
def test_one_place_for_two_outputs_is_wrong_usage(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*DEMO, *arguments)

    assert (code, out) == (2, "")
    assert "more than once" in err
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_fails_is_named_and_keeps_no_other_from_being_written(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    good, lines = tmp_path / "good.json", tmp_path / "lines.jsonl"
    bad = [tmp_path / "no" / "such" / "where.json", tmp_path / "folder"]
    outputs = [word for path in (bad[0], good, bad[1]) for word in ("-o", f"json:{path}")]
    code, out, err = call(*DEMO, *outputs, "--jsonl", str(lines))

    with pytest.raises(FileNotFoundError) as refused:  # each system has words of its own
        bad[0].parent.mkdir()
    assert (code, out) == (2, "")
    assert f"{bad[0]} ({refused.value.strerror}), {bad[1]} (Is a directory) cannot be written" in err
    assert json.loads(good.read_text("utf-8"))["outcome"] == "ok"
    assert lines.read_text("utf-8").count("\n") == 1


@pytest.mark.not_on_windows("posix", "modes of files")
def test_what_may_not_be_written_stays_as_it_was(call: Call) -> None:
    # What is loaded late may lie where nobody else may read, what prints a refusal as well as what runs.
    assert call(*DEMO)[0] == 0
    assert call(*DEMO, "-o", "no/such/folder/old.json")[0] == 2
    with tempfile.TemporaryDirectory() as folder:
        shut, old = Path(folder), Path(folder) / "old.json"
        old.write_text("old")
        shut.chmod(0o555)
        with unprivileged():
            code, out, err = call(*DEMO, "-o", str(old))
        assert (code, out) == (2, "")
        assert (
            err
            == f"portalcheck: {old} (Permission denied) cannot be written. What was there is still there.\n"
        )
        assert old.read_text() == "old"


# ---- the log -----------------------------------------------------------------------------------

LINE = re.compile(
    r"time=\S+Z version=\S+ portal=practice outcome=\w+ cause=[\w-]+ also=\S* exit=\d+ complete=\w+ ms=\d+"
    r" code=\S+ run=\w+\n"
)


def test_each_run_adds_a_line_of_codes_to_a_log_that_only_its_user_may_read(
    call: Call, tmp_path: Path
) -> None:
    log = tmp_path / "runs.log"
    call(*DEMO, "--log-file", str(log))
    call("demo", "--fault", "portal-error", "-f", "intune", "--log-file", str(log))
    first, second = log.read_text("utf-8").splitlines(keepends=True)

    assert LINE.fullmatch(first)
    assert LINE.fullmatch(second)
    assert "outcome=fail cause=portal-error" in second
    assert " exit=1 " in second
    assert stat.S_IMODE(log.stat().st_mode) == 0o600 or sys.platform == "win32"


def test_a_log_never_grows_beyond_its_limit_and_the_last_one_is_kept(call: Call, tmp_path: Path) -> None:
    log, old = tmp_path / "runs.log", tmp_path / "runs.log.1"
    settings = tmp_path / "config.toml"
    settings.write_text('[run]\nlog_file = "runs.log"\nlog_max_bytes = 4096\n')
    sizes = []
    for _ in range(45):
        assert call(*DEMO, "--config", str(settings))[0] == 0
        sizes.append(log.stat().st_size)

    assert max(sizes) <= 4096
    assert old.stat().st_size <= 4096
    assert LINE.fullmatch(old.read_text("utf-8").splitlines(keepends=True)[0])
    assert {path.name for path in tmp_path.iterdir()} == {"runs.log", "runs.log.1", "config.toml"}
    assert stat.S_IMODE(old.stat().st_mode) == 0o600 or sys.platform == "win32"


@pytest.mark.parametrize(
    "log",
    [
        "no/where/runs.log",
        ".",
        pytest.param("/dev/full", marks=pytest.mark.not_on_windows("linux", "/dev/full")),
    ],
)
def test_a_log_that_cannot_be_written_is_told_and_changes_nothing_else(program: Program, log: str) -> None:
    done = program(*DEMO, "-f", "json", "--log-file", log)

    assert done.returncode == 0
    assert json.loads(done.stdout)["cause"] == "none"
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_locked_log_cannot_be_led_elsewhere(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portalcheck.settings import SettingsWarning, load

    system = tmp_path / "etc" / "config.toml"
    system.parent.mkdir()
    system.write_text('locked = ["run.log_file"]\n[run]\nlog_file = "runs.log"\n')
    joined = load({"log_file": "mine.log"}, {}, system_file=system, user_file=None)

    assert joined.log_file() == system.parent / "runs.log"
    assert [warning.keys for warning in joined.warnings if isinstance(warning, SettingsWarning)] == [
        ("run.log_file",)
    ]


@pytest.mark.parametrize("size", ["0", "4095", "1e10", "many", str(1024**4)])
def test_a_limit_of_the_log_that_makes_no_sense_is_refused(program: Program, size: str) -> None:
    done = program(*DEMO, env={"PORTALCHECK_LOG_MAX_BYTES": size})

    assert done.returncode == 2
    assert "PORTALCHECK_LOG_MAX_BYTES" in done.stderr
    assert "a whole number of bytes" in done.stderr


# ---- the random wait ---------------------------------------------------------------------------


def test_a_scheduled_run_waits_for_a_random_part_of_the_jitter(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    for _ in range(5):
        assert call(*DEMO, "-f", "nagios", "--jitter", "3600")[0] == 0
    long = [wait for wait in waits if wait > 1]

    assert len(set(long)) == len(long) >= 4
    assert max(long) <= 3600


def test_without_jitter_nothing_is_drawn(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "SystemRandom", lambda: pytest.fail("a wait was drawn"))

    assert call(*DEMO)[0] == 0


def test_the_time_limit_begins_after_the_wait(program: Program) -> None:
    done = program("demo", "-f", "json", env={"PORTALCHECK_JITTER": "2"})

    assert json.loads(done.stdout)["complete"] is True
    assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("late", [0, 6])
def test_the_time_limit_begins_when_the_arguments_are_read(tmp_path: Path, late: int) -> None:
    """Not when the program did: a cold disk or a scanner on access may take longer than a whole run."""
    code = "import sys, time; time.sleep(float(sys.argv.pop(1))); from portalcheck.__main__ import start; start()"
    words = ["demo", "--fault", "dns-down", "--timeout", "5", "-f", "json"]
    done = subprocess.run(
        [sys.executable, "-c", code, str(late), *words], capture_output=True, cwd=tmp_path, check=False
    )
    report = json.loads(done.stdout)

    assert (done.returncode, report["cause"], report["complete"]) == (1, "dns-down", True)


@pytest.mark.parametrize("jitter", ["-1", "nan", "inf", "86401", "soon"])
def test_a_jitter_that_makes_no_sense_is_refused(call: Call, jitter: str) -> None:
    code, out, err = call(*DEMO, "--jitter", jitter)

    assert (code, out) == (2, "")
    assert "--jitter" in err


@pytest.mark.not_on_windows("posix", "pseudo-terminals")
def test_a_person_at_a_terminal_does_not_wait(tmp_path: Path) -> None:
    from tests.cli.test_terminal import on_terminal

    since = time.monotonic()
    seen = on_terminal(*DEMO, "--jitter", "86400", typed="\n", cwd=tmp_path)

    assert "Nothing that was checked" in seen or "Nothing found" in seen
    assert time.monotonic() - since < 25


# ---- profiles ----------------------------------------------------------------------------------

BUNDLE = """
[portals.north]
name = "North Clinic"
url = "https://portal.north.example/"
[portals.south]
name = "South Clinic"
url = "https://portal.south.example/"
"""


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    folder = tmp_path / "dropped"
    folder.mkdir()
    (folder / "clinics.toml").write_text(BUNDLE)
    (folder / "east.toml").write_text('name = "East Clinic"\nurl = "https://portal.east.example/"\n')
    return folder


def test_profiles_of_a_file_or_folder_are_known_and_their_place_is_told(call: Call, dropped: Path) -> None:
    _, of_folder, _ = call("portals", "--profiles", str(dropped))
    _, of_file, _ = call("portals", "--profiles", str(dropped / "clinics.toml"))

    assert [line for line in of_folder.splitlines() if "Clinic" in line] == [
        "east: East Clinic",
        "north: North Clinic",
        "south: South Clinic",
    ]
    assert f"From: user file {dropped / 'east.toml'}" in of_folder
    assert of_file.count("Clinic") == 2
    _, shown, _ = call("config", "show", "--profiles", str(dropped))
    assert f'portals.north.name = "North Clinic"  # user file {dropped / "clinics.toml"}' in shown
    _, places, _ = call("config", "path", "--profiles", str(dropped))
    assert f"user file profiles: {dropped}\n" in places


def test_a_run_uses_a_profile_that_was_dropped(call: Call, dropped: Path) -> None:
    code, out, _ = call(
        "--profiles",
        str(dropped),
        "-p",
        "south",
        "https://portal.s0uth.example/",
        "-f",
        "json",
        "--only",
        "domain",
    )
    report = json.loads(out)

    assert (code, report["portal"]["profile"], report["cause"]) == (1, "south", "lookalike")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.toml", None, "gone.toml: no such file; expected a profile in TOML"),
        ("bad.toml", "[portals.x]\nurl = 'ftp://x/'", "bad.toml: portals.x.url: does not begin with http://"),
        ("bad.toml", "uri = 'https://x.example/'", "bad.toml: uri: unknown key"),
        (
            "bad.toml",
            "[portals.x]\nname = 'X'\nurl = 'https://x.example/'\n[run]\n",
            "bad.toml: run: unknown key",
        ),
        ("bad.toml", "locked = ['portal']\n[portals.x]\n", "bad.toml: locked: unknown key"),
        ("b d.toml", "url = 'https://x.example/'", "expected a profile name"),
    ],
)
def test_profiles_that_cannot_be_used_are_told(
    call: Call, tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    code, out, err = call(*DEMO, "--profiles", str(tmp_path / name))

    assert (code, out) == (2, "")
    assert said in err


def test_a_lock_of_the_system_holds_against_dropped_profiles(dropped: Path, tmp_path: Path) -> None:
    from portalcheck.settings import SettingsWarning, load

    system = tmp_path / "etc" / "config.toml"
    (system.parent / "portals.d").mkdir(parents=True)
    (system.parent / "portals.d" / "all.toml").write_text(BUNDLE.replace("North Clinic", "The North Clinic"))
    system.write_text('locked = ["portals.north"]\n')
    joined = load({}, {}, system_file=system, user_file=None, given_profiles=dropped)

    assert joined.portal("north").name == "The North Clinic"
    assert joined.portal("south").name == "South Clinic"
    assert str(joined.origin("portals.south.name")) == f"user file {dropped / 'clinics.toml'}"
    (warning,) = joined.warnings
    assert isinstance(warning, SettingsWarning)
    assert warning.keys == ("portals.north.name", "portals.north.url")
