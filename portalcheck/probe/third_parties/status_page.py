"""What a portal says of itself on a page of its own: Statuspage's JSON, or plainly by the HTTP status.

It counts only from servers that prove to be who they should be; anybody could say that a portal is down.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from portalcheck.facts import Chain, Failure, Hop, StatusPage
from portalcheck.probe.http.request import MAX_PAGE_BYTES
from portalcheck.probe.limits import STATUS_PAGE_S
from portalcheck.probe.policy import Role
from portalcheck.probe.third_parties import client
from portalcheck.probe.trace import MayVisit, Tracer

_FIRST_ERROR, _FIRST_SERVER_ERROR = 400, 500
_INDICATORS = {
    "none": StatusPage.OPERATIONAL,
    "minor": StatusPage.DEGRADED,
    "major": StatusPage.OUTAGE,
    "critical": StatusPage.OUTAGE,
    "maintenance": StatusPage.MAINTENANCE,
}
"""Statuspage's words (API v2, `status.indicator`)."""


class _Status(msgspec.Struct, frozen=True):
    indicator: str


class _Page(msgspec.Struct, frozen=True):
    status: _Status


def ask(tracer: Tracer, url: str, may_visit: MayVisit, chain_of: Callable[[Hop], Chain | None]) -> StatusPage:
    """Read a status page, along its redirects; `UNKNOWN` if it does not answer, or does not prove itself."""
    answer = client.read(
        tracer.within(STATUS_PAGE_S),
        url,
        Role.NEUTRAL,
        limit=MAX_PAGE_BYTES,
        may_visit=may_visit,
        headers={"Accept": "application/json, */*;q=0.5"},
    )
    if isinstance(answer, Failure) or not answer.complete:
        return StatusPage.UNKNOWN
    proven = all(_proves_itself(chain_of(hop)) for hop in answer.hops)
    return read(answer.status, answer.body) if proven else StatusPage.UNKNOWN


def read(status: int, body: bytes) -> StatusPage:
    """What an answer says: its indicator where it has one, else its HTTP status (RFC 9110, 15)."""
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if status >= _FIRST_SERVER_ERROR:
            return StatusPage.OUTAGE
        return StatusPage.UNKNOWN if status >= _FIRST_ERROR else StatusPage.OPERATIONAL
    return _INDICATORS.get(page.status.indicator, StatusPage.UNKNOWN)


def _proves_itself(chain: Chain | None) -> bool:
    return chain is not None and chain.proves_host
