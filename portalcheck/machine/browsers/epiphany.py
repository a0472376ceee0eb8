"""GNOME Web (Epiphany): one profile, whose cookies libsoup keeps; its settings are not read."""

from __future__ import annotations

from pathlib import Path

from portalcheck.facts import CookieStore, Unreadable
from portalcheck.machine.browsers import mozilla_cookies
from portalcheck.machine.browsers.places import Place
from portalcheck.machine.browsers.profile import Profile, Question, count, no_jars, store
from portalcheck.machine.browsers.reading import exists, folders

_COOKIES = "cookies.sqlite"


def profile_folders(place: Place) -> tuple[Path, ...] | Unreadable:
    """The place itself, if it was ever used."""
    inside = folders(place.folder)
    if isinstance(inside, Unreadable):
        return inside
    return (place.folder,) if exists(place.folder / _COOKIES) else ()


def cookies(profile: Profile, question: Question) -> CookieStore:
    """What the profile keeps for a portal."""
    found = profile.unreadable or count(profile.folder / _COOKIES, mozilla_cookies.guard, no_jars, question)
    return store(profile, found, running=None, keeps_session=False)
