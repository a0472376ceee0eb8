"""Small servers on the loopback: one thread waits for all of them, one more serves each connection."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Self

from portalcheck.shortage import ShortageError, start

LOOPBACK = "127.0.0.1"
_IDLE_S = 20.0
_CLOSING_S = 2.0
_JOIN_S = 0.05
_LINGER_S = 1.0
_LINGER_READS = 64
_MAX_PEERS = 64
_PAIR_TRIES = 20
_MAX_DATAGRAM = 4096
_MAX_DATAGRAMS_A_TURN = 32

Endpoint = tuple[str, int]
"""Where a server really listens: a loopback address and a port."""


class Peer:
    """One accepted connection. Who wraps `socket` in TLS puts the wrapped one in its place."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.socket = sock
        self.stopping = stopping
        self.thread: threading.Thread | None = None

    def reset(self) -> None:
        """Close with RST instead of FIN (RFC 9293, 3.10.7): SO_LINGER with no time to linger."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()

    def ignore(self) -> None:
        """Read and never answer, until the other side or the practice world ends."""
        while not self.stopping.is_set() and self.socket.recv(4096):
            pass

    def linger(self) -> None:
        """Let the other side read the last words, which a close with unread bytes would lose (RFC 9112, 9.6).

        Bounded in time and size, whatever the other side does.
        """
        end = time.monotonic() + _LINGER_S
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
            for _ in range(_LINGER_READS):
                self.socket.settimeout(max(0.001, end - time.monotonic()))
                # Below TLS, which has nothing more to say.
                if self.stopping.is_set() or not socket.socket.recv(self.socket, 64 * 1024):
                    return

    def interrupt(self) -> None:
        """Wake whoever reads from or writes to the connection."""
        with contextlib.suppress(OSError):  # closed already, or gone
            # Not SSLSocket.shutdown, which would take the TLS state away from the thread that is using it.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
            if sys.platform == "win32":  # where nobody who waits by select notices
                socket.close(self.socket.detach())


Serve = Callable[[Peer], None]
"""Serves one connection. An OSError ends it quietly: the other side went away or spoke nonsense."""

Reply = Callable[[bytes], bytes | None]
"""A datagram's answer, or None for silence. Raises nothing, whatever the bytes."""


class Servers:
    """Servers on ephemeral loopback ports, running from `start` (or entering) to `close` (or leaving).

    Ports are bound as soon as a server is added, so that addresses are known before anything runs.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._sockets = [self._waker, self._woken]
        self._peers: set[Peer] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tcp(self, serve: Serve) -> Endpoint:
        """Add a TCP server."""
        sock = self._bind(socket.SOCK_STREAM)
        self._listen(sock, serve)
        return LOOPBACK, sock.getsockname()[1]

    def both(self, reply: Reply, serve: Serve) -> Endpoint:
        """Add a server on UDP and TCP under the same port number, as DNS needs it.

        Raises OSError where no number is free for both.
        """
        datagrams, listener = self._pair()
        self._listen(listener, serve)
        self._selector.register(datagrams, selectors.EVENT_READ, lambda: self._answer(datagrams, reply))
        return LOOPBACK, datagrams.getsockname()[1]

    def closed(self) -> Endpoint:
        """A TCP port that refuses: bound, so that nobody else gets it, and never listening."""
        return LOOPBACK, self._bind(socket.SOCK_STREAM).getsockname()[1]

    def start(self) -> None:
        """Begin to serve."""
        self._thread = threading.Thread(target=self._run, name="practice-servers", daemon=True)
        start(self._thread)

    def close(self) -> None:
        """End every server, connection and thread."""
        self._stopping.set()
        self._waker.send(b"\0")
        end = time.monotonic() + _CLOSING_S
        if self._thread is not None:
            self._thread.join(_CLOSING_S)
        while (peers := self._open_peers()) and time.monotonic() < end:
            # Again and again, because a connection that is just being wrapped in TLS does not notice.
            for peer in peers:
                peer.interrupt()
            for peer in peers:
                if peer.thread is not None and peer.thread.ident:
                    peer.thread.join(_JOIN_S)
        self._selector.close()
        for sock in self._sockets:
            sock.close()

    def _open_peers(self) -> list[Peer]:
        with self._lock:
            return list(self._peers)

    def _bind(self, kind: socket.SocketKind, port: int = 0) -> socket.socket:
        sock = socket.socket(socket.AF_INET, kind)
        self._sockets.append(sock)
        sock.setblocking(False)
        sock.bind((LOOPBACK, port))
        return sock

    def _pair(self) -> tuple[socket.socket, socket.socket]:
        for _ in range(_PAIR_TRIES):
            datagrams = self._bind(socket.SOCK_DGRAM)
            with contextlib.suppress(OSError):  # the number is taken on TCP; the next one may not be
                return datagrams, self._bind(socket.SOCK_STREAM, datagrams.getsockname()[1])
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    def _listen(self, sock: socket.socket, serve: Serve) -> None:
        sock.listen(_MAX_PEERS)
        self._selector.register(sock, selectors.EVENT_READ, lambda: self._accept(sock, serve))

    def _run(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select():
                if key.data is not None:
                    key.data()

    def _accept(self, listener: socket.socket, serve: Serve) -> None:
        try:
            sock, _ = listener.accept()
        except OSError:
            return  # gone before it was taken
        if len(self._open_peers()) >= _MAX_PEERS:
            sock.close()
            return
        sock.settimeout(_IDLE_S)
        peer = Peer(sock, self._stopping)
        peer.thread = threading.Thread(
            target=self._serve, args=(peer, serve), name="practice-connection", daemon=True
        )
        with self._lock:
            self._peers.add(peer)
        try:
            start(peer.thread)
        except ShortageError:  # the client learns of it
            self._end(peer)

    def _serve(self, peer: Peer, serve: Serve) -> None:
        try:
            peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(peer)
        except OSError:
            pass  # includes every error of TLS: the client learns of it, nobody here needs to
        finally:
            self._end(peer)

    def _end(self, peer: Peer) -> None:
        peer.socket.close()
        with self._lock:
            self._peers.discard(peer)

    def _answer(self, sock: socket.socket, reply: Reply) -> None:
        for _ in range(_MAX_DATAGRAMS_A_TURN):
            try:
                data, sender = sock.recvfrom(_MAX_DATAGRAM)
                answer = reply(data)
                if answer is not None:
                    sock.sendto(answer, sender)
            except OSError:
                return  # nothing more to read, or (Windows) a client that closed its port
