"""What a portal says of itself on a page of its own: Statuspage's JSON, or plainly by the HTTP status.

It counts only from servers that prove to be who they should be; anybody could say that a portal is down.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx
import msgspec

from portalcheck.facts import Chain, Hop, StatusPage
from portalcheck.probe.limits import STATUS_PAGE_S
from portalcheck.probe.policy import Role
from portalcheck.probe.third_parties.client import COMPLETE, Connections, client
from portalcheck.probe.trace import MayVisit, Tracer

_MAX_BYTES = 256 * 1024
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


def ask(walker: Tracer, url: str, may_visit: MayVisit, chain_of: Callable[[Hop], Chain | None]) -> StatusPage:
    """Read a status page, along its redirects; `UNKNOWN` if it does not answer, or does not prove itself."""
    connections = Connections(
        walker.within(STATUS_PAGE_S), Role.NEUTRAL, keep=_MAX_BYTES, may_visit=may_visit
    )
    try:
        with client(connections) as asking:
            response = asking.get(
                url, headers={"Accept": "application/json, */*;q=0.5"}, follow_redirects=True
            )
    except (httpx.HTTPError, httpx.InvalidURL):
        return StatusPage.UNKNOWN
    proven = all(_proves_itself(chain_of(hop)) for hop in connections.hops)
    if not proven or not response.extensions[COMPLETE]:
        return StatusPage.UNKNOWN
    return read(response.status_code, response.content)


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
