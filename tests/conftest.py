"""What every test has: no proxy and no settings of the person who runs it, and skips that CI does not allow."""

from __future__ import annotations

import compileall
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
NO_SKIPS = "PORTALCHECK_NO_SKIPS"
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
_COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "ACCESSIBLE", "LC_ALL", "LC_MESSAGES", "LANGUAGE")

NOT_ON_WINDOWS = {
    "posix": "what Windows has not: modes and owners of files, signals, named pipes, pseudo-terminals",
    "linux": "what Linux alone has: namespaces, mounts, /proc, its libraries",
    "program": "another program that the set-up does not bring: a shell, a server, a browser, PowerShell",
    "wine": "what Wine does in another way than Windows (tests/windows/README.md)",
    "slow": "the same code as on Linux, and minutes there",
}
"""Why a test may be left out on Windows: `@pytest.mark.not_on_windows(one of these, what it is)`."""

_LEAVES_OUT = ("not_on_windows", "needs_program")
_EXAMPLES_ON_WINDOWS = 10
"""Of each property: Linux tries many more in the time, of mostly the same code."""
_EXAMPLES = "_hypothesis_internal_use_settings"
"""Private to hypothesis, which has no other way to lower what a test says of itself."""


settings.register_profile("steady", deadline=None)  # no test depends on the machine's speed
settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the tree once: hundreds of tests start the program, and pip compiles all but an editable copy."""
    if not hasattr(config, "workerinput"):
        for room in ("portalcheck", "checks", "tests"):
            compileall.compile_dir(ROOT / room, quiet=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out on Windows what says why it cannot run there, and everywhere what needs a program that is missing."""
    for item in items:
        for mark in item.iter_markers("not_on_windows"):
            category, what = mark.args
            if category not in NOT_ON_WINDOWS:
                raise pytest.UsageError(f"{item.nodeid}: not_on_windows knows no {category!r}")
            if sys.platform == "win32":
                item.add_marker(pytest.mark.skip(reason=f"{category}: {what}"))
        for mark in item.iter_markers("needs_program"):
            if shutil.which(*mark.args) is None:
                item.add_marker(pytest.mark.skip(reason=f"program: {mark.args[0]}"))
        if sys.platform == "win32" and (own := getattr(getattr(item, "obj", None), _EXAMPLES, None)):
            setattr(item.obj, _EXAMPLES, settings(own, max_examples=_EXAMPLES_ON_WINDOWS))  # type: ignore[attr-defined]  # a function's


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
    if sys.platform == "win32":
        # The last is for platformdirs, which asks Windows and not the environment.
        for name in ("USERPROFILE", "APPDATA", "LOCALAPPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
            monkeypatch.setenv(name, str(home))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a skipped test is a failed one: what should have run did not. An expected failure did run.

    Left out is only what its marker names as impossible on Windows.
    """
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # pluggy gives the result of the wrapped hook
    named = sys.platform == "win32" and any(map(item.get_closest_marker, _LEAVES_OUT))
    if report.skipped and not hasattr(report, "wasxfail") and not named and os.environ.get(NO_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"skipped, but {NO_SKIPS} is set: {report.longrepr}"
