"""HTTP over one connection: httpcore speaks it (RFC 9112), this file keeps the evidence."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpcore
import httpx
import msgspec

from portalcheck.facts import Failure, HttpStep
from portalcheck.path.streams import EvidenceStream
from portalcheck.path.waiting import Deadline

PAGE_LIMIT_S = 9.3
MAX_PAGE_BYTES = 2 * 1024 * 1024
_HEAD_OF_BODY = 64 * 1024
_STILL_FLOWING_S = 3.0
_MAX_AGE_S = 10 * 366 * 86400

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
    """One request's evidence, and of the response what redirects and other readers need."""

    step: HttpStep
    headers: httpx.Headers
    body: bytes = b""


class Connection:
    """One HTTP/1.1 connection; `through_proxy` sends absolute targets (RFC 9112, 3.2.2)."""

    def __init__(self, stream: EvidenceStream, url: httpx.URL, *, through_proxy: bool = False) -> None:
        self.stream = stream
        self._through_proxy = through_proxy
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, url.port or default_port(url.scheme))
        self._http = httpcore.HTTP11Connection(origin=origin, stream=stream)

    @property
    def usable(self) -> bool:
        """Whether another request can be sent."""
        return self._http.is_idle() and not self._http.has_expired()

    def exchange(self, request: httpx.Request, now: Callable[[], float], deadline: Deadline) -> Exchange:
        """Send one request and read its response within all limits. What goes wrong is in the step."""
        since = time.monotonic()
        try:
            response = self._http.handle_request(self._outgoing(request))
        except Exception as error:
            # h11's own errors come through httpcore too; any of them means the peer did not speak HTTP.
            return Exchange(self._failed(since, error), httpx.Headers())
        received_at = now()
        headers = httpx.Headers(response.headers)
        first_byte = _ms(since)
        body = _Body(self.stream)
        body.read(response, since, deadline)
        step = HttpStep(
            failure=body.failure,
            status=response.status,
            location=headers.get("location", ""),
            server_time=server_time(headers),
            received_at=received_at,
            ms=first_byte,
            total_ms=_ms(since),
            size=body.size,
            complete=body.complete,
            challenge=_is_challenge(response.status, headers, body.head),
        )
        return Exchange(step, headers, body.head)

    def close(self) -> None:
        """Close the connection; never raises."""
        self.stream.close()

    def _outgoing(self, request: httpx.Request) -> httpcore.Request:
        target = str(request.url).encode() if self._through_proxy else request.url.raw_path
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=target
        )
        return httpcore.Request(request.method, url, headers=request.headers.raw, content=request.read())

    def _failed(self, since: float, error: Exception) -> HttpStep:
        failure = self.stream.failure or (Failure.MALFORMED if self.stream.received else Failure.CLOSED)
        if isinstance(error, httpcore.TimeoutException):
            failure = Failure.TIMED_OUT
        return HttpStep(
            failure=failure,
            ms=_ms(since),
            total_ms=_ms(since),
            wants_certificate=self.stream.wants_certificate,
        )


def default_port(scheme: str) -> int:
    """443 for https, 80 for http."""
    return 443 if scheme == "https" else 80


def server_time(headers: httpx.Headers) -> float | None:
    """Date (RFC 9110, 6.6.1) plus Age (RFC 9111, 5.1), or None where Date is absent or no date."""
    try:
        date = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
        return None
    age = headers.get("age", "0").strip()
    seconds = int(age) if age.isdecimal() and len(age) <= 9 else 0
    return date + min(seconds, _MAX_AGE_S)


def _is_challenge(status: int, headers: httpx.Headers, head: bytes) -> bool:
    if any(name in headers for name in _CHALLENGE_HEADERS):
        return True
    lowered = head.lower()
    return status >= 400 and any(mark in lowered for mark in _CHALLENGE_MARKS)


class _Body:
    """A response's body, read up to a size and a time; only its head is kept."""

    def __init__(self, stream: EvidenceStream) -> None:
        self._stream = stream
        self.size = 0
        self.head = b""
        self.complete = False
        self.failure: Failure | None = None

    def read(self, response: httpcore.Response, since: float, deadline: Deadline) -> None:
        """Read until the end, the limits, or a failure."""
        end = since + deadline.limit(PAGE_LIMIT_S)
        last = time.monotonic()
        try:
            for piece in response.iter_stream():
                last = time.monotonic()
                self.size += len(piece)
                self.head += piece[: max(0, _HEAD_OF_BODY - len(self.head))]
                if last >= end or self.size >= MAX_PAGE_BYTES:
                    return
            self.complete = True
        except Exception:
            # As in `exchange`: whatever is raised here is the peer's doing, and the stream knows what it was.
            failure = self._stream.failure or Failure.MALFORMED
            # Bytes that came until shortly before the time was up are slowness, not a break.
            flowing = failure is Failure.TIMED_OUT and time.monotonic() - last < _STILL_FLOWING_S
            self.failure = None if flowing or failure is Failure.TOO_LARGE else failure
        finally:
            if not self.complete:
                self._stream.close()


def _ms(since: float) -> int:
    return round((time.monotonic() - since) * 1000)
