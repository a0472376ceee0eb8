"""The folder that one stands in may be anybody's: nothing in it is run, loaded or read."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = (
    *(
        "click",
        "msgspec",
        "json",
        "ssl",
        "sqlite3",
        "httpx",
        "h2",
        "dns",
        "cryptography",
        "OpenSSL",
        "psutil",
    ),
    *(
        "platformdirs",
        "certifi",
        "ada_url",
        "jinja2",
        "pyperclip",
        "gettext",
        "webbrowser",
        "random",
        "resource",
    ),
    *("sitecustomize", "usercustomize", "portalcheck_checks", "mmap", "pathlib", "socket"),
)
"""But those that Python itself loads before the program begins (runpy's): for them there is `python -I` alone."""
PROGRAMS = (
    "xdg-open",
    "xclip",
    "xsel",
    "wl-copy",
    "firefox",
    "www-browser",
    "gsettings",
    "scutil",
    "ip",
    "which",
)
READS = """
import os, sys
here = os.getcwd()
def tell(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and os.path.abspath(arguments[0]).startswith(here):
        os.write(2, f"opened {arguments[0]}\\n".encode())
sys.addaudithook(tell)
"""


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder of files that are called as what the program may load, start or read; each that is run says so."""
    folder = tmp_path / "trap"
    folder.mkdir()
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"import os\nos.write(2, b'ran {name}.py\\n')\n")
    for name in PROGRAMS:
        (folder / name).write_text(f"#!/bin/sh\necho ran {name} >&2\n")
        (folder / name).chmod(stat.S_IRWXU)
    for name in (
        "config.toml",
        "portalcheck.toml",
        ".env",
        ".portalcheck.toml",
        "hosts",
        "openssl.cnf",
        "proxy.pac",
    ):
        (folder / name).write_text("nonsense = [\n")
    return folder


def ran(folder: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": _library(), **env},
    )


def _library() -> str:
    """Where this program lies, as if it were installed."""
    return os.pathsep.join(map(str, (ROOT, ROOT / "checks")))


DEMO = ("-m", "portalcheck", "demo", "-f", "json", "--copy", "--open", "--no-input")


@pytest.mark.parametrize("path", ["{}", ".{sep}{}", "{sep}{}", "{}{sep}", "trap{sep}{}"])
def test_nothing_of_the_folder_is_loaded_or_started(trap: Path, path: str) -> None:
    """An empty entry of PATH stands for the folder, as a dot does."""
    path = path.format("/usr/bin:/bin", sep=os.pathsep).replace("trap", ".")
    done = ran(
        trap, sys.executable, *DEMO, PATH=path, BROWSER="", DISPLAY=":99", WAYLAND_DISPLAY="wayland-99"
    )
    assert done.returncode == 0, done.stderr
    assert "ran " not in done.stderr


def test_nothing_of_the_folder_is_read(trap: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(READS)
    done = ran(trap, sys.executable, *DEMO[:-2], PYTHONPATH=os.pathsep.join([str(site), _library()]))
    assert done.returncode == 0, done.stderr
    assert "opened" not in done.stderr


def test_the_trap_catches_what_python_loads_from_it(trap: Path) -> None:
    done = ran(trap, sys.executable, "-c", "import click")
    assert done.stderr == "ran click.py\n"


def test_a_folder_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'rmdir ../gone; exec "$@"'
    done = ran(gone, "sh", "-c", script, "sh", sys.executable, *DEMO[:-3])
    assert (done.returncode, done.stderr) == (0, "")


def test_nobody_is_told_to_start_it_as_a_module_without_being_isolated() -> None:
    """A file of that name in the folder would be run in its place; the tree's own tool is run in the tree."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "portalcheck").rglob("*"), *(ROOT / "checks").rglob("*.md")]
    texts = {
        page: page.read_bytes().decode("utf-8", "replace")
        for page in pages
        if page.is_file() and page.suffix not in (".pyc", ".py", ".mo") and page.name != "CHANGELOG.md"
    }
    unsafe = re.compile(r"python3?(?: -(?!I)\w+)* -m portalcheck(?!\.program)\b")
    assert [str(page) for page, text in texts.items() if unsafe.search(text)] == []
    assert unsafe.search("python3 -m portalcheck demo")
    assert not unsafe.search("python3 -I -m portalcheck demo")
