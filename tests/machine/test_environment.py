from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from portalcheck.machine import commands
from portalcheck.machine.environment import Environment, Registry, os_name
from portalcheck.machine.files import open_regular, read_bounded
from portalcheck.machine.local import this_environment
from portalcheck.machine.registry import as_value
from tests.machine.recorded import computer

posix = pytest.mark.not_on_windows("posix", "programs of Unix")


def test_every_unix_but_macos_is_read_as_linux() -> None:
    assert [os_name(name) for name in ("linux", "darwin", "win32", "freebsd14")] == [
        "linux",
        "macos",
        "windows",
        "linux",
    ]


def test_paths_of_another_system_lie_below_the_recorded_root(tmp_path: Path) -> None:
    assert computer("windows", tmp_path).at(r"C:\Windows\hosts") == tmp_path / "Windows" / "hosts"
    assert computer("linux", tmp_path).at("/etc/hosts") == tmp_path / "etc" / "hosts"


def test_a_recorded_path_does_not_climb_out_of_its_root(tmp_path: Path) -> None:
    assert computer("linux", tmp_path).at("/../../etc/hosts") == tmp_path / "etc" / "hosts"


@posix
def test_the_real_root_leaves_paths_as_they_are() -> None:
    assert Environment(os="linux", home=None, environ={}).at("/etc/hosts") == Path("/etc/hosts")


def test_variables_have_case_except_on_windows(tmp_path: Path) -> None:
    environ = {"AppData": r"C:\Users\x\AppData", "Relative": "x"}
    windows, linux = (
        computer("windows", tmp_path, environ=environ),
        computer("linux", tmp_path, environ=environ),
    )
    assert windows.variable("APPDATA") == r"C:\Users\x\AppData"
    assert linux.variable("APPDATA") == ""
    assert windows.folder("APPDATA") == tmp_path / "Users" / "x" / "AppData"
    assert windows.folder("Relative") is None


def test_this_environment_describes_the_user_who_runs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    environment = this_environment()
    assert environment.home == tmp_path
    assert environment.os == os_name()
    assert environment.links()


@pytest.mark.not_on_windows("wine", "the names of processes, which it does not tell")
def test_this_environment_names_the_programs_that_run() -> None:
    assert this_environment().processes()


def test_a_system_without_registry_has_empty_answers() -> None:
    registry = Registry()
    assert registry.value("HKCU", "Software", "x") is None
    assert not registry.values("HKCU", "Software")
    assert not registry.subkeys("HKCU", "Software")


def test_registry_values_take_the_promised_form() -> None:
    assert as_value(["a", "b"]) == ("a", "b")
    assert as_value(None) is None
    assert [as_value(raw) for raw in ("text", 7, b"\x00")] == ["text", 7, b"\x00"]


# ---- commands ----------------------------------------------------------------------------------


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the system's own programs."""
    monkeypatch.setattr(commands, "_FOLDERS", (str(tmp_path),))
    return tmp_path


def script(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.write_text(f"#!{sys.executable}\n{text}")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@posix
def test_a_program_says_its_output(programs: Path) -> None:
    script(programs, "hello", "import sys; print(sys.argv[1:], sys.stdin.read())")
    assert commands.run(["hello", "a b; echo $HOME"], 10) == "['a b; echo $HOME'] \n"


@posix
@pytest.mark.parametrize(
    "text", ["raise SystemExit(3)", "import sys; sys.stdout.buffer.write(b'x' * 5_000_000)"]
)
def test_a_program_that_fails_or_says_too_much_gives_nothing(programs: Path, text: str) -> None:
    script(programs, "bad", text)
    assert commands.run(["bad"], 10) is None


@posix
def test_bytes_that_are_no_text_do_no_harm(programs: Path) -> None:
    script(programs, "bytes", r"import sys; sys.stdout.buffer.write(b'\xff\xfe ok')")
    assert commands.run(["bytes"], 10) == "\ufffd\ufffd ok"


@posix
def test_a_program_that_hangs_is_ended_in_time_with_its_children(programs: Path, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    script(
        programs,
        "hang",
        f"import subprocess, time\nchild = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\ntime.sleep(60)",
    )
    start = time.monotonic()
    assert commands.run(["hang"], 1.0) is None
    assert time.monotonic() - start < 2.0
    assert _ends(int(mark.read_text()))


def _ends(pid: int) -> bool:
    for _ in range(100):
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
        if not state.strip() or state.startswith("Z"):
            return True
        time.sleep(0.02)
    return False


@posix
def test_a_child_that_keeps_the_output_open_does_not_hold_up_the_answer_for_long(programs: Path) -> None:
    script(programs, "fork", "import os, time\nif os.fork() == 0:\n    time.sleep(60)")
    start = time.monotonic()
    commands.run(["fork"], 0.5)
    assert time.monotonic() - start < 1.5


@posix
def test_programs_are_not_looked_for_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path, "portalcheck-planted", "print('no')")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert commands.run(["portalcheck-planted"], 10) is None
    assert commands.run([str(tmp_path / "portalcheck-planted")], 10) is None
    assert commands.run([], 10) is None


@posix
def test_a_file_that_cannot_be_run_gives_nothing(programs: Path) -> None:
    (programs / "data").write_bytes(b"\x00\x01")
    (programs / "data").chmod(0o755)
    assert commands.run(["data"], 10) is None
    script(programs, "fine", "")
    assert commands.run(["fine", "nul\x00"], 10) is None


# ---- files -------------------------------------------------------------------------------------


def test_files_are_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    assert read_bounded(tmp_path / "a", 4) == b"0123"


def test_what_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    assert read_bounded(tmp_path, 4) is None
    assert read_bounded(tmp_path / "missing", 4) is None
    assert read_bounded(tmp_path / "nul\x00", 4) is None
    assert open_regular(Path(os.devnull)) is None


@posix
def test_a_pipe_without_a_writer_does_not_hold_up_the_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    answers: list[bytes | None] = []
    reader = threading.Thread(target=lambda: answers.append(read_bounded(tmp_path / "pipe", 4)), daemon=True)
    reader.start()
    reader.join(5)
    assert answers == [None]
