"""Opening the page in the person's browser, without its address in the list of processes that everybody can read."""

from __future__ import annotations

import contextlib
import secrets
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

from portalcheck.writing import write

_TEXT_BROWSERS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m", "browsh"})
_NAME = "portalcheck-start-"
_PATIENCE_S = 12.0
"""After which a browser that has not come by the file is given the address itself: some may not read every folder."""
_FILE = (
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>portalcheck</title>'
    '<meta http-equiv="refresh" content="0;url={url}"><a href="{url}">portalcheck</a>'
)


def browser_is_there(environ: Mapping[str, str]) -> bool:
    """Whether there is a browser that shows pages, on a screen in front of the person."""
    screen = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    if sys.platform not in ("win32", "darwin") and not screen and not environ.get("BROWSER"):
        return False
    if not screen and environ.get("SSH_CONNECTION"):
        return False
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    return Path(str(getattr(found, "name", ""))).name not in _TEXT_BROWSERS


class Opener:
    """Leads the browser to an address, by a file that this user alone can read; `arrived` says that it came."""

    def __init__(self, arrived: Callable[[], bool]) -> None:
        self._arrived = arrived
        self._file: Path | None = None

    def open(self, url: str) -> None:
        """Open the page; the address itself is given away only where the file leads nowhere."""
        self._file = self._written(url)
        if self._file is None or not webbrowser.open(self._file.as_uri()):
            webbrowser.open(url)
            return
        timer = threading.Timer(_PATIENCE_S, self._once_more, (url,))
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink()

    def _once_more(self, url: str) -> None:
        if not self._arrived():
            webbrowser.open(url)
        self.close()

    def _written(self, url: str) -> Path | None:
        # In the home itself: browsers in a box of their own (snap) read no hidden folder.
        try:
            home = Path.home()
            for left in home.glob(f"{_NAME}*.html"):
                with contextlib.suppress(OSError):
                    left.unlink()
            path = home / f"{_NAME}{secrets.token_hex(4)}.html"
            write(path, _FILE.format(url=escape(url)).encode())
        except (OSError, RuntimeError):
            return None
        return path
