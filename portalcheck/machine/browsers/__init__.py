"""What the browsers of this computer keep, block and run, read from the files of their profiles (`locations.toml`).

Nothing is written and no lock is taken. The value of a cookie is never selected; its length is computed inside a copy
of the database. Not for what a browser does when it runs: that its own page tests (`guide`).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from portalcheck.facts import (
    ANOTHER,
    BrowserProfile,
    CookieStore,
    InstalledBrowser,
    Unreadable,
)
from portalcheck.machine.environment import Environment

if TYPE_CHECKING:
    from portalcheck.machine.browsers.profile import Profile

__all__ = ["cookie_stores", "found", "installed", "profiles"]

_MOST_IDENTITY = 4


def installed(
    environment: Environment, now: float | None = None, profiles: Sequence[Profile] | None = None
) -> tuple[InstalledBrowser, ...]:
    """The browsers that this user has a profile of; `now` is in seconds since the epoch.

    The default browser too where it is of no table, and keeps its profile where none was found. `profiles` are those
    that were `found`.
    """
    from portalcheck.machine.browsers import versions
    from portalcheck.machine.browsers.default import default_browser

    when = time.time() if now is None else now
    default = default_browser(environment)
    read = versions.installed(
        found(environment) if profiles is None else profiles, default, environment, when
    )
    hidden = _is_hidden(default, (one.browser for one in read))
    return (*read, InstalledBrowser(browser=ANOTHER, default=True)) if hidden else read


def profiles(
    environment: Environment,
    url: str,
    identity: Sequence[str] = (),
    profiles: Sequence[Profile] | None = None,
) -> tuple[BrowserProfile, ...]:
    """What each profile blocks and clears as it bears on a URL, and its extensions that can block.

    Also whether it blocks the cookies of the `identity` hosts, which sign people in. `profiles` are those that were
    `found`. Nothing of GNOME Web, whose settings are not read.
    """
    from portalcheck.machine.browsers import chromium_settings, firefox_settings, safari
    from portalcheck.machine.browsers.default import default_browser
    from portalcheck.machine.browsers.matching import page_of

    readers = {
        "chromium": chromium_settings.settings,
        "firefox": firefox_settings.settings,
        "safari": safari.settings,
    }
    page = page_of(url)
    others = [page_of(f"https://{name}/") for name in identity[:_MOST_IDENTITY]]
    read: tuple[BrowserProfile, ...] = ()
    for profile in found(environment) if profiles is None else profiles:
        if profile.place.away:
            away = BrowserProfile(
                browser=profile.browser, profile=profile.number, unreadable=profile.unreadable
            )
            read += (away,)
        elif reader := readers.get(profile.place.browser.family):
            read += (reader(profile, environment, page, others),)
    if _is_hidden(default_browser(environment), (one.browser for one in read)):
        return (*read, BrowserProfile(browser=ANOTHER, profile=1, unreadable=Unreadable.UNKNOWN_LAYOUT))
    return read


def cookie_stores(
    environment: Environment,
    url: str,
    hosts: Sequence[str],
    now: float | None = None,
    identity: Sequence[str] = (),
    profiles: Sequence[Profile] | None = None,
) -> tuple[CookieStore, ...]:
    """What each profile keeps for the hosts (subdomains included) and would send to the URL.

    `now` is in seconds since the epoch, else the clock's time. `identity` are those of the hosts that sign people in.
    `profiles` are those that were `found`. A profile that may not be read is told too.
    """
    from msgspec.structs import replace

    from portalcheck.machine.browsers import chromium, epiphany, firefox, safari
    from portalcheck.machine.browsers.default import default_browser
    from portalcheck.machine.browsers.matching import page_of
    from portalcheck.machine.browsers.profile import Question, store

    readers = {
        "chromium": chromium.cookies,
        "firefox": firefox.cookies,
        "safari": safari.cookies,
        "epiphany": epiphany.cookies,
    }
    when = time.time() if now is None else now
    question = Question(environment, page_of(url), tuple(hosts), when, tuple(identity))
    stores = [
        store(profile, Unreadable.AWAY, running=None, keeps_session=False)
        if profile.place.away
        else readers[profile.place.browser.family](profile, question)
        for profile in (found(environment) if profiles is None else profiles)
    ]
    if _is_hidden(default_browser(environment), (each.browser for each in stores)):
        stores.append(CookieStore(browser=ANOTHER, profile=1, unreadable=Unreadable.UNKNOWN_LAYOUT))
    return tuple(replace(each, of_caller=environment.for_caller) for each in stores)


def _is_hidden(default: str, read: Iterable[str]) -> bool:
    """Whether links open in a browser of no table that was not found by its files either."""
    return default == ANOTHER and ANOTHER not in read


def found(environment: Environment) -> tuple[Profile, ...]:
    """Every profile, numbered from 1 within its browser. To be asked once, as it looks through many folders."""
    return tuple(_found(environment))


def _found(environment: Environment) -> Iterator[Profile]:
    from portalcheck.machine.browsers import chromium, chromium_policies, epiphany, firefox, safari
    from portalcheck.machine.browsers.default import handler_of_links
    from portalcheck.machine.browsers.places import places
    from portalcheck.machine.browsers.profile import MAX_PROFILES, Profile
    from portalcheck.machine.browsers.unlisted import unlisted

    finders = {
        "chromium": chromium.profile_folders,
        "firefox": lambda place: firefox.profile_folders(place, environment),
        "safari": safari.profile_folders,
        "epiphany": epiphany.profile_folders,
    }
    numbers: dict[str, int] = {}
    known = places(environment, lambda browser: chromium_policies.user_data(browser, environment))
    for place in (*known, *unlisted(environment, known, handler_of_links(environment))):
        folders = Unreadable.AWAY if place.away else finders[place.browser.family](place)
        unreadable = folders if isinstance(folders, Unreadable) else None
        for folder in (place.folder,) if isinstance(folders, Unreadable) else folders:
            number = numbers.get(place.browser.name, 0) + 1
            numbers[place.browser.name] = number
            if number > MAX_PROFILES:
                if number == MAX_PROFILES + 1:
                    yield Profile(place, folder, number, Unreadable.TOO_MANY)
                break
            yield Profile(place, folder, number, unreadable)
