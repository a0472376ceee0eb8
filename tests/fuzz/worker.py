"""The process that fuzzes: `python -m tests.fuzz.worker TARGET FLAGS FOLDERS...`, as libFuzzer takes them."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time

import atheris  # type: ignore[import-untyped]  # it has no annotations

MOST_CPU_S = 2.0
"""Processor time for one input of at most 64 KiB; instrumented code takes several times as long as usual."""


def main(name: str, arguments: list[str]) -> None:
    """Fuzz until the flags say that it is over; never returns."""
    with atheris.instrument_imports(include=["portalcheck", "dns", "h11"]):
        import portalcheck

        # What a function imports only when it is called would be left without instruments.
        for module in pkgutil.walk_packages(portalcheck.__path__, "portalcheck."):
            if "__main__" not in module.name:
                importlib.import_module(module.name)
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]

    def one(data: bytes) -> None:
        began = time.thread_time()
        target.check(data[: target.longest])
        assert time.thread_time() - began < MOST_CPU_S, "too much processor time"

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
