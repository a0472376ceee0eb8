"""README is true: its commands run, its tables agree with the code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from portalcheck.cli.exit_codes import BUG, FINDING, INTERRUPTED, OK, UNKNOWN, USAGE
from portalcheck.cli.group import COMMANDS, group
from portalcheck.model import Report
from portalcheck.report import history
from portalcheck.report import history as memory
from portalcheck.settings.model import NetworkTable
from tests.cli.conftest import Ran

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
CI = (ROOT / ".ci" / "run").read_text("utf-8")
STANDINS = {
    "URL": "https://optvm.com/",
    "FILE": "report.txt",
    "FOLDER": "reports",
    "TOPIC": "clock",
    "SHELL": "bash",
    "NAME": "portal-error",
}
"""What the table's capital words stand for here; the address is one that is never contacted."""


def section(title: str) -> str:
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def commands() -> list[str]:
    return [row[0].strip("`") for row in rows(section("Use it"))]


INSTALLS = re.findall(r"```\n([^\n]*(?:install \.) [^\n]*)\n```", README)
"""The lines that install it, one for each tool."""


def test_the_commands_are_those_that_ci_runs() -> None:
    (develop,) = re.findall(r"```\n([^\n]*install -e [^\n]*)\n```", README)

    assert [line.split()[0] for line in INSTALLS] == ["python3", "pipx", "uv"]
    for line in INSTALLS:
        assert line.endswith("portalcheck demo")
    assert INSTALLS[0] in CI
    install, run = develop.split(" && ")[-2:]
    assert f"{install.replace('install', 'install -q')} && {run}" in CI


def test_no_line_installs_into_the_systems_own_python() -> None:
    """Which pip refuses on systems that manage it (PEP 668)."""
    for line in re.findall(r"`([^`\n]*\bpip3? install[^`\n]*)`", README) + INSTALLS:
        assert "venv" in line or line.startswith(("pipx", "uv")) or "portalcheck" in line.split()[-1]


def test_the_sample_of_a_report_is_what_the_program_says(call: Callable[..., Ran]) -> None:
    (sample,) = re.findall(r"demo --fault proxy-auth`\):\n\n```\n(.*?)\n```", README, re.DOTALL)
    out = call("demo", "--fault", "proxy-auth", "--lang", "en")[1]

    for paragraph in sample.split("\n\n"):
        assert paragraph in out
    assert README.index(sample) < README.index("## Install it")


def questions() -> list[str]:
    return [
        row[1].strip("`") for row in rows(README.split("### Many reports")[1].split("For other questions")[0])
    ]


@pytest.mark.parametrize("command", questions())
def test_every_question_to_many_reports_is_answered(
    call: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "reports").mkdir()
    call("demo", "--fault", "proxy-auth", "-o", str(tmp_path / "reports" / "one.json"))
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*shlex.split(command)[1:])

    assert (code, err) == (0, "")
    assert len(out.splitlines()) > 3


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_table_runs(
    call: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    _, report, _ = call("demo", "--only", "system")
    (tmp_path / "report.txt").write_text(report, "utf-8")
    (tmp_path / "reports").mkdir()
    call("demo", "--only", "system", "-o", str(tmp_path / "reports" / "report.json"))
    monkeypatch.chdir(tmp_path)
    words = [STANDINS.get(word, word) for word in shlex.split(command)]
    assert words.pop(0) == "portalcheck"
    if not words:
        # The bare command contacts the real portal; that it is the default one is told by its help.
        assert group.default_cmd_name == "run"
        return
    if words == ["last"]:
        kept = msgspec.json.decode((tmp_path / "reports" / "report.json").read_bytes(), type=Report)
        assert history.keep(history.folder(), kept)
    code, out, err = call(*words)

    assert "No such" not in err
    assert code in (0, 1)
    assert out


def test_every_command_but_the_default_one_is_in_the_table() -> None:
    named = {words[1] for words in map(str.split, commands()) if len(words) > 1}

    assert named - {"URL"} == set(COMMANDS) - {"run"}


@pytest.mark.not_on_windows("program", "a shell of POSIX")
def test_completion_and_manual_page_land_where_bash_and_man_look(tmp_path: Path) -> None:
    lines = re.findall(r"```\n(mkdir -p [^\n]*)\n```", README)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for line in lines:
        subprocess.run(
            ["bash", "-c", line], env={**os.environ, "HOME": str(tmp_path), "PATH": path}, check=True
        )

    share = tmp_path / ".local" / "share"
    assert (share / "man" / "man1" / "portalcheck.1").read_text("utf-8").startswith(".TH")
    assert "complete" in (share / "bash-completion" / "completions" / "portalcheck").read_text("utf-8")


def test_the_command_that_builds_the_program_is_the_one_that_is_tested() -> None:
    command = re.findall(r"```\n(python3 -m portalcheck[^\n]*)\n```", README)
    tested = (ROOT / "tests" / "program" / "test_built.py").read_text("utf-8")

    assert command == ["python3 -m portalcheck.program"]
    assert '"-m", "portalcheck.program"' in tested


def test_the_exit_codes_are_those_of_the_code() -> None:
    found = [int(row[0]) for row in rows(section("For IT").split("Settings come from")[0])]

    assert found == [OK, FINDING, USAGE, UNKNOWN, BUG, INTERRUPTED]


def _hosts_of(urls: Iterable[str]) -> set[str]:
    return {urlsplit(url).hostname or url for url in urls}


def test_the_hosts_that_are_contacted_in_trouble_are_those_of_the_settings() -> None:
    network = NetworkTable()
    (told,) = (row[1] for row in rows(section("For IT")) if row[0] == "contacted, in trouble")

    assert set(re.findall(r"`([a-z0-9.:]+)`", told)) == _hosts_of(
        (*network.canaries, *network.captive, *network.resolvers)
    )


@pytest.mark.not_on_windows(
    "posix", "the folders of other systems, which platformdirs takes from its own there"
)
def test_what_an_uninstall_leaves_is_where_the_last_report_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    (told,) = (row[1] for row in rows(section("For IT")) if row[0] == "uninstall")
    monkeypatch.setenv("HOME", "/home/pat")
    monkeypatch.setenv("LOCALAPPDATA", r"C:\Users\pat\AppData\Local")
    named = {
        f"~{Path(place).as_posix().removeprefix('/home/pat')}"
        for place in (Unix("portalcheck").user_data_dir,)
    }
    named |= {
        f"~{MacOS('portalcheck').user_data_dir.removeprefix('/home/pat')}",
        r"%LOCALAPPDATA%\portalcheck",
    }

    assert named <= set(re.findall(r"`([^`]+)`", told))
    assert memory.folder() is not None


def test_the_settings_that_are_shown_are_right(call: Callable[..., Ran], tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "config.toml"
    path.write_text(example, "utf-8")
    code, out, _ = call("config", "show", "--config", str(path))

    assert code == 0
    assert '"optum.com", "mychart.my-clinic.example"' in out


def test_the_performance_table_has_a_row_for_every_benchmark() -> None:
    source = (ROOT / "tests" / "benchmarks" / "__main__.py").read_text("utf-8")
    measured = rows(section("Performance"))

    assert measured
    for what, figure, budget in measured:
        assert what in source
        assert figure
        assert f'"{budget}"' in source


def test_the_code_that_is_shown_is_a_right_one(call: Callable[..., Ran]) -> None:
    (code_shown,) = set(re.findall(r"portalcheck\s+read ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2})", README))
    code, out, _ = call("read", code_shown)

    assert code == 0
    assert code_shown in out
