"""What real browsers keep and are set to, read while they run and after they were closed."""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, CookieStore, SetBy
from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment
from tests.browsers.drivers import CHROMIUM, FIREFOX, Chromium, Firefox, Portal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
needs_firefox = pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")
needs_root = pytest.mark.skipif(
    shutil.which("unshare") is None or os.geteuid() != 0,
    reason="policies are laid over the system's by root alone",
)

HOSTS = ["portal.test", "sso.test"]
LOGIN = [
    "sid=0123456789abcdef; Path=/; Domain=portal.test; Max-Age=86400",
    "sid=fedcba; Path=/login; Max-Age=86400",
    "session=now; Path=/",
    "elsewhere=x; Path=/account; Max-Age=86400",
    "brief=gone; Path=/; Max-Age=1",
]
WRITTEN_EVERY_S = 30  # Chromium


class Here:
    """A home of its own, and what is read there of the only browser in it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.root = folder / "system"
        self.home.mkdir()
        self.root.mkdir()
        self.chromium = self.home / ".config/chromium"
        self.firefox = self.home / ".mozilla/firefox/test.default"
        self.environment = Environment(os="linux", home=self.home, environ={}, root=self.root)

    def policies(self, kind: str, rules: object) -> Path:
        """A folder to lay over Chromium's, in which there are these policies too."""
        system = Path("/etc/chromium")
        if not system.is_dir():
            pytest.skip("this Chromium has no folder of settings to lay policies into")
        shown = self.root / "etc/chromium"
        shutil.copytree(system, shown, ignore=shutil.ignore_patterns("policies"))
        (shown / "policies" / kind).mkdir(parents=True)
        (shown / "policies" / kind / "test.json").write_text(json.dumps(rules))
        return shown

    def store(self, url: str) -> CookieStore:
        (found,) = browsers.cookie_stores(self.environment, url, HOSTS, time.time())
        return found

    def profile(self, url: str) -> BrowserProfile:
        (found,) = browsers.profiles(self.environment, url)
        return found

    def waited_for(self, url: str, wanted: Callable[[CookieStore], bool], seconds: float) -> CookieStore:
        until = time.monotonic() + seconds
        while True:
            store = self.store(url)
            if wanted(store) or time.monotonic() > until:
                return store
            time.sleep(0.5)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    return Here(tmp_path)


@pytest.fixture
def portal() -> Iterator[Portal]:
    server = Portal()
    server.cookies = LOGIN
    yield server
    server.close()


@needs_chromium
def test_chromiums_cookies_while_it_runs_and_after(here: Here, portal: Portal) -> None:
    with Chromium(here.home, here.chromium) as browser:
        browser.visit(portal.url)
        time.sleep(1.5)
        browser.visit(portal.url + "?again")
        sent = portal.header("/login?again")
        running = here.waited_for(portal.url, lambda store: store.count > 0, WRITTEN_EVERY_S + 15)
    assert running.running is True
    assert (running.unreadable, running.session, running.duplicates) == (None, 1, 1)
    assert running.sent == len(sent.split("; "))
    assert abs(running.header_bytes - len(sent)) <= 16 * running.sent
    closed = here.store(portal.url)
    assert closed.running is False
    assert (closed.sent, closed.session, closed.duplicates) == (running.sent - 1, 1, 1)
    assert closed.count >= 4
    with Chromium(here.home, here.chromium) as browser:
        browser.visit(portal.url + "?later")
    assert closed.sent == len(portal.header("/login?later").split("; "))
    (installed,) = browsers.installed(here.environment)
    assert installed.browser == "chromium"
    assert installed.version.count(".") == 3
    assert installed.built is not None


@needs_chromium
def test_chromiums_cookies_after_it_was_killed(here: Here, portal: Portal) -> None:
    with Chromium(here.home, here.chromium) as browser:
        browser.visit(portal.url)
        time.sleep(1.5)
        browser.visit(portal.url + "?again")
        running = here.waited_for(portal.url, lambda store: store.count > 0, WRITTEN_EVERY_S + 15)
        browser.kill()
    killed = here.store(portal.url)
    assert (running.running, killed.running) == (True, False)  # its lock stays behind
    assert killed.unreadable is None
    assert running.sent == len(portal.header("/login?again").split("; "))
    with Chromium(here.home, here.chromium) as browser:
        browser.visit(portal.url + "?later")
    assert killed.sent == running.sent == len(portal.header("/login?later").split("; "))
    assert killed.session == 1


@needs_chromium
@needs_root
@pytest.mark.parametrize("by", ["setting", "policy"])
def test_a_chromium_that_restores_its_session_sends_the_cookies_of_the_last(
    here: Here, portal: Portal, by: str
) -> None:
    portal.cookies = ["session=now; Path=/"]
    over = {}
    if by == "setting":
        (here.chromium / "Default").mkdir(parents=True)
        (here.chromium / "Default/Preferences").write_text('{"session": {"restore_on_startup": 1}}')
    else:
        over = {Path("/etc/chromium"): here.policies("managed", {"RestoreOnStartup": 1})}
    with Chromium(here.home, here.chromium, over) as browser:
        browser.visit(portal.url)
        time.sleep(1)
    assert here.store(portal.url).sent == 1
    with Chromium(here.home, here.chromium, over) as browser:
        browser.visit(portal.url + "?later")
    assert portal.header("/login?later") == "session=now"


@needs_chromium
@needs_root
def test_a_chromium_whose_administrator_recommends_to_block_cookies(here: Here, portal: Portal) -> None:
    shown = here.policies("recommended", {"DefaultCookiesSetting": 2})
    with Chromium(here.home, here.chromium, {Path("/etc/chromium"): shown}) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    assert portal.header("/login?again") == ""
    assert here.profile(portal.url).blocks == (CookieBlock(CookieScope.ALL, SetBy.POLICY),)


@needs_firefox
def test_an_exception_for_a_site_in_a_real_firefox(here: Here, portal: Portal) -> None:
    script = (
        "const uri = Services.io.newURI(arguments[0]);"
        "const principal = Services.scriptSecurityManager.createContentPrincipal(uri, {});"
        "Services.perms.addFromPrincipal(principal, 'cookie', Services.perms.DENY_ACTION);"
    )
    with Firefox(here.home, here.firefox) as browser:
        browser.call("Marionette:SetContext", value="chrome")
        browser.call("WebDriver:ExecuteScript", script=script, args=[portal.url])
        browser.call("Marionette:SetContext", value="content")
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
        assert portal.header("/login?again") == ""
        until = time.monotonic() + 20
        while not here.profile(portal.url).blocks and time.monotonic() < until:
            time.sleep(0.5)
        assert here.profile(portal.url).blocks == (
            CookieBlock(CookieScope.SITE, SetBy.SETTING),
        )  # while it runs
    assert here.profile(portal.url).blocks == (CookieBlock(CookieScope.SITE, SetBy.SETTING),)
    assert here.store(portal.url).count == 0


@needs_chromium
def test_the_size_of_chromiums_header_is_told_to_16_bytes_a_cookie(here: Here, portal: Portal) -> None:
    portal.cookies = [f"c{number}={'v' * (number * 37)}; Path=/; Max-Age=86400" for number in range(24)]
    with Chromium(here.home, here.chromium) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    sent = portal.header("/login?again")
    assert len(sent) > 8192
    store = here.store(portal.url)
    assert store.sent == 24
    assert abs(store.header_bytes - len(sent)) <= 16 * 24


@needs_chromium
def test_a_chromium_that_blocks_cookies_and_has_an_extension(here: Here, portal: Portal) -> None:
    default = here.chromium / "Default"
    default.mkdir(parents=True)
    wanted = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (default / "Preferences").write_text(json.dumps(wanted))
    extension = here.home / "extension"
    extension.mkdir()
    manifest = {
        "manifest_version": 3,
        "name": "My Tracker Blocker",
        "version": "1",
        "permissions": ["declarativeNetRequest"],
    }
    (extension / "manifest.json").write_text(json.dumps(manifest))
    seen_from_here = here.root.joinpath(*extension.parts[1:])
    seen_from_here.parent.mkdir(parents=True)
    seen_from_here.symlink_to(extension)
    with Chromium(here.home, here.chromium) as browser:
        browser.call("Extensions.loadUnpacked", path=str(extension))
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    assert portal.header("/login?again") == ""
    found = here.profile(portal.url)
    assert found.unreadable is None
    assert found.blocks == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
    assert found.extensions == ("another",)
    assert here.store(portal.url).count == 0


@needs_chromium
@needs_root
def test_a_chromium_whose_administrator_blocks_the_site(here: Here, portal: Portal) -> None:
    system = Path("/etc/chromium")
    if not system.is_dir():
        pytest.skip("this Chromium has no folder of settings to lay policies into")
    shown = here.root / "etc/chromium"
    shutil.copytree(system, shown, ignore=shutil.ignore_patterns("policies"))
    (shown / "policies/managed").mkdir(parents=True)
    rules = {"CookiesBlockedForUrls": ["[*.]portal.test"]}
    (shown / "policies/managed/test.json").write_text(json.dumps(rules))
    with Chromium(here.home, here.chromium, {system: shown}) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    assert portal.header("/login?again") == ""
    assert here.profile(portal.url).blocks == (CookieBlock(CookieScope.SITE, SetBy.POLICY),)


@needs_firefox
def test_firefoxes_cookies_while_it_runs_after_it_was_killed_and_after_it_closed(
    here: Here, portal: Portal
) -> None:
    with Firefox(here.home, here.firefox) as browser:
        browser.visit(portal.url)
        time.sleep(1.5)
        browser.visit(portal.url + "?again")
        sent = portal.header("/login?again")
        running = here.waited_for(portal.url, lambda store: store.count >= 3, 20)
        assert running.running is True
        browser.kill()
    killed = here.store(portal.url)
    assert killed.running is False
    for store in (running, killed):
        assert (store.unreadable, store.session, store.duplicates) == (None, None, 1)
        assert store.sent == len(sent.split("; ")) - 1  # the session cookie is kept elsewhere
        assert store.header_bytes == len(sent) - len("; session=now")
    with Firefox(here.home, here.firefox) as browser:
        browser.visit(portal.url)
    # The brief one was set anew, and lives on where the browser closes within its second.
    closed = here.waited_for(portal.url, lambda store: store.sent == running.sent, 3)
    assert closed.running is False
    assert (closed.sent, closed.header_bytes) == (running.sent, running.header_bytes)
    (installed,) = browsers.installed(here.environment)
    assert installed.browser == "firefox"
    assert installed.version
    assert installed.built is not None


@needs_firefox
def test_a_firefox_that_blocks_cookies_and_has_an_extension(here: Here, portal: Portal) -> None:
    folder = here.firefox / "extensions"
    folder.mkdir(parents=True)
    manifest = {
        "manifest_version": 2,
        "name": "Something",
        "version": "1.0",
        "browser_specific_settings": {"gecko": {"id": "uBlock0@raymondhill.net"}},
    }
    with zipfile.ZipFile(folder / "uBlock0@raymondhill.net.xpi", "w") as package:
        package.writestr("manifest.json", json.dumps(manifest))
    preferences = {
        "network.cookie.cookieBehavior": 2,
        "xpinstall.signatures.required": False,
        "extensions.autoDisableScopes": 0,
    }
    with Firefox(here.home, here.firefox, preferences=preferences) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
        time.sleep(2)
    assert portal.header("/login?again") == ""
    (here.firefox / "user.js").unlink()  # what is told now comes from prefs.js, which Firefox wrote
    found = here.profile(portal.url)
    assert found.blocks == (CookieBlock(CookieScope.ALL, SetBy.SETTING),)
    assert found.extensions == ("uBlock Origin",)
    assert here.store(portal.url).count == 0


@needs_firefox
def test_a_firefox_that_deletes_cookies_when_it_closes(here: Here, portal: Portal) -> None:
    preferences = {"privacy.sanitize.sanitizeOnShutdown": True}
    with Firefox(here.home, here.firefox, preferences=preferences) as browser:
        browser.visit(portal.url)
        assert here.waited_for(portal.url, lambda store: store.count >= 3, 20).count >= 3
    assert here.profile(portal.url).clears_on_exit
    assert here.store(portal.url).count == 0


@needs_firefox
@needs_root
def test_a_firefox_whose_administrator_blocks_cookies(here: Here, portal: Portal) -> None:
    assert FIREFOX is not None
    system = Path(FIREFOX).resolve().parent / "distribution"
    if not system.is_dir():
        pytest.skip("this Firefox has no folder to lay policies into")
    shown = here.root.joinpath(*system.parts[1:])
    shutil.copytree(system, shown)
    (shown / "policies.json").write_text(json.dumps({"policies": {"Cookies": {"Behavior": "reject"}}}))
    with Firefox(here.home, here.firefox, {system: shown}) as browser:
        browser.visit(portal.url)
        browser.visit(portal.url + "?again")
    assert portal.header("/login?again") == ""
    assert here.profile(portal.url).blocks == (CookieBlock(CookieScope.ALL, SetBy.POLICY),)
