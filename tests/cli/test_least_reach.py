"""What a run touches: it writes where it may and nowhere else, starts no shell, and needs nobody's rights."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

LOOKALIKE = "https://optvm.com/"
"""Judged by its name and never contacted, so that a run on this real computer stays on it."""
SECRET = "planted-secret"
FORMATS = ("text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf")

_AUDIT = """
import os, sys, json
_out = os.open(os.environ["AUDIT_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_ALWAYS = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate",
           "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.putenv", "subprocess.Popen", "socket.connect",
           "socket.sendto", "socket.sendmsg", "socket.bind", "shutil.rmtree", "pty.spawn", "ctypes.dlopen"}

def _heard(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if not isinstance(path, (str, bytes)) or not flags & _WRITES or path in ("/dev/null", b"/dev/null"):
            return
    elif event not in _ALWAYS:
        return
    line = json.dumps([event, [repr(one) if isinstance(one, bytes) else str(one) for one in arguments]])
    os.write(_out, line.encode("utf-8", "replace") + b"\\n")

sys.addaudithook(_heard)
"""

Audited = Callable[..., tuple[subprocess.CompletedProcess[str], list[tuple[str, list[str]]]]]


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    """Run the program under an audit hook of the interpreter's own (PEP 578); what it did beside reading."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(_AUDIT, "utf-8")
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    (tmp_path / "temporary").mkdir()

    def run(*arguments: str) -> tuple[subprocess.CompletedProcess[str], list[tuple[str, list[str]]]]:
        path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, "-m", "portalcheck", *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            cwd=tmp_path / "work",
            env={
                **os.environ,
                "PYTHONPATH": path,
                "PYTHONDONTWRITEBYTECODE": "1",
                "AUDIT_FILE": str(tmp_path / "audit"),
                "HOME": str(tmp_path / "home"),
                "WIN_PD_OVERRIDE_LOCAL_APPDATA": str(tmp_path / "home" / ".local" / "share"),
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp_path / "temporary")),
                "XDG_CURRENT_DESKTOP": "GNOME",
            },
        )
        events = [json.loads(line) for line in (tmp_path / "audit").read_text("utf-8").splitlines()]
        return done, [(event, arguments) for event, arguments in events]

    return run


_WRITING = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod"}


def _written(events: list[tuple[str, list[str]]]) -> list[str]:
    """The paths that were written to; what is relative to a folder descriptor is within a folder that is removed."""
    paths = [argument for event, arguments in events if event in _WRITING for argument in arguments[:1]]
    return [path for path in paths if Path(path).is_absolute()]


def test_a_run_writes_to_the_data_folder_and_nowhere_else(audited: Audited, tmp_path: Path) -> None:
    done, events = audited(LOOKALIKE, "--no-input")
    data = tmp_path / "home" / ".local" / "share"
    assert done.returncode == 1
    assert (data / "portalcheck" / "last-report.json").is_file()
    outside = [
        path for path in _written(events) if not Path(path).is_relative_to(tmp_path / "home" / ".local")
    ]
    assert outside == []
    assert [*(tmp_path / "work").iterdir(), *(tmp_path / "temporary").iterdir()] == []


def test_a_run_contacts_nobody_where_an_imitation_is_judged(audited: Audited) -> None:
    _, events = audited(LOOKALIKE, "--no-input")
    reached = [row for row in events if row[0].startswith("socket.") and "AF_UNIX" not in str(row)]
    assert [row for row in reached if not _is_local(row[1])] == []


def _is_local(arguments: list[str]) -> bool:
    # The kernel is asked for a route by connecting a datagram socket, which sends nothing.
    return "type=2," in arguments[0] or "'127.0.0.1'" in str(arguments) or "/" in arguments[-1]


@pytest.mark.parametrize("form", ["json", "html"])
def test_an_output_is_the_only_file_beside(audited: Audited, tmp_path: Path, form: str) -> None:
    target = tmp_path / "work" / f"report.{form}"
    done, events = audited("demo", "-o", str(target), "--no-input")
    assert done.returncode == 0
    allowed = (tmp_path / "work", tmp_path / "temporary")
    assert [p for p in _written(events) if not any(Path(p).is_relative_to(one) for one in allowed)] == []
    assert [path.name for path in (tmp_path / "work").iterdir()] == [target.name]
    assert [*(tmp_path / "temporary").iterdir(), *(tmp_path / "home").iterdir()] == []


def test_no_program_is_started_by_a_shell(audited: Audited) -> None:
    _, events = audited(LOOKALIKE, "--no-input")
    started = [arguments for event, arguments in events if event in ("subprocess.Popen", "os.posix_spawn")]
    assert [event for event, _ in events if event in ("os.system", "os.exec", "pty.spawn")] == []
    assert [
        arguments for arguments in started if Path(arguments[0]).name in ("sh", "bash", "dash", "cmd.exe")
    ] == []
    if shutil.which("gsettings", path="/usr/bin:/bin"):
        assert any("gsettings" in arguments[0] for arguments in started)


# ---- rights ------------------------------------------------------------------------------------------


@pytest.mark.not_on_windows("posix", "modes of files")
@pytest.mark.parametrize("name", ["report.json", "report.html", "report.txt", "report.xml"])
def test_a_new_file_is_for_its_owner_only(tmp_path: Path, name: str) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "portalcheck",
            LOOKALIKE,
            "-o",
            str(tmp_path / name),
            "--jsonl",
            str(tmp_path / "all"),
        ],
        check=False,
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: os.umask(0),
    )
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "all").stat().st_mode) == 0o600


@pytest.mark.not_on_windows("posix", "modes of files")
def test_metrics_can_be_read_by_the_collector_as_far_as_the_umask_lets_it(tmp_path: Path) -> None:
    target = tmp_path / "portalcheck.prom"
    command = [sys.executable, "-m", "portalcheck", LOOKALIKE, "-o", str(target)]
    subprocess.run(command, check=False, capture_output=True, timeout=60, preexec_fn=lambda: os.umask(0o027))
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


_NOBODY = ["unshare", "--user", "--map-user=65534", "--map-group=65534", "--"]
_READ_ONLY = ["unshare", "--mount", "--", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh"]


def _works(*command: str) -> bool:
    try:
        return (
            subprocess.run([*command, "true"], capture_output=True, check=False, timeout=20).returncode == 0
        )
    except OSError:
        return False


@pytest.mark.not_on_windows("linux", "mounts and namespaces")
@pytest.mark.skipif(not _works(*_READ_ONLY, *_NOBODY), reason="needs root to mount, and user namespaces")
def test_nobody_can_run_it_without_a_home_where_nothing_can_be_written() -> None:
    done = subprocess.run(
        [*_READ_ONLY, *_NOBODY, sys.executable, "-m", "portalcheck", LOOKALIKE, "-f", "json", "--no-input"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
    )
    report = json.loads(done.stdout)
    assert (report["cause"], done.returncode, done.stderr) == ("lookalike", 1, "")
    assert not [f for check in report["checks"] for f in check["findings"] if f["reason"] == "run.crashed"]


def test_a_home_that_cannot_be_written_to_changes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("no folder", "ascii")
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", LOOKALIKE, "--no-input"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, "HOME": str(home)},
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "optvm.com" in done.stdout or "opt[v]m" in done.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_no_variable_is_told(form: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", LOOKALIKE, "-f", form, "-v", "--include-local", "--no-input"],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env={
            **os.environ,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "USER": SECRET,
            "http_proxy": f"http://u:{SECRET}@p:1/",
        },
    )
    assert done.stdout
    assert SECRET not in done.stdout + done.stderr
