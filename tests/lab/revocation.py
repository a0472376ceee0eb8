"""Revoked certificates: nginx that staples, OpenSSL's own responder, and lists (RFC 6960, 6066, 5280)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portalcheck.demo import web
from portalcheck.demo.certificates import DAY_S, Issued
from portalcheck.demo.revocation import Word, ocsp_response
from tests.lab import names
from tests.lab.real_nginx import start_nginx
from tests.lab.steps import Step, needing
from tests.lab.world import World
from tests.probe.revocation_lists import revocation_list

RESPONDER_URL = f"http://{names.RESPONDER}:{names.RESPONDER_PORT}/"
LIST_URL = f"http://{names.RESPONDER}/list.crl"
_UTC = "%y%m%d%H%M%SZ"

Says = Callable[[World, Issued], bytes]
"""What is said of a certificate of the portal."""


# ---- staples -----------------------------------------------------------------------------------


def says(*, revoked: bool = True, days: tuple[float, float] = (-0.1, 3.0)) -> Says:
    """The issuer's word on the certificate, from and to so many days from now."""

    def said(world: World, shown: Issued) -> bytes:
        return ocsp_response(
            shown, world.pki.intermediate, Word(now=world.pki.now, revoked=revoked, days=days)
        )

    return said


def of_another(world: World, _: Issued) -> bytes:
    """The issuer's word on another certificate, which is revoked."""
    return ocsp_response(
        world.pki.leaf(names.PORTAL, names.IDENTITY), world.pki.intermediate, Word(now=world.pki.now)
    )


def by_a_stranger(world: World, shown: Issued) -> bytes:
    """A stranger's word on the certificate, with its own certificate enclosed."""
    return ocsp_response(shown, world.pki.intermediate, Word(now=world.pki.now), signer=world.pki.private)


def stapled(said: Says, more: str = "") -> Step:
    """nginx with a staple."""
    return needing("nginx", needing("nft", partial(_stapled, said, more)))


def _stapled(said: Says, more: str, world: World) -> None:
    shown = world.pki.leaf(names.PORTAL, names.IDENTITY)
    staple = Path(world.folder, "staple.der")
    staple.write_bytes(said(world, shown))
    start_nginx(world, shown, f"ssl_stapling on; ssl_stapling_file {staple}; {more}")


# ---- whom the certificate names ----------------------------------------------------------------


def names_responder(world: World) -> Issued:
    """A certificate of the portal that names a responder."""
    return world.pki.leaf(names.PORTAL, responder_url=RESPONDER_URL)


def responder(*, revoked: bool = True) -> Step:
    """The portal's certificate names OpenSSL's responder, which knows whether it is revoked."""
    return needing("openssl", partial(_responder, revoked))


def _responder(revoked: bool, world: World) -> None:
    shown = names_responder(world)
    world.show(names.PORTAL, shown)
    folder, speaker = world.folder, world.pki.responder()
    index = folder / "index.txt"
    index.write_text(_entry(shown, world.pki.now, revoked=revoked), "ascii")
    (folder / "issuer.pem").write_bytes(world.pki.intermediate.certificate.public_bytes(Encoding.PEM))
    (folder / "speaker.pem").write_bytes(speaker.certificate.public_bytes(Encoding.PEM))
    key = speaker.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "speaker.key").write_bytes(key)
    world.daemon(
        *("openssl", "ocsp", "-index", str(index), "-port", str(names.RESPONDER_PORT), "-ndays", "3"),
        *("-CA", str(folder / "issuer.pem")),
        *("-rsigner", str(folder / "speaker.pem"), "-rkey", str(folder / "speaker.key")),
        # A connection that is closed without a question would keep it from the next one.
        ready=lambda: b"ACCEPT" in (folder / "openssl.log").read_bytes(),
    )


def _entry(shown: Issued, now: float, *, revoked: bool) -> str:
    """A line of the index that `openssl ca` keeps: status, end, revocation, serial number, file, subject."""
    certificate = shown.certificate
    since = f"{dt.datetime.fromtimestamp(now - 2 * DAY_S, dt.UTC):{_UTC}},keyCompromise" if revoked else ""
    serial = f"{certificate.serial_number:X}"
    fields = (
        "R" if revoked else "V",
        f"{certificate.not_valid_after_utc:{_UTC}}",
        since,
        serial if len(serial) % 2 == 0 else f"0{serial}",
        "unknown",
        f"/CN={names.PORTAL}",
    )
    return "\t".join(fields) + "\n"


def listed(world: World) -> None:
    """The portal's certificate names a list, which it stands on."""
    shown = world.pki.leaf(names.PORTAL, crl_url=LIST_URL)
    world.show(names.PORTAL, shown)
    said = revocation_list(shown, world.pki.intermediate, Word(now=world.pki.now))
    world.servers.plain[names.RESPONDER_4] = lambda asked: web.Page(body=said, kind="application/pkix-crl")
