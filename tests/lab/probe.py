"""A plain look at the patient's network, by the standard library alone: the lab's own check on its faults.

Run inside the patient's namespace with the true time and a proxy address (or nothing); prints a table.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

PORTAL, IDENTITY = "portal.lab.example", "id.lab.example"
CANARY, OPEN_4 = "canary.north.example", "203.0.113.20"
ADDRESSES = (
    "198.51.100.10",
    "198.51.100.11",
    "2001:db8:2::10",
    "203.0.113.11",
    "2001:db8:3::11",
    "203.0.113.54",
)
DNS = {"own": "192.0.2.53", "neutral": "203.0.113.53"}
LIMIT_S = 1.6
SLOW_S = 2.5


def name(host: str) -> object:
    try:
        return sorted({row[4][0] for row in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})
    except OSError as error:
        return f"error {error.errno}"


def query(server: str, host: str, kind: int) -> str:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in host.split("."))
    packet = b"\x12\x34\x01\x00\x00\x01" + b"\0" * 6 + labels + b"\0" + bytes([0, kind, 0, 1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(LIMIT_S)
        try:
            sock.connect((server, 53))
            sock.send(packet)
            answer = sock.recv(4096)
        except OSError as error:
            return failure(error)
    return f"rcode {answer[3] & 15}, {int.from_bytes(answer[6:8])} answers, {digest(answer[12:])}"


def failure(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate error {error.verify_code}"
    if isinstance(error, ssl.SSLError):
        return str(error.reason)
    if isinstance(error, TimeoutError):
        return "silence"
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:8]


def connect(address: str) -> str:
    try:
        with socket.create_connection((address, 443), LIMIT_S):
            return "open"
    except OSError as error:
        return failure(error)


def opened(host: str) -> socket.socket:
    """A connection as programs make it, through the proxy where one is set."""
    proxy = sys.argv[2]
    if not proxy:
        return socket.create_connection((host, 443), LIMIT_S)
    where, _, port = proxy.rpartition(":")
    sock = socket.create_connection((where, int(port)), LIMIT_S)
    sock.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    said = sock.recv(4096).split(b" ")
    if said[1:2] != [b"200"]:
        raise ConnectionAbortedError(errno.EPROTO, said[1:2])
    return sock


def verified(host: str) -> str:
    context = ssl.create_default_context(cafile="/etc/ssl/certs/ca-certificates.crt")
    try:
        with opened(host) as sock, context.wrap_socket(sock, server_hostname=host) as secured:
            return f"trusted {secured.version()}"
    except OSError as error:
        return failure(error)


def leaf(host: str) -> str:
    context = ssl._create_unverified_context()
    try:
        with opened(host) as sock, context.wrap_socket(sock, server_hostname=host) as secured:
            return digest(secured.getpeercert(binary_form=True) or b"")
    except OSError as error:
        return failure(error)


def page(host: str, path: str, cookie: str = "") -> str:
    context = ssl._create_unverified_context()
    started = time.monotonic()
    try:
        with opened(host) as sock, context.wrap_socket(sock, server_hostname=host) as secured:
            return said(secured, host, path, cookie, started)
    except OSError as error:
        return failure(error)


def plain(host: str, path: str) -> str:
    try:
        with socket.create_connection((host, 80), LIMIT_S) as sock:
            return said(sock, host, path, "", time.monotonic())
    except OSError as error:
        return failure(error)


def said(sock: socket.socket, host: str, path: str, cookie: str, started: float) -> str:
    sock.settimeout(LIMIT_S)
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{cookie}Connection: close\r\n\r\n".encode())
    data = b""
    while more := sock.recv(65536):
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    kept = [line for line in lines if line.lower().startswith(("http/", "location", "www-", "set-cookie"))]
    slow = ", slow" if time.monotonic() - started > SLOW_S else ""
    return f"{'; '.join(kept)}, {len(body)} bytes{slow}"


def ping(address: str) -> str:
    """One echo request (RFC 792), its checksum already counted."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.settimeout(LIMIT_S)
        try:
            sock.sendto(b"\x08\x00\xf7\xff" + b"\0" * 4, (address, 0))
            sock.recvfrom(1024)
        except OSError as error:
            return failure(error)
    return "answers"


def command(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout


def setting(path: str) -> str:
    return digest(Path(path).read_bytes())


LOOKS: dict[str, Callable[[], object]] = {
    "link": lambda: re.sub(r"\bfe80\S+", "", command("ip", "-br", "address")),
    "routes": lambda: command("ip", "route") + command("ip", "-6", "route"),
    "hosts": lambda: setting("/etc/hosts"),
    "dns-setting": lambda: setting("/etc/resolv.conf"),
    "store": lambda: setting("/etc/ssl/certs/ca-certificates.crt"),
    "surroundings": lambda: sorted(
        f"{k}={v}" for k, v in os.environ.items() if "roxy" in k or k in ("TZ", "LANG")
    ),
    "home": lambda: sorted(str(path) for path in Path.home().rglob("*")),
    "settings": lambda: setting(str(Path.home() / ".config" / "portalcheck" / "config.toml")),
    "clock": lambda: round((time.time() - float(sys.argv[1])) / 30),
    "name portal": lambda: name(PORTAL),
    "name canary": lambda: name(CANARY),
    **{
        f"dns {key} {host} {kind}": partial(query, server, host, kind)
        for key, server in DNS.items()
        for host in (PORTAL, CANARY)
        for kind in (1, 28)
    },
    **{f"tcp {address}": partial(connect, address) for address in ADDRESSES},
    "tls portal": lambda: verified(PORTAL),
    "tls identity": lambda: verified(IDENTITY),
    "tls canary": lambda: verified(CANARY),
    "leaf portal": lambda: leaf(PORTAL),
    "page portal": lambda: page(PORTAL, "/signin"),
    "page identity": lambda: page(IDENTITY, "/login"),
    "page with cookies": lambda: page(PORTAL, "/signin", f"Cookie: a={'x' * 20000}\r\n"),
    "open network": lambda: plain(OPEN_4, "/generate_204"),
    "ping": lambda: ping("192.0.2.1"),
}


def main() -> None:
    found: dict[str, object] = dict.fromkeys(LOOKS, "still waiting")

    def look(key: str, work: Callable[[], object]) -> None:
        found[key] = work()

    threads = [threading.Thread(target=look, args=item, daemon=True) for item in LOOKS.items()]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 2 * SLOW_S
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
