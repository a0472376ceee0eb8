"""Checks of others that disturb the process that they run in, by name: what their `run` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GUESTS = {
    "quiet": "",
    "prints": "print('guest'); sys.stderr.write('guest')",
    "prints-below-python": "os.write(1, b'guest')",
    "starts-a-program-that-prints": "subprocess.run(['echo', 'guest'])",
    "prints-without-end": "while True: print('guest')",
    "forks": "os.fork()",
    "forks-and-stays": "os.fork() or time.sleep(60)",
    "forks-and-prints": "os.fork() or (print('guest', flush=True), os.write(1, b'guest'))",
    "changes-the-locale": "locale.setlocale(locale.LC_ALL, 'C')",
    "changes-the-language": "os.environ.update(LANG='es_MX.UTF-8', LC_ALL='es_MX.UTF-8', LANGUAGE='es')",
    "changes-the-home": "os.environ.update(HOME='/proc/none', XDG_DATA_HOME='/proc/none'); os.environ.pop('PATH')",
    "goes-elsewhere": "os.chdir('/')",
    "opens-files-to-all": "os.umask(0)",
    "closes-streams": "os.close(0); os.close(1); os.close(2)",
    "closes-python-s-streams": "sys.stdout.close(); sys.stderr.close()",
    "replaces-streams": "sys.stdout = sys.stderr = None",
    "hurries-sockets": "socket.setdefaulttimeout(0.000001)",
    "lowers-the-recursion-limit": "sys.setrecursionlimit(60)",
    "exits": "sys.exit(7)",
    "is-interrupted": "raise KeyboardInterrupt",
    "never-returns": "threading.Event().wait()",
    "spins": "while True: pass",
    "leaves-threads": "[threading.Thread(target=threading.Event().wait).start() for _ in range(20)]",
    "raises-at-the-end": "atexit.register(lambda: os._exit(9))",
    "takes-hooks": "threading.excepthook = sys.excepthook = sys.unraisablehook = print; raise ValueError",
    "shuts-the-log": "logging.disable(); logging.getLogger('portalcheck').handlers.clear()",
}
LATE = frozenset({"prints-without-end", "never-returns", "spins"})
"""Those that the end of the run ends."""
_MODULE = """
import atexit, locale, logging, os, socket, subprocess, sys, threading, time
from portalcheck.api import Check, Reason, ok

FINE = Reason("guest.fine")


def run(ctx):
    yield ok(FINE)
    {}


CHECKS = (Check("guest", run=run, reasons=[FINE]),)
"""


def site(folder: Path, name: str) -> Path:
    """A folder of libraries in which the check is installed."""
    package = folder / "guest-1.dist-info"
    package.mkdir(parents=True)
    (folder / "guest.py").write_text(_MODULE.format(GUESTS[name] or "pass"), "utf-8")
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: guest\nVersion: 1\n", "utf-8")
    (package / "entry_points.txt").write_text("[portalcheck.checks]\nguest = guest:CHECKS\n", "utf-8")
    return folder


def ran_with(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run on the practice portal beside that check, in a folder of its own."""
    here = folder / "here"
    here.mkdir()
    path = os.pathsep.join([str(site(folder / "site", name)), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "portalcheck", "demo", "--no-input", "--timeout", "3", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        cwd=here,
        env={**os.environ, "PYTHONPATH": path},
    )
