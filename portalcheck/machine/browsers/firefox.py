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
    for folder in (*_listed(place.folder, environment), *_grouped(place.folder, environment)):
        if {presence(folder / name) for name in _MARKS} & {True, None}:  # None: there, but closed to us
            found.setdefault(str(folder), folder)
    for folder in unlisted:
        if any(exists(folder / name) for name in _MARKS):
            found.setdefault(str(folder), folder)
    return tuple(found.values())


def _listed(root: Path, environment: Environment) -> tuple[Path, ...]:
    """The profiles of `profiles.ini`; an `[Install…]` section names the one that really is the default."""
    sections = read_ini(root / "profiles.ini", _MAX_INI)
    preferred = [
        section.get("Default", "") for name, section in sections.items() if name.startswith("Install")
    ]
    others = [section.get("Path", "") for name, section in sections.items() if name.startswith("Profile")]
    folders_found = (placed(root, path, environment) for path in (*preferred, *others))
    return tuple(folder for folder in folders_found if folder is not None)


def _grouped(root: Path, environment: Environment) -> Iterator[Path]:
    """The profiles of the switcher: one database for each group (SelectableProfileService.sys.mjs)."""
    for path in regular_files(root / "Profile Groups", ".sqlite")[:_MAX_GROUPS]:
        listed = ask(take(path), lambda database: database.texts("Profiles", "path", MAX_PROFILES))
        # What unreadable lists lack is still looked for on disk.
        for text in () if isinstance(listed, Unreadable) else listed:
            if (folder := placed(root, text, environment)) is not None:
                yield folder


def cookies(profile: Profile, question: Question) -> CookieStore:
    """What the profile keeps for a portal."""
    found = profile.unreadable or count(
        profile.folder / "cookies.sqlite",
        mozilla_cookies.guard,
        mozilla_cookies.jars(question.page),
        question,
    )
    is_running = running.firefox(question.environment, profile.folder)
    return store(profile, found, running=is_running, keeps_session=False)
