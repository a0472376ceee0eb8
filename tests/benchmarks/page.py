"""The page of `guide`: when its first byte is there, and what it costs a run that it is open."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import msgspec

from tests.benchmarks.measuring import REPOSITORY, TOOL, environment, took

PROGRAM = (sys.executable, "-m", "tests.guide.practised", "healthy", "en")


class Page(msgspec.Struct, frozen=True):
    """Seconds from the start to the first byte of the page, and the milliseconds of the run that went on meanwhile."""

    first_byte: float
    run_ms: int


class Beside(msgspec.Struct, frozen=True):
    """The first byte over a whole healthy run, and a run with the page open over one without: the least of each.

    Whatever else the machine does only adds to either.
    """

    first_byte: float
    run: float


def once() -> Page:
    """One page, opened by a client that listens until the verdict is there."""
    began = time.perf_counter()
    process = subprocess.Popen(
        PROGRAM, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment()
    )
    assert process.stderr is not None
    said = ""
    while (address := re.search(r"http://\S+/s/\S+", said)) is None:
        said += process.stderr.readline()
    parts = urlsplit(address[0])

    def get(path: str, **headers: str) -> bytes:
        connection = HTTPConnection(parts.netloc, timeout=30)
        connection.request(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        if answer.status == 303:
            return get(str(answer.headers["Location"]))
        first = answer.read(1)
        if not headers:
            return first + answer.read()
        # A stream: until it says that the run is over.
        piece = b""
        while b"act-again" not in piece:
            piece = answer.readline()
        return piece

    page = get(parts.path).decode()
    first_byte = time.perf_counter() - began
    secret, path = (re.search(f'data-{name}="([^"]+)"', page) for name in ("token", "path"))
    assert secret is not None
    assert path is not None
    get(f"{path[1]}/events", X_Token=secret[1])
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    return Page(first_byte, json.loads(out)["duration_ms"])


def measure(rounds: int) -> Beside:
    """The page beside the same run without it, in turn; one of each first, which does not count."""
    without = (*TOOL, "demo", "-f", "json")
    once(), took(without)
    pages, walls, runs = list[Page](), list[float](), list[int]()
    for _ in range(rounds):
        pages.append(once())
        walls.append(took(without).wall)
        done = subprocess.run(without, capture_output=True, check=False, cwd=REPOSITORY, env=environment())
        runs.append(json.loads(done.stdout)["duration_ms"])
    return Beside(
        min(page.first_byte for page in pages) / min(walls),
        min(page.run_ms for page in pages) / min(runs),
    )
