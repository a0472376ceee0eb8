"""The steps of a build: an environment of locked libraries, PyInstaller, and the archive.

One folder, not one file: a single file unpacks itself anew at every start, which takes longer and is what
endpoint protection likes least (README.md beside this has the figures). The archive makes one file of it for the
download.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from portalcheck import __version__
from portalcheck.program import sbom
from portalcheck.program.licences import licences

ROOT = Path(__file__).resolve().parents[2]
NAME = "portalcheck"
LOCK = Path(__file__).with_name("lock.txt")
"""Which release of which library, and the hash of every file that may be taken for it.

The form is pip's (requirements file format, hash-checking mode), as `uv pip compile --universal` writes it.
"""
_WINDOWS = sys.platform == "win32"
_POWERSHELL = {"powershell": "portalcheck.ps1"}
_COMPLETIONS = {
    "bash": "portalcheck.bash",
    "zsh": "_portalcheck",
    "fish": "portalcheck.fish",
    **_POWERSHELL,
}
_PARTS = "_internal"
"""Where PyInstaller puts all but the program itself."""
START_HERE = Path(__file__).with_name("start-here.txt")
START_HERE_NAME = "1-START-HERE-EMPIECE-AQUI.txt"
"""Explorer lists folders, then files by name, whatever their case: a plain START-HERE would follow the program."""

_WINDOWS_GUI = 2
"""IMAGE_SUBSYSTEM_WINDOWS_GUI (PE format): a program that gets no console window."""
_UNUSED = ("tkinter", "setuptools", "distutils", "readline")
"""What libraries ask for on occasions that never come here; GNU Readline's licence would also bind the whole."""


def build(target: Path) -> tuple[Path, Path]:
    """Build the program into a folder, in place of an earlier one. Raises subprocess.CalledProcessError.

    What is left: the folder to start the program from, and the same as one file. On Windows a twin of the program
    that opens no window is left beside them, for those who set up scheduled tasks; people need only one program.
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
    if _WINDOWS:
        without_window(folder / f"{NAME}.exe", folder.with_name(f"{NAME}w.exe"))
    return folder, _archive(folder)


def _environment(place: Path) -> Path:
    """An environment with the locked libraries and this tree's package in it; its Python.

    pip takes no file without a hash of the lock's, and nothing that is not in it.
    """
    venv.create(place, with_pip=True)
    python = place / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    pip: list[Path | str] = [python, "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-compile", "--no-deps"]  # PyInstaller compiles what it takes
    _do([*install, "--require-hashes", "--only-binary", ":all:", "-r", LOCK])
    _do([*install, "--no-build-isolation", "--no-index", ROOT])
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
    leaner = [f"--exclude-module={name}" for name in _UNUSED]
    if _WINDOWS:
        (work / "version.txt").write_text(_version_resource(), "utf-8")
    system = ["--version-file", work / "version.txt"] if _WINDOWS else ["--strip"]
    start = Path(__file__).with_name("start.py")
    options = ["--onedir", "--console", "--noconfirm", "--log-level", "ERROR", "--name", NAME]
    _do([python, "-m", "PyInstaller", *options, *data, *places, *leaner, *system, start], cwd=work)
    return work / "dist" / NAME


def _version_resource() -> str:
    """Who the program is, for Explorer, Task Manager and scanners, which trust one without a name less.

    In the form of PyInstaller's --version-file; strings in English of the United States (1033), UTF-16 (1200).
    """
    numbers = (*map(int, re.findall(r"\d+", __version__)[:3]), 0)
    strings = {
        "FileDescription": "portalcheck finds out why a sign-in fails",
        "FileVersion": __version__,
        "OriginalFilename": f"{NAME}.exe",
        "ProductName": NAME,
        "ProductVersion": __version__,
    }
    table = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}), kids=["
        f"StringFileInfo([StringTable('040904B0', [{table}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


def _facts() -> Mapping[str, str]:
    """What `--version --verbose` tells of the build.

    Its day is the commit's, or that of SOURCE_DATE_EPOCH (reproducible-builds.org).
    """
    commit = _git("rev-parse", "--short=12", "HEAD")
    changed = "+changes" if commit and _git("status", "--porcelain") else ""
    when = datetime.fromtimestamp(_moment(), UTC)
    digest = hashlib.sha256(LOCK.read_text("utf-8").encode()).hexdigest()[:12]  # whatever its line ends
    return {"of": f"{when:%Y-%m-%d}", "commit": (commit + changed) or "unknown", "lock": digest}


def _moment() -> int:
    """Seconds since the epoch: SOURCE_DATE_EPOCH, else the commit's time, else now."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct") or time.time())


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
    """Beside the program: licences, and the manual page and completion scripts that it writes itself.

    On Windows, whose people meet the folder in Explorer, there are three things to see: what to read first, the
    program, and the folder of its parts, with the rest.
    """
    program = folder / (f"{NAME}.exe" if _WINDOWS else NAME)
    beside = folder / _PARTS if _WINDOWS else folder
    forget_scripts(folder / _PARTS)
    shutil.copy(ROOT / "LICENSE", beside / "LICENSE")
    (beside / "THIRD-PARTY-LICENCES.txt").write_text(licences(folder / _PARTS), "utf-8")
    (beside / sbom.NAME).write_text(sbom.sbom(folder / _PARTS), "utf-8")
    (beside / "completions").mkdir()
    for shell, name in (_POWERSHELL if _WINDOWS else _COMPLETIONS).items():
        (beside / "completions" / name).write_bytes(_said([program, "completion", shell]))
    if _WINDOWS:
        (folder / START_HERE_NAME).write_bytes(for_notepad(START_HERE.read_text("utf-8")))
    else:
        (folder / "portalcheck.1").write_bytes(_said([program, "man", "--lang", "en"]))


def forget_scripts(libraries: Path) -> None:
    """Leave out of each library's list of files the scripts that pip made for it, which the program does not have.

    They name the folder of the build, so that their hashes differ at each one.
    """
    for record in libraries.glob("*.dist-info/RECORD"):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not line.startswith("../")), "utf-8")


def for_notepad(text: str) -> bytes:
    """A text as the Notepad of every Windows shows it: UTF-8 by its mark, CR and LF at the end of a line."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def without_window(program: Path, target: Path) -> None:
    """Write a console program of Windows' twin, for scheduled tasks: it runs from the program's own folder.

    The same but for the subsystem, which stands in the optional header of the PE format.
    """
    content = bytearray(program.read_bytes())
    header = int.from_bytes(content[0x3C:0x40], "little")
    subsystem = slice(header + 24 + 68, header + 24 + 70)  # behind the signature and the COFF header
    content[subsystem] = _WINDOWS_GUI.to_bytes(2, "little")
    target.write_bytes(content)


def _archive(folder: Path) -> Path:
    """The folder as one file, named after version, system and kind of processor.

    "Extract All" of Explorer makes a folder of the zip's name, so that the zip has none of its own.
    """
    system = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
    base = folder.parent / f"{NAME}-{__version__}-{system}-{platform.machine().lower()}"
    return (packed_zip if _WINDOWS else packed_tar)(
        folder, Path(f"{base}{'.zip' if _WINDOWS else '.tar.gz'}"), _moment()
    )


def packed_zip(folder: Path, target: Path, moment: int) -> Path:
    """What is in a folder as a zip, the same at each build: in the order of names, all of one moment."""
    when = time.gmtime(moment)[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), when)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    return target


def packed_tar(folder: Path, target: Path, moment: int) -> Path:
    """A folder with its links and modes, the same at each build: in the order of names, all of one moment, nobody's."""

    def anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = moment
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=moment) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        archive.add(folder, folder.name, filter=anonymous)
    return target


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
