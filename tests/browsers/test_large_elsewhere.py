"""Cookies beyond the sign-in page, as browsers send them: to the host of identity, to a way back, in a container."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portalcheck.facts import CookieBlock, CookieHeader, CookieRole, CookieScope, CookieStore, SetBy
from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment
from tests.browsers.drivers import CHROMIUM, FIREFOX, Chromium, Firefox, Portal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
HOSTS, IDENTITY = ["portal.test", "login.sso.test"], ["login.sso.test"]
CONTAINER = 2


class InChromium:
    """Chromium, which knows the size of a header to 16 bytes a cookie."""

    rounding = 16

    def __init__(self, home: Path) -> None:
        self.home = home

    def open(self, *urls: str) -> None:
        with Chromium(self.home, self.home / ".config/chromium") as browser:
            for url in urls:
                browser.visit(url)

    def block(self, origin: str) -> None:
        preferences = self.home / ".config/chromium/Default/Preferences"
        written = json.loads(preferences.read_text())
        exceptions = (
            written.setdefault("profile", {}).setdefault("content_settings", {}).setdefault("exceptions", {})
        )
        exceptions["cookies"] = {
            f"{each},*": {"setting": 2, "last_modified": "13400000000000000"}
            for each in (origin, "https://login.sso.test:443")
        }
        preferences.write_text(json.dumps(written))


class InFirefox:
    """Firefox."""

    rounding = 0

    def __init__(self, home: Path) -> None:
        self.home = home

    def open(self, *urls: str) -> None:
        with Firefox(self.home, self.home / ".mozilla/firefox/x.default") as browser:
            for url in urls:
                browser.visit(url)

    def block(self, origin: str) -> None:
        with sqlite3.connect(self.home / ".mozilla/firefox/x.default/permissions.sqlite") as database:
            for each in (origin, "https://login.sso.test"):
                database.execute("INSERT INTO moz_perms VALUES(NULL, ?, 'cookie', 2, 0, 0, 0)", (each,))
        database.close()

    def open_in_container(self, *urls: str) -> None:
        with Firefox(self.home, self.home / ".mozilla/firefox/x.default") as browser:
            browser.call("Marionette:SetContext", value="chrome")
            for url in urls:
                browser.call("WebDriver:ExecuteAsyncScript", script=_IN_CONTAINER, args=[url, CONTAINER])


_IN_CONTAINER = """
const [url, userContextId, done] = arguments;
const principal = Services.scriptSecurityManager.createContentPrincipal(Services.io.newURI(url), { userContextId });
const tab = gBrowser.addTab(url, { userContextId, triggeringPrincipal: principal });
gBrowser.selectedTab = tab;
const wait = () => {
  const { currentURI, webProgress } = tab.linkedBrowser;
  currentURI.spec === url && !webProgress.isLoadingDocument ? done() : setTimeout(wait, 100);
};
wait();
"""


@pytest.fixture
def portal() -> Iterator[Portal]:
    server = Portal()
    yield server
    server.close()


@pytest.fixture(
    params=[
        pytest.param(
            InChromium, marks=pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
        ),
        pytest.param(InFirefox, marks=pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")),
    ]
)
def browser(request: pytest.FixtureRequest, tmp_path: Path) -> InChromium | InFirefox:
    kind: Callable[[Path], InChromium | InFirefox] = request.param
    return kind(tmp_path)


def great(path: str = "/", more: str = "") -> list[str]:
    return [f"n{number}={'x' * 3000}; Path={path}; Max-Age=86400{more}" for number in range(7)]


def seen(home: Path, portal: Portal) -> CookieStore:
    environment = Environment(os="linux", home=home, environ={}, root=home / "system")
    (store,) = browsers.cookie_stores(environment, portal.url, HOSTS, time.time(), IDENTITY)
    return store


def told(store: CookieStore, role: CookieRole, *, contained: bool = False) -> int:
    return max(
        (one.header_bytes for one in store.elsewhere if (one.role, one.contained) == (role, contained)),
        default=0,
    )


def test_the_host_of_identity(browser: InChromium | InFirefox, portal: Portal) -> None:
    portal.cookies = great()
    there = portal.url.replace("www.portal.test", "login.sso.test")
    browser.open(there, there + "?again")
    sent = portal.header("/login?again")
    store = seen(browser.home, portal)
    assert len(sent) > 20_000
    assert (store.count, store.sent) == (7, 0)
    assert abs(told(store, CookieRole.IDENTITY) - len(sent)) <= browser.rounding * 7


def test_a_way_back_to_the_portal(browser: InChromium | InFirefox, portal: Portal) -> None:
    portal.cookies = [*great("/callback"), "root=1; Path=/; Max-Age=86400; Domain=portal.test"]
    browser.open(portal.url, portal.url + "?again", portal.url.replace("/login", "/callback/oidc"))
    store = seen(browser.home, portal)
    assert portal.header("/login?again") == "root=1"
    assert len(portal.header("/callback/oidc")) > 20_000
    assert store.header_bytes <= len("root=1") + browser.rounding
    assert abs(told(store, CookieRole.PORTAL) - len(portal.header("/callback/oidc"))) <= browser.rounding * 8


def test_many_cookies_that_never_meet(browser: InChromium | InFirefox, portal: Portal) -> None:
    portal.cookies = [f"n{number}={'x' * 3000}; Path=/p{number}; Max-Age=86400" for number in range(7)]
    browser.open(portal.url, *(portal.url.replace("/login", f"/p{number}") for number in range(7)))
    longest = max(len(portal.header(f"/p{number}")) for number in range(7))
    assert longest < 3100
    assert abs(told(seen(browser.home, portal), CookieRole.PORTAL) - longest) <= browser.rounding


def test_cookies_of_identity_that_are_blocked(browser: InChromium | InFirefox, portal: Portal) -> None:
    portal.cookies = ["sid=1; Path=/; Max-Age=86400"]
    there = portal.url.replace("www.portal.test", "login.sso.test")
    browser.open("about:blank")
    browser.block(there.removesuffix("/login"))
    browser.open(portal.url, portal.url + "?again", there, there + "?blocked")
    assert (portal.header("/login?again"), portal.header("/login?blocked")) == ("sid=1", "")
    environment = Environment(os="linux", home=browser.home, environ={}, root=browser.home / "system")
    # The practice host listens at a port of its own, and is not secure: identity is asked for as https.
    (found,) = browsers.profiles(environment, portal.url, IDENTITY)
    assert found.blocks == (CookieBlock(CookieScope.SITE, SetBy.SETTING, CookieRole.IDENTITY),)


@pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")
def test_a_container_that_alone_opens_the_portal(tmp_path: Path, portal: Portal) -> None:
    firefox = InFirefox(tmp_path)
    portal.cookies = great()
    firefox.open_in_container(portal.url, portal.url + "?again")
    sent = portal.header("/login?again")
    assert len(sent) > 20_000
    store = seen(tmp_path, portal)
    assert (store.count, store.partitioned, store.sent) == (7, 7, 0)
    assert store.elsewhere == (CookieHeader(role=CookieRole.PORTAL, header_bytes=len(sent), contained=True),)
    firefox.open(portal.url + "?outside")
    assert portal.header("/login?outside") == ""
