"""The worlds that the tests of browsers look at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from portalcheck.facts import CookieStore
from tests.machine.browsers.world import Cookie, World, chromium_db, firefox_db


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def mac(tmp_path: Path) -> World:
    return World(tmp_path / "mac", "macos")


@pytest.fixture
def windows(tmp_path: Path) -> World:
    return World(tmp_path / "windows", "windows")


@pytest.fixture
def in_chromium(world: World):  # type: ignore[no-untyped-def]  # a function of any of chromium_db's arguments
    def found(
        cookies: Iterable[Cookie], *args: Any, url: str = "https://www.portal.test/login", **how: Any
    ) -> CookieStore:
        chromium_db(world.chromium / "Default" / "Cookies", cookies, *args, **how)
        return world.store(url)

    return found


@pytest.fixture
def in_firefox(world: World):  # type: ignore[no-untyped-def]  # as above
    def found(
        cookies: Iterable[Cookie], *args: Any, url: str = "https://www.portal.test/login", **how: Any
    ) -> CookieStore:
        firefox_db(world.firefox / "x.default" / "cookies.sqlite", cookies, *args, **how)
        return world.store(url)

    return found
