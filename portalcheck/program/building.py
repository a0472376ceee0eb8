"""The steps of a build: an environment of locked libraries, PyInstaller, and the archive.

One folder, not one file: a single file unpacks itself anew at every start, which takes longer and is what
endpoint protection likes least. The archive makes one file of it for the download.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from portalcheck import __version__
from portalcheck.program.licences import licences

ROOT = Path(__file__).resolve().parents[2]
NAME = "portalcheck"
LOCK = Path(__file__).with_name("lock.txt")
"""Which release of which library, and the hash of every file that may be taken for it.

The form is pip's (requirements file format, hash-checking mode), as `uv pip compile --universal` writes it.
"""
_WINDOWS = sys.platform == "win32"
_COMPLETIONS = {
    "bash": "portalcheck.bash",
    "zsh": "_portalcheck",
    "fish": "portalcheck.fish",
    "powershell": "portalcheck.ps1",
}

_WINDOWS_GUI = 2
"""IMAGE_SUBSYSTEM_WINDOWS_GUI (PE format): a program that gets no console window."""
_UNUSED = ("tkinter", "setuptools", "distutils", "readline")
"""What libraries ask for on occasions that never come here; GNU Readline's licence would also bind the whole."""


def build(target: Path) -> tuple[Path, Path]:
    """Build the program into a folder, in place of an earlier one. Raises subprocess.CalledProcessError.

    What is left: the folder to start the program from, and the same as one file.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="portalcheck-build-") as name:
        work = Path(name)
        python = _environment(work / "venv")
        made = _freeze(python, work)
        _complete(made)
        folder = target.resolve() / NAME
        shutil.rmtree(folder, ignore_errors=True)
        shutil.move(made, folder)
    return folder, _archive(folder)


def _environment(place: Path) -> Path:
    """An environment with the locked libraries and this tree's package in it; its Python.

    pip takes no file without a hash of the lock's, and nothing that is not in it.
    """
    venv.create(place, with_pip=True)
    python = place / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    pip: list[Path | str] = [python, "-m", "pip", "--disable-pip-version-check"]
    locked = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    _do([*pip, "install", "--quiet", *locked, "-r", LOCK])
    _do([*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", ROOT])
    _do([*pip, "check"])
    return python


def _freeze(python: Path, work: Path) -> Path:
    """The folder that PyInstaller makes of the environment."""
    facts = work / "portalcheck-build.json"
    facts.write_text(json.dumps(_facts()), "utf-8")
    data = [
        *("--collect-all", "portalcheck", "--collect-all", "portalcheck_checks"),
        *("--recursive-copy-metadata", "portalcheck"),  # the entry points of the checks; licences; versions
        *("--collect-data", "publicsuffixlist", "--collect-data", "certifi"),
        *("--add-data", f"{facts}{os.pathsep}."),
        *(f"--hidden-import={name}" for name in _compiled_by_mypyc(_site(python))),
    ]
    places: list[Path | str] = [
        *("--distpath", work / "dist"),
        *("--workpath", work / "work"),
        *("--specpath", work),
    ]
    leaner = [*(f"--exclude-module={name}" for name in _UNUSED), *([] if _WINDOWS else ["--strip"])]
    start = Path(__file__).with_name("start.py")
    options = ["--onedir", "--console", "--noconfirm", "--log-level", "ERROR", "--name", NAME]
    _do([python, "-m", "PyInstaller", *options, *data, *places, *leaner, start], cwd=work)
    return work / "dist" / NAME


def _facts() -> Mapping[str, str]:
    """What `--version --verbose` tells of the build.

    Its day is the commit's, or that of SOURCE_DATE_EPOCH (reproducible-builds.org).
    """
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = "+changes" if commit and _git("status", "--porcelain") else ""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct")
    when = datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)
    digest = hashlib.sha256(LOCK.read_text("utf-8").encode()).hexdigest()[:12]  # whatever its line ends
    return {"of": f"{when:%Y-%m-%d}", "commit": (commit + changed) or "unknown", "lock": digest}


def _git(*words: str) -> str:
    """What git says of this tree; nothing where there is no git, or no repository."""
    try:
        done = subprocess.run(  # noqa: S603  fixed words
            ["git", "-C", str(ROOT), *words],  # noqa: S607  the builder's own git
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _complete(folder: Path) -> None:
    """Beside the program: licences, and the manual page and completion scripts that it writes itself."""
    program = folder / (f"{NAME}.exe" if _WINDOWS else NAME)
    if _WINDOWS:
        without_window(program)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    libraries = folder / "_internal"
    (folder / "THIRD-PARTY-LICENCES.txt").write_text(licences(libraries), "utf-8")
    (folder / "portalcheck.1").write_bytes(_said([program, "man", "--lang", "en"]))
    (folder / "completions").mkdir()
    for shell, name in _COMPLETIONS.items():
        (folder / "completions" / name).write_bytes(_said([program, "completion", shell]))


def without_window(program: Path) -> Path:
    """Beside a console program of Windows its twin, named with a `w` as Python's is: for scheduled tasks.

    The same but for the subsystem, which stands in the optional header of the PE format.
    """
    content = bytearray(program.read_bytes())
    header = int.from_bytes(content[0x3C:0x40], "little")
    subsystem = slice(header + 24 + 68, header + 24 + 70)  # behind the signature and the COFF header
    content[subsystem] = _WINDOWS_GUI.to_bytes(2, "little")
    twin = program.with_name(f"{program.stem}w{program.suffix}")
    twin.write_bytes(content)
    return twin


def _archive(folder: Path) -> Path:
    """The folder as one file, named after version, system and kind of processor."""
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    name = f"{NAME}-{__version__}-{system}-{platform.machine().lower()}"
    form = "zip" if _WINDOWS else "gztar"  # a zip keeps neither the right to be run nor links
    return Path(shutil.make_archive(str(folder.parent / name), form, folder.parent, folder.name))


def _site(python: Path) -> Path:
    """Where an environment keeps its libraries."""
    return Path(
        _said([python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"]).decode().strip()
    )


def _compiled_by_mypyc(site: Path) -> list[str]:
    """The modules that hold what mypyc compiled: no import statement names them, so PyInstaller sees none."""
    return sorted({path.name.split(".")[0] for path in site.glob("*__mypyc*")})


def _said(command: Sequence[Path | str]) -> bytes:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603  fixed words


def _do(command: Sequence[Path | str], cwd: Path | None = None) -> None:
    """Run a step; what it says goes to stderr, so that stdout names the result alone."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}  # else PyInstaller's archives differ at each build
    subprocess.run(command, stdout=sys.stderr, cwd=cwd, env=environment, check=True)  # noqa: S603  fixed words
