"""Is a proxy in the way, and does it let this computer through?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from portalcheck.api import (
    DIRECT,
    Canaries,
    Chain,
    Check,
    Context,
    Failure,
    Finding,
    Link,
    PacState,
    ProxyKind,
    ProxyPlan,
    ProxySettings,
    ProxyStep,
    RootStore,
    Route,
    Trace,
    fail,
    is_proven,
    note,
    ok,
    reasons_in,
)
from portalcheck_checks.proxy import reasons
from portalcheck_checks.proxy.causes import CAUSES
from portalcheck_checks.shared.retries import retry
from portalcheck_checks.shared.ways import way_in_question

_BAD_GATEWAY = 502
_NO_GATEWAY = {_BAD_GATEWAY, 503, 504}
"""What a proxy says that it finds no way to a host, or gets nothing from it (RFC 9110, 15.6.3 to 15.6.5)."""


def proxy(ctx: Context) -> Iterable[Finding]:
    """The browser's proxy, then the programs' if that is another one."""
    plan = ctx.proxy_plan()
    settings = ctx.machine.proxies(ctx.url)
    trace = ctx.trace()
    yield from judge_setting(plan, settings)
    if trace is None:
        return
    loaded = is_proven(ctx, trace)
    if plan.pac in (PacState.UNREACHABLE, PacState.MALFORMED):
        yield note(reasons.PAC_UNREAD) if loaded else fail(reasons.PAC_UNREACHABLE)
    way = way_in_question(ctx, trace)
    step = way.last.proxy
    if step is not None and way.last.proxy_refused:
        direct = msgspec.structs.replace(way.route, proxy=DIRECT)
        ctx.traces((direct, retry(way.route)))
        direct_works = is_proven(ctx, ctx.trace(direct))
        if _fails_twice(ctx, way.route):
            yield from judge_refusal(plan, step, ctx.third_parties.canaries(), direct_works=direct_works)
        else:
            yield fail(reasons.UNSTEADY, kind=plan.kind)
    elif step is not None and _speaks_itself(ctx, trace):
        yield fail(reasons.OWN_PAGE, kind=plan.kind)
    yield from judge_inspector(trace, ctx.chain(trace.last), ctx.third_parties.canaries())
    # A proxy for programs alone that fails them, while the browser's route works.
    if loaded and _programs_only(settings) and _fails_twice(ctx, Route(url=ctx.url, proxy=settings.programs)):
        yield fail(reasons.MISMATCH)


def _fails_twice(ctx: Context, route: Route) -> bool:
    """Whether the proxy of a route fails a request and its retry; one that is busy for a moment passes the retry."""
    tries = (ctx.trace(each) for each in (route, retry(route)))
    return all(each is not None and each.last.proxy_refused for each in tries)


def _speaks_itself(ctx: Context, trace: Trace) -> bool:
    """Whether the proxy opens every tunnel, and something that is no TLS comes out of all of them."""
    tls, canaries = trace.last.tls, ctx.third_parties.canaries()
    odd = tls is not None and tls.failure is Failure.NOT_TLS
    return odd and canaries is not None and canaries.asked > 1 and canaries.verified == 0


def _programs_only(settings: ProxySettings) -> bool:
    """Whether a proxy is set for programs alone, and none for the browser."""
    return bool(settings.programs and settings.browser_known and not (settings.browser or settings.pac_url))


def judge_setting(plan: ProxyPlan, settings: ProxySettings) -> Iterator[Finding]:
    """Which proxy is set, and for whom."""
    if plan.kind:
        yield note(reasons.USED, kind=plan.kind, scope="all", proxies=plan.candidates)
    elif _programs_only(settings):
        yield note(reasons.USED, kind=ProxyKind.ENV, scope="programs-only", proxies=(settings.programs,))
    elif plan.bypassed:
        yield ok(reasons.BYPASSED)
    else:
        yield ok(reasons.NONE_SET)


def judge_refusal(
    plan: ProxyPlan, step: ProxyStep, canaries: Canaries | None, *, direct_works: bool
) -> Iterator[Finding]:
    """What the proxy did instead of letting us through. Its own refusals are facts; a 5xx may be the portal's doing."""
    if step.failure is Failure.PROXY_AUTH:
        yield fail(reasons.WANTS_LOGIN, kind=plan.kind, schemes=step.schemes)
    elif step.failure is Failure.PROXY_REFUSED:
        nobody_passes = canaries is not None and canaries.verified == 0
        if step.forbids or direct_works or nobody_passes:
            yield fail(reasons.REFUSES, kind=plan.kind, status=step.status)
        elif step.status in _NO_GATEWAY and canaries is not None and canaries.verified:
            yield fail(reasons.NO_GATEWAY, status=step.status)
        else:
            yield fail(reasons.CANNOT_REACH, status=step.status)
    else:
        yield fail(reasons.DOWN, kind=plan.kind)
    if direct_works:
        yield note(reasons.DIRECT_WORKS)


def judge_inspector(trace: Trace, chain: Chain | None, canaries: Canaries | None) -> Iterator[Finding]:
    """A box that inspects every host says that it gets nothing proper from the portal (RFC 9110, 15.6.3)."""
    http = trace.last.http
    if chain is None or http is None or canaries is None:
        return
    inspected = chain.trusted_by == {RootStore.SYSTEM} and canaries.same_issuer
    if inspected and http.status == _BAD_GATEWAY:
        yield fail(reasons.INSPECTOR_REFUSES, status=http.status)


CHECK = Check(
    "proxy",
    run=proxy,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.proxy",
    link=Link.PROXY,
    code_number=5,
)
