"""What every test has: no proxy and no settings of the person who runs it, and skips that CI does not allow."""

from __future__ import annotations

import compileall
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
NO_SKIPS = "PORTALCHECK_NO_SKIPS"
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
_COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "ACCESSIBLE", "LC_ALL", "LC_MESSAGES", "LANGUAGE")


settings.register_profile("steady", deadline=None)  # no test depends on the machine's speed
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the tree once: hundreds of tests start the program, and pip compiles all but an editable copy."""
    if not hasattr(config, "workerinput"):
        for room in ("portalcheck", "checks", "tests"):
            compileall.compile_dir(ROOT / room, quiet=2)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The surroundings of the person who runs the tests change nothing."""
    for name in list(os.environ):
        if name.lower() in _PROXY_VARIABLES or (name.startswith("PORTALCHECK_") and name != NO_SKIPS):
            monkeypatch.delenv(name)
        if name in _COLOUR_VARIABLES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a skipped test is a failed one: what should have run did not. An expected failure did run."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy gives the result of the wrapped hook
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(NO_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"skipped, but {NO_SKIPS} is set: {report.longrepr}"
