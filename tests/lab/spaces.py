"""Fresh namespaces to make a world in, and why there may be none here."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_OVERALL_S = 110

_SPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
_INSIDE = 'mount -t tmpfs lab /run && mount -t tmpfs lab /dev/shm && mkdir -p /run/netns && exec "$@"'


@functools.cache
def namespaces() -> tuple[str, ...]:
    """How namespaces can be had here: as root, as a user, or (empty) not at all."""
    for how in (("unshare",), ("unshare", "--user", "--map-root-user")):
        try:
            done = subprocess.run(
                [*how, *_SPACES, "sh", "-c", _INSIDE, "sh", "ip", "link", "add", "lab0", "type", "veth"],
                capture_output=True,
                check=False,
                timeout=20,
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return how
    return ()


def in_fresh_spaces(command: Sequence[str]) -> tuple[str, ...]:
    """The command that runs another in namespaces of its own."""
    return (*namespaces(), *_SPACES, "sh", "-c", _INSIDE, "sh", *command)


def why_impossible(wanted: Sequence[str]) -> str:
    """Why no world can be made here with these programs; empty where it can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if not namespaces():
        return "neither root nor an unprivileged user namespace can make network namespaces here"
    where = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    missing = sorted(name for name in wanted if not shutil.which(name, path=where))
    return f"not installed: {', '.join(missing)}" if missing else ""


def clock_library(folder: Path) -> Path | None:
    """Make the library that shifts the patient's wall clock; None where there is no compiler."""
    return library(REPOSITORY / "tests" / "lab" / "clock_shift.c", folder)


def library(source: Path, folder: Path) -> Path | None:
    """Make a library to be preloaded into programs of the patient's; None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    made = folder / f"{source.stem}.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", made, source, "-ldl"], check=True
    )
    return made


def told_inside(module: str, *arguments: str, clock: Path | None) -> str:
    """What a module of ours prints that runs in namespaces of its own."""
    done = subprocess.run(
        in_fresh_spaces([sys.executable, "-m", module, *arguments]),
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        timeout=_OVERALL_S,
        env={
            **os.environ,
            "LAB_CLOCK_LIBRARY": str(clock),
            "LAB_PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]),
        },
    )
    assert done.returncode == 0, f"the lab itself failed:\n{done.stderr[-3000:]}"
    return done.stdout
