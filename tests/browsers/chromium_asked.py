"""One Chromium asked in one situation: does the page open, do its scripts run, is its cookie sent, by which way."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from portalcheck.facts import DIRECT, CookieScope, Forbidden, OwnProxy
from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment
from tests.browsers.drivers import CHROMIUM_OPTIONS, Chromium

HOST = "www.portal.test"
DEAD_PORT = 9
PATIENCE_S = 20.0
SETTINGS = Path("/etc/chromium")
_OPTIONS = tuple(option for option in CHROMIUM_OPTIONS if option != "--no-proxy-server")
_PAGE = (
    b"<!doctype html><link rel=icon href=data:,><title>Sign in</title>"
    b"<noscript><img src=/off></noscript><script>new Image().src = '/on'</script>"
)
_MANIFEST = {
    "manifest_version": 3,
    "name": "Something",
    "version": "1.0",
    "permissions": ["contentSettings", "privacy", "proxy", "declarativeNetRequest"],
    "host_permissions": ["<all_urls>"],
    "background": {"service_worker": "worker.js"},
}


class Seen(NamedTuple):
    """What becomes of a sign-in page: whether it opens, its scripts run, its cookie comes back, and which way it goes.

    `way` is direct, proxy, nowhere, or unknown. What a page that does not open does, is not asked.
    """

    page: bool = True
    scripts: bool = True
    cookies: bool = True
    way: str = "direct"

    @property
    def works(self) -> bool:
        """Whether nothing stops a sign-in."""
        return self.page and self.scripts and self.cookies and self.way != "nowhere"

    @property
    def decided(self) -> Seen:
        """The same, without what the first hindrance leaves open."""
        if not self.page or self.way == "nowhere":
            return Seen(page=self.page, way=self.way if self.page else "direct")
        return self


@dataclass
class Situation:
    """Files of policies by their names, and what else a Chromium is set to."""

    managed: dict[str, bytes] = field(default_factory=dict)
    recommended: dict[str, bytes] = field(default_factory=dict)
    preferences: dict[str, object] = field(default_factory=dict)
    local_state: dict[str, object] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """What an extension calls, once it is there."""

    def at(self, port: int) -> Situation:
        """The same, with the portal's port, and one where nothing listens, in place of `{port}` and `{dead}`."""

        def put(text: str) -> str:
            return text.replace("{port}", str(port)).replace("{dead}", str(DEAD_PORT))

        def files(given: Mapping[str, bytes]) -> dict[str, bytes]:
            return {name: put(content.decode("latin-1")).encode("latin-1") for name, content in given.items()}

        return Situation(
            files(self.managed),
            files(self.recommended),
            json.loads(put(json.dumps(self.preferences))),
            self.local_state,
            [put(call) for call in self.calls],
        )


class Site:
    """The portal, and a proxy that leads to it, in one: a proxy is asked for the whole URL."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.received.append((self.path, self.headers.get("Cookie", "")))
                self.send_response(200)
                if self.path.endswith("/login"):
                    self.send_header("Set-Cookie", "sid=1; Path=/; Max-Age=86400")
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                with suppress(ConnectionError):  # a page that was left while it loaded
                    self.wfile.write(_PAGE)

            def log_message(self, *arguments: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_port
        self.origin = f"http://{HOST}:{self.port}"
        self.url = f"{self.origin}/login"

    def paths(self) -> dict[str, str]:
        """The Cookie header by the path that was asked for."""
        return {path.removeprefix(self.origin): cookie for path, cookie in self.received}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def asked(situation: Situation, site: Site, folder: Path) -> tuple[Seen, Seen]:
    """What the real Chromium does in a situation, and what our reading says that it does."""
    home, root = folder / "home", folder / "system"
    data = home / ".config/chromium"
    shown = root / "etc/chromium"
    shutil.copytree(SETTINGS, shown, ignore=shutil.ignore_patterns("policies"))
    for kind, files in (("managed", situation.managed), ("recommended", situation.recommended)):
        for name, content in files.items():
            path = shown / "policies" / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    (data / "Default").mkdir(parents=True)
    (data / "Default/Preferences").write_text(json.dumps(situation.preferences))
    (data / "Local State").write_text(json.dumps(situation.local_state))
    before = read(home, root, site).decided
    with Chromium(home, data, {SETTINGS: shown}, _OPTIONS) as browser:
        if situation.calls:
            call_from_an_extension(browser, folder / "extension", situation.calls)
        seen = looked_at(browser, site).decided
    after = read(home, root, site).decided
    # Chromium writes the person's settings anew, which may not change what is read of them.
    return seen, after if situation.calls or before == seen else before


def looked_at(browser: Chromium, site: Site) -> Seen:
    """What the browser does, as the site sees it."""
    del site.received[:]
    error = _open(browser, site, "/login")
    if error:
        return Seen(page=False) if "BLOCKED_BY_ADMINISTRATOR" in error else Seen(way="nowhere")
    _open(browser, site, "/login?again")
    paths = site.paths()
    by_proxy = any(path.startswith("http://") for path, _ in site.received)
    return Seen(
        scripts="/on" in paths,
        cookies="sid=1" in paths["/login?again"],
        way="proxy" if by_proxy else "direct",
    )


def _open(browser: Chromium, site: Site, path: str) -> str:
    """Open a page and wait until it has shown whether its scripts run; the error, if there is one."""
    before = len(site.received)
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = str(browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
    result = browser.call("Page.navigate", session, url=site.origin + path)
    error = str(result.get("errorText", ""))
    until = time.monotonic() + PATIENCE_S
    while not error and time.monotonic() < until:
        if any(asked.endswith(("/on", "/off")) for asked, _ in site.received[before:]):
            break
        time.sleep(0.02)
    else:
        assert error, "the page has shown nothing"
    browser.call("Target.closeTarget", targetId=target)
    return error


def call_from_an_extension(browser: Chromium, folder: Path, calls: Sequence[str]) -> None:
    """Install an extension that may set what it likes, and have it do so."""
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(_MANIFEST))
    (folder / "worker.js").write_text("")
    id_ = browser.call("Extensions.loadUnpacked", path=str(folder))["id"]
    until = time.monotonic() + PATIENCE_S
    workers: list[Mapping[str, object]] = []
    while not workers and time.monotonic() < until:
        targets = browser.call("Target.getTargets")["targetInfos"]
        workers = [one for one in targets if one["type"] == "service_worker" and str(id_) in one["url"]]
        time.sleep(0.05)
    session = browser.call("Target.attachToTarget", targetId=workers[0]["targetId"], flatten=True)[
        "sessionId"
    ]
    for call in calls:
        answer = browser.call("Runtime.evaluate", str(session), expression=call, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer


def read(home: Path, root: Path, site: Site) -> Seen:
    """What our reading of the files says."""
    environment = Environment(os="linux", home=home, environ={}, root=root)
    (found,) = browsers.profiles(environment, site.url)
    forbidden = {one.what for one in found.forbids}
    way = {"": "direct", DIRECT: "direct", f"http://127.0.0.1:{site.port}": "proxy"}
    unknown = found.way.kind in (OwnProxy.SCRIPT, OwnProxy.DETECT)
    return Seen(
        page=Forbidden.PAGE not in forbidden,
        scripts=Forbidden.SCRIPTS not in forbidden,
        cookies=all(block.scope is CookieScope.THIRD_PARTY for block in found.blocks),
        way="unknown" if unknown else way.get(found.way.proxy, "nowhere"),
    )
