"""Chromium and its kin: which profiles there are, and their cookies."""

from __future__ import annotations

import re
from pathlib import Path

from portalcheck.facts import CookieStore, Unreadable
from portalcheck.machine.browsers import chromium_cookies, running
from portalcheck.machine.browsers.places import Place
from portalcheck.machine.browsers.profile import Profile, Question, count, store
from portalcheck.machine.browsers.reading import changed_at, exists, folders, presence

_NOT_PROFILES = frozenset({"System Profile", "Guest Profile", "Snapshot", "Snapshots", "Crashpad", "Network"})
_USUAL = re.compile(r"Default|Profile \d+")
_COOKIES = ("Network/Cookies", "Cookies")


def profile_folders(place: Place) -> tuple[Path, ...] | Unreadable:
    """The folders of a place that hold settings or cookies, `Default` first.

    Looked for on disk, for the browser's own list (`Local State`) may lack some and may name anything.
    Opera keeps its first profile in the place itself.
    """
    inside = folders(place.folder)
    if isinstance(inside, Unreadable):
        return inside
    named = [folder for folder in inside if folder.name not in _NOT_PROFILES]
    candidates = (place.folder, *sorted(named, key=lambda folder: (folder.name != "Default", folder.name)))
    return tuple(filter(_is_profile, candidates))


def _is_profile(folder: Path) -> bool:
    marks = {presence(folder / name) for name in ("Preferences", *_COOKIES)}
    return True in marks or (None in marks and _USUAL.fullmatch(folder.name) is not None)


def cookie_file(profile: Profile) -> Path:
    """Where a profile's cookies are: in the newer of the two places where both hold some."""
    there = [path for name in _COOKIES if exists(path := profile.folder / name)]
    return max(there, key=lambda path: changed_at(path) or 0.0, default=profile.folder / _COOKIES[0])


def cookies(profile: Profile, question: Question) -> CookieStore:
    """What the profile keeps for a portal."""
    environment, place = question.environment, profile.place
    found = profile.unreadable or count(
        cookie_file(profile),
        lambda database: chromium_cookies.guard(database, environment.os),
        chromium_cookies.jars,
        question,
    )
    is_running = running.chromium(environment, place.folder, boxed=place.boxed)
    return store(profile, found, running=is_running, keeps_session=True)
