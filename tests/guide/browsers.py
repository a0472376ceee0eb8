"""Real browsers with a page open that can be clicked: the drivers of tests/browsers, and windows that stay."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tests.browsers.drivers import CHROMIUM_OPTIONS, Chromium, Firefox
from tests.guide.situation import Extension

PATIENCE_S = 45.0
_OWN_WAY = ("--no-proxy-server", "--host-resolver-rules=MAP *.test 127.0.0.1, EXCLUDE localhost")
OPTIONS = tuple(option for option in CHROMIUM_OPTIONS if option not in _OWN_WAY)


def wait(ready: Callable[[], Any], seconds: float = PATIENCE_S) -> bool:
    """Wait until something is so; whether it came to be."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


class OpenWindow(Protocol):
    """A window with a page in it."""

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""


class Driven(Protocol):
    """A browser that is driven."""

    def open(self, url: str, *, private: bool = False) -> OpenWindow:
        """A new window with a page."""

    def close(self) -> None:
        """End it."""


class _ChromiumWindow:
    def __init__(self, browser: Chromium, session: str, target: str) -> None:
        self._browser, self._session, self.target = browser, session, target

    def evaluate(self, expression: str) -> Any:
        answer = self._browser.call(
            "Runtime.evaluate", self._session, expression=expression, awaitPromise=True, returnByValue=True
        )
        return answer["result"].get("value")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        return self._browser.call(method, self._session, **parameters)

    def close(self) -> None:
        self._browser.call("Target.closeTarget", targetId=self.target)


class DrivenChromium(Chromium):
    """Chromium with windows that stay."""

    def __init__(
        self,
        home: Path,
        options: Sequence[str] = (),
        data: Path | None = None,
        extension: Extension | None = None,
    ) -> None:
        self.data = data or home / ".config/chromium"
        super().__init__(home, self.data, options=(*OPTIONS, *options))
        if extension is not None:
            self.install(extension, home / "extension")

    def open(self, url: str, *, private: bool = False) -> _ChromiumWindow:
        more = {}
        if private:
            more["browserContextId"] = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", **more)["targetId"]
        session = str(self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        self.call("Page.navigate", session, url=url)
        return _ChromiumWindow(self, session, target)

    def install(self, extension: Extension, folder: Path) -> None:
        folder.mkdir()
        for name, text in extension.files.items():
            (folder / name).write_text(text)
        id_ = str(self.call("Extensions.loadUnpacked", path=str(folder))["id"])
        # Chromium writes down what it has a while later, and the program reads what is written.
        files = [self.data / "Default" / name for name in ("Preferences", "Secure Preferences")]
        assert wait(lambda: any(file.is_file() and id_ in file.read_text() for file in files))


class _FirefoxWindow:
    def __init__(self, browser: Firefox, handle: str) -> None:
        self._browser, self._handle = browser, handle

    def evaluate(self, expression: str) -> Any:
        self._browser.call("WebDriver:SwitchToWindow", handle=self._handle)
        return self._browser.call("WebDriver:ExecuteScript", script=f"return {expression}", args=[])["value"]

    def close(self) -> None:
        self._browser.call("WebDriver:SwitchToWindow", handle=self._handle)
        self._browser.call("WebDriver:CloseWindow")


def put_into(profile: Path, extension: Extension) -> None:
    """Put an add-on into a profile, as one that was installed, and let it run in private windows if it is to."""
    folder = profile / "extensions"
    folder.mkdir(parents=True)
    id_ = json.loads(extension.files["manifest.json"])["browser_specific_settings"]["gecko"]["id"]
    with zipfile.ZipFile(folder / f"{id_}.xpi", "w") as package:
        for name, text in extension.files.items():
            package.writestr(name, text)
    granted = ["internal:privateBrowsingAllowed"] if extension.private else []
    rights = {id_: {"permissions": granted, "origins": []}}
    (profile / "extension-preferences.json").write_text(json.dumps(rights))


class DrivenFirefox(Firefox):
    """Firefox with windows that stay, and with an add-on in its profile, if there is one."""

    def __init__(
        self,
        home: Path,
        preferences: Mapping[str, object] | None = None,
        profile: Path | None = None,
        extension: Extension | None = None,
    ) -> None:
        # A name of the lab's is asked of its DNS server, and the proxy is the system's unless a row says otherwise.
        own = {"network.dns.localDomains": None, "network.proxy.type": None, **(preferences or {})}
        place = profile or home / ".mozilla/firefox/test.default"
        if extension is not None:
            own |= {"xpinstall.signatures.required": False, "extensions.autoDisableScopes": 0}
            put_into(place, extension)
        super().__init__(home, place, preferences=own)

    def open(self, url: str, *, private: bool = False) -> _FirefoxWindow:
        made = self.call("WebDriver:NewWindow", type="window" if private else "tab", private=private)
        self.call("WebDriver:SwitchToWindow", handle=made["handle"])
        self.call("WebDriver:SetTimeouts", pageLoad=20000)
        self.call("WebDriver:Navigate", url=url)
        return _FirefoxWindow(self, str(made["handle"]))


def settings(preferences: Mapping[str, object]) -> str:
    """The person's settings as Chromium's file has them."""
    return json.dumps(preferences)
