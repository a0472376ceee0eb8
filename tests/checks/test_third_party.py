"""The check that checks/README.md walks through is built, installed beside portalcheck, and runs with its own words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "checks" / "README.md"
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
_SITE = next(path for path in sys.path if path.endswith("site-packages"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment with portalcheck as it is here, and the README's package installed."""
    folder = tmp_path_factory.mktemp("third-party")
    source = folder / "source"
    source.mkdir()
    for name, text in _FILE.findall(README.read_text("utf-8")):
        (source / name).write_text(text, "utf-8")
    home = folder / "venv"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    interpreter = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    found = subprocess.run(
        [interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    Path(found, "beside.pth").write_text(f"import site; site.addsitedir({_SITE!r})\n")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "--target",
            found,
            source,
        ],
        check=True,
        capture_output=True,
    )
    return interpreter


def run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "portalcheck", *arguments], capture_output=True, text=True, timeout=60
    )


def test_the_readme_holds_a_whole_package() -> None:
    names = [name for name, _ in _FILE.findall(README.read_text("utf-8"))]

    assert names == ["pyproject.toml", "portalcheck_disk.py"]


def test_the_check_is_listed_with_its_own_words(python: Path) -> None:
    done = run(python, "checks")

    assert "disk: Disk\n  Reads: How much room is left where your files are.\n" in done.stdout


def test_the_check_runs_beside_the_built_in_ones(python: Path) -> None:
    done = run(python, "demo", "-f", "json")
    report = json.loads(done.stdout)

    assert done.returncode == 0
    assert report["checks"][-1]["check"] == "disk"
    assert report["checks"][-1]["findings"][0]["reason"] in ("disk.room", "disk.full", "disk.unknown")
    assert len(report["checks"]) == 12


def test_the_report_says_it_in_the_checks_own_words_also_in_spanish(python: Path) -> None:
    english = run(python, "demo", "--only", "disk").stdout
    spanish = run(python, "demo", "--only", "disk", "--lang", "es").stdout

    assert ": Disk\n" in english
    assert "on the disk (" in english or "nearly full (" in english
    assert ": Disco\n" in spanish


def test_the_check_can_be_explained(python: Path) -> None:
    done = run(python, "explain", "disk")

    assert done.returncode == 0
    assert "disk.full" in done.stdout
