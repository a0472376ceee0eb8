"""README's lines that install it: each as it stands, from an index on this computer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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
def index(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an index on this computer (PEP 503) with all that is needed to build and to run."""
    folder = tmp_path_factory.mktemp("index")
    files = folder / "files"
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--wheel-dir", str(files), "babel", "hatchling"]
    subprocess.run([*command, "setuptools", "wheel"], check=True, stderr=subprocess.DEVNULL)
    found = {wheel.name: wheel for place in (wheels, files) for wheel in place.glob("*.whl")}
    for name, wheel in found.items():
        if name.startswith("portalcheck-"):
            continue  # which is on no index
        project = re.sub(r"[-_.]+", "-", name.split("-")[0]).lower()
        place = folder / "simple" / project
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(wheel, place)
        with (place / "index.html").open("a", encoding="utf-8") as page:
            page.write(f'<a href="{name}">{name}</a>\n')
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def installed_by(tool: str, tmp_path: Path, index: str, programs: Path) -> None:
    """Run the line of a tool in a copy of this tree, in a home of its own and with no other index."""
    tree, home = tmp_path / "tree", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), str(home / ".local" / "bin"), "/usr/bin", "/bin"]),
        "LC_ALL": "C.UTF-8",
        "PIP_INDEX_URL": index,
        "PIP_CONFIG_FILE": os.devnull,
        "UV_DEFAULT_INDEX": index,
        "UV_NO_CONFIG": "1",
        "UV_PYTHON": f"{sys.base_prefix}/bin/python3",
    }
    done = run("sh", "-c", LINES[tool], env=environment, cwd=tree, timeout=280)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "practice" in done.stdout.lower()


def test_the_three_lines_are_there() -> None:
    assert list(LINES) == ["python3", "pipx", "uv"]


MANAGED = Path("/usr/bin/python3")
"""A Python of which its system says that pip must not touch it (PEP 668), where there is one that can be used."""
IS_MANAGED = sys.platform != "win32" and any(Path("/usr/lib").glob("python3.1[1-9]/EXTERNALLY-MANAGED"))


@pytest.mark.parametrize(
    "python", [Path(f"{sys.base_prefix}/bin/python3"), *([MANAGED] if IS_MANAGED else [])], ids=str
)
def test_a_virtual_environment_of_its_own_is_made(tmp_path: Path, index: str, python: Path) -> None:
    if python == MANAGED:
        refused = run(python, "-m", "pip", "install", "--no-index", "anything")
        assert "externally-managed-environment" in refused.stderr
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "python3").symlink_to(python)
    installed_by("python3", tmp_path, index, plain)


@pytest.mark.parametrize("tool", ["pipx", "uv"])
def test_other_tools_install_it(tool: str, tmp_path: Path, index: str) -> None:
    found = shutil.which(tool)
    assert found, f"{tool} is among the packages for tests"
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / tool).symlink_to(found)
    installed_by(tool, tmp_path, index, programs)
