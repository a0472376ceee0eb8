"""Shells complete commands, options and values: bash and zsh on a terminal with the Tab key, fish by its own command.

PowerShell is not to be had here: what its script asks the program is asked, and the answer read as the script does.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portalcheck.cli.commands.completion import SHELLS
from tests.cli.conftest import Ran

if sys.platform != "win32":
    import pty

pytestmark = pytest.mark.not_on_windows("posix", "pseudo-terminals")

BIN = Path(sys.executable).parent
ROWS = [
    ("portalcheck dem", "portalcheck demo"),
    ("portalcheck --inc", "portalcheck --include-local"),
    ("portalcheck -f prom", "portalcheck -f prometheus"),
    ("portalcheck run --fail-on nev", "portalcheck run --fail-on never"),
    ("portalcheck --only dns,clo", "portalcheck --only dns,clock"),
    ("portalcheck -p opt", "portalcheck -p optum"),
    ("portalcheck demo --fault captive-portal-b", "portalcheck demo --fault captive-portal-b"),
    ("portalcheck explain cert-exp", "portalcheck explain cert-expired"),
    ("portalcheck config pa", "portalcheck config path"),
    ("portalcheck schema conf", "portalcheck schema config"),
    ("portalcheck completion fi", "portalcheck completion fish"),
    ("portalcheck read repo", "portalcheck read report.txt"),
]
"""What is typed before Tab, and what then stands there; each has one continuation at most."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "report.txt").write_text("x", "utf-8")
    return tmp_path


def surroundings() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "TERM": "dumb",
        "COLUMNS": "200",
        "PS1": "$ ",
    }


def script(shell: str, folder: Path) -> Path:
    done = subprocess.run(
        [BIN / "portalcheck", "completion", shell], capture_output=True, text=True, check=True, timeout=30
    )
    path = folder / f"completion.{shell}"
    path.write_text(done.stdout, "utf-8")
    return path


class Terminal:
    """A shell on a pseudo-terminal."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def wait_for(self, text: str) -> str:
        """All that was seen until this text came; what was seen in 20 seconds if it did not."""
        seen, end = "", time.monotonic() + 20
        while text not in seen and time.monotonic() < end:
            if select.select([self._descriptor], [], [], 0.1)[0]:
                seen += os.read(self._descriptor, 65536).decode("utf-8", "replace")
        return seen


@contextmanager
def terminal(folder: Path, *shell: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        shell,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=surroundings(),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def on_tab(term: Terminal, typed: str, expected: str) -> None:
    """Typing and Tab make the line that is expected; it is not run, but cleared."""
    term.type(typed + "\t")
    rest = expected.removeprefix(typed)
    assert typed + rest in term.wait_for(typed + rest).replace("\x07", "")
    term.type("\x15")  # Ctrl-U


@pytest.mark.slow
@pytest.mark.needs_program("bash")
def test_bash_completes_with_tab(place: Path) -> None:
    with terminal(place, "bash", "--norc", "--noprofile", "-i") as term:
        term.type(f"source {script('bash', place)}; echo re''ady\n")
        term.wait_for("ready")
        for typed, expected in ROWS:
            on_tab(term, typed, expected)


@pytest.mark.slow
@pytest.mark.needs_program("zsh")
@pytest.mark.parametrize("how", ["sourced", "autoloaded"])
def test_zsh_completes_with_tab(place: Path, how: str) -> None:
    path = script("zsh", place)
    start = f"autoload -U compinit; compinit -u -d {place}/dump"
    if how == "sourced":
        start += f"; source {path}"
    else:
        (place / "functions").mkdir()
        path.rename(place / "functions" / "_portalcheck")
        start = f"fpath=({place}/functions $fpath); {start}"
    with terminal(place, "zsh", "-f", "-i") as term:
        term.type(f"{start}; bindkey -e; setopt no_beep; echo re''ady\n")
        term.wait_for("ready")
        for typed, expected in ROWS:
            on_tab(term, typed, expected)


@pytest.mark.slow
@pytest.mark.needs_program("fish")
@pytest.mark.parametrize(("typed", "expected"), ROWS)
def test_fish_completes(place: Path, typed: str, expected: str) -> None:
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script('fish', place)}; complete -C '{typed}'"],
        capture_output=True,
        text=True,
        cwd=place,
        env=surroundings(),
        timeout=60,
    )

    found = [line.split("\t")[0] for line in done.stdout.splitlines()]
    word = expected.split()[-1]
    assert (found == [word]) if typed != expected else (found == [])


@pytest.mark.slow
@pytest.mark.needs_program("fish")
def test_fish_shows_the_words_of_a_value(place: Path) -> None:
    done = subprocess.run(
        [
            "fish",
            "--no-config",
            "-c",
            f"source {script('fish', place)}; complete -C 'portalcheck --lang es --only clo'",
        ],
        capture_output=True,
        text=True,
        env=surroundings(),
        timeout=60,
    )

    assert done.stdout.strip() == "clock\tReloj"


def as_powershell(
    program: Callable[..., subprocess.CompletedProcess[str]], typed: str
) -> list[tuple[str, str, str]]:
    """What the script for PowerShell makes of the answer: type, value and words of each completion."""
    words = typed.split(" ")
    env = {
        "_PORTALCHECK_COMPLETE": "powershell_complete",
        "COMP_WORDS": typed.rstrip(),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = program(env=env)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.rstrip("\n").splitlines()
    return list(zip(lines[0::3], lines[1::3], lines[2::3], strict=True))


@pytest.mark.parametrize(("typed", "expected"), ROWS)
def test_powershell_is_offered_the_same(
    program: Callable[..., subprocess.CompletedProcess[str]], typed: str, expected: str
) -> None:
    found = as_powershell(program, typed)

    if expected.endswith("report.txt"):
        assert found == [("file", "repo", "_")]  # PowerShell finds files itself
    else:
        word = expected.split()[-1]
        assert [value for _, value, _ in found] == ([word] if typed != expected else [])


def test_the_script_for_powershell_asks_the_program_in_the_way_that_is_tested_here(
    call: Callable[..., Ran],
) -> None:
    _, source, _ = call("completion", "powershell")

    assert "Register-ArgumentCompleter -Native -CommandName portalcheck" in source
    assert "$env:_PORTALCHECK_COMPLETE = 'powershell_complete'" in source
    assert "$env:COMP_WORDS" in source
    assert "$env:COMP_CWORD" in source


def test_after_the_name_all_commands_are_offered(
    program: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    from portalcheck.cli.group import COMMANDS

    assert [value for _, value, _ in as_powershell(program, "portalcheck ")] == list(COMMANDS)


def test_an_id_that_stands_in_the_list_is_not_offered_again(
    program: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    values = [value for _, value, _ in as_powershell(program, "portalcheck --skip dns,tls,d")]

    assert values == ["dns,tls,domain"]


def test_broken_settings_offer_nothing_and_say_nothing(
    program: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "bad.toml").write_text("colour = 1\n", "utf-8")

    assert as_powershell(program, "portalcheck --config bad.toml -p ") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script_that_names_the_program(call: Callable[..., Ran], shell: str) -> None:
    code, out, _ = call("completion", shell)

    assert code == 0
    assert "_PORTALCHECK_COMPLETE" in out


def test_another_shell_is_wrong_usage(call: Callable[..., Ran]) -> None:
    assert call("completion", "tcsh")[0] == 2
