"""The reasons of findings on secure connections and certificates."""

from __future__ import annotations

from portalcheck.api import Layer, Reason

VALID = Reason("tls.valid", layer=Layer.CERTIFICATE, args={"version": str}, local={"issuer": "text"})
NOT_REACHED = Reason("tls.not-reached", leaves_open=True)
PLAIN = Reason("tls.plain")
EXPIRED = Reason("tls.expired", layer=Layer.CERTIFICATE, args={"days": int})
NOT_YET_VALID = Reason("tls.not-yet-valid", layer=Layer.CERTIFICATE, args={"days": int})
DATES_FIT_TRUE_TIME = Reason("tls.dates-fit-true-time", layer=Layer.CERTIFICATE)
DATES_UNCLEAR = Reason("tls.dates-unclear", layer=Layer.CERTIFICATE)
WRONG_NAME = Reason("tls.wrong-name", layer=Layer.CERTIFICATE, args={"twin": bool}, local={"names": "name"})
UNTRUSTED = Reason("tls.untrusted", layer=Layer.CERTIFICATE, args={"self_signed": bool})
IDENTITY_UNCLEAR = Reason("tls.identity-unclear", layer=Layer.CERTIFICATE, local={"host": "name"})
ISSUER_MISSING = Reason("tls.issuer-missing", layer=Layer.CERTIFICATE)
CHAIN_INCOMPLETE = Reason("tls.chain-incomplete", layer=Layer.CERTIFICATE)
INTERCEPTED = Reason(
    "tls.intercepted",
    layer=Layer.CERTIFICATE,
    args={"trusted": bool, "product": str},
    fleet=("inspection", "product"),
)
UNEXPECTED_ISSUER = Reason("tls.unexpected-issuer", layer=Layer.CERTIFICATE, local={"organisation": "text"})
ROOTS_STALE = Reason("tls.roots-stale", layer=Layer.CERTIFICATE)
REVOKED = Reason("tls.revoked", layer=Layer.CERTIFICATE, args={"how": str, "days": int, "why": str})
TOO_OLD = Reason("tls.too-old", layer=Layer.HANDSHAKE, args={"version": str})
BLOCKED = Reason("tls.blocked", layer=Layer.HANDSHAKE, args={"how": str}, rests_on_silence=True)
HELLO_BLOCKED = Reason("tls.hello-blocked", layer=Layer.EGRESS, args={"how": str}, rests_on_silence=True)
"""Shown on neutral hosts, whatever else keeps people from the portal."""
HELLO_REFUSED = Reason("tls.hello-refused", layer=Layer.HANDSHAKE, args={"how": str}, rests_on_silence=True)
NOTHING_IN_COMMON = Reason("tls.nothing-in-common", layer=Layer.HANDSHAKE)
BROKEN = Reason("tls.broken", layer=Layer.HANDSHAKE, args={"how": str}, rests_on_silence=True)
NO_ANSWER = Reason("tls.no-answer", layer=Layer.HANDSHAKE, args={"how": str}, rests_on_silence=True)
NOT_TLS = Reason("tls.not-tls", layer=Layer.HANDSHAKE)
UNREADABLE = Reason("tls.unreadable", layer=Layer.HANDSHAKE)
