"""One world for many hostile peers, one after the other: each is put on stage, met by the tool, and taken off."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from portalcheck.demo import tls
from portalcheck.demo.servers import Peer, Serve
from tests.lab import names
from tests.lab.world import World

TIMEOUT_S = 5.0
"""What the tool is given, so that what waits for ever is met in half of the usual time."""
MEASURE = str(Path(__file__).with_name("measure.py"))

Datagram = Callable[[socket.socket, bytes, Any], None]
"""What a DNS server does with a question over UDP: the socket, the question, and who asked."""

Step = Callable[["Stage"], object]
"""Something that puts a peer on stage."""


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one meeting. Times in seconds, memory in KiB."""

    cause: str
    also: list[str]
    reasons: list[str]
    code: int
    exit_code: int
    seconds: float
    peak_kib: int
    stderr: str
    contacted: list[str]


class Stage:
    """The lab's world with a proxy and a second DNS server whose behaviour can be put in."""

    def __init__(self) -> None:
        self.world = World().start()
        self.proxy: Serve = Peer.reset
        self.udp: Datagram = lambda sock, query, sender: None
        self.tcp: Serve = Peer.ignore
        servers = self.world.servers
        servers.listen(socket.AF_INET, names.PROXY_4, names.PROXY_PORT, lambda peer: self.proxy(peer))
        servers.listen(socket.AF_INET, names.SECOND_DNS_4, 53, lambda peer: self.tcp(peer))
        self._questions = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._questions.bind((names.SECOND_DNS_4, 53))
        threading.Thread(target=self._answer, daemon=True).start()
        self.world.patient.arguments = ["--timeout", str(TIMEOUT_S)]
        self.world.patient.wrapper = [sys.executable, "-I", MEASURE, str(self._figures)]
        self.world.patient.environment = {"PYTHONFAULTHANDLER": "1"}
        self._usual = self._state()

    @property
    def _figures(self) -> Path:
        return self.world.folder / "figures.json"

    def _answer(self) -> None:
        while True:
            query, sender = self._questions.recvfrom(4096)
            threading.Thread(target=self.udp, args=(self._questions, query, sender), daemon=True).start()

    def _state(self) -> list[tuple[object, dict[str, Any]]]:
        world = self.world
        parts = (world.portal, world.canaries, world.system_dns, world.servers, world.patient)
        kept = {"contexts", "otherwise", "around", "application", "tweak", "mode", "lies", "plain", "middle"}
        kept |= {"settings", "environment", "arguments", "name_servers", "hosts"}
        return [
            (part, {name: _copied(value) for name, value in vars(part).items() if name in kept})
            for part in parts
        ]

    def meet(self, *steps: Step) -> Met:
        """Put the peer on stage, run the tool, and take the peer off again."""
        apps, zone = dict(self.world.apps), dict(self.world.zone)
        for step in steps:
            step(self)
        try:
            ran = self.world.run()
        finally:
            for part, values in self._usual:
                vars(part).update({name: _copied(value) for name, value in values.items()})
            self.world.apps = apps
            self.world.zone.clear()
            self.world.zone.update(zone)
            self.proxy, self.tcp, self.udp = Peer.reset, Peer.ignore, lambda sock, query, sender: None
            shutil.rmtree(self.world.patient.home)
        figures = json.loads(self._figures.read_text("ascii"))
        findings = [finding for check in ran.report.get("checks", ()) for finding in check["findings"]]
        return Met(
            cause=ran.report.get("cause", ""),
            also=ran.report.get("also", []),
            reasons=sorted({finding["reason"] for finding in findings if finding["status"] != "ok"}),
            code=ran.code,
            exit_code=ran.report.get("exit_code", -1),
            stderr=ran.stderr,
            contacted=ran.contacted,
            **figures,
        )


def _copied(value: Any) -> Any:
    """Lists and dictionaries anew, and what is in them (contexts, applications) as it is."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


# ---- where a peer stands ---------------------------------------------------------------------------


def after_tls(serve: Serve) -> Step:
    """The portal shakes hands as it should, and then does this."""

    def step(stage: Stage) -> None:
        portal = stage.world.portal
        portal.around = lambda _: partial(tls.serve, portal.otherwise, serve)

    return step


def instead_of_tls(serve: Serve) -> Step:
    """The portal's port 443 does this."""
    return lambda stage: setattr(stage.world.portal, "around", lambda _: serve)


def as_proxy(serve: Serve, kind: str = "http") -> Step:
    """The browser's proxy, of kind http or socks, does this."""

    def step(stage: Stage) -> None:
        stage.proxy = serve
        stage.world.patient.environment["XDG_CURRENT_DESKTOP"] = "KDE"
        scheme = "socks" if kind == "socks" else "http"
        key = "socksProxy" if kind == "socks" else "httpsProxy"
        _kde(stage, f"ProxyType=1\n{key}={scheme}://{names.PROXY_4} {names.PROXY_PORT}\n")

    return step


def as_pac(serve: Serve) -> Step:
    """The server of the browser's proxy script does this."""

    def step(stage: Stage) -> None:
        stage.proxy = serve
        stage.world.patient.environment["XDG_CURRENT_DESKTOP"] = "KDE"
        url = f"http://{names.PROXY_4}:{names.PROXY_PORT}/proxy.pac"
        _kde(stage, f"ProxyType=2\nProxy Config Script={url}\n")

    return step


def _kde(stage: Stage, lines: str) -> None:
    folder = stage.world.patient.home / ".config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kioslaverc").write_text(f"[Proxy Settings]\n{lines}", "utf-8")


def as_dns(udp: Datagram, tcp: Serve = Peer.ignore) -> Step:
    """The only DNS server does this."""

    def step(stage: Stage) -> None:
        stage.udp, stage.tcp = udp, tcp
        stage.world.patient.name_servers = [names.SECOND_DNS_4]

    return step


def as_gateway(serve: Serve) -> Step:
    """Whatever goes to port 80 meets this; the portal's port 443 is reset."""

    def step(stage: Stage) -> None:
        stage.world.servers.middle = lambda address, port: serve if port == 80 else Peer.reset

    return step


def as_issuer(serve: Serve) -> Step:
    """The portal leaves its intermediate certificate out, and where that can be had this is met."""

    def step(stage: Stage) -> None:
        world = stage.world
        for host in (names.PORTAL, names.IDENTITY):
            world.show(host, world.pki.leaf(host, send_issuer=False))
        world.servers.middle = lambda address, port: serve if address == names.AIA_4 else None

    return step
