"""Checks look at the browsers side by side, in threads; nothing of that may depend on who comes first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.machine.browsers.world import Cookie, World, chromium_db, firefox_db

_TOGETHER = """
import sys, threading
from pathlib import Path
from portalcheck.machine import browsers
from portalcheck.machine.browsers import chromium, chromium_settings, firefox, firefox_settings, versions
from portalcheck.machine.environment import Environment

sys.setswitchinterval(1e-6)
here = Environment(os="linux", home=Path(sys.argv[1]), environ={}, root=Path(sys.argv[1]))
url = "https://www.portal.test/"
asked = [
    lambda: browsers.installed(here),
    lambda: browsers.profiles(here, url),
    lambda: browsers.cookie_stores(here, url, ["portal.test"]),
] * 4
start = threading.Barrier(len(asked))
found = []

def work(ask):
    start.wait()
    found.append(len(ask()))

threads = [threading.Thread(target=work, args=(ask,)) for ask in asked]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(found))
"""


_FIRST_USES = """
import sys, threading, types
from portalcheck.machine.browsers.places import typed

source = '''
from __future__ import annotations
import msgspec
class Inner(msgspec.Struct, frozen=True):
    one: tuple[str, ...] = ()
    two: tuple[str, ...] = ()
class Outer(msgspec.Struct, frozen=True):
    name: str
    three: tuple[str, ...] = ()
    inner: Inner = Inner()
    four: tuple[str, ...] = ()
'''
sys.setswitchinterval(1e-6)
for number in range(200):
    module = types.ModuleType(f"fresh{number}")
    sys.modules[module.__name__] = module
    exec(source, module.__dict__)
    start = threading.Barrier(6)

    def work():
        start.wait()
        typed([{"name": "x", "inner": {"one": ["x"]}}], tuple[module.Outer, ...])

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("well")
"""


def test_many_threads_may_ask_at_once_from_the_first_moment_on(tmp_path: Path) -> None:
    world = World(tmp_path)
    chromium_db(world.chromium / "Default" / "Cookies", [Cookie()])
    firefox_db(world.firefox / "x" / "cookies.sqlite", [Cookie()])
    done = subprocess.run(
        [sys.executable, "-c", _TOGETHER, str(world.home)], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.strip()) == (0, str([2] * 12)), done.stderr


def test_the_first_use_of_a_table_by_several_threads_brings_nothing_down() -> None:
    done = subprocess.run([sys.executable, "-c", _FIRST_USES], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "well\n"), done.stderr
