"""HTTP requests over one connection, each recorded as an `HttpStep`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from portalcheck.facts import HTTP_2, Failure, HttpStep, PageKind
from portalcheck.probe.deadline import Deadline, elapsed_ms
from portalcheck.probe.http.headers import Headers, announces_challenge, server_time
from portalcheck.probe.http.http1 import Http1, NotHttp, Request, is_too_large
from portalcheck.probe.limits import PAGE_S, REDIRECT_BODY_S, STILL_FLOWING_S
from portalcheck.probe.streams import EvidenceStream, StreamError

if TYPE_CHECKING:
    from portalcheck.probe.http.http2 import Http2

MAX_PAGE_BYTES = 2 * 1024 * 1024
HEAD_OF_BODY = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
_MAX_EXCHANGE_BYTES = MAX_PAGE_BYTES + 1024 * 1024
_FILLER = "portalcheck_filler="
FILLER_FIELD = "X-Portalcheck-Filler"
"""A field that no server knows: it makes a request as large as that of a sign-in."""
_MAX_COOKIE = 2048

HEADERS = {
    # Some portals turn away programs that do not look like a browser at all.
    "User-Agent": "Mozilla/5.0 (compatible; portalcheck)",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "identity",
}

BROWSER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
"""What Chrome sends on most computers."""

_CHALLENGE_MARKS = (
    b"/cdn-cgi/challenge-platform/",
    b"_incapsula_resource",
    b"px-captcha",
    b"awswafcookiedomainlist",
    b"captcha-delivery.com",
)

_BLOCK_WORDS = re.compile(
    rb"\b(?:(?:is|was|been|access|site|page|website|content) (?:\w+ )?blocked|blocked (?:by|site|page|content|website)"
    rb"|(?:web|content|dns|url|internet|family|school)[ -]?filter|filtered by|parental control"
    rb"|bloquead[oa]s?|filtro (?:de contenido|web))\b"
)


class Exchange(msgspec.Struct, frozen=True):
    """A request and its response: what is recorded of them (`step`), the header fields, and the head of the body.

    `no_response_byte` says that the connection ended before the first byte of a response.
    """

    step: HttpStep
    headers: Headers
    no_response_byte: bool = False


def speaking(stream: EvidenceStream, protocol: str, *, through_proxy: bool = False) -> Http1 | Http2:
    """HTTP over a stream, by the `protocol` that ALPN chose (RFC 7301): HTTP/1.1 if that is none."""
    if protocol != HTTP_2:
        return Http1(stream, absolute=through_proxy)
    from portalcheck.probe.http.http2 import Http2

    return Http2(stream)


class Connection:
    """One connection that speaks the `protocol` that ALPN chose (RFC 7301), HTTP/1.1 if that is none.

    `through_proxy` sends absolute targets (RFC 9112, 3.2.2).
    """

    def __init__(self, stream: EvidenceStream, protocol: str = "", *, through_proxy: bool = False) -> None:
        self.stream = stream
        self._http = speaking(stream, protocol, through_proxy=through_proxy)

    @property
    def usable(self) -> bool:
        """Whether another request can be sent, as far as is known before it is tried."""
        return self._http.idle

    def exchange(self, request: Request, now: Callable[[], float], deadline: Deadline) -> Exchange:
        """Send a request and read its response within the limits.

        Nothing is raised: the step has the failure, if there is one.
        """
        since = time.monotonic()
        limit_exchange(self.stream, deadline)
        try:
            response = self._http.ask(request)
        except (StreamError, NotHttp) as error:
            step = self._failed(since, error)
            self.stream.close()
            gone = step.failure in (Failure.CLOSED, Failure.RESET) and not self._http.heard
            return Exchange(step, Headers(), no_response_byte=gone)
        received_at = now()
        headers = Headers(response.fields)
        first_byte = elapsed_ms(since)
        redirects = response.status in REDIRECTS and "location" in headers
        if redirects:
            self.stream.shorten(time.monotonic() + deadline.limit(REDIRECT_BODY_S))
        body = _Body(self.stream)
        body.read(self._http, deadline)
        step = HttpStep(
            # A browser follows a redirect without waiting for its body.
            failure=None if redirects else body.failure,
            status=response.status,
            location=headers.get("location"),
            server_time=server_time(headers),
            received_at=received_at,
            ms=first_byte,
            total_ms=elapsed_ms(since),
            size=body.size,
            complete=body.complete,
            still_receiving=body.still_receiving,
            challenge=_is_challenge(response.status, headers, body.head),
            is_block_page=_BLOCK_WORDS.search(body.head.lower()) is not None,
            page=_page_kind(response.status, headers, body),
            resource_policy=headers.get("cross-origin-resource-policy").strip().lower(),
        )
        return Exchange(step, headers)

    def close(self) -> None:
        """Close the connection; never raises."""
        self.stream.close()

    def _failed(self, since: float, error: Exception) -> HttpStep:
        return HttpStep(
            failure=why_no_head(self.stream, error),
            ms=elapsed_ms(since),
            total_ms=elapsed_ms(since),
            client_certificate_requested=self.stream.client_certificate_requested,
        )


def limit_exchange(stream: EvidenceStream, deadline: Deadline) -> None:
    """Begin an exchange on a stream, within the time and bytes that a page may take."""
    until = min(time.monotonic() + deadline.limit(PAGE_S), deadline.last_word)
    stream.begin(until, _MAX_EXCHANGE_BYTES)


def why_no_head(stream: EvidenceStream, error: Exception) -> Failure:
    """Why a request's answer did not begin, or was none; `error` is what `ask` raised."""
    if is_too_large(error):
        return Failure.TOO_LARGE
    return stream.failure or (Failure.MALFORMED if stream.received else Failure.CLOSED)


def filler_cookies(size: int) -> str:
    """A Cookie header's value of exactly `size` bytes, in cookies that are not longer than browsers allow."""
    cookies = []
    while size > _MAX_COOKIE:
        cookies.append(f"{_FILLER}{'x' * (_MAX_COOKIE - len(_FILLER) - 2)}; ")
        size -= _MAX_COOKIE
    return "".join(cookies) + (_FILLER + "x" * size)[:size]


def _is_challenge(status: int, headers: Headers, head: bytes) -> bool:
    if announces_challenge(headers):
        return True
    lowered = head.lower()
    return status >= 400 and any(mark in lowered for mark in _CHALLENGE_MARKS)


def _page_kind(status: int, headers: Headers, body: _Body) -> PageKind:
    """What kind of page came with a good status; one that leads on by its header is not looked at."""
    if status >= 300 or headers.get("refresh"):
        return PageKind.UNKNOWN
    from portalcheck.probe.http.page import kind_of

    whole = body.complete and body.size <= len(body.head) and not headers.get("content-encoding")
    return kind_of(body.head, headers.get("content-type"), whole=whole)


class _Body:
    """A response's body, read up to a size and a time; only its head is kept."""

    def __init__(self, stream: EvidenceStream) -> None:
        self._stream = stream
        self.size = 0
        self.head = b""
        self.complete = False
        self.still_receiving = False
        self.failure: Failure | None = None

    def read(self, http: Http1 | Http2, deadline: Deadline) -> None:
        """Read until the body ends, a limit is reached, or the connection fails."""
        last = time.monotonic()
        kept = bytearray()
        try:
            for piece in http.body():
                last = time.monotonic()
                self.size += len(piece)
                kept += piece[: max(0, HEAD_OF_BODY - len(kept))]
                if self.size >= MAX_PAGE_BYTES:
                    return
            self.complete = True
            http.finish()
        except (StreamError, NotHttp):
            failure = self._stream.failure or (Failure.CLOSED if self._stream.ended else Failure.MALFORMED)
            # Bytes that came until shortly before the time was up are slowness, not a break.
            silence = time.monotonic() - last
            self.still_receiving = failure is Failure.TIMED_OUT and silence < STILL_FLOWING_S * deadline.scale
            self.failure = None if self.still_receiving or failure is Failure.TOO_LARGE else failure
        finally:
            self.head = bytes(kept)
            if not self.complete:
                self._stream.close()
