"""What do the browsers keep of the portal, and would it get in the way? Counted, never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from portalcheck.api import (
    ANOTHER,
    Arg,
    BrowserFiles,
    Check,
    Context,
    CookieHeader,
    CookieRole,
    CookieStore,
    Finding,
    InstalledBrowser,
    Link,
    Route,
    Support,
    Trace,
    fail,
    note,
    ok,
    reasons_in,
    skip,
    unknown,
    warn,
)
from portalcheck_checks.cookies import reasons
from portalcheck_checks.cookies.causes import CAUSES
from portalcheck_checks.shared.bounded import bounded

LARGE_BYTES = 8192
"""The most that many servers take: nginx `large_client_header_buffers`, Apache `LimitRequestFieldSize`."""
TOO_LARGE_BYTES = 16384
"""What hardly any takes (Windows' http.sys, Node)."""
WORTH_ASKING_BYTES = 4096
MOST_ASKED_BYTES = 65536
DAY_S = 86_400
NEAR_LIMIT = 170
"""Browsers keep about 180 cookies of a site and drop old ones beyond, the sign-in's perhaps among them."""
REFUSALS = frozenset({400, 413, 431, 494})


def cookies(ctx: Context) -> Iterable[Finding]:
    """The stores of all browsers; a great Cookie header is tried on the portal, with filler for cookies."""
    url = ctx.url if ctx.contactable else ctx.portal.url
    stores = ctx.machine.cookie_stores(url, hosts(ctx, url), ctx.portal.identity)
    yield from judge(stores, ctx.machine.now())
    yield from judge_fresh(stores, ctx.machine.browsers() if _some_kept(stores) else ())
    largest = max(stores, key=lambda store: store.header_bytes, default=None)
    if largest is not None and largest.header_bytes > WORTH_ASKING_BYTES:
        plain = ctx.trace()
        size = min(largest.header_bytes, MOST_ASKED_BYTES)
        filled = ctx.trace(Route(url=ctx.url, cookie_bytes=size))
        yield from judge_answers(largest, _status(plain), _status(filled))


def hosts(ctx: Context, url: str) -> tuple[str, ...]:
    """The hosts whose cookies are the portal's: its own, those it signs people in with, and the address's."""
    try:
        own = urlsplit(url).hostname
    except ValueError:
        own = None
    return (*ctx.portal.official, *ctx.portal.identity, *([own] if own else []))


def judge(stores: Iterable[CookieStore], now: float) -> Iterator[Finding]:
    """What each store says; a store that cannot be read is unknown, never empty."""
    stores = tuple(stores)
    found = (finding for store in stores for finding in _judge_store(store, now))
    yield from bounded(found, lambda count: ok(reasons.MORE, count=count))
    if not stores:
        yield skip(reasons.NO_BROWSER)
    if any(store.of_caller for store in stores):
        yield note(reasons.OF_CALLER)


def _judge_store(store: CookieStore, now: float) -> Iterator[Finding]:
    who: dict[str, Arg] = {"browser": store.browser, "profile": store.profile}
    if store.unreadable is not None:
        yield unknown(reasons.UNREADABLE, **who, why=store.unreadable)
    elif store.count:
        yield ok(
            reasons.FOUND,
            **who,
            count=store.count,
            expired=store.expired,
            session=store.session,
            sent=store.sent,
            duplicates=store.duplicates,
            header_bytes=store.header_bytes,
        )
    elif store.expired:
        yield note(reasons.EXPIRED, **who)
    else:
        yield note(reasons.NONE_KEPT, **who, running=store.running)
    if store.duplicates:
        yield warn(reasons.DUPLICATES, **who, header_bytes=store.header_bytes)
    yield from _judge_size(store, who)
    if store.newer_schema:
        yield note(reasons.NEWER_LAYOUT, **who)
    if store.on_site >= NEAR_LIMIT:
        yield note(reasons.NEAR_LIMIT, **who, count=store.on_site)
    if store.oldest is not None and store.newest is not None and store.newest <= now:
        oldest, newest = (int(now - when) // DAY_S for when in (store.oldest, store.newest))
        yield ok(reasons.AGE, **who, oldest_days=oldest, newest_days=newest)


def _judge_size(store: CookieStore, who: dict[str, Arg]) -> Iterator[Finding]:
    """The largest header to the portal, whatever the page, and the largest to those that sign people in.

    It stops sign-in where this leads for sure: not to another host of the portal, and not in a container tab while
    something is kept outside of it too.
    """
    page = CookieHeader(role=CookieRole.PORTAL, header_bytes=store.header_bytes)
    only_contained = store.count == store.partitioned
    for role in CookieRole:
        sizes = [
            (one.of_sign_in and (only_contained or not one.contained), one.header_bytes)
            for one in (page, *store.elsewhere)
            if one.role is role and one.header_bytes > LARGE_BYTES
        ]
        if sizes:
            stops, size = max(sizes, key=lambda one: (one[0] and one[1] > TOO_LARGE_BYTES, one[1]))
            say = fail if stops and size > TOO_LARGE_BYTES else warn
            yield say(reasons.TOO_LARGE, **who, header_bytes=size, role=role)


def judge_fresh(stores: Sequence[CookieStore], browsers: Iterable[InstalledBrowser]) -> Iterator[Finding]:
    """A browser to try instead (the article's step 5): one that is no default, not too old, and keeps nothing yet."""
    for one in browsers:
        own = [store for store in stores if store.browser == one.browser]
        empty = own and all(store.unreadable is None and not _some_kept([store]) for store in own)
        if one.browser != ANOTHER and empty and not one.default and one.supported is not Support.NO:
            yield ok(reasons.FRESH_BROWSER, browser=one.browser)
            return


def _some_kept(stores: Iterable[CookieStore]) -> bool:
    return any(store.count or store.expired for store in stores)


def judge_answers(store: CookieStore, plain: int, filled: int) -> Iterator[Finding]:
    """The portal turns a header of that length away, and not a request without one; 0 is no answer."""
    if plain and plain not in REFUSALS and filled in REFUSALS:
        yield fail(
            reasons.REFUSED_WHEN_LARGE,
            browser=store.browser,
            profile=store.profile,
            header_bytes=store.header_bytes,
            status=filled,
        )


def _status(trace: Trace | None) -> int:
    http = trace.last.http if trace is not None else None
    return http.status if http is not None else 0


CHECK = Check(
    "cookies",
    run=cookies,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.cookies",
    link=Link.YOU,
    code_number=8,
    files=BrowserFiles.COOKIES,
)
