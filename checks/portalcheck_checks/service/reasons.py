"""The reasons of findings on the portal's front door: connection, answer, page."""

from __future__ import annotations

from portalcheck.api import Layer, Reason

WORKS = Reason("service.works", layer=Layer.SERVICE, args={"status": int, "ms": int, "redirects": int})
NOT_REACHED = Reason("service.not-reached", leaves_open=True)
REFUSED_CONNECTION = Reason("service.refused-connection", layer=Layer.CONNECTION, args={"role": str})
NO_CONNECTION = Reason(
    "service.no-connection", layer=Layer.CONNECTION, args={"how": str, "role": str}, rests_on_silence=True
)
NO_ANSWER = Reason("service.no-answer", layer=Layer.CONNECTION, rests_on_silence=True)
WAITING = Reason("service.waiting", layer=Layer.SERVICE, args={"seconds": int})
NEXT_NAME = Reason("service.next-name", layer=Layer.CONNECTION, rests_on_silence=True)
INSIDE = Reason("service.inside", layer=Layer.CONNECTION)
ERROR = Reason("service.error", layer=Layer.SERVICE, args={"status": int})
NO_SIGN_IN = Reason("service.no-sign-in", layer=Layer.SERVICE, args={"what": str})
INSECURE_HOP = Reason("service.insecure-hop")
REFUSES = Reason("service.refuses", layer=Layer.SERVICE, args={"status": int})
CHALLENGE = Reason("service.challenge", layer=Layer.SERVICE, args={"status": int})
WANTS_CERTIFICATE = Reason("service.wants-certificate", layer=Layer.SERVICE)
REDIRECT_LOOP = Reason("service.redirect-loop", layer=Layer.SERVICE, args={"count": int})
REDIRECT_BROKEN = Reason("service.redirect-broken", layer=Layer.SERVICE, args={"how": str})
BROKEN = Reason("service.broken", layer=Layer.SERVICE, args={"how": str}, rests_on_silence=True)
HTTP_2_BROKEN = Reason("service.http-2-broken", layer=Layer.SERVICE, rests_on_silence=True)
HTTP_2_BLOCKED = Reason("service.http-2-blocked", layer=Layer.SERVICE, rests_on_silence=True)
CUT_OFF = Reason("service.cut-off", layer=Layer.SERVICE, rests_on_silence=True)
SLOW = Reason("service.slow", layer=Layer.SERVICE, args={"seconds": int}, rests_on_silence=True)
UNFINISHED = Reason("service.unfinished", layer=Layer.SERVICE, args={"seconds": int})
ODD_STATUS = Reason("service.odd-status", layer=Layer.SERVICE, args={"status": int})
ANNOUNCED = Reason("service.announced", args={"what": str})
STATUS_PAGE = Reason("service.status-page", args={"what": str})
