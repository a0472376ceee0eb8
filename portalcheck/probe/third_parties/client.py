"""What is read of third parties: by httpx, over this program's own connections.

The portal itself is traced layer by layer (`trace`), because each layer is evidence. Here only the answer counts:
httpx follows the redirects, unpacks the body and hands it over piece by piece. Its transport opens connections as
a trace does, so that each host is in the ledger first, and nothing takes longer or reads more than the run may.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import httpx
import msgspec

from portalcheck.facts import DIRECT, Failure, Hello, Hop, HttpStep
from portalcheck.probe.connect.connection import ConnectionPlan
from portalcheck.probe.deadline import elapsed_ms
from portalcheck.probe.http.http1 import NotHttp, Request
from portalcheck.probe.http.location import url_of
from portalcheck.probe.http.request import HEADERS, REDIRECTS, limit_exchange, speaking, why_no_head
from portalcheck.probe.policy import Role
from portalcheck.probe.streams import EvidenceStream, StreamError
from portalcheck.probe.trace import MayVisit, Tracer

if TYPE_CHECKING:
    from portalcheck.probe.http.http1 import Http1
    from portalcheck.probe.http.http2 import Http2

_log = logging.getLogger(__name__)

MAX_REDIRECTS = 3
_HEADERS = {**HEADERS, "Accept-Encoding": "gzip"}
_CODINGS = ("", "gzip", "identity")
"""Those of a body that are read (RFC 9110, 8.4). Not one on top of another, which could unpack to any size."""
_PIECE = 4096
"""Bytes that are unpacked at once: gzip makes up to 1032 of one, so no more than 4 MiB come of them."""
_OF_THE_CONNECTION = (b"host", b"connection", b"content-length")


class Answer(msgspec.Struct, frozen=True):
    """The last response. `body` is unpacked, and cut if it was too long, or slow until the time was up.

    `complete` says that it is whole, `hops` are the connections to all that were asked for it.
    """

    status: int
    body: bytes
    complete: bool
    hops: tuple[Hop, ...]


def read(
    tracer: Tracer,
    url: str,
    role: Role,
    *,
    limit: int,
    may_visit: MayVisit = lambda _: True,
    headers: Mapping[str, str] | None = None,
    question: bytes = b"",
    told: str = "",
    hello: Hello = Hello.PLAIN,
) -> Answer | Failure:
    """GET a URL along its redirects, or POST a question without following any; up to `limit` bytes are kept.

    `may_visit` is asked about each host, the first one too. `told` is a name that the request itself tells, for the
    ledger. With a `hello` that offers it, HTTP/2 is spoken where the server does.
    """
    target = url_of(url)
    if target is None:
        return Failure.NOT_FOUND
    connections = _Connections(tracer, role, may_visit, told, hello)
    # Without settings of the environment; the time limits are the tracer's.
    client = httpx.Client(
        transport=connections, headers=_HEADERS, trust_env=False, max_redirects=MAX_REDIRECTS
    )
    body = bytearray()
    try:
        with client.stream(
            "POST" if question else "GET",
            target.url,
            headers=headers,
            content=question or None,
            follow_redirects=not question,
        ) as response:
            if response.headers.get("content-encoding", "").lower() not in _CODINGS:
                return Failure.MALFORMED
            for piece in response.iter_bytes():
                body += piece
                if len(body) > limit:
                    break
    except _NoAnswer as error:
        return error.failure
    except (httpx.HTTPError, httpx.InvalidURL):
        return Failure.OTHER
    return Answer(response.status_code, bytes(body[:limit]), connections.complete, tuple(connections.hops))


class _NoAnswer(httpx.TransportError):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class _Connections(httpx.BaseTransport):
    """One new connection for each request; `hops` are those so far, `complete` is of the last one's response."""

    def __init__(self, tracer: Tracer, role: Role, may_visit: MayVisit, told: str, hello: Hello) -> None:
        self._tracer, self._role, self._may_visit, self._told = tracer, role, may_visit, told
        self._hello = hello
        self.hops: list[Hop] = []
        self.complete = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange; raises _NoAnswer. Cookies are left out, as nobody's are kept."""
        # The final # keeps the reader from taking away what it takes for remains of copying.
        url = url_of(f"{request.url}#")
        if url is None or not self._may_visit(url.host):
            _log.debug("%s: not contacted", self._tracer.ledger.aliases.told(url.host if url else ""))
            raise _NoAnswer(Failure.NOT_PERMITTED)
        plan = ConnectionPlan(
            proxy=DIRECT,
            server_name=url.host,
            hello=self._hello,
            led_by_strangers=self._tracer.led_by_strangers(self._role, self.hops, url.host),
        )
        where = self._tracer.ledger.aliases.told(url.host)
        stream, hop, _ = self._tracer.connect(url, self._role, plan, where, told=self._told)
        self.hops.append(hop)
        if stream is None:
            raise _NoAnswer(hop.failure or Failure.OTHER)
        since = time.monotonic()
        limit_exchange(stream, self._tracer.deadline)
        http = speaking(stream, hop.tls.protocol if hop.tls is not None else "")
        fields = {
            name.decode("latin-1"): text.decode("latin-1")
            for name, text in request.headers.raw
            if name.lower() not in _OF_THE_CONNECTION
        }
        try:
            head = http.ask(Request(request.method, url, fields, request.read()))
        except (StreamError, NotHttp) as error:
            stream.close()
            failure, ms = why_no_head(stream, error), elapsed_ms(since)
            self._log(url.host, HttpStep(failure=failure, ms=ms, total_ms=ms))
            raise _NoAnswer(failure) from error
        first_byte = elapsed_ms(since)

        def ended(failure: Failure | None, size: int) -> None:
            ms = elapsed_ms(since)
            step = HttpStep(failure=failure, status=head.status, ms=first_byte, total_ms=ms, size=size)
            self._log(url.host, step)

        return httpx.Response(
            head.status,
            headers=[field for field in head.fields if field[0] != b"set-cookie"],
            stream=_Body(self, stream, http, ended, wanted=head.status not in REDIRECTS),
        )

    def _log(self, host: str, step: HttpStep) -> None:
        words = self._tracer.ledger.aliases.told
        _log.debug("%s: %s", words(host), words(step))


class _Body(httpx.SyncByteStream):
    """A response's body in small pieces; that of a redirect is not waited for.

    `ended` is called at its end, with why it broke off, if it did, and the bytes that were read.
    """

    def __init__(
        self,
        told: _Connections,
        stream: EvidenceStream,
        http: Http1 | Http2,
        ended: Callable[[Failure | None, int], None],
        *,
        wanted: bool,
    ) -> None:
        self._told, self._stream, self._http, self._ended, self._wanted = told, stream, http, ended, wanted
        self._failure: Failure | None = None
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._http.body() if self._wanted else ():
                self._size += len(data)
                yield from (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
            self._told.complete = self._wanted
        except (StreamError, NotHttp) as error:
            closed = Failure.CLOSED if self._stream.ended else Failure.MALFORMED
            self._failure = self._stream.failure or closed
            if self._failure not in (Failure.TIMED_OUT, Failure.TOO_LARGE):
                raise _NoAnswer(self._failure) from error

    def close(self) -> None:
        self._stream.close()
        self._ended(self._failure, self._size)
