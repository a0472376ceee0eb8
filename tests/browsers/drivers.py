"""A small portal on the loopback, and real browsers that are sent to it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PATIENCE_S = 60.0

CHROMIUM_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--host-resolver-rules=MAP *.test 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-pipe",
    "--enable-unsafe-extension-debugging",
)
FIREFOX_PREFERENCES: Mapping[str, object] = {
    "network.dns.localDomains": "portal.test,www.portal.test,login.sso.test",
    "network.proxy.type": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "dom.security.https_first": False,
    "dom.security.https_first_schemeless": False,
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.region.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "services.settings.server": "http://localhost:9/",
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.gmp-manager.updateEnabled": False,
}


_PAGE = (
    b"<!doctype html><link rel=icon href=data:,><title>Sign in</title>"
    b"<img src=/picture><noscript><img src=/without-scripts></noscript>"
)


class Portal:
    """Sets the cookies that it is told to at `/login`, and keeps the Cookie header of each request."""

    def __init__(self) -> None:
        self.cookies: Sequence[str] = ()
        self.received: list[tuple[str, str]] = []
        portal = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                portal.received.append((self.path, self.headers.get("Cookie", "")))
                self.send_response(200)
                for cookie in portal.cookies if self.path.endswith("/login") else ():
                    self.send_header("Set-Cookie", cookie)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(_PAGE)

            def log_message(self, *arguments: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://www.portal.test:{self.port}/login"

    def header(self, path: str = "/login") -> str:
        """The Cookie header of the last request for a path."""
        return next(cookie for asked, cookie in reversed(self.received) if asked == path)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def in_view(
    command: Sequence[str], over: Mapping[Path, Path], beside: Mapping[Path, Path] | None = None
) -> list[str]:
    """The command, in a view of the file system of its own in which folders lie over others; needs root.

    Of a folder in `beside` the files are added to those that are there.
    """
    mounts = [f"mount --bind '{shown}' '{hidden}'" for hidden, shown in over.items()]
    mounts += [
        f"mount -t overlay added -o 'lowerdir={shown}:{old}' '{old}'" for old, shown in (beside or {}).items()
    ]
    if not mounts:
        return list(command)
    return ["unshare", "--mount", "sh", "-c", f'{" && ".join(mounts)} && exec "$@"', "sh", *command]


def without_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without a proxy of this computer's, which a browser may go by."""
    return {name: value for name, value in environ.items() if not name.lower().endswith("_proxy")}


class _Browser:
    """A process that is ended with the block, by asking it first."""

    process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def quit(self) -> None:
        """Ask the browser to close itself."""
        raise NotImplementedError

    def kill(self) -> None:
        """End the browser and its children at once, as a crash does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is not None:
            return
        try:
            self.quit()
            self.process.wait(PATIENCE_S)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            pass
        if self.process.poll() is None:
            self.kill()


_AT_3_AND_4 = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for number, end in enumerate(ends, 3):
    os.dup2(end, number)
    os.close(end)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Where the protocol wants its pipes."""


class Chromium(_Browser):
    """Driven over the pipes of the Chrome DevTools Protocol."""

    def __init__(
        self,
        home: Path,
        data: Path,
        over: Mapping[Path, Path] | None = None,
        options: Sequence[str] = CHROMIUM_OPTIONS,
    ) -> None:
        assert CHROMIUM is not None
        data.mkdir(parents=True, exist_ok=True)
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        ends = [str(to_browser), str(from_browser)]
        browser = [CHROMIUM, *options, f"--user-data-dir={data}", "about:blank"]
        command = [sys.executable, "-c", _AT_3_AND_4, *ends, *browser]
        self.process = subprocess.Popen(
            in_view(command, over or {}),
            env={**without_proxies(os.environ), "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(to_browser, from_browser),
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._rest = b""
        self._number = 0

    def call(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """One command and its answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._next())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise ValueError(answer["error"])
                return dict(answer["result"])

    def _next(self) -> bytes:
        while b"\0" not in self._rest:
            more = os.read(self._in, 65536)
            if not more:
                raise ValueError("the browser has gone")
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return message

    def visit(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = str(self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        self.call("Page.enable", session)
        self.call("Page.navigate", session, url=url)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            state = self.call("Runtime.evaluate", session, expression="document.readyState + location.href")
            if state["result"]["value"] == "complete" + url:
                break
            time.sleep(0.1)
        self.call("Target.closeTarget", targetId=target)

    def quit(self) -> None:
        self.call("Browser.close")

    def close(self) -> None:
        super().close()
        for pipe in (self._in, self._out):
            os.close(pipe)


class Firefox(_Browser):
    """Driven over Marionette: messages `length:[type, id, command, parameters]`."""

    def __init__(
        self,
        home: Path,
        profile: Path,
        over: Mapping[Path, Path] | None = None,
        preferences: Mapping[str, object] | None = None,
        beside: Mapping[Path, Path] | None = None,
    ) -> None:
        assert FIREFOX is not None
        profile.mkdir(parents=True, exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        wanted = {**FIREFOX_PREFERENCES, "marionette.port": port, **(preferences or {})}
        lines = [
            f'user_pref("{name}", {json.dumps(value)});'
            for name, value in wanted.items()
            if value is not None
        ]
        (profile / "user.js").write_text("\n".join(lines))
        command = [FIREFOX, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
        command.append("--remote-allow-system-access")  # so that a test may set what a person would click
        self.process = subprocess.Popen(
            in_view(command, over or {}, beside),
            env={**os.environ, "HOME": str(home), "MOZ_HEADLESS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._socket = self._connect(port)
        self._rest = b""
        self._number = 0
        self._next()  # the greeting
        self.call("WebDriver:NewSession")

    def _connect(self, port: int) -> socket.socket:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), PATIENCE_S)
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.kill()
                    raise
                time.sleep(0.2)

    def call(self, command: str, **parameters: object) -> Any:
        """One command and its answer."""
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = json.loads(self._next())
        if error:
            raise ValueError(error)
        return result

    def _next(self) -> bytes:
        while b":" not in self._rest:
            self._rest += self._more()
        length, _, self._rest = self._rest.partition(b":")
        while len(self._rest) < int(length):
            self._rest += self._more()
        message, self._rest = self._rest[: int(length)], self._rest[int(length) :]
        return message

    def _more(self) -> bytes:
        more = self._socket.recv(65536)
        if not more:
            raise ValueError("the browser has gone")
        return more

    def visit(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        self.call("WebDriver:Navigate", url=url)

    def quit(self) -> None:
        self.call("Marionette:Quit", flags=["eForceQuit"])

    def close(self) -> None:
        super().close()
        self._socket.close()
