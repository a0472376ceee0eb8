"""Does the portal's front door open: a connection, an answer, a page?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portalcheck.api import (
    Announced,
    Context,
    Failure,
    Finding,
    Hop,
    HttpStep,
    Status,
    Trace,
    TraceEnd,
    check,
    fail,
    note,
    ok,
    skip,
    unknown,
    warn,
)

SLOW_MS = 8000
_REFUSALS = {403, 429, 451}
_REDIRECT_ENDS = {
    TraceEnd.BAD_LOCATION: "bad-location",
    TraceEnd.LEFT_HTTPS: "left-https",
    TraceEnd.NOT_FOLLOWED: "not-followed",
}


@check(
    "service",
    reasons=[
        "service.works",
        "service.not-reached",
        "service.refused-connection",
        "service.no-connection",
        "service.no-answer",
        "service.waiting",
        "service.next-name",
        "service.error",
        "service.refuses",
        "service.challenge",
        "service.wants-certificate",
        "service.redirect-loop",
        "service.redirect-broken",
        "service.broken",
        "service.cut-off",
        "service.slow",
        "service.unfinished",
        "service.odd-status",
        "service.announced",
        "service.status-page",
    ],
)
def service(ctx: Context) -> Iterable[Finding]:
    """The sign-in page as a browser would fetch it, without cookies."""
    trace = ctx.trace()
    if trace is None:
        return [skip("service.not-reached")]
    return [*judge(trace), *judge_announced(ctx.announced(), loaded=ctx.proven(trace))]


def judge(trace: Trace) -> list[Finding]:
    """The last hop tells; a chain of redirects that leads nowhere is the portal's own."""
    if trace.end in (TraceEnd.LOOP, TraceEnd.TOO_MANY):
        return [fail("service.redirect-loop", count=len(trace.hops))]
    if trace.end in _REDIRECT_ENDS:
        return [fail("service.redirect-broken", how=_REDIRECT_ENDS[trace.end])]
    hop = trace.last
    if (slow_ms := _slow_all_along(trace)) > SLOW_MS:
        return [fail("service.slow", seconds=round(slow_ms / 1000))]
    if hop.http is None:
        return [_unreached(hop, first=hop is trace.first)]
    return list(_judge_answer(trace, hop.http))


def _slow_all_along(trace: Trace) -> int:
    """The milliseconds of a walk that was on its way when the time was up, as every step of it took long; else 0.

    A handshake was then still coming; or an answer was waited for no longer than the longest step before took,
    and for less time than bytes had come.
    """
    hop = trace.last
    if trace.end is not TraceEnd.FAILED or hop.failure is not Failure.TIMED_OUT:
        return 0
    if hop.tls is not None and hop.tls.flowing:
        return sum(_all_steps(trace))
    if hop.http is None:
        return 0
    *done, last = steps = _all_steps(trace)
    return sum(steps) if last <= max(done, default=0) and last < sum(done) else 0


def _all_steps(trace: Trace) -> list[int]:
    """How long each step took at which bytes come from the portal's side, in milliseconds."""
    return [step for hop in trace.hops for step in _steps(hop)]


def _steps(hop: Hop) -> list[int]:
    steps = [] if hop.reused else [step.ms for step in (hop.connect, hop.tls) if step is not None]
    return steps if hop.http is None else [*steps, hop.http.total_ms]


def judge_announced(announced: Announced, *, loaded: bool) -> Iterator[Finding]:
    """The portal's own word that it is down is a fact; that all is well there is worth knowing too."""
    if announced in (Announced.DOWN, Announced.MAINTENANCE) and not loaded:
        yield fail("service.announced", what=announced.value)
    elif announced is not Announced.UNSAID:
        yield note("service.status-page", what=announced.value)


def _unreached(hop: Hop, *, first: bool) -> Finding:
    """Nothing was heard over HTTP; only what happened at the connection is this check's to tell."""
    if hop.kept_out:
        return skip("service.not-reached")
    if hop.connect is None:
        return skip("service.not-reached") if first else fail("service.next-name")
    if hop.connect.failure is Failure.REFUSED:
        return fail("service.refused-connection")
    if hop.connect.failure is not None:
        return fail("service.no-connection", how=hop.connect.failure.value)
    if hop.tls is not None and hop.tls.wants_certificate:
        return fail("service.wants-certificate")
    return skip("service.not-reached")


def _judge_answer(trace: Trace, http: HttpStep) -> Iterator[Finding]:
    if http.wants_certificate:
        yield fail("service.wants-certificate")
    elif http.failure is not None and http.status:
        yield fail("service.cut-off")
    elif http.failure is Failure.TIMED_OUT:
        # What a portal may take without being slow, a short run cannot wait for.
        waited = http.ms > SLOW_MS
        yield (
            fail("service.no-answer") if waited else unknown("service.waiting", seconds=round(http.ms / 1000))
        )
    elif http.failure is not None:
        yield fail("service.broken", how=http.failure.value)
    else:
        found = _judge_status(trace, http)
        took = sum(_all_steps(trace))
        if took > SLOW_MS:
            yield from (found, warn("service.slow", seconds=round(took / 1000)))
        elif http.flowing and found.status is Status.OK:
            # The run was too short to tell: the page may need less than is slow.
            yield unknown("service.unfinished", seconds=round(http.total_ms / 1000))
        else:
            yield found


def _judge_status(trace: Trace, http: HttpStep) -> Finding:
    status = http.status
    if http.challenge:
        return fail("service.challenge", status=status)
    if status in _REFUSALS:
        return fail("service.refuses", status=status)
    if status >= 500:
        return fail("service.error", status=status)
    if status >= 400 and status != 401:
        return warn("service.odd-status", status=status)
    took = sum(hop.http.total_ms for hop in trace.hops if hop.http is not None)
    return ok("service.works", status=status, ms=took, redirects=len(trace.hops) - 1)
