"""The built program, where there is no Python: it is built here as README says, and run as a stranger would.

Its surroundings are another user's: no PATH, no home that can be written, a folder that can only be read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from portalcheck import __version__
from portalcheck.demo import FAULTS
from portalcheck.program.building import LOCK

if sys.platform == "win32":
    pytest.skip("drives the program by users and streams of POSIX", allow_module_level=True)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
BARE = {"HOME": "/nonexistent", "PATH": "/nonexistent", "LANG": "en_US.UTF-8"}
RUNS_DIFFER = {"run_id", "started", "start_ms", "duration_ms", "ms", "seal"}


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The archive's content, unpacked where every user may read it and nobody may write."""
    with tempfile.TemporaryDirectory(prefix="portalcheck-built-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "portalcheck.program", "--to", str(folder / "dist")]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        archive = Path(done.stdout.splitlines()[1])
        with tarfile.open(archive) as file:
            file.extractall(folder / "there", filter="tar")
        folder.chmod(0o755)
        for each in [folder / "there", *(folder / "there").rglob("*")]:
            if not each.is_symlink():
                each.chmod(each.stat().st_mode & 0o555 | 0o444)
        yield folder / "there" / "portalcheck"
        for each in (folder / "there").rglob("*"):
            if each.is_dir():
                each.chmod(0o755)


def as_nobody(command: list[str], env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in bare surroundings, as a user who owns nothing where that can be arranged."""
    user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        env={**BARE, **(env or {})},
        cwd="/",
        timeout=60,
        check=False,
        **user,
    )
    return done


def built(made: Path, *arguments: str) -> tuple[int, str, str]:
    done = as_nobody([str(made / "portalcheck"), *arguments])
    return done.returncode, done.stdout, done.stderr


def installed(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments],
        capture_output=True,
        encoding="utf-8",
        env=BARE,
        cwd="/",
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def steady(document: Any, key: str = "", *, expected: bool = False) -> Any:
    """A report without what differs from run to run; what is expected of a clock is near enough."""
    if isinstance(document, dict):
        return {k: steady(v, k, expected=expected) for k, v in document.items() if k not in RUNS_DIFFER}
    if isinstance(document, list):
        return [steady(item, expected=expected) for item in document]
    return pytest.approx(document, abs=3) if expected and key in ("skew_s", "seconds") else document


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("checks",),
        ("checks", "--lang", "es"),
        ("portals",),
        ("explain", "clock-wrong"),
        ("read", "7K4M-6TDS-Z6"),
        ("read", "7K4M-6TDS-Z7"),
        ("schema", "report"),
        ("config", "show"),
        ("man", "--lang", "es"),
        ("completion", "zsh"),
        ("demo", "--list"),
        ("--no-such-option",),
    ],
)
def test_it_says_what_the_installed_one_says(made: Path, arguments: tuple[str, ...]) -> None:
    said = built(made, *arguments)

    assert said == installed(*arguments)
    assert said[1] or said[2]


@pytest.mark.parametrize("fault", {row.cause: name for name, row in FAULTS.items()}.values())
def test_a_fault_for_each_cause_gives_the_report_of_the_installed_one(made: Path, fault: str) -> None:
    code, out, err = built(made, "demo", "--fault", fault, "-f", "json")
    expected = installed("demo", "--fault", fault, "-f", "json")

    assert (code, err) == (expected[0], expected[2])
    assert steady(json.loads(out)) == steady(json.loads(expected[1]), expected=True)
    assert json.loads(out)["cause"] == FAULTS[fault].cause


@pytest.mark.parametrize("form", ["text", "html", "junit"])
def test_reports_for_people_and_tools_are_drawn(made: Path, form: str) -> None:
    code, out, err = built(made, "demo", "-f", form)

    assert (code, err) == (0, "")
    assert len(out) > 500


def test_it_tells_what_it_was_built_from(made: Path) -> None:
    _, out, _ = built(made, "--version", "-v")
    form = next(line for line in out.splitlines() if line.startswith("form: "))

    assert out.startswith(f"portalcheck {__version__}\n")
    assert form.startswith("form: program, of 2")
    locked = LOCK.read_text("utf-8")
    assert form.endswith(f"lock {hashlib.sha256(locked.encode()).hexdigest()[:12]}")
    for name in ("dnspython", "cryptography"):
        (release,) = re.findall(rf"^{name}==([^ ;]+)", locked, re.MULTILINE)
        assert f"{name} {release}" in out


def test_nothing_of_its_surroundings_is_python(made: Path) -> None:
    """Without its own libraries it cannot start: it uses no other Python of this computer."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        alone = Path(shutil.copy(made / "portalcheck", name))
        assert as_nobody([str(alone), "--version"]).returncode not in (0, 1, 2, 3, 4)


def test_licences_manual_and_completions_stand_beside_it(made: Path) -> None:
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if "_internal" not in path.parts}

    assert names >= {
        "LICENSE",
        "THIRD-PARTY-LICENCES.txt",
        "portalcheck.1",
        "completions/portalcheck.bash",
        "completions/_portalcheck",
        "completions/portalcheck.fish",
        "completions/portalcheck.ps1",
    }
    third = (made / "THIRD-PARTY-LICENCES.txt").read_text("utf-8")
    assert "cryptography" in third
    assert "Mozilla Public License" in third
    assert (made / "portalcheck.1").read_text("utf-8") == installed("man", "--lang", "en")[1]
    assert not list(made.rglob("libreadline*"))


# ---- a double click ------------------------------------------------------------------------------

NO_NETWORK = ["unshare", "--net"]
SHOWN = "shown.html"


def has_namespaces() -> bool:
    try:
        return subprocess.run([*NO_NETWORK, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_namespaces = pytest.mark.skipif(
    not has_namespaces(), reason="needs root and unshare: the bare command would contact the real portal"
)


@pytest.fixture
def desktop(tmp_path: Path) -> dict[str, str]:
    """A home, a display, and a browser that keeps the page and the variables that it is given."""
    browser = tmp_path / "browser"
    browser.write_text(
        f'#!/bin/sh\n/usr/bin/env > {tmp_path}/variables\n/bin/cp "${{1#file://}}" {tmp_path}/{SHOWN}\n',
        "utf-8",
    )
    browser.chmod(0o755)
    return {**os.environ, "HOME": str(tmp_path), "DISPLAY": ":0", "BROWSER": f"{browser} %s"}


WITHOUT_PAGE = {"PORTALCHECK_GUIDE_ENABLED": "false"}


def start(made: Path, desktop: Mapping[str, str], *arguments: str, **streams: Any) -> int:
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    command = [*NO_NETWORK, str(made / "portalcheck"), *arguments]
    process = subprocess.Popen(command, env=desktop, cwd="/", **{**nowhere, **streams})
    process.communicate(timeout=60)
    return process.returncode


@needs_namespaces
def test_a_double_click_opens_the_page(made: Path, desktop: dict[str, str], tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(
        "#!/bin/sh\n"
        f'address=$(sed -n \'s/.*url=\\(http[^"]*\\)".*/\\1/p\' "${{1#file://}}")\n'
        f'curl -s -L -c {tmp_path}/jar -b {tmp_path}/jar -o {tmp_path}/part "$address"\n'
        f"mv {tmp_path}/part {tmp_path}/{SHOWN}\n",
        "utf-8",
    )
    script = 'ip link set lo up && exec "$@"'
    command = [*NO_NETWORK, "sh", "-c", script, "sh", str(made / "portalcheck")]
    nowhere: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with subprocess.Popen(command, env=desktop, cwd="/", **nowhere) as process:
        until = time.monotonic() + 60
        while not (tmp_path / SHOWN).exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        process.terminate()
    page = (tmp_path / SHOWN).read_text("utf-8")

    assert "<title>" in page
    assert "page.js" in page
    assert page.rstrip().endswith("</html>")


@needs_namespaces
def test_a_double_click_shows_the_report_where_the_page_is_forbidden(
    made: Path, desktop: dict[str, str], tmp_path: Path
) -> None:
    assert start(made, {**desktop, **WITHOUT_PAGE}) == 1
    page = (tmp_path / SHOWN).read_text("utf-8")
    assert "This computer is not on any network." in page
    assert page.rstrip().endswith("</html>")


@needs_namespaces
@pytest.mark.parametrize("before", [None, "/opt/mine"])
def test_the_browser_finds_its_own_libraries(
    made: Path, desktop: dict[str, str], tmp_path: Path, before: str | None
) -> None:
    desktop.pop("LD_LIBRARY_PATH", None)
    start(made, {**desktop, **WITHOUT_PAGE, **({"LD_LIBRARY_PATH": before} if before else {})})
    variables = (tmp_path / "variables").read_text("utf-8")

    assert "_internal" not in variables
    assert [line for line in variables.splitlines() if line.startswith("LD_LIBRARY_PATH")] == (
        [f"LD_LIBRARY_PATH={before}"] if before else []
    )


@needs_namespaces
@pytest.mark.parametrize(
    ("arguments", "streams", "variables"),
    [
        ((), {"stdout": subprocess.PIPE}, {}),
        ((), {"stdin": subprocess.PIPE}, {}),
        (("run",), {}, {}),
        (("-f", "json"), {}, {}),
        ((), {}, {"DISPLAY": ""}),
        ((), {}, {"PORTALCHECK_NO_INPUT": "1"}),
        ((), {}, {"PORTALCHECK_FORMAT": "intune"}),
    ],
)
def test_a_script_gets_no_browser(
    made: Path,
    desktop: dict[str, str],
    tmp_path: Path,
    arguments: tuple[str, ...],
    streams: dict[str, int],
    variables: dict[str, str],
) -> None:
    assert start(made, {**desktop, **variables}, *arguments, **streams) == 1
    assert not (tmp_path / SHOWN).exists()
