"""Are the browsers set to let the portal in, and are they still supplied with updates?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    ANOTHER,
    DIRECT,
    Arg,
    BrowserFiles,
    BrowserProfile,
    Check,
    Context,
    CookieRole,
    CookieScope,
    DnsAnswer,
    Failure,
    Finding,
    Hop,
    InstalledBrowser,
    Link,
    OwnProxy,
    Route,
    Support,
    Trace,
    fail,
    is_proven,
    note,
    ok,
    reasons_in,
    skip,
    unknown,
    warn,
    within,
)
from portalcheck_checks.browser import reasons
from portalcheck_checks.browser.causes import CAUSES
from portalcheck_checks.shared.bounded import bounded
from portalcheck_checks.shared.retries import retry

_SILENCE_MS = 3000
"""How long what says nothing is waited for at least, where the run leaves time for it (CONNECT_S, HANDSHAKE_S)."""
_NO_ADDRESS = {
    Failure.NXDOMAIN,
    Failure.NODATA,
    Failure.NOT_FOUND,
    Failure.REFUSED,
    Failure.RESET,
    Failure.CLOSED,
    Failure.NETWORK_UNREACHABLE,
    Failure.HOST_UNREACHABLE,
    Failure.DENIED,
}
IN_USE_S = 90 * 86_400
"""A browser that nobody has used for longer is not what keeps anybody from signing in."""


def browser(ctx: Context) -> Iterable[Finding]:
    """Versions, cookie settings, policies and extensions that can block, of every browser in use here."""
    url = ctx.url if ctx.contactable else ctx.portal.url
    machine = ctx.machine
    settings = machine.proxies(url)
    proxied = bool(settings.programs or settings.browser or settings.pac_url or settings.auto_detect)
    browsers, profiles, now = (
        machine.browsers(),
        machine.browser_profiles(url, ctx.portal.identity),
        machine.now(),
    )
    idle = {one.browser for one in browsers} - {one.browser for one in browsers if _is_in_use(one, now)}
    in_use = [one for one in profiles if one.browser not in idle]
    yield from judge(
        browsers,
        profiles,
        now,
        proxied=proxied,
        tried=lambda: own_ways(ctx, in_use),
        meets_identity=lambda: _meets_identity(ctx),
    )


def _meets_identity(ctx: Context) -> bool:
    """Whether the way to the sign-in page was seen to lead to a host that signs people in."""
    trace = ctx.trace() if ctx.contactable else None
    hosts = {hop.host for hop in trace.hops} if trace is not None else set()
    return any(within(host, ctx.portal.identity) for host in hosts)


def _is_in_use(one: InstalledBrowser, now: float) -> bool:
    return one.default or one.last_used is None or now - one.last_used <= IN_USE_S


class TriedWay(msgspec.Struct, frozen=True):
    """What came of a profile's own way to the portal; where it neither works nor fails, nothing could be shown."""

    profile: BrowserProfile
    works: bool = False
    dns_fails: bool = False
    proxy_fails: bool = False


def own_ways(ctx: Context, profiles: Iterable[BrowserProfile]) -> list[TriedWay]:
    """What becomes of the ways that browsers' own settings lead, where the system's leads to the page.

    Only of each browser's first profile: nobody is stopped by what the others are set to.
    """
    own = [one for one in profiles if one.profile == 1 and (one.way.proxy or one.way.dns)]
    trace = ctx.trace() if own else None
    if trace is None or not is_proven(ctx, trace):
        return []
    usual = ctx.proxy_plan().candidates[0]
    proxies = [*dict.fromkeys(one.way.proxy for one in own if one.way.proxy not in ("", usual))]
    # At once, as each may take as long as a silent proxy is waited for.
    routes = [Route(url=ctx.url, proxy=proxy) for proxy in proxies]
    ctx.traces([*routes, *map(retry, routes)])
    return [_tried(ctx, one, usual) for one in own]


def _tried(ctx: Context, profile: BrowserProfile, usual: str) -> TriedWay:
    way = profile.way
    proxy = way.proxy or usual
    walk = ctx.trace(Route(url=ctx.url, proxy=proxy)) if proxy != usual else None
    # A proxy finds the addresses by itself, and a name in the hosts file is asked of nobody.
    asks = proxy == DIRECT and way.kind not in (OwnProxy.SCRIPT, OwnProxy.DETECT) and not _is_in_hosts(ctx)
    answers = [ctx.egress.browsers_resolver(url) for url in way.dns] if asks else []
    shown = [
        *([is_proven(ctx, walk)] if proxy != usual else []),
        *([any(map(_finds, answers))] if way.dns else []),
    ]
    return TriedWay(
        profile,
        works=bool(shown) and all(shown),
        dns_fails=bool(answers) and all(map(_keeps_back, answers)),
        proxy_fails=walk is not None and _leads_nowhere(ctx, walk),
    )


def _leads_nowhere(ctx: Context, walk: Trace) -> bool:
    """Whether a proxy fails at both tries, and not for want of time; for a login the browser asks."""
    again = ctx.trace(retry(walk.route))
    return again is not None and all(
        each.last.failure not in (None, Failure.PROXY_AUTH) and _had_its_time(each.last)
        for each in (walk, again)
    )


def _had_its_time(hop: Hop) -> bool:
    steps = [step for step in (hop.connect, hop.proxy, hop.tls, hop.http) if step is not None]
    return all(step.ms >= _SILENCE_MS for step in steps if step.failure is Failure.TIMED_OUT)


def _is_in_hosts(ctx: Context) -> bool:
    names = ctx.names()
    return names is not None and bool(names.hosts_file)


def _finds(answer: DnsAnswer | None) -> bool:
    return answer is not None and bool(answer.addresses)


def _keeps_back(answer: DnsAnswer | None) -> bool:
    """Whether a DNS server cannot be reached, or has no address; what it says otherwise may be to us alone."""
    return answer is not None and not answer.addresses and answer.failure in _NO_ADDRESS


def judge(
    browsers: Iterable[InstalledBrowser],
    profiles: Iterable[BrowserProfile],
    now: float,
    *,
    proxied: bool = False,
    tried: Callable[[], Sequence[TriedWay]] = tuple,
    meets_identity: Callable[[], bool] = lambda: False,
) -> Iterator[Finding]:
    """Findings on browsers, each once for a browser however many of its profiles it holds for.

    `tried` is asked when all has been said that can be read; `meets_identity`, where the cookies of a host of identity
    are blocked: a profile may list hosts that this sign-in does not use.
    """
    browsers, profiles = tuple(browsers), tuple(profiles)
    defaults = {one.browser for one in browsers if one.default}
    used = {one.browser for one in profiles}
    stopping = defaults or (used if len(used) == 1 else set())

    def all_of_them() -> Iterator[Finding]:
        yield from _versions(browsers, now)
        yield from _settings(profiles, stopping, meets_identity)
        came = tried()
        yield from _ways(profiles, stopping, came, proxied=proxied)
        yield from _another(browsers, profiles, defaults, came)

    nothing = True
    for finding in bounded(_each_once(all_of_them()), lambda count: ok(reasons.MORE, count=count)):
        nothing = False
        yield finding
    if nothing:
        yield skip(reasons.NONE_FOUND)


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Of a browser's profiles the first stands before the others, and what is said of it is the gravest."""
    seen: list[tuple[str, dict[str, Arg]]] = []
    for finding in findings:
        if (said := (str(finding.reason), dict(finding.args))) not in seen:
            seen.append(said)
            yield finding


def _versions(browsers: Iterable[InstalledBrowser], now: float) -> Iterator[Finding]:
    for one in browsers:
        supported: Arg = str(Support.UNKNOWN)
        say = note
        if one.supported is Support.YES:
            say, supported = ok, True
        elif one.supported is Support.NO:
            say, supported = warn if _is_in_use(one, now) else note, False
        if one.version or one.supported is not Support.UNKNOWN:
            yield say(reasons.VERSION, browser=one.browser, version=one.version, supported=supported)
        else:
            yield ok(reasons.FOUND, browser=one.browser)
        if one.default:
            yield ok(reasons.DEFAULT, browser=one.browser)


def _another(
    browsers: Sequence[InstalledBrowser],
    profiles: Sequence[BrowserProfile],
    defaults: set[str],
    tried: Sequence[TriedWay],
) -> Iterator[Finding]:
    """A browser that can be tried instead of the default one (the article's step 5)."""
    unfit = {
        one.browser for one in profiles for block in one.blocks if block.scope is not CookieScope.THIRD_PARTY
    }
    unfit |= {one.browser for one in profiles if one.forbids}
    unfit |= {one.profile.browser for one in tried if one.dns_fails or one.proxy_fails}
    unfit |= defaults | {one.browser for one in browsers if one.supported is Support.NO}
    others = [one.browser for one in browsers if one.browser not in (*unfit, ANOTHER)]
    if defaults and others:
        yield ok(reasons.OTHER, browser=others[0])


def _settings(
    profiles: Iterable[BrowserProfile], stopping: set[str], meets_identity: Callable[[], bool]
) -> Iterator[Finding]:
    for one in profiles:
        # What stops people is how the default browser, or the only one, is set in the profile that comes first.
        stops = fail if one.profile == 1 and one.browser in stopping else warn
        if one.unreadable is not None:
            yield unknown(reasons.UNREADABLE, browser=one.browser, profile=one.profile, why=one.unreadable)
        for block in one.blocks:
            elsewhere = block.role is CookieRole.IDENTITY
            say = note if block.scope is CookieScope.THIRD_PARTY else stops
            if elsewhere and not meets_identity():
                say = note
            more: dict[str, Arg] = {"role": block.role} if elsewhere else {}
            yield say(reasons.BLOCKS_COOKIES, browser=one.browser, scope=block.scope, by=block.by, **more)
        for forbidden in one.forbids:
            yield stops(reasons.FORBIDS, browser=one.browser, what=forbidden.what, by=forbidden.by)
        if one.clears_on_exit:
            yield note(reasons.CLEARS_ON_EXIT, browser=one.browser)
        if one.never_remembers:
            yield note(reasons.NEVER_REMEMBERS, browser=one.browser)
        for name in one.extensions:
            yield note(reasons.EXTENSION, browser=one.browser, name=name)


def _ways(
    profiles: Iterable[BrowserProfile], stopping: set[str], tried: Sequence[TriedWay], *, proxied: bool
) -> Iterator[Finding]:
    for one in profiles:
        stops = fail if one.profile == 1 and one.browser in stopping else warn
        came = next((each for each in tried if each.profile is one), TriedWay(one))
        if came.dns_fails:
            yield stops(reasons.OWN_DNS_FAILS, browser=one.browser, by=one.way.dns_by)
        if came.proxy_fails:
            yield stops(reasons.OWN_PROXY_FAILS, browser=one.browser, by=one.way.proxy_by)
        # To go without a proxy is a choice only where there is one.
        chosen = bool(one.way.kind) and (proxied or one.way.kind is not OwnProxy.NONE)
        if came.works:
            yield ok(reasons.OWN_WAY_WORKS, browser=one.browser)
        elif chosen and not (came.dns_fails or came.proxy_fails):
            yield note(reasons.OWN_PROXY, browser=one.browser, kind=one.way.kind)


CHECK = Check(
    "browser",
    run=browser,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.browser",
    link=Link.YOU,
    code_number=9,
    files=BrowserFiles.SETTINGS,
)
