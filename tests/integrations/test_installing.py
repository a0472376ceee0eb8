"""README's lines that install it: each as it stands, from a folder of packages, on a Python that the system manages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integrations.conftest import ROOT, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.not_on_windows("program", "a shell of POSIX"),
]
README = (ROOT / "README.md").read_text("utf-8")
LINES = {line.split()[0]: line for line in re.findall(r"```\n([^\n]*install \. [^\n]*)\n```", README)}


@pytest.fixture(scope="module")
def packages(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that is needed to build and to run, as an index of a site's own has it."""
    folder = tmp_path_factory.mktemp("packages")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--wheel-dir", str(folder), "babel", "hatchling"]
    subprocess.run([*command, "setuptools", "wheel"], check=True, stderr=subprocess.DEVNULL)
    for wheel in wheels.glob("*.whl"):
        shutil.copy(wheel, folder)
    return folder


@pytest.fixture
def managed(tmp_path: Path) -> Path:
    """A folder of programs with a python3 of which its system says that pip must not touch it."""
    folder = tmp_path / "managed"
    subprocess.run([sys.executable, "-m", "venv", "--copies", str(folder)], check=True)
    marker = next((folder / "lib").glob("python3.*")) / "EXTERNALLY-MANAGED"
    marker.write_text("[externally-managed]\nError=The system manages this Python.\n")
    return folder / "bin"


def environment(tmp_path: Path, packages: Path, *programs: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    path = os.pathsep.join([*map(str, programs), str(home / ".local" / "bin"), "/usr/bin", "/bin"])
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(packages)}
    offline |= {
        "UV_NO_INDEX": "1",
        "UV_FIND_LINKS": str(packages),
        "UV_PYTHON": sys.base_prefix + "/bin/python3",
    }
    return {"HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8", **offline}


def installed_by(tool: str, tmp_path: Path, packages: Path, *programs: Path) -> None:
    tree = tmp_path / "tree"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
    done = run("sh", "-c", LINES[tool], env=environment(tmp_path, packages, *programs), cwd=tree, timeout=280)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "practice" in done.stdout.lower()


def test_the_three_lines_are_there() -> None:
    assert list(LINES) == ["python3", "pipx", "uv"]


def test_a_virtual_environment_is_made_by_a_python_that_the_system_manages(
    tmp_path: Path, packages: Path
) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "python3").symlink_to(f"{sys.base_prefix}/bin/python3")
    installed_by("python3", tmp_path, packages, plain)


def test_pip_itself_is_refused_there(managed: Path) -> None:
    done = run(managed / "python3", "-m", "pip", "install", "--no-index", "anything", timeout=60)

    assert done.returncode != 0


@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_other_tools_install_it(tool: str, tmp_path: Path, packages: Path) -> None:
    found = shutil.which(tool)
    assert found, f"{tool} is among the packages for tests"
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / tool).symlink_to(found)
    installed_by(tool, tmp_path, packages, programs)
