"""Windows' Python in Wine, set up once by setup.sh."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
_SETTING_UP_S, _RUN_S = 600, 120
_DIED_AT_ITS_END = 139
"""Now and then Wine itself dies by SIGSEGV when its program has ended."""
_TRIES = 3


class Done(msgspec.Struct, frozen=True):
    """How a Windows program ended, and the bytes that it wrote."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """What it wrote to its standard output. Raises UnicodeDecodeError where that is not UTF-8."""
        return self.out.decode("utf-8")


class Windows:
    """A folder that setup.sh made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def python(
        self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] = {}, within_s: float = _RUN_S
    ) -> Done:
        """Run Windows' Python; once more where Wine died at its end and the run was a short one."""
        return self._run(arguments, stdin, environ, within_s)

    def program(self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] = {}) -> Done:
        """Run another Windows program."""
        return self._run(("--exe", *arguments), stdin, environ, _RUN_S)

    def alone(self, script: str, *arguments: str | Path, environ: Mapping[str, str] = {}) -> Done:
        """Run a script for sh with a screen, on a Windows of its own without a network (alone.sh)."""
        command = [HERE / "alone.sh", self.folder, "sh", "-euc", script, "sh", *arguments]
        own = {**_plain_environment(), "winpython": str(self.folder / "winpython"), **environ}
        done = subprocess.run(command, capture_output=True, timeout=_RUN_S, check=False, env=own)
        return Done(done.returncode, done.stdout, done.stderr)

    def path(self, path: Path) -> str:
        r"""A path of this machine as Windows' programs call it, `Z:\...`."""
        return "Z:" + str(path).replace("/", "\\")

    def _run(
        self, arguments: tuple[str, ...], stdin: bytes, environ: Mapping[str, str], within_s: float
    ) -> Done:
        command = [sys.executable, str(self.folder / "winpython"), *arguments]
        for _ in range(_TRIES):
            done = subprocess.run(
                command,
                input=stdin,
                capture_output=True,
                timeout=within_s,
                check=False,
                env={**_plain_environment(), **environ},
            )
            if done.returncode != _DIED_AT_ITS_END or within_s > _RUN_S:
                break
        return Done(done.returncode, done.stdout, done.stderr)


def _plain_environment() -> dict[str, str]:
    """Without what the program would take for settings or languages of a Windows computer."""
    ours = ("PORTALCHECK_", "PYTHON", "PYTEST", "COV_", "LC_", "LANG")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture(scope="session")
def windows() -> Windows:
    """Windows' Python with this source tree."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("setup.sh sets Wine up on Debian, as root")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("PORTALCHECK_WINDOWS") or cache / "portalcheck-windows")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run in several processes
        done = subprocess.run(
            [str(HERE / "setup.sh"), "--tests", "--tree", str(REPOSITORY), str(folder)],
            capture_output=True,
            text=True,
            timeout=_SETTING_UP_S,
            check=False,
            env={**os.environ, "PYTHON": sys.executable},
        )
    assert done.returncode == 0, done.stderr[-3000:]
    return Windows(folder)
