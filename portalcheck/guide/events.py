"""Streams of events to the page (server-sent events, HTML 9.2), and how long nobody has listened."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from portalcheck.guide.server import Stream

Parts = Mapping[str, str]
"""Named parts of the page, as HTML."""

IDLE_S = 30 * 60.0
"""After the last action a page ends (contract.md, The page)."""
CLOSED_S = 60.0
"""After the last stream of events was closed it ends, too: the window is gone, and was not just loaded anew."""
_HEARTBEAT_S = 1.0


class Hub:
    """Tells all listeners that something has changed; each then asks for the parts, and is sent those that differ.

    So a slow listener skips what it has missed, and nothing is kept for it.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._version, self._listening, self._ended = 0, 0, False
        self.silent_since: float | None = None
        """When the last listener went (monotonic clock); None as long as one listens, or none has come yet."""

    def changed(self) -> None:
        """Something has changed."""
        with self._condition:
            self._version += 1
            self._condition.notify_all()

    def end(self) -> None:
        """Nothing will change any more: each listener is sent the last parts, and its stream ends."""
        with self._condition:
            self._version += 1
            self._ended = True
            self._condition.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait until something changes, for that long at most."""
        with self._condition:
            self._condition.wait(seconds)

    def wait_for_end(self, last_action: Callable[[], float]) -> None:
        """Wait until nobody has done anything for long, or nobody listens any more.

        `last_action` tells when somebody last did something (monotonic clock).
        """
        while True:
            now, silent = time.monotonic(), self.silent_since
            left = last_action() + IDLE_S - now
            if silent is not None:
                left = min(left, silent + CLOSED_S - now)
            if left <= 0:
                return
            # On Windows nothing but its own wake-up lets a thread that waits hear of Ctrl-C.
            self.wait(min(left, _HEARTBEAT_S))

    def listening(self) -> int:
        """How many listen."""
        with self._condition:
            return self._listening

    def stream(self, parts: Callable[[], Parts]) -> Stream:
        """A stream for one listener, whose parts are what `parts` gives."""
        gone = threading.Event()
        with self._condition:
            self._listening += 1
            self.silent_since = None

        def wake() -> None:
            gone.set()
            self.changed()

        def closed() -> None:
            with self._condition:
                self._listening -= 1
                if not self._listening:
                    self.silent_since = time.monotonic()
                self._condition.notify_all()

        return Stream(self._events(parts, gone), wake, closed)

    def _events(self, parts: Callable[[], Parts], gone: threading.Event) -> Iterator[bytes]:
        sent: dict[str, str] = {}
        seen = -1
        while not gone.is_set():
            with self._condition:
                while self._version == seen and not gone.is_set():
                    self._condition.wait()
                seen, ended = self._version, self._ended
            told = {name: text for name, text in parts().items() if sent.get(name) != text}
            sent |= told
            if told or ended:
                yield f"data: {json.dumps({**told, **({'ended': '1'} if ended else {})})}\n\n".encode()
            if ended:
                return
