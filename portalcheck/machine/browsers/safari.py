"""Safari: its profiles since version 17, their cookies, and the settings that block them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, CookieStore, SetBy, Unreadable
from portalcheck.machine.browsers import binarycookies
from portalcheck.machine.browsers.database import Database, ask
from portalcheck.machine.browsers.matching import Clock, Page, Totals, totals
from portalcheck.machine.browsers.places import Place
from portalcheck.machine.browsers.profile import Profile, Question, no_jars, store, unread
from portalcheck.machine.browsers.reading import exists, folders, part, presence, read, read_plist
from portalcheck.machine.environment import Environment

_CONTAINER = Path("Containers/com.apple.Safari/Data/Library")
_COOKIES = "Cookies.binarycookies"
_MAX_COOKIES = 64 * 1024 * 1024
_BLOCKS_ALL = 2  # WebKit, StorageBlockingPolicy: 0 none, 1 third parties (the default), 2 all
_POLICY_KEYS = (
    "WebKitStorageBlockingPolicy",
    "WebKitPreferences.storageBlockingPolicy",
    "com.apple.Safari.ContentPageGroupIdentifier.WebKit2StorageBlockingPolicy",
)


def profile_folders(place: Place) -> tuple[Path, ...] | Unreadable:
    """The folders that hold a cookie file: the container's, those of named profiles, else an old version's.

    The last is mostly a leftover, and looked at only where there is no container.
    """
    own = place.folder / _CONTAINER / "Cookies"
    named = folders(place.folder / _CONTAINER / "WebKit" / "WebsiteDataStore")
    inside = () if isinstance(named, Unreadable) else tuple(folder / "Cookies" for folder in named)
    # Without Full Disk Access macOS tells that the file is there, or nothing; both times it cannot be read.
    found = [folder for folder in (own, *inside) if presence(folder / _COOKIES) is not False]
    old = place.folder / "Cookies"
    return tuple(found) or ((old,) if exists(old / _COOKIES) else ())


def cookies(profile: Profile, question: Question) -> CookieStore:
    """What the profile keeps for a portal."""
    jar = profile.unreadable or _jar(profile)
    found = jar if isinstance(jar, Unreadable) else _count(jar, question)
    return store(profile, found, running=None, keeps_session=False)


def settings(
    profile: Profile, environment: Environment, page: Page | None, identity: Sequence[Page | None]
) -> BrowserProfile:
    """What the profile blocks. Exceptions for single sites do not exist in Safari."""
    del page, identity
    jar = profile.unreadable or _jar(profile)
    plist = Path("Library") / _CONTAINER / "Preferences" / "com.apple.Safari.plist"
    preferences = Unreadable.ABSENT if environment.home is None else read_plist(environment.home / plist)
    blocks = any(part(preferences, key) == _BLOCKS_ALL for key in _POLICY_KEYS)
    blocks = blocks or (not isinstance(jar, Unreadable) and jar.accepts_none)
    return BrowserProfile(
        browser=profile.browser,
        profile=profile.number,
        unreadable=unread(preferences),
        blocks=(CookieBlock(CookieScope.ALL, SetBy.SETTING),) if blocks else (),
    )


def _jar(profile: Profile) -> binarycookies.Jar | Unreadable:
    content = read(profile.folder / _COOKIES, _MAX_COOKIES)
    return content if isinstance(content, Unreadable) else binarycookies.parse(content)


def _count(jar: binarycookies.Jar, question: Question) -> Totals | Unreadable:
    def counted(database: Database) -> Totals:
        database.fill("records", binarycookies.Record._fields, jar.records)
        database.guard(
            "SELECT host, path, name, secure, expires, '' AS jar, 0 AS embedded, '' AS box, '' AS within,"
            " length(name) AS name_bytes, value_bytes, changed FROM main.records",
            {},
            {"records"},
        )
        return totals(
            database, Clock(), question.page, question.hosts, question.now, no_jars, question.identity
        )

    return ask(b"", counted) if jar.records else Totals()
