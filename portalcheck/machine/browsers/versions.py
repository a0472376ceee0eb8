"""The version of each browser, and whether its maker still supports it: the table `supported.toml`.

A version read from a profile is the one that last ran, not necessarily the one that is installed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

import msgspec

from portalcheck.facts import ANOTHER, InstalledBrowser, Support, Unreadable
from portalcheck.machine.browsers import firefox_install
from portalcheck.machine.browsers.places import Place, data, typed
from portalcheck.machine.browsers.profile import Profile
from portalcheck.machine.browsers.reading import changed_at, part, read_json, read_plist, read_text
from portalcheck.machine.environment import Environment

DAY_S = 86_400
TABLE_DAYS = 365
"""Past this age the table says nothing any more."""

_VERSION = re.compile(r"\d{1,5}(?:\.\d{1,6}){0,3}", re.ASCII)
_MAX_VERSION_FILE = 4096
_SIGNS_OF_USE = (
    "Preferences",
    "Cookies",
    "Network/Cookies",
    "prefs.js",
    "cookies.sqlite",
    "cookies.sqlite-wal",
    "Cookies.binarycookies",
)
_SAFARI = "/Applications/Safari.app/Contents/Info.plist"


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ended: int = 0
    current: int = 0


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    as_of: datetime.date
    days: int
    browser: dict[str, _Rule]


@cache
def _table() -> _Table:
    return typed(data("supported.toml"), _Table)


class _Build(NamedTuple):
    """A version as numbers (to compare) and as text, with what is known of the build."""

    order: tuple[int, ...]
    version: str
    built: float | None = None


def supported(browser: str, version: str, built: float | None, now: float) -> Support:
    """Whether a version is supported as of `now`; `built` and `now` are seconds since the epoch.

    `UNKNOWN` too if the table has become too old, or if the clock is behind the table or the build.
    """
    table = _table()
    made = datetime.datetime.combine(table.as_of, datetime.time(), datetime.UTC)
    since = (now - made.timestamp()) / DAY_S
    if not -1 <= since <= TABLE_DAYS:
        return Support.UNKNOWN
    if built is not None:
        age = (now - built) / DAY_S
        return Support.UNKNOWN if age < -1 else Support.YES if age <= table.days else Support.NO
    rule = table.browser.get(browser, _Rule())
    major = int(version.partition(".")[0]) if _VERSION.fullmatch(version) else 0
    if major and major < rule.ended:
        return Support.NO
    current = rule.current and major >= rule.current and since <= table.days
    return Support.YES if current else Support.UNKNOWN


def installed(
    profiles: Sequence[Profile], default: str, environment: Environment, now: float
) -> tuple[InstalledBrowser, ...]:
    """One fact for each browser that has a profile, with the newest version of its installations."""
    found = []
    for browser in dict.fromkeys(profile.browser for profile in profiles):
        own = [one for one in profiles if one.browser == browser and not one.place.away]
        build = max(_builds(own, environment), default=_Build((), ""))
        found.append(
            InstalledBrowser(
                browser=browser,
                version=build.version,
                built=build.built,
                default=browser == default,
                supported=supported(browser, build.version, build.built, now),
                last_used=max(filter(None, map(_last_used, own)), default=None),
            )
        )
    return tuple(found)


def _builds(profiles: Sequence[Profile], environment: Environment) -> Iterable[_Build]:
    if not profiles or profiles[0].browser == ANOTHER:
        return  # of no table: several browsers, each with numbers of its own
    family = profiles[0].place.browser.family
    if family == "chromium":
        for place in {profile.place.folder: profile.place for profile in profiles}.values():
            yield from _chromium(place)
        yield from _beacons(profiles[0].place, environment)
    elif family == "firefox":
        for profile in profiles:
            found = firefox_install.installation(profile.folder, environment)
            yield from _build(found.version, found.built)
    elif family == "safari":
        yield from _build(part(read_plist(environment.at(_SAFARI)), "CFBundleShortVersionString"))


def _build(version: object, built: float | None = None) -> Iterable[_Build]:
    if isinstance(version, str) and _VERSION.fullmatch(version.strip()):
        text = version.strip()
        yield _Build(tuple(map(int, text.split("."))), text, built)


def _chromium(place: Place) -> Iterable[_Build]:
    text = read_text(place.folder / "Last Version", _MAX_VERSION_FILE)
    if isinstance(text, Unreadable):
        return ()
    state = read_json(place.folder / "Local State")
    stamp = part(state, "user_experience_metrics", "stability", "stats_buildtime")
    built = int(stamp) if isinstance(stamp, str) and re.fullmatch(r"[0-9]{9,11}", stamp) else None
    return _build(text, None if built is None else float(built))


def _beacons(place: Place, environment: Environment) -> Iterable[_Build]:
    for key in place.browser.beacons:
        for hive in ("HKCU", "HKLM"):
            yield from _build(environment.registry.value(hive, key, "version"))


def _last_used(profile: Profile) -> float | None:
    times = (changed_at(profile.folder / name) for name in _SIGNS_OF_USE)
    return max((time for time in times if time is not None), default=None)
