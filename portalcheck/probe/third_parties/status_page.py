"""What a portal says of itself on a page of its own: Statuspage's JSON, or plainly by the HTTP status.

It counts only from servers that prove to be who they should be; anybody could say that a portal is down.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from portalcheck.facts import Chain, Failure, Hop, StatusPage
from portalcheck.probe.http.request import MAX_PAGE_BYTES
from portalcheck.probe.policy import Role
from portalcheck.probe.third_parties import client
from portalcheck.probe.trace import MayVisit, Tracer

_LIMIT_S = 3.0
_FIRST_ERROR, _FIRST_SERVER_ERROR = 400, 500
_INDICATORS = {
    "none": StatusPage.WELL,
    "minor": StatusPage.PART,
    "major": StatusPage.DOWN,
    "critical": StatusPage.DOWN,
    "maintenance": StatusPage.MAINTENANCE,
}
"""Statuspage's words (API v2, `status.indicator`)."""


class _Status(msgspec.Struct, frozen=True):
    indicator: str


class _Page(msgspec.Struct, frozen=True):
    status: _Status


def ask(walker: Tracer, url: str, may_visit: MayVisit, chain_of: Callable[[Hop], Chain | None]) -> StatusPage:
    """Read a status page, along its redirects; `unsaid` where it does not answer, or proves to be nobody's."""
    answer = client.read(
        walker.within(_LIMIT_S),
        url,
        Role.NEUTRAL,
        limit=MAX_PAGE_BYTES,
        may_visit=may_visit,
        headers={"Accept": "application/json, */*;q=0.5"},
    )
    if isinstance(answer, Failure) or not answer.complete:
        return StatusPage.UNSAID
    proven = all(_proves_itself(chain_of(hop)) for hop in answer.hops)
    return read(answer.status, answer.body) if proven else StatusPage.UNSAID


def read(status: int, body: bytes) -> StatusPage:
    """What an answer says: its indicator where it has one, else its HTTP status (RFC 9110, 15)."""
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if status >= _FIRST_SERVER_ERROR:
            return StatusPage.DOWN
        return StatusPage.UNSAID if status >= _FIRST_ERROR else StatusPage.WELL
    return _INDICATORS.get(page.status.indicator, StatusPage.UNSAID)


def _proves_itself(chain: Chain | None) -> bool:
    return chain is not None and chain.proves_host
