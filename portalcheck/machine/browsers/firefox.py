"""Firefox and its kin: which profiles there are, and their cookies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from portalcheck.facts import CookieStore, Unreadable
from portalcheck.machine.browsers import mozilla_cookies, running
from portalcheck.machine.browsers.database import ask
from portalcheck.machine.browsers.places import Place, placed
from portalcheck.machine.browsers.profile import MAX_PROFILES, Profile, Question, count, store
from portalcheck.machine.browsers.reading import exists, folders, presence, read_ini, regular_files
from portalcheck.machine.browsers.sqlite_image import take
from portalcheck.machine.environment import Environment

_MARKS = ("cookies.sqlite", "prefs.js")
_MAX_INI = 1024 * 1024
_MAX_GROUPS = 8


def profile_folders(place: Place, environment: Environment) -> tuple[Path, ...] | Unreadable:
    """The folders that hold settings or cookies: the installations' defaults first, then all others listed.

    Then come those of the profile switcher of 2025, which keeps lists of its own, and last those that no list names.
    """
    inside = folders(place.folder)
    if isinstance(inside, Unreadable):
        return inside
    below = folders(place.folder / "Profiles")
    unlisted = (*inside, *(() if isinstance(below, Unreadable) else below))
    found: dict[str, Path] = {}
    for path in (*_listed(place.folder), *_grouped(place.folder)):
        folder = placed(place.folder, path, environment)
        # A presence of None: there, but closed to us.
        if folder is not None and any(presence(folder / name) is not False for name in _MARKS):
            found.setdefault(str(folder), folder)
    for folder in unlisted:
        if any(exists(folder / name) for name in _MARKS):
            found.setdefault(str(folder), folder)
    return tuple(found.values())


def _listed(root: Path) -> list[str]:
    """The profiles of `profiles.ini`; an `[Install…]` section names the one that really is the default."""
    sections = read_ini(root / "profiles.ini", _MAX_INI)
    preferred = [
        section.get("Default", "") for name, section in sections.items() if name.startswith("Install")
    ]
    others = [section.get("Path", "") for name, section in sections.items() if name.startswith("Profile")]
    return preferred + others


def _grouped(root: Path) -> Iterator[str]:
    """The profiles of the switcher: one database for each group (SelectableProfileService.sys.mjs)."""
    for path in regular_files(root / "Profile Groups", ".sqlite")[:_MAX_GROUPS]:
        listed = ask(take(path), lambda database: database.texts("Profiles", "path", MAX_PROFILES))
        yield from () if isinstance(listed, Unreadable) else listed  # what lists lack is looked for on disk


def cookies(profile: Profile, question: Question) -> CookieStore:
    """What the profile keeps for a portal."""
    found = profile.unreadable or count(
        profile.folder / "cookies.sqlite",
        mozilla_cookies.guard,
        mozilla_cookies.jars,
        question,
    )
    is_running = running.firefox(question.environment, profile.folder)
    return store(profile, found, running=is_running, keeps_session=False)
