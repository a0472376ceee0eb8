"""What the program learns of the computer on Windows' Python: its release, its folders, the programs that it starts."""

from __future__ import annotations

import json

import pytest

from tests.windows.conftest import HERE, Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first of them sets Wine up

RELEASE = """
import json, runpy, sys
from portalcheck.machine import windows
from portalcheck.machine.local import this_environment
made = runpy.run_path(sys.argv[1])
found = {}
for name in made["RELEASES"]:
    made["set_release"](name)
    found[name] = windows.system(this_environment()).release
print(json.dumps(found))
"""


def test_releases_and_editions_are_read_from_the_registry(windows: Windows) -> None:
    done = windows.python("-c", RELEASE, windows.path(HERE / "as_windows.py"))

    assert json.loads(done.text) == {
        "7": "7",
        "8.1": "8.1",
        "10-22H2": "10 22H2 Home",
        "10-LTSC-2021": "10 LTSC 2021",
        "11-23H2": "11 23H2 Home",
        "11-24H2": "11 24H2 Home",
        "11-25H2": "11 25H2 Home",
        "server-2019": "server 2019",
        "server-2022": "server 2022",
        "server-2025": "server 2025",
    }
