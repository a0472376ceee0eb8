"""One profile of one browser, and the facts that every family gives of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from portalcheck.facts import CookieBlock, CookieRole, CookieScope, CookieStore, Unreadable
from portalcheck.machine.browsers.database import Database, ask
from portalcheck.machine.browsers.matching import Clock, Jars, Page, Totals, totals
from portalcheck.machine.browsers.places import Place
from portalcheck.machine.browsers.sqlite_image import take
from portalcheck.machine.environment import Environment

MAX_PROFILES = 64
"""How many profiles of one browser are looked at."""

_LAST_TIME = 253_402_300_799.0  # the year 9999


class Profile(msgspec.Struct, frozen=True):
    """A profile: `number` counts from 1 within a browser; `unreadable` says why its folder cannot be read, if so."""

    place: Place
    folder: Path
    number: int = 0
    unreadable: Unreadable | None = None

    @property
    def browser(self) -> str:
        """The name of the browser (contract.md, Reasons and arguments)."""
        return self.place.browser.name


class Question(msgspec.Struct, frozen=True):
    """What is asked of every cookie store: a page, its portal's hosts, a time in seconds since the epoch.

    `identity` are those of the hosts that sign people in.
    """

    environment: Environment
    page: Page | None
    hosts: tuple[str, ...]
    now: float
    identity: tuple[str, ...] = ()


def with_identity(
    here: tuple[CookieBlock, ...], there: Iterable[Iterable[CookieBlock]]
) -> tuple[CookieBlock, ...]:
    """The blocks for a page, and those of each host that signs people in which do not hold for the page as well."""
    if any(block.scope is CookieScope.ALL for block in here):
        return here
    by = {block.by for blocks in there for block in blocks if block.scope is not CookieScope.THIRD_PARTY}
    return (*here, *(CookieBlock(CookieScope.SITE, one, CookieRole.IDENTITY) for one in sorted(by)))


def no_jars(page: Page | None) -> tuple[str, ...]:
    """The partitions whose cookies are sent to a page, of a browser that has none."""
    del page
    return ()


Guard = Callable[[Database], Clock | Unreadable]


def count(path: Path, guard: Guard, jars: Jars, question: Question) -> Totals | Unreadable:
    """What a cookie database holds, all zero for a missing or empty one."""

    def counted(database: Database) -> Totals | Unreadable:
        clock = guard(database)
        if isinstance(clock, Unreadable):
            return clock
        return totals(database, clock, question.page, question.hosts, question.now, jars, question.identity)

    found = ask(take(path) or Unreadable.ABSENT, counted)
    return Totals() if found is Unreadable.ABSENT else found


def store(
    profile: Profile, found: Totals | Unreadable, *, running: bool | None, keeps_session: bool
) -> CookieStore:
    """The fact that follows from what was found."""
    browser, number = profile.browser, profile.number
    if isinstance(found, Unreadable):
        return CookieStore(browser=browser, profile=number, unreadable=found, running=running)
    numbers = msgspec.structs.asdict(found) | {"oldest": _time(found.oldest), "newest": _time(found.newest)}
    if not keeps_session:
        numbers["session"] = None
    return CookieStore(browser=browser, profile=number, running=running, **numbers)


def unread(found: object) -> Unreadable | None:
    """Why settings could not be read; None for what was read, and for an absent file, which sets nothing."""
    return found if isinstance(found, Unreadable) and found is not Unreadable.ABSENT else None


def _time(seconds: float | None) -> float | None:
    return None if seconds is None or not 0 < seconds <= _LAST_TIME else float(seconds)
