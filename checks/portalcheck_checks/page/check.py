"""What the page saw in the person's own browser, and whether another window or browser shows the way round it.

One request decides whether the browser lets the person through, with controls before it; many other signs mislead.
What it cannot tell apart (an extension, a proxy of the browser's own, a policy, a bad certificate) is told by the
reading of profiles and policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec

from portalcheck.api import (
    Answer,
    BrowserProfile,
    Check,
    Context,
    CookieScope,
    Finding,
    Forbidden,
    Link,
    OpenPage,
    PageTests,
    Reason,
    RootStore,
    Route,
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
from portalcheck_checks.page import reasons
from portalcheck_checks.page.causes import CAUSES

SLOW_WALK_MS = 6000
"""Half of what the page waits: where the portal itself takes longer, silence says nothing of the browser."""
_REDIRECT = range(300, 400)
_OWN_STORE = {"safari", "epiphany"}
"""Browsers that trust what the system trusts, and nothing else."""
_EMBEDDED_BY_OWN = {"same-origin", "same-site"}
"""Values of Cross-Origin-Resource-Policy that make a browser refuse the answer to the page, and to no navigation."""


class Doubt(StrEnum):
    """Why the page's request says nothing of the browser."""

    OWN_PAGE = "own-page"
    """Not even the page's own program could be asked."""
    OTHER_SITES = "other-sites"
    """The browser lets no page ask another site, whatever it is."""
    NO_SCRIPTS = "no-scripts"
    NO_ANSWER = "no-answer"
    """The page was opened, and told nothing."""
    WALK = "walk"
    """This program did not get to the page either."""
    PLAIN_HTTP = "plain-http"
    """The way goes over plain HTTP, which pages may not ask."""
    TRUST = "trust"
    """The certificate is not one that this browser's own store is known to trust."""
    HEADER = "header"
    """The portal lets no other site's page see its answers (Cross-Origin-Resource-Policy)."""
    SLOW = "slow"


class Read(msgspec.Struct, frozen=True):
    """What the files of the person's browser say: a rule that explains a block, and one for cookies of all sites.

    `forbids` and `cookies` are None where nothing could be read. `all_cookies`: a rule keeps out the cookies of the
    page's own address, too.
    """

    forbids: bool | None = None
    scripts: bool | None = None
    cookies: bool | None = None
    all_cookies: bool = False


def page(ctx: Context) -> Iterable[Finding]:
    """What each window told in which the page was opened."""
    pages = ctx.pages()
    if not pages:
        return [skip(reasons.UNTESTED, browser="", why=Doubt.NO_ANSWER)]
    mine = pages[0]
    return judge(pages, read(ctx, mine), lambda: doubt_of(ctx, mine.browser))


def read(ctx: Context, mine: OpenPage) -> Read:
    """What the first profile of the person's browser is set to, for the portal and for the page's own address."""
    for_portal = _profile(ctx, mine.browser, ctx.url)
    if for_portal is None:
        return Read()
    here = _profile(ctx, mine.browser, mine.url)
    what = {forbidden.what for forbidden in for_portal.forbids}
    return Read(
        forbids=bool(
            Forbidden.PAGE in what or for_portal.way.kind or for_portal.way.dns or for_portal.extensions
        ),
        scripts=Forbidden.SCRIPTS in what,
        cookies=_keeps_out(for_portal),
        all_cookies=here is not None and _keeps_out(here),
    )


def _profile(ctx: Context, browser: str, url: str) -> BrowserProfile | None:
    profiles = ctx.machine.browser_profiles(url, ctx.portal.identity)
    found = next((one for one in profiles if (one.browser, one.profile) == (browser, 1)), None)
    return found if found is not None and found.unreadable is None else None


def _keeps_out(profile: BrowserProfile) -> bool:
    return any(block.scope is not CookieScope.THIRD_PARTY for block in profile.blocks)


def doubt_of(ctx: Context, browser: str) -> tuple[Doubt | None, bool]:
    """Why a request that the browser refused says nothing of the browser, by this program's own walk just now.

    And whether that walk was led on by its first hop.
    """
    trace = ctx.trace()
    as_browser = ctx.trace(Route(url=ctx.url, as_browser=True))
    if trace is None or as_browser is None:
        return Doubt.WALK, False
    led_on = trace.first.http is not None and trace.first.http.status in _REDIRECT
    for walk in (trace, as_browser):
        if (doubt := _doubt(ctx, walk, browser)) is not None:
            return doubt, led_on
    return None, led_on


def _doubt(ctx: Context, walk: Trace, browser: str) -> Doubt | None:
    if walk.end is not TraceEnd.PAGE or walk.last.failure is not None:
        return Doubt.PLAIN_HTTP if walk.end is TraceEnd.LEFT_HTTPS else Doubt.WALK
    if any(hop.scheme != "https" for hop in walk.hops):
        return Doubt.PLAIN_HTTP
    if not (is_proven(ctx, walk) and _is_trusted(ctx, walk, browser)):
        return Doubt.TRUST
    answers = [hop.http for hop in walk.hops if hop.http is not None]
    if any(answer.resource_policy in _EMBEDDED_BY_OWN for answer in answers):
        return Doubt.HEADER
    return Doubt.SLOW if sum(answer.total_ms for answer in answers) > SLOW_WALK_MS else None


def _is_trusted(ctx: Context, walk: Trace, browser: str) -> bool:
    """Whether the store that a browser uses is known to hold the roots of a walk.

    Firefox and Chromium bring stores like Mozilla's, and on Linux know nothing of the system's; elsewhere they add it.
    """
    linux = ctx.machine.system().os == "linux"
    enough = {RootStore.SYSTEM} if browser in _OWN_STORE else {RootStore.MOZILLA}
    enough |= set() if linux else {RootStore.SYSTEM}
    now = ctx.machine.now()
    chains = [ctx.chain(hop) for hop in walk.hops]
    return all(chain is not None and chain.trusted_by & enough and chain.valid_at(now) for chain in chains)


def judge(
    pages: Sequence[OpenPage],
    files: Read,
    doubt: Callable[[], tuple[Doubt | None, bool]] = lambda: (None, False),
) -> Iterator[Finding]:
    """Findings on the first window, and of the others whether they show a way.

    `doubt` is asked only where a request was refused: why that says nothing, and whether the walk was led on.
    """
    mine, others = pages[0], [one for one in pages[1:] if _works(one)]
    said: list[tuple[str, str, bool | None]] = []
    for one in pages:
        if (key := (one.browser, one.version, one.private)) not in said:
            said.append(key)
            private = "unknown" if one.private is None else one.private
            yield ok(reasons.OPENED, browser=one.browser, version=one.version, private=private)
    yield from _scripts(mine, files, proved=bool(others))
    if mine.tests is not None:
        yield from _reach(mine, mine.tests, files, doubt, proved=bool(others))
        yield from _keep(mine, mine.tests, files, proved=bool(others))
        if mine.tests.missing:
            yield warn(reasons.TOO_OLD, browser=mine.browser, missing=mine.tests.missing)
    yield from _seen(mine, files, doubt, proved=bool(others))
    ways = [ok(_way(one), browser=one.browser) for one in others]
    yield from (way for place, way in enumerate(ways) if way not in ways[:place])


def _works(one: OpenPage) -> bool:
    """Whether a window came to the portal, and keeps cookies."""
    tests = one.tests
    return tests is not None and Answer.CAME in tests.portal and tests.cookies is not False


def _way(one: OpenPage) -> Reason:
    return reasons.PRIVATE_WORKS if one.private else reasons.OTHER_WORKS


def _scripts(mine: OpenPage, files: Read, *, proved: bool) -> Iterator[Finding]:
    if mine.scripts is False:
        say = fail if proved or files.scripts else warn
        yield say(reasons.SCRIPTS_OFF, browser=mine.browser)
        yield unknown(reasons.UNTESTED, browser=mine.browser, why=Doubt.NO_SCRIPTS)
    elif mine.tests is None:
        yield unknown(reasons.UNTESTED, browser=mine.browser, why=Doubt.NO_ANSWER)


def _reach(
    mine: OpenPage,
    tests: PageTests,
    files: Read,
    doubt: Callable[[], tuple[Doubt | None, bool]],
    *,
    proved: bool,
) -> Iterator[Finding]:
    """Whether the browser gets to the portal; a refusal counts only where everything else is known to be well."""
    if not (tests.own_site and tests.other_site):
        why = Doubt.OTHER_SITES if tests.own_site else Doubt.OWN_PAGE
        yield unknown(reasons.UNTESTED, browser=mine.browser, why=why)
    elif Answer.CAME in tests.portal:
        yield ok(reasons.REACHES, browser=mine.browser, role="portal")
    elif not tests.portal:
        yield unknown(reasons.UNTESTED, browser=mine.browser, why=Doubt.NO_ANSWER)
    else:
        why_not, led_on = doubt()
        if why_not is not None:
            yield unknown(reasons.UNTESTED, browser=mine.browser, why=why_not)
            return
        elsewhere = led_on and tests.plain is Answer.CAME and tests.identity not in (None, Answer.CAME)
        # Who has seen the sign-in page is not kept from it, whatever pages may not ask.
        say = note if mine.sign_in_seen else fail if proved or files.forbids else warn
        if elsewhere:
            yield ok(reasons.REACHES, browser=mine.browser, role="portal")
        yield say(reasons.BLOCKED, browser=mine.browser, role="identity" if elsewhere else "portal")


def _keep(mine: OpenPage, tests: PageTests, files: Read, *, proved: bool) -> Iterator[Finding]:
    """Whether the browser keeps cookies and other data. A rule for the portal alone cannot be seen from here."""
    if tests.cookies is False:
        # The rule that keeps out this page's own cookies is read, and spares the portal.
        spared = files.all_cookies and files.cookies is False
        say = note if spared else fail
        yield say(reasons.COOKIES_BLOCKED, browser=mine.browser, scope=CookieScope.ALL)
        return
    if tests.cookies:
        yield ok(reasons.COOKIES_WORK, browser=mine.browser)
    if tests.others_cookies is False:
        yield note(reasons.COOKIES_BLOCKED, browser=mine.browser, scope=CookieScope.THIRD_PARTY)
    if tests.storage is False:
        yield (fail if proved else warn)(reasons.STORAGE_BLOCKED, browser=mine.browser)


def _seen(
    mine: OpenPage, files: Read, doubt: Callable[[], tuple[Doubt | None, bool]], *, proved: bool
) -> Iterator[Finding]:
    """The person's own eyes: the only test of what opens in a tab of its own."""
    if mine.sign_in_seen is None:
        return
    say = ok
    if not mine.sign_in_seen:
        # Where this program does not get there either, the browser is not what stops it.
        here = doubt()[0] in (Doubt.WALK, Doubt.TRUST, Doubt.SLOW)
        say = note if here else fail if proved or files.forbids or files.scripts else warn
    yield say(reasons.SIGN_IN_SEEN, browser=mine.browser, seen=mine.sign_in_seen)


CHECK = Check(
    "page",
    run=page,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.page",
    link=Link.YOU,
    code_with="browser",
    page=True,
)
