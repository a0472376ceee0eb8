"""HTTP over one connection: httpcore speaks it (RFC 9112), this file keeps the evidence."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import h11
import httpcore
import httpx
import msgspec

from portalcheck.facts import Failure, HttpStep
from portalcheck.path.streams import EvidenceStream
from portalcheck.path.waiting import Deadline, elapsed_ms

PAGE_LIMIT_S = 9.3
MAX_PAGE_BYTES = 2 * 1024 * 1024
HEAD_OF_BODY = 64 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
_MAX_EXCHANGE_BYTES = MAX_PAGE_BYTES + 1024 * 1024
_REDIRECT_BODY_S = 1.0
_STILL_FLOWING_S = 3.0
_MAX_AGE_S = 10 * 366 * 86400
_HEADERS_TOO_LARGE = 431
_FILLER = "portalcheck_filler="
_MAX_COOKIE = 2048

HEADERS = {
    # Some portals turn away programs that do not look like a browser at all.
    "User-Agent": "Mozilla/5.0 (compatible; portalcheck)",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "en",
    "Accept-Encoding": "identity",
}

_CHALLENGE_HEADERS = ("cf-mitigated", "x-amzn-waf-action", "x-datadome")
_CHALLENGE_MARKS = (
    b"/cdn-cgi/challenge-platform/",
    b"_incapsula_resource",
    b"px-captcha",
    b"awswafcookiedomainlist",
    b"captcha-delivery.com",
)


class Exchange(msgspec.Struct, frozen=True):
    """One request's evidence, and of the response what redirects and other readers need.

    `unheard` says that the connection was gone before a byte of an answer came.
    """

    step: HttpStep
    headers: httpx.Headers
    body: bytes = b""
    unheard: bool = False


class Connection:
    """One HTTP/1.1 connection; `through_proxy` sends absolute targets (RFC 9112, 3.2.2)."""

    def __init__(self, stream: EvidenceStream, url: httpx.URL, *, through_proxy: bool = False) -> None:
        self.stream = stream
        self._through_proxy = through_proxy
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, port_of(url))
        self._http = httpcore.HTTP11Connection(origin=origin, stream=stream)

    @property
    def usable(self) -> bool:
        """Whether another request can be sent, as far as is known before it is tried."""
        return self._http.is_idle()

    def exchange(
        self,
        request: httpx.Request,
        now: Callable[[], float],
        deadline: Deadline,
        *,
        keep: int = HEAD_OF_BODY,
    ) -> Exchange:
        """Send one request and read its response within all limits, keeping the first `keep` bytes of its body.

        What goes wrong is in the step.
        """
        since = time.monotonic()
        self.stream.begin(since + deadline.limit(PAGE_LIMIT_S), _MAX_EXCHANGE_BYTES)
        try:
            response = self._http.handle_request(self._outgoing(request))
        except Exception as error:
            # h11's own errors come through httpcore too; any of them means the peer did not speak HTTP.
            step = self._failed(since, error)
            gone = step.failure in (Failure.CLOSED, Failure.RESET) and not self.stream.received
            return Exchange(step, httpx.Headers(), unheard=gone)
        received_at = now()
        headers = httpx.Headers(response.headers)
        first_byte = elapsed_ms(since)
        redirects = response.status in REDIRECTS and "location" in headers
        if redirects:
            self.stream.shorten(time.monotonic() + deadline.limit(_REDIRECT_BODY_S))
        body = _Body(self.stream, keep)
        body.read(response, deadline)
        step = HttpStep(
            # A browser follows a redirect without waiting for its body.
            failure=None if redirects else body.failure,
            status=response.status,
            location=headers.get("location", ""),
            server_time=server_time(headers),
            received_at=received_at,
            ms=first_byte,
            total_ms=elapsed_ms(since),
            size=body.size,
            complete=body.complete,
            challenge=_is_challenge(response.status, headers, body.head),
        )
        return Exchange(step, headers, body.head)

    def close(self) -> None:
        """Close the connection; never raises."""
        self.stream.close()

    def _outgoing(self, request: httpx.Request) -> httpcore.Request:
        url = request.url
        # Neither user name and password nor the fragment are ever sent.
        where = url.copy_with(userinfo=b"", fragment=None)
        target = str(where).encode("ascii") if self._through_proxy else url.raw_path
        outgoing = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target)
        return httpcore.Request(request.method, outgoing, headers=request.headers.raw, content=request.read())

    def _failed(self, since: float, error: Exception) -> HttpStep:
        failure = self.stream.failure or (Failure.MALFORMED if self.stream.received else Failure.CLOSED)
        cause = error.__cause__
        if isinstance(cause, h11.RemoteProtocolError) and cause.error_status_hint == _HEADERS_TOO_LARGE:
            failure = Failure.TOO_LARGE
        return HttpStep(
            failure=failure,
            ms=elapsed_ms(since),
            total_ms=elapsed_ms(since),
            wants_certificate=self.stream.wants_certificate,
        )


def default_port(scheme: str) -> int:
    """443 for https, 80 for http."""
    return 443 if scheme == "https" else 80


def port_of(url: httpx.URL) -> int:
    """The port, the scheme's own where none is given."""
    return url.port or default_port(url.scheme)


def filler_cookies(size: int) -> str:
    """A Cookie header's value of exactly `size` bytes, in cookies that are not longer than browsers allow."""
    cookies = []
    while size > _MAX_COOKIE:
        cookies.append(f"{_FILLER}{'x' * (_MAX_COOKIE - len(_FILLER) - 2)}; ")
        size -= _MAX_COOKIE
    return "".join(cookies) + (_FILLER + "x" * size)[:size]


def host_of(url: httpx.URL) -> str:
    """The host as A-labels; an IPv6 address without brackets."""
    return url.raw_host.decode("ascii")


def server_time(headers: httpx.Headers) -> float | None:
    """Date (RFC 9110, 6.6.1) plus Age (RFC 9111, 5.1), or None where Date is absent or no date."""
    try:
        date = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
    # The form without a zone is universal time too (RFC 9110, 5.6.7).
    moment = date.replace(tzinfo=dt.UTC) if date.tzinfo is None else date
    age = headers.get("age", "0").strip()
    seconds = int(age) if age.isdecimal() and len(age) <= 9 else 0
    return moment.timestamp() + min(seconds, _MAX_AGE_S)


def _is_challenge(status: int, headers: httpx.Headers, head: bytes) -> bool:
    if any(name in headers for name in _CHALLENGE_HEADERS):
        return True
    lowered = head.lower()
    return status >= 400 and any(mark in lowered for mark in _CHALLENGE_MARKS)


class _Body:
    """A response's body, read up to a size and a time; only its head is kept."""

    def __init__(self, stream: EvidenceStream, keep: int) -> None:
        self._stream, self._keep = stream, keep
        self.size = 0
        self.head = b""
        self.complete = False
        self.failure: Failure | None = None

    def read(self, response: httpcore.Response, deadline: Deadline) -> None:
        """Read until the end, the limits, or a failure."""
        last = time.monotonic()
        kept = bytearray()
        try:
            for piece in response.iter_stream():
                last = time.monotonic()
                self.size += len(piece)
                kept += piece[: max(0, self._keep - len(kept))]
                if self.size >= MAX_PAGE_BYTES:
                    return
            self.complete = True
            # Ends the cycle, so that the connection can be used again.
            response.close()
        except Exception:
            # As in `exchange`: whatever is raised here is the peer's doing, and the stream knows what it was.
            failure = self._stream.failure or (Failure.CLOSED if self._stream.ended else Failure.MALFORMED)
            # Bytes that came until shortly before the time was up are slowness, not a break.
            silence = time.monotonic() - last
            flowing = failure is Failure.TIMED_OUT and silence < _STILL_FLOWING_S * deadline.scale
            self.failure = None if flowing or failure is Failure.TOO_LARGE else failure
        finally:
            self.head = bytes(kept)
            if not self.complete:
                self._stream.close()
