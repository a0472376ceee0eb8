"""Are the browsers set to let the portal in, and are they still supplied with updates?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portalcheck.api import (
    Arg,
    BrowserFiles,
    BrowserProfile,
    Check,
    Context,
    CookieScope,
    Finding,
    InstalledBrowser,
    Link,
    OwnProxy,
    Support,
    fail,
    note,
    ok,
    reasons_in,
    skip,
    unknown,
    warn,
)
from portalcheck_checks.browser import reasons
from portalcheck_checks.browser.causes import CAUSES

IN_USE_S = 90 * 86_400
"""A browser that nobody has used for longer is not what keeps anybody from signing in."""


def browser(ctx: Context) -> Iterable[Finding]:
    """Versions, cookie settings, policies and extensions that can block, of every browser in use here."""
    url = ctx.url if ctx.contactable else ctx.portal.url
    machine = ctx.machine
    settings = machine.proxies(url)
    proxied = bool(settings.programs or settings.browser or settings.pac_url or settings.auto_detect)
    yield from judge(machine.browsers(), machine.browser_profiles(url), machine.now(), proxied=proxied)


def judge(
    browsers: Iterable[InstalledBrowser],
    profiles: Iterable[BrowserProfile],
    now: float,
    *,
    proxied: bool = False,
) -> Iterator[Finding]:
    """Findings on browsers, each once for a browser however many of its profiles it holds for."""
    browsers = tuple(browsers)
    defaults = {one.browser for one in browsers if one.default}
    profiles = tuple(profiles)
    found = [
        *_versions(browsers, now),
        *_another(browsers, profiles, defaults),
        *_settings(profiles, defaults, proxied=proxied),
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
    browsers: Sequence[InstalledBrowser], profiles: Sequence[BrowserProfile], defaults: set[str]
) -> Iterator[Finding]:
    """A browser that can be tried instead of the default one (the article's step 5)."""
    unfit = {
        one.browser for one in profiles for block in one.blocks if block.scope is not CookieScope.THIRD_PARTY
    }
    unfit |= defaults | {one.browser for one in browsers if one.supported is Support.NO}
    others = [one.browser for one in browsers if one.browser not in unfit]
    if defaults and others:
        yield ok(reasons.OTHER, browser=others[0])


def _settings(profiles: Iterable[BrowserProfile], defaults: set[str], *, proxied: bool) -> Iterator[Finding]:
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
        # To go without a proxy is a choice only where there is one.
        if one.own_proxy and (proxied or one.own_proxy is not OwnProxy.NONE):
            yield note(reasons.OWN_PROXY, browser=one.browser, kind=one.own_proxy)
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
