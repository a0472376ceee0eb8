"""What a start and a healthy run cost, beside loading the libraries that the same work needs.

By the processors' time, which other programs on the machine hardly disturb; `python -m tests.benchmarks` shows
the figures.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.__main__ import LIBRARIES, MEMORY_AT_MOST
from tests.benchmarks.measuring import REPOSITORY, TOOL, peak_kib, ratio

VERSION_HELD, HEALTHY_HELD = 1.5, 1.8
"""What no day may go beyond. The budgets are lower (1.3 and 1.5, in README's table): quick days meet them."""


@pytest.mark.slow
def test_the_version_costs_little_more_than_click() -> None:
    assert ratio([*TOOL, "--version"], [sys.executable, "-c", "import click"], rounds=5).cpu <= VERSION_HELD


@pytest.mark.slow
def test_a_healthy_run_costs_little_more_than_its_libraries() -> None:
    assert ratio([*TOOL, "demo"], [sys.executable, "-c", LIBRARIES], rounds=5).cpu <= HEALTHY_HELD


@pytest.mark.not_on_windows("posix", "the peak of children")
def test_a_run_stays_within_its_memory() -> None:
    assert peak_kib([*TOOL, "demo"]) / 1024 <= int(MEMORY_AT_MOST.removesuffix(" MiB"))


def test_a_healthy_run_loads_nothing_that_only_trouble_or_other_formats_need() -> None:
    unneeded = {
        *(
            "httpx",
            "httpcore",
            "requests",
            "tomllib",
            "statistics",
            "dns.query",
            "dns.resolver",
            "urllib.request",
        ),
        *("jinja2", "pyperclip", "socksio", "sqlite3", "asyncio", "concurrent.futures", "multiprocessing"),
        *(
            "portalcheck.probe.third_parties.canaries",
            "portalcheck.probe.connect.proxies",
            "portalcheck.demo.proxy",
            "portalcheck.report.block.reading",
            "portalcheck.report.formats.html",
            "portalcheck.report.fleet",
        ),
    }
    code = (
        "import sys\nfrom portalcheck.cli import main\n"
        "code = main(['demo', '-q'])\n"
        f"print('LOADED', code, sorted({unneeded!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert done.stdout.splitlines()[-1] == "LOADED 0 []"
