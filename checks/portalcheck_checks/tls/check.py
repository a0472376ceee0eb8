"""Is the portal shown to be who it should be, and if not, what stands in between?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    Canaries,
    Chain,
    Check,
    Context,
    Failure,
    Finding,
    Hello,
    Hop,
    Kind,
    Link,
    Revocation,
    RootStore,
    Status,
    TlsStep,
    Trace,
    fail,
    note,
    ok,
    reasons_in,
    skip,
    warn,
)
from portalcheck_checks.shared.handshakes import (
    OTHER_NAMES,
    canaries_want_less,
    differs_by_sni,
    experiments,
    name_passed,
    passing_hello,
    route_to,
    shakes_hands,
    takes_hello,
)
from portalcheck_checks.shared.inspection import product_of
from portalcheck_checks.shared.retries import SECOND, fails_again, retry
from portalcheck_checks.tls import reasons
from portalcheck_checks.tls.causes import CAUSES

DAY_S = 86400
_CUT = {Failure.RESET, Failure.CLOSED, Failure.TIMED_OUT}
_HOW = {
    Failure.RESET: "reset",
    Failure.CLOSED: "closed",
    Failure.TIMED_OUT: "silence",
    Failure.NOT_TLS: "not-tls",
}
_OLD = ("TLSv1", "TLSv1.1")
_STOPPED = {
    Hello.BROWSER: "reserved",
    Hello.SMALL: "size",
    Hello.HTTP_1: "http-2",
    Hello.TLS_1_2: "version",
    Hello.PLAIN: "several",
}
"""What is stopped of a browser's hello, by the kind of hello that passes."""
_TRIES = (SECOND, SECOND + 1, SECOND + 2)


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What a chain is judged by: this clock and the true time (seconds since the epoch), the canaries, revocation."""

    now: float
    true_now: float | None
    canaries: Canaries | None
    browser_has_roots: bool = False
    revocation: Revocation | None = None


def tls(ctx: Context) -> Iterable[Finding]:
    """Every server on the route to the sign-in page, and those of sign-in."""
    trace = ctx.trace()
    if trace is None:
        yield skip(reasons.NOT_REACHED)
        return
    ways = [way for way in ctx.sign_in_traces() if way.last.tls is not None]
    # All at once, as each may take as long as a silent server is waited for.
    broken = [hop for way in (trace, *ways) for hop in way.hops if hop.tls is not None and hop.tls.failure]
    ctx.traces([route for hop in broken for route in experiments(ctx, hop)])
    walked: list[Finding] = []
    for hop in trace.hops:
        # Where one that does not prove itself leads to tells something only of the profile's own hosts.
        if not _fails(walked) or ctx.judge_address(f"https://{hop.host}/").kind is Kind.OFFICIAL:
            walked += _judge_hop(ctx, trace, hop)
    beside = [finding for way in ways for finding in _judge_hop(ctx, way, way.last)]
    if (finding := _judge_beside(ctx, trace, ways)) is not None:
        beside.append(finding)
    steps = [hop.tls for way in (trace, *ways) for hop in way.hops if hop.tls is not None]
    blocked = any(finding.reason == reasons.HELLO_BLOCKED for finding in [*walked, *beside])
    if all(step.failure for step in steps) and not blocked and _is_known_elsewhere(ctx):
        beside.append(fail(reasons.HELLO_BLOCKED, how=_STOPPED[Hello.PLAIN]))
    told = list(_without_hidden_dates([*walked, *beside]))
    if _fails(told):
        told = [finding for finding in told if finding.status is not Status.OK]
    yield from {(finding.reason, finding.status): finding for finding in told}.values()


def _without_hidden_dates(found: Iterable[Finding]) -> Iterator[Finding]:
    """All but what the clock alone stops behind a certificate that has expired: no clock brings anybody there."""
    expired = False
    for finding in found:
        expired |= finding.reason == reasons.EXPIRED
        if not (expired and finding.reason == reasons.DATES_FIT_TRUE_TIME):
            yield finding


def _fails(found: Iterable[Finding]) -> bool:
    return any(finding.status is Status.FAIL for finding in found)


def _judge_hop(ctx: Context, trace: Trace, hop: Hop) -> Iterator[Finding]:
    if hop.scheme != "https":
        yield skip(reasons.PLAIN)
    elif hop.tls is None or hop.tls.still_receiving or hop.tls.cut_short:  # that it is slow is told elsewhere
        yield skip(reasons.NOT_REACHED)
    elif hop.tls.failure is not None:
        yield _judge_handshake(ctx, trace, hop, hop.tls)
    else:
        chain = ctx.chain(hop)
        if differs_by_sni(ctx, hop, chain):
            yield fail(reasons.BLOCKED, how="replaced")
        else:
            yield from judge_chain(chain, hop.tls, _situation(ctx, hop, chain), hop.host)


# ---- the handshake -----------------------------------------------------------------------------


def _judge_handshake(ctx: Context, trace: Trace, hop: Hop, step: TlsStep) -> Finding:
    """Why a handshake failed, by further ones with one thing changed, all at once."""
    how = step.alert or _HOW.get(step.failure or Failure.OTHER, "garbled")
    if _is_refused_for_its_name(ctx, trace, hop, step):
        return fail(reasons.BLOCKED, how=how)
    hello = passing_hello(ctx, hop)
    if hello is Hello.ANY:
        old = ctx.trace(route_to(ctx, hop, hello=hello))
        version = old.first.tls.version if old is not None and old.first.tls is not None else ""
        return fail(reasons.TOO_OLD, version=version) if version in _OLD else fail(reasons.NOTHING_IN_COMMON)
    if hello is not None and (found := _judge_hello(ctx, hello)) is not None:
        return found
    if step.failure in _CUT and canaries_want_less(ctx):
        return fail(reasons.HELLO_BLOCKED, how=_STOPPED[Hello.PLAIN])
    refused = step.failure in (*_CUT, Failure.NOT_TLS) and not step.client_certificate_requested
    if hop.proxy is not None and refused and takes_hello(ctx, Hello.BROWSER) and fails_again(ctx, trace):
        return fail(reasons.BLOCKED, how=how)
    if step.failure is Failure.NOT_TLS:
        return fail(reasons.NOT_TLS)
    return fail(reasons.NO_ANSWER if _is_alone_in_it(ctx, step) else reasons.BROKEN, how=how)


def _judge_hello(ctx: Context, passing: Hello) -> Finding | None:
    """Who stops what browsers send, where another hello passes: the portal, or something that stops the canaries' too.

    None if that cannot be told.
    """
    how = _STOPPED[passing]
    if takes_hello(ctx, Hello.CHROMIUM if passing is Hello.BROWSER else Hello.BROWSER):
        return fail(reasons.HELLO_REFUSED, how=how)
    return fail(reasons.HELLO_BLOCKED, how=how) if takes_hello(ctx, passing) else None


def _judge_beside(ctx: Context, trace: Trace, ways: Sequence[Trace]) -> Finding | None:
    """What becomes of Chromium's own hello, which is tried apart, as its handshake is never made.

    It tells something of those hosts alone that answered the hello that browsers have in common.
    """
    shaken = {
        hop.host for way in (trace, *ways) for hop in way.hops if hop.tls is not None and not hop.tls.failure
    }
    for route in trace.beside:
        hop = each.first if route.hello is Hello.CHROMIUM and (each := ctx.trace(route)) is not None else None
        if hop is None or hop.host not in shaken or hop.tls is None or hop.tls.failure is None:
            continue
        if not hop.tls.cut_short and not shakes_hands(ctx, retry(route)):
            return _judge_hello(ctx, Hello.BROWSER)
    return None


def _is_known_elsewhere(ctx: Context) -> bool:
    """Whether neutral hosts that were connected to show what becomes of browsers' hellos."""
    canaries = ctx.third_parties.canaries()
    return canaries is not None and canaries.tcp_ok > 0 and canaries_want_less(ctx)


def _is_alone_in_it(ctx: Context, step: TlsStep) -> bool:
    """Whether the portal alone is silent or breaks off, while a canary's certificate is valid for it.

    A server that asked for a certificate has answered, and is told of by what it wants.
    """
    if step.failure not in _CUT or step.client_certificate_requested:
        return False
    canaries = ctx.third_parties.canaries()
    return canaries is not None and canaries.verified > 0


def _is_refused_for_its_name(ctx: Context, trace: Trace, hop: Hop, step: TlsStep) -> bool:
    """Whether the portal's name is refused each time, and another one passes each time.

    A server with too many visitors breaks off some of them, whatever name they ask for. Silence takes seconds, so
    that it is tried again only once, meanwhile; it then lasts longer than all that passes.
    """
    if (
        step.client_certificate_requested
        or name_passed(ctx, hop)
        or not _other_name_passes(ctx, hop, step, 1)
    ):
        return False
    if step.failure is Failure.TIMED_OUT:
        return fails_again(ctx, trace)
    return all(fails_again(ctx, trace, each) and _other_name_passes(ctx, hop, step, each) for each in _TRIES)


def _other_name_passes(ctx: Context, hop: Hop, step: TlsStep, attempt: int) -> bool:
    """Whether the same server answers TLS under another server name.

    An alert is an answer too, but for one to the portal's own name.
    """
    alerted = step.failure is Failure.ALERT
    names = OTHER_NAMES[:1] if alerted else OTHER_NAMES
    routes = [route_to(ctx, hop, server_name=name) for name in names]
    passes = [
        shakes_hands(ctx, retry(route, attempt), alert=not alerted) for route in routes if route is not None
    ]
    # A server that has no such host says so; it says it of no name below that host, as a filter does.
    below = route_to(ctx, hop, server_name=f"portalcheck.{hop.host}") if alerted else None
    return any(passes) and not shakes_hands(ctx, below)


# ---- the chain ---------------------------------------------------------------------------------


def _situation(ctx: Context, hop: Hop, chain: Chain | None) -> Situation:
    now = ctx.machine.now()
    doubtful = chain is None or not chain.valid_at(now)
    skew = ctx.true_time().skew_s if doubtful else 0
    return Situation(
        now=now,
        true_now=None if skew is None else now - skew,
        canaries=ctx.third_parties.canaries(),
        browser_has_roots=bool(ctx.machine.browsers()),
        revocation=ctx.revocation(hop),
    )


def judge_chain(chain: Chain | None, step: TlsStep, situation: Situation, host: str) -> list[Finding]:
    """Dates, name, trust and revocation, each by itself; a finding for each that is wrong."""
    if chain is None or not chain.readable:
        return [fail(reasons.UNREADABLE)]
    wrong = [
        *_judge_dates(chain, situation),
        *_judge_name(chain, situation, host),
        *_judge_trust(chain, situation),
        *_judge_revocation(situation),
    ]
    valid = ok(reasons.VALID, version=step.version, issuer=chain.issuer_organisation)
    return [*(wrong or [valid]), *_notes(chain, situation)]


def _judge_dates(chain: Chain, situation: Situation) -> Iterator[Finding]:
    if chain.valid_at(situation.now):
        return
    if situation.true_now is None:
        yield fail(reasons.DATES_UNCLEAR)
    elif chain.valid_at(situation.true_now):
        yield fail(reasons.DATES_FIT_TRUE_TIME)
    elif situation.true_now > chain.not_after:
        yield fail(reasons.EXPIRED, days=int((situation.true_now - chain.not_after) // DAY_S))
    else:
        yield fail(reasons.NOT_YET_VALID, days=int((chain.not_before - situation.true_now) // DAY_S))


def _judge_name(chain: Chain, situation: Situation, host: str) -> Iterator[Finding]:
    if chain.name_matches:
        return
    if _network_is_clean(situation):
        yield fail(reasons.WRONG_NAME, twin=chain.www_twin, names=chain.names[:5])
    else:
        yield fail(reasons.IDENTITY_UNCLEAR, host=host)


def _judge_trust(chain: Chain, situation: Situation) -> Iterator[Finding]:
    """A root that this system does not trust: stale, inspected, incomplete, or the server's own."""
    if chain.trusted:
        return
    if RootStore.MOZILLA in chain.trusted_by:
        # A browser that brings its own roots gets through all the same.
        yield (warn if situation.browser_has_roots else fail)(reasons.ROOTS_STALE)
    elif situation.canaries is not None and situation.canaries.same_issuer:
        yield fail(reasons.UNTRUSTED, self_signed=chain.self_signed)
        yield fail(reasons.INTERCEPTED, trusted=False, product=product_of(chain))
    elif chain.incomplete:
        yield fail(reasons.ISSUER_MISSING)
    elif _network_is_clean(situation):
        yield fail(reasons.UNTRUSTED, self_signed=chain.self_signed)
    elif chain.name_matches:
        yield fail(reasons.IDENTITY_UNCLEAR)


def _judge_revocation(situation: Situation) -> Iterator[Finding]:
    """Browsers refuse a revoked certificate, however right the rest is."""
    if situation.revocation is not None:
        now = situation.now if situation.true_now is None else situation.true_now
        days = max(0, int((now - situation.revocation.since) // DAY_S))
        yield fail(
            reasons.REVOKED, how=situation.revocation.source, days=days, why=situation.revocation.reason
        )


def _network_is_clean(situation: Situation) -> bool:
    """Whether a canary's certificate is valid for it, so that the fault is on the portal's side."""
    return situation.canaries is not None and situation.canaries.verified > 0


def _notes(chain: Chain, situation: Situation) -> Iterator[Finding]:
    if chain.completed:
        yield note(reasons.CHAIN_INCOMPLETE)
    if not chain.trusted or (chain.known_root and chain.expected_issuer):
        return
    inspected = not chain.known_root and (
        not chain.expected_issuer or (situation.canaries is not None and situation.canaries.same_issuer)
    )
    if inspected:
        yield note(reasons.INTERCEPTED, trusted=True, product=product_of(chain))
    else:
        yield note(reasons.UNEXPECTED_ISSUER, organisation=chain.issuer_organisation)


CHECK = Check(
    "tls",
    run=tls,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.tls",
    needed=True,
    link=Link.CERTIFICATE,
    code_number=3,
)
