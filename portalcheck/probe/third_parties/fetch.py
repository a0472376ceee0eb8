"""Small files that are needed on the way: a PAC file, a missing intermediate, a word on revocation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from portalcheck.probe.connect.proxy_plan import MAX_PAC_BYTES, WPAD_HOST, local_pac, read_pac
from portalcheck.probe.http.location import url_of
from portalcheck.probe.http.request import MAX_PAGE_BYTES
from portalcheck.probe.limits import FETCH_S, FETCH_SHARE, WPAD_NAME_S
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.tls.trust import MAX_ISSUER_BYTES
from portalcheck.probe.trace import MayVisit, Tracer

_OK = 200
_OCSP_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class Fetcher:
    """Fetches files directly, each only where the policy lets it, and along redirects only where it lets them lead.

    `tracer` gives the tracer of the run, which is made later than this.
    """

    def __init__(self, tracer: Callable[[], Tracer], network: Network, may_visit: MayVisit) -> None:
        self._tracer, self._network, self._may_visit = tracer, network, may_visit

    def pac(self, url: str) -> str | None:
        """The text of the PAC file that this computer is set to use, None where it cannot be had."""
        path = local_pac(url)
        if path is not None:
            return read_pac(path)
        target = url_of(url)
        if target is None:
            return None
        if target.host == WPAD_HOST and self._tracer().within(WPAD_NAME_S).names(WPAD_HOST).failure:
            return None

        def may_visit(host: str) -> bool:
            return host == target.host or self._may_visit(host)

        body = _fetch(self._tracer().within(FETCH_S), url, Role.PROXY, MAX_PAC_BYTES, may_visit)
        return None if body is None else body.decode("utf-8", "replace")

    def issuer(self, url: str) -> bytes | None:
        """A missing intermediate, from where the certificate says (RFC 5280, 4.2.2.1), if that is allowed."""
        if not self._network.neutral_allowed(trouble=True):
            return None
        return _fetch(self._tracer().within(FETCH_S), url, Role.ISSUER, MAX_ISSUER_BYTES, self._may_visit)

    def revocation(self, url: str, question: bytes) -> bytes | None:
        """What a certificate's address for its revocation says: a responder's answer to a question, or a list.

        Whether it may be asked at all is for the caller to know. All such questions of a run share one time limit.
        """
        tracer = self._for_revocation
        if not tracer.deadline.remaining():
            return None
        if question:
            return _fetch(
                tracer, url, Role.ISSUER, MAX_ISSUER_BYTES, self._may_visit, _OCSP_HEADERS, question
            )
        return _fetch(tracer, url, Role.ISSUER, MAX_PAGE_BYTES, self._may_visit)

    @cached_property
    def _for_revocation(self) -> Tracer:
        # Half of what is left at most: the verdict must not come late for a responder that is silent.
        tracer = self._tracer()
        left = tracer.deadline.remaining() / tracer.deadline.scale
        return tracer.within(min(FETCH_S, left * FETCH_SHARE))


def _fetch(
    tracer: Tracer,
    url: str,
    role: Role,
    limit: int,
    may_visit: MayVisit,
    headers: Mapping[str, str] | None = None,
    question: bytes = b"",
) -> bytes | None:
    # httpx is needed on few computers, and then only in trouble, but for a PAC file.
    from portalcheck.probe.third_parties.client import Answer, read

    answer = read(tracer, url, role, limit=limit, may_visit=may_visit, headers=headers, question=question)
    return answer.body if isinstance(answer, Answer) and answer.status == _OK else None
