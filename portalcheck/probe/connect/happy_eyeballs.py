"""TCP connections as a browser opens them: happy eyeballs (RFC 8305), with every attempt recorded."""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Sequence

from portalcheck.api.protocols import Machine
from portalcheck.facts import Attempt, ConnectStep, Failure
from portalcheck.probe.connect.socket_options import bind_to_interface, limit_segments
from portalcheck.probe.deadline import Deadline, elapsed_ms
from portalcheck.probe.failures import of_os_error
from portalcheck.probe.limits import CONNECT_S, STAGGER_S

_MAX_TRIES = 6
_IN_PROGRESS = {
    errno.EINPROGRESS,
    errno.EWOULDBLOCK,
    errno.EALREADY,
    getattr(errno, "WSAEWOULDBLOCK", errno.EAGAIN),
}


def family_of(address: str) -> int:
    """The address family of an IP literal: 4 or 6."""
    return 6 if ":" in address else 4


def interleave(addresses: Sequence[str]) -> list[str]:
    """Alternate the families, beginning with the first address's (RFC 8305, 4)."""
    if not addresses:
        return []
    lead = family_of(addresses[0])
    first = [a for a in addresses if family_of(a) == lead]
    second = [a for a in addresses if family_of(a) != lead]
    mixed: list[str] = []
    while first or second:
        mixed.extend(queue.pop(0) for queue in (first, second) if queue)
    return mixed


class Race:
    """Connection attempts to several addresses at once; `attempts` records how each of them ended."""

    def __init__(self, machine: Machine, port: int, interface: str, *, small_packets: bool = False) -> None:
        self.machine, self.port, self.interface, self.small_packets = machine, port, interface, small_packets
        self.selector = selectors.DefaultSelector()
        self.started: dict[socket.socket, tuple[str, float]] = {}
        self.attempts: list[Attempt] = []

    def start(self, address: str) -> socket.socket | None:
        """Begin one attempt; the socket if it connects at once, else None."""
        since = time.monotonic()
        sock: socket.socket | None = None
        try:
            where, port = self.machine.endpoint(address, self.port)
            sock = socket.socket(socket.AF_INET6 if ":" in where else socket.AF_INET, socket.SOCK_STREAM)
            sock.setblocking(False)
            # Else a request waits until the end of TLS's handshake is acknowledged: two round trips.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.interface:
                bind_to_interface(sock, self.interface)
            if self.small_packets:
                limit_segments(sock)
            code = sock.connect_ex((where, port))
        except OSError as error:
            self._failed(address, since, of_os_error(error), sock)
            return None
        if code == 0:
            self.attempts.append(Attempt(address, None, elapsed_ms(since)))
            return sock
        if code not in _IN_PROGRESS:
            self._failed(address, since, of_os_error(OSError(code, "")), sock)
            return None
        self.started[sock] = (address, since)
        self.selector.register(sock, selectors.EVENT_WRITE)
        return None

    def wait(self, seconds: float) -> socket.socket | None:
        """The socket that connected within `seconds`, if one did; returns early when one failed."""
        for key, _ in self.selector.select(max(0.0, seconds)):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            self.selector.unregister(sock)
            address, since = self.started.pop(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            # Reset means that it was there: a connection is refused otherwise (RFC 9293, 3.10.7).
            if code in (0, errno.ECONNRESET):
                self.attempts.append(Attempt(address, None, elapsed_ms(since)))
                return sock
            self._failed(address, since, of_os_error(OSError(code, "")), sock)
        return None

    def end(self, *, won: bool) -> None:
        """Give up what is still under way: timed out, but for what a winner overtook within `STAGGER_S`."""
        for sock, (address, since) in self.started.items():
            if won and time.monotonic() - since < STAGGER_S:
                sock.close()
            else:
                self._failed(address, since, Failure.TIMED_OUT, sock)
        self.selector.close()

    def _failed(self, address: str, since: float, failure: Failure, sock: socket.socket | None) -> None:
        self.attempts.append(Attempt(address, failure, elapsed_ms(since)))
        if sock is not None:
            sock.close()


def dial(
    machine: Machine,
    addresses: Sequence[str],
    port: int,
    deadline: Deadline,
    *,
    interface: str = "",
    small_packets: bool = False,
) -> tuple[socket.socket | None, ConnectStep]:
    """Connect to the first address that answers, all within `CONNECT_S`; the socket blocks, without a time limit."""
    since = time.monotonic()
    end = since + deadline.limit(CONNECT_S)
    race = Race(machine, port, interface, small_packets=small_packets)
    waiting = interleave(addresses)[:_MAX_TRIES]
    winner: socket.socket | None = None
    next_start = since
    while winner is None and time.monotonic() < end and (waiting or race.started):
        if waiting and (time.monotonic() >= next_start or not race.started):
            winner = race.start(waiting.pop(0))
            next_start = time.monotonic() + STAGGER_S
            continue
        winner = race.wait(min(end, next_start if waiting else end) - time.monotonic())
    # One more look, as this program may not have run for a while.
    winner = winner or (race.wait(0.0) if race.started else None)
    race.end(won=winner is not None)
    return _finish(winner, race.attempts, since)


def _finish(
    winner: socket.socket | None, attempts: list[Attempt], since: float
) -> tuple[socket.socket | None, ConnectStep]:
    if winner is not None:
        address = next(attempt.address for attempt in attempts if attempt.failure is None)
        winner.setblocking(True)
        step = ConnectStep(failure=None, address=address, attempts=tuple(attempts), ms=elapsed_ms(since))
        return winner, step
    failures = [attempt.failure for attempt in attempts if attempt.failure is not None]
    # A family that this computer has no route for tells less than what another address did.
    told = next((failure for failure in failures if failure is not Failure.NETWORK_UNREACHABLE), None)
    failure = told or (failures[0] if failures else Failure.NODATA)
    return None, ConnectStep(failure=failure, attempts=tuple(attempts), ms=elapsed_ms(since))


def source_address(machine: Machine, address: str, port: int = 443) -> str | Failure:
    """The local address that packets to `address` would leave from, or why none would; nothing is sent."""
    try:
        where, port = machine.endpoint(address, port)
        with socket.socket(socket.AF_INET6 if ":" in where else socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect((where, port))
            return str(sock.getsockname()[0])
    except OSError as error:
        return of_os_error(error)
