"""Plays one situation in a world of the lab, in namespaces of its own: `python -m tests.guide.inside SITUATION`."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import Encoding

from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.guide.rows import SITUATIONS
from tests.guide.situation import Situation
from tests.lab.servers import Application
from tests.lab.world import World

CHROMIUM_SETTINGS = Path("/etc/chromium")
FIREFOX_SETTINGS = Path("/usr/lib/firefox-esr/distribution")
_PATIENCE_S = 100.0


class Recorded:
    """A socket that keeps what came over it."""

    def __init__(self, inner: socket.socket, heard: list[bytes]) -> None:
        self._inner, self._heard = inner, heard
        heard.append(b"")

    def recv(self, size: int, *flags: int) -> bytes:
        data = self._inner.recv(size, *flags)
        self._heard[-1] += data
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def recording(world: World) -> list[bytes]:
    """From now on all that the portal's servers are sent, decrypted, one piece a connection."""
    heard: list[bytes] = []

    def speak(application: Application) -> Serve:
        def serve(peer: Peer) -> None:
            mine: list[bytes] = []
            peer.socket = cast(socket.socket, Recorded(peer.socket, mine))
            try:
                web.serve(application, peer)
            finally:
                heard.extend(mine)

        return serve

    world.portal.speak = speak
    return heard


def lay_policies(world: World, situation: Situation) -> None:
    """Put policies where both browsers read them: that the lab's root is trusted, and what the situation has."""
    root = world.pki.root.certificate
    chromium = world.folder / "chromium-settings"
    shutil.copytree(CHROMIUM_SETTINGS, chromium)
    der = base64.b64encode(root.public_bytes(Encoding.DER)).decode()
    rules = situation.policy if situation.browser == "chromium" else {}
    managed = chromium / "policies/managed"
    managed.mkdir(parents=True)
    (managed / "lab.json").write_text(json.dumps({"CACertificates": [der], **rules}))
    firefox = world.folder / "firefox-settings"
    shutil.copytree(FIREFOX_SETTINGS, firefox)
    (world.folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    trusted: Mapping[str, Any] = {"Certificates": {"Install": [str(world.folder / "root.pem")]}}
    more = situation.policy if situation.browser == "firefox" else {}
    (firefox / "policies.json").write_text(json.dumps({"policies": {**trusted, **more}}))
    world.patient.laid_over |= {
        "chromium-settings": str(CHROMIUM_SETTINGS),
        "firefox-settings": str(FIREFOX_SETTINGS),
    }


def play(situation: Situation, module: str, *arguments: str) -> dict[str, Any]:
    """What came of a situation, the requests that the portal was sent, and who was contacted."""
    world = World().start()
    try:
        for step in situation.world:
            step(world)
        heard = recording(world)
        lay_policies(world, situation)
        patient = world.patient
        patient.patience_s = _PATIENCE_S
        patient.environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
        patient.write()
        world.log.take()
        done = patient._inside([sys.executable, "-m", module, *arguments])
        contacted = world.log.take()
    finally:
        world.close()
    if done.returncode:
        return {"error": done.stderr[-3000:]}
    return {
        **json.loads(done.stdout),
        "requests": [piece.decode("latin-1") for piece in heard],
        "contacted": sorted({(one.role, one.told) for one in contacted}),
    }


if __name__ == "__main__":
    json.dump(play(SITUATIONS[sys.argv[1]], "tests.guide.driver", sys.argv[1]), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
