"""httpx for what is read of others: files that certificates name, DNS over HTTPS, a status page.

The portal itself is walked layer by layer (`walk`), because each layer is evidence. Here only the answer counts; the
transport sends httpx's requests over the same recorded and limited connections, so that no request goes round the
ledger, and nothing waits or reads longer than the run may.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx

from portalcheck.facts import DIRECT, Hop, Route
from portalcheck.probe.http.request import HEADERS
from portalcheck.probe.policy import Role
from portalcheck.probe.trace import Tracer

MAX_REDIRECTS = 3
COMPLETE = "complete"
"""The extension of a response that says whether its body came to an end."""
_OURS = {b"host", b"connection", b"content-length", b"transfer-encoding"}
_NOT_HANDED_ON = {"content-encoding", "content-length", "transfer-encoding"}
"""The body is as it came, cut where it was too long: nothing is unpacked, whatever size it would have."""


class Connections(httpx.BaseTransport):
    """Sends over a walker's connections; `hops` are those of the requests so far.

    `may_visit` says whether a host may be contacted, `keep` how many bytes of an answer are read, and `told` which
    name the request itself tells, for the ledger.
    """

    def __init__(
        self,
        walker: Tracer,
        role: Role,
        *,
        keep: int,
        may_visit: Callable[[str], bool] = lambda _: True,
        told: str = "",
    ) -> None:
        self._walker, self._role, self._keep = walker, role, keep
        self._may_visit, self._told = may_visit, told
        self.hops: list[Hop] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange. Raises httpx.TransportError where no whole answer came, or none may be asked for."""
        if not self._may_visit(request.url.raw_host.decode("ascii")):
            raise httpx.UnsupportedProtocol("not to be visited", request=request)
        hop, exchange = self._walker.fetch(
            Route(url=str(request.url), proxy=DIRECT, follow=False),
            self._role,
            headers={
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in request.headers.raw
                if name.lower() not in _OURS
            },
            body=request.read(),
            keep=self._keep,
            told=self._told,
        )
        self.hops.append(hop)
        if exchange is None or exchange.step.failure is not None:
            raise httpx.ReadError("no answer", request=request)
        fields = [(name, value) for name, value in exchange.headers if name not in _NOT_HANDED_ON]
        return httpx.Response(
            exchange.step.status,
            headers=fields,
            content=exchange.body,
            request=request,
            extensions={COMPLETE: exchange.step.complete},
        )


def client(connections: Connections) -> httpx.Client:
    """A client without cookies, credentials and settings of its own; redirects only where a call asks for them."""
    return httpx.Client(
        transport=connections,
        headers=HEADERS,
        trust_env=False,
        timeout=None,  # noqa: S113  # every step is within the walker's own time limits
        max_redirects=MAX_REDIRECTS,
    )
