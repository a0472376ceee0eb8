"""Are the browsers set to let the portal in, and are they still supplied with updates?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from portalcheck.api import (
    Arg,
    BrowserFiles,
    BrowserProfile,
    Check,
    Context,
    CookieScope,
    Failure,
    Finding,
    InstalledBrowser,
    Link,
    OwnProxy,
    Route,
    Support,
    fail,
    is_proven,
    note,
    ok,
    reasons_in,
    skip,
    unknown,
    warn,
)
from portalcheck_checks.browser import reasons
from portalcheck_checks.browser.causes import CAUSES
from portalcheck_checks.shared.retries import fails_again

IN_USE_S = 90 * 86_400
"""A browser that nobody has used for longer is not what keeps anybody from signing in."""


def browser(ctx: Context) -> Iterable[Finding]:
    """Versions, cookie settings, policies and extensions that can block, of every browser in use here."""
    url = ctx.url if ctx.contactable else ctx.portal.url
    machine = ctx.machine
    settings = machine.proxies(url)
    proxied = bool(settings.programs or settings.browser or settings.pac_url or settings.auto_detect)
    profiles = machine.browser_profiles(url)
    tried = list(own_ways(ctx, profiles))
    yield from judge(machine.browsers(), profiles, machine.now(), proxied=proxied, tried=tried)


class TriedWay(msgspec.Struct, frozen=True):
    """What came of a profile's own way to the portal."""

    profile: BrowserProfile
    dns_fails: bool = False
    proxy_fails: bool = False


def own_ways(ctx: Context, profiles: Iterable[BrowserProfile]) -> Iterator[TriedWay]:
    """The ways that browsers' own settings lead, where the system's leads to the page, so that it is they that fail."""
    own = [one for one in profiles if one.way.proxy or one.way.dns]
    trace = ctx.trace() if own else None
    if trace is None or not is_proven(ctx, trace):
        return
    candidates = ctx.proxy_plan().candidates
    for one in own:
        way = one.way
        other = bool(way.proxy) and way.proxy != candidates[0]
        if other or way.dns:
            yield TriedWay(
                one,
                dns_fails=bool(way.dns) and all(_has_no_address(ctx, url) for url in way.dns),
                proxy_fails=other and _leads_nowhere(ctx, way.proxy),
            )


def _leads_nowhere(ctx: Context, proxy: str) -> bool:
    walk = ctx.trace(Route(url=ctx.url, proxy=proxy))
    if walk is None or walk.last.failure in (None, Failure.PROXY_AUTH):  # the browser asks for the login
        return False
    return fails_again(ctx, walk)


def _has_no_address(ctx: Context, url: str) -> bool:
    answer = ctx.egress.browsers_resolver(url)
    return answer is not None and not answer.addresses


def judge(
    browsers: Iterable[InstalledBrowser],
    profiles: Iterable[BrowserProfile],
    now: float,
    *,
    proxied: bool = False,
    tried: Sequence[TriedWay] = (),
) -> Iterator[Finding]:
    """Findings on browsers, each once for a browser however many of its profiles it holds for."""
    browsers = tuple(browsers)
    defaults = {one.browser for one in browsers if one.default}
    profiles = tuple(profiles)
    found = [
        *_versions(browsers, now),
        *_another(browsers, profiles, defaults, tried),
        *_settings(profiles, defaults, tried, proxied=proxied),
    ]
    seen: list[Finding] = []
    for finding in found:
        if finding not in seen:
            seen.append(finding)
            yield finding
    if not found:
        yield skip(reasons.NONE_FOUND)


def _versions(browsers: Iterable[InstalledBrowser], now: float) -> Iterator[Finding]:
    for one in browsers:
        supported: Arg = str(Support.UNKNOWN)
        say = note
        if one.supported is Support.YES:
            say, supported = ok, True
        elif one.supported is Support.NO:
            in_use = one.default or one.last_used is None or now - one.last_used <= IN_USE_S
            say, supported = warn if in_use else note, False
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
    unfit |= {one.profile.browser for one in tried if one.dns_fails or one.proxy_fails}
    unfit |= defaults | {one.browser for one in browsers if one.supported is Support.NO}
    others = [one.browser for one in browsers if one.browser not in unfit]
    if defaults and others:
        yield ok(reasons.OTHER, browser=others[0])


def _settings(
    profiles: Iterable[BrowserProfile], defaults: set[str], tried: Sequence[TriedWay], *, proxied: bool
) -> Iterator[Finding]:
    for one in profiles:
        # What an unused browser is set to stops nobody; where no default is known, any may be the one in use.
        stops = fail if not defaults or one.browser in defaults else warn
        if one.unreadable is not None:
            yield unknown(reasons.UNREADABLE, browser=one.browser, profile=one.profile, why=one.unreadable)
        for block in one.blocks:
            say = note if block.scope is CookieScope.THIRD_PARTY else stops
            yield say(reasons.BLOCKS_COOKIES, browser=one.browser, scope=block.scope, by=block.by)
        if one.clears_on_exit:
            yield note(reasons.CLEARS_ON_EXIT, browser=one.browser)
        if one.never_remembers:
            yield note(reasons.NEVER_REMEMBERS, browser=one.browser)
        way = next((each for each in tried if each.profile is one), None)
        if way is not None and way.dns_fails:
            yield stops(reasons.OWN_DNS_FAILS, browser=one.browser, by=one.way.dns_by)
        if way is not None and way.proxy_fails:
            yield stops(reasons.OWN_PROXY_FAILS, browser=one.browser, by=one.way.proxy_by)
        elif way is not None and not way.dns_fails:
            yield ok(reasons.OWN_WAY_WORKS, browser=one.browser)
        # To go without a proxy is a choice only where there is one.
        elif way is None and one.way.kind and (proxied or one.way.kind is not OwnProxy.NONE):
            yield note(reasons.OWN_PROXY, browser=one.browser, kind=one.way.kind)
        for name in one.extensions:
            yield note(reasons.EXTENSION, browser=one.browser, name=name)


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
