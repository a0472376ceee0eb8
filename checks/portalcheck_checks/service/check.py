"""Does the portal's front door open: a connection, an answer, a page?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from portalcheck.api import (
    HTTP_2,
    SLOW_MS,
    Check,
    Context,
    Failure,
    Finding,
    Hello,
    Hop,
    HttpStep,
    Link,
    PageKind,
    Route,
    Status,
    StatusPage,
    Trace,
    TraceEnd,
    fail,
    is_proven,
    note,
    ok,
    reasons_in,
    skip,
    unknown,
    warn,
)
from portalcheck_checks.service import reasons
from portalcheck_checks.service.causes import CAUSES
from portalcheck_checks.shared.handshakes import takes_hello
from portalcheck_checks.shared.retries import fails_again, gets_further, retry

_REFUSALS = {403, 429, 451}
_AS_A_PROGRAM = {reasons.REFUSES, reasons.NO_SIGN_IN}
_MAY_BE_RIGHT = {PageKind.UNKNOWN, PageKind.FORM, PageKind.DRAWN, PageKind.BARE}
_MAINTENANCE = re.compile(r"[/.](?:maintenance|mantenimiento|outage|site-?down)(?:[/.?#]|$)")
"""A host or folder of that name, in an address that the portal leads to."""
_BROKEN_REDIRECTS = {TraceEnd.BAD_LOCATION, TraceEnd.LEFT_HTTPS, TraceEnd.NOT_FOLLOWED}


def service(ctx: Context) -> Iterable[Finding]:
    """The sign-in page as a browser would fetch it, without cookies."""
    trace = ctx.trace()
    if trace is None:
        return [skip(reasons.NOT_REACHED)]
    found = [finding] if (finding := _judge_http2(ctx, trace)) is not None else judge(trace)
    if found[0].reason in _AS_A_PROGRAM:
        # Some portals turn away what is no browser; what they would not do to one says nothing.
        as_browser = ctx.trace(msgspec.structs.replace(trace.route, as_browser=True))
        found = judge(as_browser) if as_browser is not None and as_browser.arrived else found
    for way in ctx.sign_in_traces():
        found += judge_sign_in(way.last)
    loaded = is_proven(ctx, trace) and all(finding.status is not Status.FAIL for finding in found)
    return [*found, *judge_status_page(ctx.third_parties.status_page(), loaded=loaded)]


def _judge_http2(ctx: Context, trace: Trace) -> Finding | None:
    """Who breaks HTTP/2, where the page comes over HTTP/1.1: the portal, or something that breaks the canaries' too.

    None if that is not so, or cannot be told.
    """
    hop = trace.last
    if hop.tls is None or hop.tls.protocol != HTTP_2 or hop.http is None or hop.http.failure is None:
        return None
    older = Route(url=ctx.url, hello=Hello.HTTP_1)
    ctx.traces((older, retry(trace.route)))
    if not gets_further(ctx, ctx.trace(older), trace) or not fails_again(ctx, trace):
        return None
    if takes_hello(ctx, Hello.BROWSER) or takes_hello(ctx, Hello.SMALL):  # both offer HTTP/2
        return fail(reasons.HTTP_2_BROKEN)
    return fail(reasons.HTTP_2_BLOCKED) if takes_hello(ctx, Hello.HTTP_1) else None


def judge(trace: Trace) -> list[Finding]:
    """By the last hop; a chain of redirects that leads nowhere is the portal's own fault."""
    if trace.end in (TraceEnd.LOOP, TraceEnd.TOO_MANY):
        return [fail(reasons.REDIRECT_LOOP, count=len(trace.hops))]
    if trace.end in _BROKEN_REDIRECTS:
        return [fail(reasons.REDIRECT_BROKEN, how=trace.end)]
    hop = trace.last
    if (slow_ms := _slow_throughout(trace)) > SLOW_MS:
        return [fail(reasons.SLOW, seconds=round(slow_ms / 1000))]
    if hop.http is None:
        return [_unreached(hop, first=hop is trace.first)]
    return list(_judge_answer(trace, hop.http))


def judge_sign_in(hop: Hop) -> list[Finding]:
    """A host that sign-in leads on to by script: does it take connections?"""
    failed = hop.connect is not None and hop.connect.failure is not None and not hop.proxy_refused
    return [_unreached(hop, first=False, role="sign-in")] if failed else []


def _slow_throughout(trace: Trace) -> int:
    """The milliseconds of a walk that was still under way when the time was up, as all its steps took long; else 0.

    A handshake was then still coming; or the last step was waited for no longer than the longest before took, or than
    two round trips, and for less time than bytes had come. A name counts as two round trips at most: that it takes
    longer is not the link's doing.
    """
    hop = trace.last
    if trace.end is not TraceEnd.FAILED or hop.failure is not Failure.TIMED_OUT:
        return 0
    *done, last = _durations(trace) or [0]
    if hop.tls is not None and hop.tls.still_receiving:
        return sum(done) + last
    links = [each.connect for each in trace.hops if each.connect is not None and not each.reused]
    two_trips = 2 * max((link.ms for link in links if link.failure is None), default=0)
    # What the end of the run cut short may take as long as anything did before.
    had_its_time = hop.http is None and hop.tls is not None and not hop.tls.cut_short
    if last > (two_trips if had_its_time else max(two_trips, *done, 0)) or last >= sum(done):
        return 0
    names = [each.names.ms for each in trace.hops if each.names is not None and not each.reused]
    return sum(done) + last + sum(min(ms, two_trips) for ms in names)


def _durations(trace: Trace) -> list[int]:
    """How long each step took at which bytes come from the portal's side, in milliseconds."""
    found: list[int] = []
    for hop in trace.hops:
        found += [step.ms for step in (hop.connect, hop.tls) if step is not None and not hop.reused]
        found += [hop.http.total_ms] if hop.http is not None else []
    return found


def judge_status_page(page: StatusPage, *, loaded: bool) -> Iterator[Finding]:
    """The portal's own word that it is down is a fact; that all is well there is worth knowing too."""
    if page in (StatusPage.OUTAGE, StatusPage.MAINTENANCE) and not loaded:
        yield fail(reasons.ANNOUNCED, what=page.value)
    elif page is not StatusPage.UNKNOWN:
        yield note(reasons.STATUS_PAGE, what=page.value)


def _unreached(hop: Hop, *, first: bool, role: str = "portal") -> Finding:
    """There was no HTTP response; a failed handshake is left to the check of TLS."""
    if hop.proxy_refused or (hop.connect is None and first):
        return skip(reasons.NOT_REACHED)
    if hop.connect is None:
        return fail(reasons.NEXT_NAME)
    if hop.connect.failure is Failure.NOT_PERMITTED:
        return fail(reasons.INSIDE)
    if hop.connect.failure is Failure.REFUSED:
        return fail(reasons.REFUSED_CONNECTION, role=role)
    if hop.connect.failure is not None:
        return fail(reasons.NO_CONNECTION, how=hop.connect.failure.value, role=role)
    if hop.tls is not None and hop.tls.client_certificate_requested:
        return fail(reasons.WANTS_CERTIFICATE)
    return skip(reasons.NOT_REACHED)


def _judge_answer(trace: Trace, http: HttpStep) -> Iterator[Finding]:
    if http.client_certificate_requested:
        yield fail(reasons.WANTS_CERTIFICATE)
    elif http.failure is not None and http.status:
        yield fail(reasons.CUT_OFF)
    elif http.failure is Failure.TIMED_OUT:
        # What a portal may take without being slow, a short run cannot wait for.
        waited = http.ms > SLOW_MS
        yield (fail(reasons.NO_ANSWER) if waited else unknown(reasons.WAITING, seconds=round(http.ms / 1000)))
    elif http.failure is not None:
        yield fail(reasons.BROKEN, how=http.failure.value)
    else:
        found = _judge_status(trace, http)
        took = sum(_durations(trace))
        if took > SLOW_MS:
            yield from (found, warn(reasons.SLOW, seconds=round(took / 1000)))
        elif http.still_receiving and found.status is Status.OK:
            # The run was too short to tell: the page may need less than is slow.
            yield unknown(reasons.UNFINISHED, seconds=round(http.total_ms / 1000))
        else:
            yield found
        if any(hop.scheme == "http" for hop in trace.hops[1:]):
            yield note(reasons.INSECURE_HOP)


def _judge_status(trace: Trace, http: HttpStep) -> Finding:
    status = http.status
    if http.challenge:
        return fail(reasons.CHALLENGE, status=status)
    if status in _REFUSALS:
        return fail(reasons.REFUSES, status=status)
    if status >= 500:
        return fail(reasons.ERROR, status=status)
    if http.is_error:
        return warn(reasons.ODD_STATUS, status=status)
    if (what := _speaks_of(trace, http)) is not None:
        refuses = what is PageKind.REFUSAL
        return fail(reasons.REFUSES, status=status) if refuses else fail(reasons.NO_SIGN_IN, what=what.value)
    took = sum(hop.http.total_ms for hop in trace.hops if hop.http is not None)
    return ok(reasons.WORKS, status=status, ms=took, redirects=len(trace.hops) - 1)


def _speaks_of(trace: Trace, http: HttpStep) -> PageKind | None:
    """What a page is about that is none to sign in with, by its words or by where the portal sent the browser."""
    if http.page in _MAY_BE_RIGHT:
        sent = " ".join(hop.http.location for hop in trace.hops[:-1] if hop.http is not None)
        elsewhere = http.page in (PageKind.BARE, PageKind.DRAWN) and _MAINTENANCE.search(sent.lower())
        return PageKind.MAINTENANCE if elsewhere else None
    return http.page


CHECK = Check(
    "service",
    run=service,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.service",
    needed=True,
    link=Link.PORTAL,
    code_number=7,
)
