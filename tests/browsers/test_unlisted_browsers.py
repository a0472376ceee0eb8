"""Real browsers that keep their profiles where those do that the table of places does not know."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portalcheck.facts import ANOTHER, CookieBlock, CookieScope, SetBy
from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment
from tests.browsers.drivers import CHROMIUM, FIREFOX, Chromium, Firefox, Portal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
HOSTS = ["portal.test"]
GREAT = [f"great{number}={'x' * 3000}; Path=/; Max-Age=86400" for number in range(7)]


@pytest.fixture
def portal() -> Iterator[Portal]:
    server = Portal()
    server.cookies = GREAT
    yield server
    server.close()


def seen(home: Path, url: str) -> tuple[str, int, tuple[CookieBlock, ...]]:
    """Of the only browser: its name, the bytes it would send, and what it blocks."""
    environment = Environment(os="linux", home=home, environ={}, root=home / "system")
    (store,) = browsers.cookie_stores(environment, url, HOSTS, time.time())
    (profile,) = browsers.profiles(environment, url)
    (one,) = browsers.installed(environment)
    assert store.browser == profile.browser == one.browser
    return store.browser, store.header_bytes, profile.blocks


@pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")
@pytest.mark.parametrize("folder", [".zen", ".waterfox", ".config/floorp"])
def test_a_firefox_under_another_name(tmp_path: Path, portal: Portal, folder: str) -> None:
    profile = tmp_path / folder / "x.Default"
    with Firefox(tmp_path, profile) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    sent = portal.header("/login?again")
    assert len(sent) > 20_000
    assert seen(tmp_path, portal.url) == (ANOTHER, len(sent), ())
    with Firefox(tmp_path, profile, preferences={"network.cookie.cookieBehavior": 2}) as browser:
        browser.visit(portal.url + "?blocked")
    assert portal.header("/login?blocked") == ""
    assert seen(tmp_path, portal.url)[2] == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
@pytest.mark.parametrize("folder", [".config/thorium", ".config/Some Maker/Browser"])
def test_a_chromium_under_another_name(tmp_path: Path, portal: Portal, folder: str) -> None:
    data = tmp_path / folder
    with Chromium(tmp_path, data) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    sent = portal.header("/login?again")
    name, size, blocks = seen(tmp_path, portal.url)
    assert (name, blocks) == (ANOTHER, ())
    assert abs(size - len(sent)) <= 16 * len(GREAT)
    preferences = data / "Default" / "Preferences"
    written = json.loads(preferences.read_text())
    written.setdefault("profile", {}).setdefault("default_content_setting_values", {})["cookies"] = 2
    preferences.write_text(json.dumps(written))
    with Chromium(tmp_path, data) as browser:
        browser.visit(portal.url + "?blocked")
    assert portal.header("/login?blocked") == ""
    assert seen(tmp_path, portal.url)[2] == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
