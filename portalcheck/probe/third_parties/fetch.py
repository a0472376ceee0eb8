"""Small files that are needed on the way: a PAC file, a missing intermediate, a word on revocation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from portalcheck.probe.connect.proxy_plan import MAX_PAC_BYTES, local_pac, read_pac
from portalcheck.probe.http.location import url_of
from portalcheck.probe.http.request import MAX_PAGE_BYTES
from portalcheck.probe.limits import FETCH_S, FETCH_SHARE
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.tls.trust import MAX_ISSUER_BYTES
from portalcheck.probe.trace import MayVisit, Tracer

_OCSP_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class Fetcher:
    """Fetches files directly, without redirects, and each only where the policy lets it.

    `walker` gives the walker of the run, which is made later than this.
    """

    def __init__(self, walker: Callable[[], Tracer], network: Network, may_visit: MayVisit) -> None:
        self._walker, self._network, self._may_visit = walker, network, may_visit

    def pac(self, url: str) -> str | None:
        """The text of the PAC file that this computer is set to use, None where it cannot be had."""
        path = local_pac(url)
        if path is not None:
            return read_pac(path)
        body = self._fetch(url, Role.PROXY, MAX_PAC_BYTES)
        return None if body is None else body.decode("utf-8", "replace")

    def issuer(self, url: str) -> bytes | None:
        """A missing intermediate, from where the certificate says (RFC 5280, 4.2.2.1), if that is allowed."""
        target = url_of(url)
        if target is None or not self._network.neutral_allowed(trouble=True):
            return None
        return self._fetch(url, Role.ISSUER, MAX_ISSUER_BYTES) if self._may_visit(target.host) else None

    def revocation(self, url: str, question: bytes) -> bytes | None:
        """What a certificate's address for its revocation says: a responder's answer to a question, or a list.

        Whether it may be asked at all is for the caller to know. All such questions of a run share one time limit.
        """
        target = url_of(url)
        if target is None or not self._may_visit(target.host):
            return None
        walker = self._for_revocation
        if not walker.deadline.remaining():
            return None
        headers = _OCSP_HEADERS if question else {}
        most = MAX_ISSUER_BYTES if question else MAX_PAGE_BYTES
        return self._fetch(url, Role.ISSUER, most, walker=walker, body=question, headers=headers)

    @cached_property
    def _for_revocation(self) -> Tracer:
        # Half of what is left at most: the verdict must not come late for a responder that is silent.
        walker = self._walker()
        left = walker.deadline.remaining() / walker.deadline.scale
        return walker.within(min(FETCH_S, left * FETCH_SHARE))

    def _fetch(
        self,
        url: str,
        role: Role,
        most: int,
        *,
        walker: Tracer | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> bytes | None:
        # Needed on few computers, and then only in trouble, but for a PAC file.
        import httpx

        from portalcheck.probe.third_parties.client import Connections, client

        connections = Connections(walker or self._walker().within(FETCH_S), role, keep=most)
        try:
            with client(connections) as asking:
                response = asking.request(
                    "POST" if body else "GET", url, headers=headers, content=body or None
                )
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return response.content if response.status_code == httpx.codes.OK else None
