"""Chromium and its kin: which profiles there are, and their cookies."""

from __future__ import annotations

import re
from pathlib import Path

from portalcheck.facts import CookieStore, Unreadable
from portalcheck.machine.browsers import chromium_cookies, chromium_policies, running
from portalcheck.machine.browsers.places import Place
from portalcheck.machine.browsers.profile import Profile, Question, count, store
from portalcheck.machine.browsers.reading import changed_at, exists, folders, part, presence, read_json
from portalcheck.machine.environment import Environment

_NOT_PROFILES = frozenset({"System Profile", "Guest Profile", "Snapshot", "Snapshots", "Crashpad", "Network"})
_USUAL = re.compile(r"Default|Profile \d+")
_ON_START = "RestoreOnStartup"
_CRASHED = "Crashed"  # profile.exit_type, from the start on until a browser closes in order
_LAST_SESSION = (1, 6)  # 6: and pages of the person's choice
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


def _restores_session(profile: Profile, environment: Environment) -> bool:
    """Whether the cookies of the last session come back at the start.

    They do after a crash; else what is enforced counts, then what the person chose, then what is recommended.
    """
    preferences = read_json(profile.folder / "Preferences")
    if part(preferences, "profile", "exit_type") == _CRASHED:
        return True
    policy = chromium_policies.of_place(profile.place, environment)
    own = part(preferences, "session", "restore_on_startup")
    modes = (policy.managed.get(_ON_START), own, policy.recommended.get(_ON_START))
    return next((mode for mode in modes if isinstance(mode, int)), None) in _LAST_SESSION


def cookies(profile: Profile, question: Question) -> CookieStore:
    """What the profile keeps for a portal.

    A Chromium that was closed sends the cookies of its session only where it restores these when it starts.
    """
    environment, place = question.environment, profile.place
    is_running = running.chromium(environment, place.folder, boxed=place.boxed)
    ended = is_running is False and not _restores_session(profile, environment)
    found = profile.unreadable or count(
        cookie_file(profile),
        lambda database: chromium_cookies.guard(database, environment.os, session_ended=ended),
        chromium_cookies.jars,
        question,
    )
    return store(profile, found, running=is_running, keeps_session=True)
