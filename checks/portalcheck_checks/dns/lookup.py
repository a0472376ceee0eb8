"""A name on the route to the sign-in page, and what can be told of it without an experiment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import urljoin

import msgspec

from portalcheck.api import DIRECT, Context, DnsAnswer, Failure, Hop, Resolution, Route, Trace, is_address
from portalcheck_checks.shared.literals import literal

MISSING = frozenset({Failure.NXDOMAIN, Failure.NODATA})


class NameOnRoute(msgspec.Struct, frozen=True):
    """A name on the route to the sign-in page, a URL there, and the walk that led to it."""

    names: Resolution
    url: str
    trace: Trace

    @property
    def hop(self) -> Hop | None:
        """The last request to the host, None if none was made."""
        return next((hop for hop in reversed(self.trace.hops) if hop.host == self.names.host), None)

    @property
    def connected(self) -> str:
        """The address that the host was reached at, empty if it was not."""
        return self.hop.connect.address if self.hop is not None and self.hop.connect is not None else ""

    def at(self, addresses: tuple[str, ...]) -> Route:
        """The same way with the host at other addresses."""
        return Route(url=self.url, addresses=addresses, proxy=DIRECT, request=self.trace.route.request)


def further_hops(trace: Trace) -> Iterator[tuple[Hop, str]]:
    """The last hop to each further host that this computer looked up, with the URL that first led there."""
    url, found = trace.route.url, {trace.first.host: (trace.first, "")}
    for hop, after in pairwise(trace.hops):
        if hop.http is not None:
            url = urljoin(url, hop.http.location)
        found[after.host] = (after, found[after.host][1] if after.host in found else url)
    for hop, url in found.values():
        if hop.host != trace.first.host and hop.proxy is None and not is_address(hop.host):
            yield hop, url


def answered(answers: Sequence[DnsAnswer]) -> tuple[str, ...]:
    """All addresses in the answers, each once."""
    return tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))


def is_sinkhole(address: str) -> bool:
    """Whether an address is one that filters answer with: unspecified or loopback (RFC 1122, RFC 4291)."""
    parsed = literal(address)
    return parsed is not None and (parsed.is_unspecified or parsed.is_loopback)


def is_authentic(ctx: Context, hop: Hop) -> bool:
    """Whether a certificate proves the server to be the host, whatever its dates and its answer."""
    chain = ctx.chain(hop)
    return chain is not None and chain.proves_host
