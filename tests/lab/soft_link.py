"""A link in software: a pair of TAP devices and a forwarder with delay, loss, a rate and a largest packet.

The patient's cable then ends at a router of its own namespace, which has the one TAP device; the world has
the other. Frames pass from one to the other here.
"""

from __future__ import annotations

import heapq
import os
import random
import struct
import threading
import time
from collections.abc import Callable

import msgspec

from tests.lab import names

_TUNSETIFF = 0x400454CA
_TAP, _NO_HEADER = 0x0002, 0x1000
_ETHERNET_HEAD = 14
_SEED = 20240229
_LONGEST_QUEUE_S = 3.0
_NEAR, _FAR = "192.0.2.241", "192.0.2.242"
_NEAR_6, _FAR_6 = "2001:db8:ff::1", "2001:db8:ff::2"


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How bad a link is: one-way delay, share of packets lost, bytes a second, largest packet (0: no limit)."""

    delay_s: float = 0.0
    loss: float = 0.0
    rate: float = 0.0
    largest: int = 0


def tap(name: str) -> int:
    """A new TAP device in this network namespace; the file descriptor of its other end."""
    import fcntl  # which Windows has not, where the lab's hellos are used, too

    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TAP | _NO_HEADER))
    return device


class Direction:
    """One way over the link: frames read from one device, written to the other when their time has come."""

    def __init__(self, source: int, target: int, quality: Quality, seed: int) -> None:
        self.source, self.target, self.quality = source, target, quality
        self.random = random.Random(seed)
        self.waiting: list[tuple[float, int, bytes]] = []
        self.free_at = self.last_at = 0.0
        self.news = threading.Condition()
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    @property
    def idle_s(self) -> float:
        """How long there has been nothing on the way."""
        return 0.0 if self.waiting else time.monotonic() - self.last_at

    def _read(self) -> None:
        count = 0
        while True:
            frame = os.read(self.source, 65536)
            self.last_at = time.monotonic()
            at = self._arrival(frame)
            if at is not None:
                count += 1
                with self.news:
                    heapq.heappush(self.waiting, (at, count, frame))
                    self.news.notify()

    def _arrival(self, frame: bytes) -> float | None:
        """When a frame comes out at the other end; None where it is lost, too large or has no room."""
        quality, now = self.quality, time.monotonic()
        if quality.largest and len(frame) - _ETHERNET_HEAD > quality.largest:
            return None
        if self.random.random() < quality.loss:
            return None
        self.free_at = max(self.free_at, now)
        if self.free_at - now > _LONGEST_QUEUE_S:
            return None
        if quality.rate:
            self.free_at += len(frame) / quality.rate
        return self.free_at + quality.delay_s

    def _write(self) -> None:
        while True:
            with self.news:
                while not self.waiting or self.waiting[0][0] > time.monotonic():
                    self.news.wait(self.waiting[0][0] - time.monotonic() if self.waiting else None)
                _, _, frame = heapq.heappop(self.waiting)
            os.write(self.target, frame)


def soft_link(sh: Callable[[str], str], quality: Quality) -> tuple[Direction, Direction]:
    """Put a router and the software link between the patient's cable and the world."""
    near, far = tap("tapr"), tap("tapw")
    sh(
        f"""
        ip netns add router
        ip link set w0 netns router
        ip link set tapr netns router
        ip -n router -batch - <<'END'
link set lo up
address add {names.GATE_4}/28 dev w0
address add {names.GATE_6}/64 dev w0 nodad
link set w0 up
address add {_NEAR}/30 dev tapr
address add {_NEAR_6}/64 dev tapr nodad
link set tapr up
route add default via {_FAR}
route add default via {_FAR_6}
END
        ip netns exec router sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward
                                    echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
        ip -batch - <<'END'
address add {_FAR}/30 dev tapw
address add {_FAR_6}/64 dev tapw nodad
link set tapw up
route add 192.0.2.0/28 via {_NEAR}
route add 2001:db8:1::/64 via {_NEAR_6}
END
        """
    )
    return Direction(near, far, quality, _SEED), Direction(far, near, quality, _SEED + 1)
