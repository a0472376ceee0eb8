"""Other people's packages, installed beside portalcheck as it is here, in an environment of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

_SITE = next(path for path in sys.path if path.endswith("site-packages"))
_FULL = 'mount -t tmpfs -o size=64k tmpfs "$HOME" && exec "$@"'
"""A home folder on a disk of 64 KB, which nobody sees but the program that is started so."""


def installed(folder: Path, files: Mapping[str, str]) -> Path:
    """The interpreter of an environment in which the package of these files is installed."""
    for name, text in files.items():
        file = folder / "source" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    home = folder / "venv"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    where = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    Path(where, "beside.pth").write_text(f"import site; site.addsitedir({_SITE!r})\n")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=folder / "source",
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    shutil.unpack_archive(wheel, where, "zip")
    return python


def _surroundings() -> dict[str, str]:
    """The environment, without what the person who runs the tests has told portalcheck, and in English."""
    theirs = ("PORTALCHECK_", "LC_", "LANGUAGE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return {**kept, "LANG": "en_US.UTF-8"}


def call(
    python: Path | str, *arguments: str, before: Sequence[str] = (), stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """What the program does with these arguments; `before` is the command that starts it."""
    return subprocess.run(
        [*before, python, "-m", "portalcheck", *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env=_surroundings(),
        timeout=100,
    )


def on_a_full_disk(home: Path) -> tuple[str, ...]:
    """The command that starts another with this folder, on a full disk, as its home; empty where none can be had."""
    if sys.platform != "linux":
        return ()
    for how in (("unshare", "--mount"), ("unshare", "--user", "--map-root-user", "--mount")):
        command = (*how, "env", f"HOME={home}", "sh", "-c", _FULL, "sh")
        try:
            done = subprocess.run([*command, "true"], capture_output=True, check=False, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return command
    return ()


# ---- words ---------------------------------------------------------------------------------------

_NUMBERS = count()
WORDS: Mapping[str, Any] = {
    "name": "Mine",
    "reads": "Nothing.",
    "contacts": "Nobody.",
    "reasons": {"mine.odd": "There are {count}.", "mine.fine": "All is well."},
    "causes": {
        "mine.odd": {
            "verdict": "It is odd.",
            "patient": "It is odd.",
            "actions": ["Make it even."],
            "agent": "It is odd.",
            "it": "It is odd.",
        }
    },
}


def toml(table: Mapping[str, Any]) -> str:
    """A table as TOML; what JSON writes of strings and lists is TOML, too."""
    inline = (f"{json.dumps(key)} = {_inline(value)}" for key, value in table.items())
    return "".join(f"{line}\n" for line in inline)


def _inline(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(value)


def written(folder: Path, **languages: Mapping[str, Any]) -> str:
    """A package with words in these languages, in a folder that modules are imported from; gives its name."""
    name = f"words_{next(_NUMBERS)}"
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()
    for language, table in languages.items():
        (folder / name / f"{language}.toml").write_text(toml(table), "utf-8")
    return name
