"""The process that fuzzes: `python -m tests.fuzz.worker GROUP TARGET FLAGS FOLDERS...`, as libFuzzer takes them."""

from __future__ import annotations

import importlib
import sys
import time

import atheris  # type: ignore[import-untyped]  # it has no annotations

from tests.fuzz.target import REGISTERED

MOST_CPU_S = 2.0
"""Processor time for one input of at most 64 KiB; instrumented code takes several times as long as usual."""


def main(group: str, name: str, arguments: list[str]) -> None:
    """Fuzz until the flags say that it is over; never returns."""
    with atheris.instrument_imports(include=["portalcheck", "dns", "h11"]):
        importlib.import_module(f"tests.fuzz.{group}")
        target = REGISTERED[name]
        # What a function imports when it is first called gets its instruments here.
        for path in sorted(target.seeds.iterdir()):
            target.check(path.read_bytes())

    def one(data: bytes) -> None:
        began = time.thread_time()
        target.check(data[: target.longest])
        assert time.thread_time() - began < MOST_CPU_S, "too much processor time"

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
