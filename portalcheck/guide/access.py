"""Who may ask for what: single-use addresses, and the windows that were opened with them.

The loopback belongs to every user and program of the computer, and any site that a browser shows may send requests to
it; what is here is all that tells the person's own page from them.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Iterator
from enum import StrEnum, auto

ADDRESS = "127.0.0.1"
"""Where the page is served."""
OTHER_NAME = "localhost"
"""The other name of the loopback: to a browser another site, which needs no network."""
MOST_WINDOWS = 40
MOST_ADDRESSES = 40
"""Windows, and addresses that nobody has used: of more, the oldest go, but for the first window."""
_BYTES = 32


class Purpose(StrEnum):
    """For which window an address was made."""

    HERE = auto()
    """The one that this program opened, or was to."""
    PRIVATE = auto()
    OTHER = auto()
    """A window of another browser."""

    @property
    def private(self) -> bool | None:
        """Whether a window of this purpose is private, None if that is not known."""
        return {Purpose.PRIVATE: True, Purpose.OTHER: False}.get(self)


class Window:
    """One window that the page is open in. `id` is its path, `secret` what its scripts and forms prove themselves with.

    `nonce` is the path of its test across sites, which gives nothing away.
    """

    def __init__(self, purpose: Purpose) -> None:
        self.purpose = purpose
        self.id, self.secret, self.nonce = (secrets.token_urlsafe(_BYTES) for _ in range(3))
        self.served = False

    @property
    def path(self) -> str:
        """Where the page of this window is."""
        return f"/w/{self.id}"

    def proves(self, secret: str) -> bool:
        """Whether a secret is this window's; it takes the same time whatever is wrong with it."""
        return hmac.compare_digest(self.secret.encode(), secret.encode("utf-8", "replace"))


class Access:
    """All addresses and windows of one page."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: dict[str, Purpose | Window] = {}
        self._windows: dict[str, Window] = {}
        self._nonces: dict[str, Window] = {}

    def mint(self, purpose: Purpose) -> str:
        """The path of a new address, which opens one window."""
        token = secrets.token_urlsafe(_BYTES)
        with self._lock:
            while len(self._addresses) >= MOST_ADDRESSES:
                del self._addresses[next(iter(self._addresses))]
            self._addresses[token] = purpose
        return f"/s/{token}"

    def use(self, token: str) -> Window | None:
        """The window that an address opens; None for one that is none, or was used.

        It is spent when its window has been shown: who only looks where links lead does not spend it.
        """
        with self._lock:
            found = self._addresses.get(token)
            if isinstance(found, Window):
                if not found.served:
                    return found
                del self._addresses[token]
                return None
            if found is None:
                return None
            window = Window(found)
            if len(self._windows) >= MOST_WINDOWS:
                self._forget([*self._windows.values()][1])
            self._addresses[token] = window
            self._windows[window.id] = self._nonces[window.nonce] = window
            return window

    def _forget(self, window: Window) -> None:
        del self._windows[window.id], self._nonces[window.nonce]

    def window(self, id_: str) -> Window | None:
        """The window of a path."""
        with self._lock:
            return self._windows.get(id_)

    def of_nonce(self, nonce: str) -> Window | None:
        """The window whose test across sites a path is of."""
        with self._lock:
            return self._nonces.get(nonce)

    def is_open(self) -> bool:
        """Whether any window has shown the page."""
        return any(window.served for window in self.windows())

    def windows(self) -> Iterator[Window]:
        """All windows, the first one first."""
        with self._lock:
            yield from tuple(self._windows.values())
