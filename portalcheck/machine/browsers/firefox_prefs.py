"""Firefox's preferences as they stand when it has started: what it comes with, the system's files, the user's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from portalcheck.facts import SetBy, Unreadable
from portalcheck.machine.browsers.firefox_install import Installation
from portalcheck.machine.browsers.prefs_js import Value, statements
from portalcheck.machine.browsers.reading import read, read_text, regular_files

if TYPE_CHECKING:
    from portalcheck.machine.browsers.autoconfig import Call

COOKIES = "network.cookie.cookieBehavior"
COOKIES_PRIVATE = "network.cookie.cookieBehavior.pbmode"
PRIVATE = "browser.privatebrowsing.autostart"
SANITIZE = "privacy.sanitize.sanitizeOnShutdown"
CLEAR = ("privacy.clearOnShutdown_v2.cookiesAndStorage", "privacy.clearOnShutdown.cookies")
SCRIPTS = "javascript.enabled"

_PROGRAM: Mapping[str, Value] = dict.fromkeys((COOKIES, COOKIES_PRIVATE), 5) | dict.fromkeys(CLEAR, True)
"""What the program's own `firefox.js` sets, read after the files beside the platform."""
_PLATFORM: Mapping[str, Value] = {
    PRIVATE: False,
    SANITIZE: False,
    SCRIPTS: True,
    "network.proxy.type": 5,
    "network.proxy.http": "",
    "network.proxy.http_port": 0,
    "network.proxy.ssl": "",
    "network.proxy.ssl_port": 0,
    "network.proxy.socks": "",
    "network.proxy.socks_port": 0,
    "network.proxy.socks_version": 5,
    "network.proxy.no_proxies_on": "",
    "network.trr.mode": 0,
    "network.trr.uri": "",
    "network.trr.default_provider_uri": "https://mozilla.cloudflare-dns.com/dns-query",
    "network.trr.excluded-domains": "",
    "network.trr.bootstrapAddr": "",
}
_BUILT_IN: Mapping[str, Value] = {**_PLATFORM, **_PROGRAM}
_MAX_PREFERENCES = 4 * 1024 * 1024
_MAX_SCRIPT = 1024 * 1024


class Preferences:
    """A default and a user's value of each preference. What is locked has its default."""

    def __init__(self) -> None:
        self._defaults: dict[str, Value] = dict(_BUILT_IN)
        self._of_user: dict[str, Value] = {}
        self._locked: set[str] = set()
        self._administered: set[str] = set()  # whose user's value an administrator has set

    def get(self, name: str) -> Value | None:
        """The value that counts."""
        return self._of_user[name] if self.has_user_value(name) else self._defaults.get(name)

    def by(self, *names: str) -> SetBy:
        """Who has set what counts of some preferences, an administrator if one of them."""
        return SetBy.POLICY if any(map(self._is_administrators, names)) else SetBy.SETTING

    def is_set(self, name: str) -> bool:
        """Whether anybody has set it to something else than Firefox comes with."""
        return self.has_user_value(name) or self._is_administrators(name)

    def has_user_value(self, name: str) -> bool:
        """Whether the user's value counts."""
        return name in self._of_user and name not in self._locked

    def is_locked(self, name: str) -> bool:
        """Whether the user's value is void."""
        return name in self._locked

    def default(self, name: str) -> Value | None:
        """The value that counts without a user's."""
        return self._defaults.get(name)

    def set_default(self, name: str, value: Value) -> bool:
        """Set what counts without a user's value; False for a value that is not of the preference's type."""
        if not self._takes(name, value):
            return False
        self._defaults[name] = value
        return True

    def set_user(self, name: str, value: Value, *, administered: bool = False) -> None:
        """Set a user's value; one that is not of the preference's type is void."""
        if self._takes(name, value):
            self._of_user[name] = value
            (self._administered.add if administered else self._administered.discard)(name)

    def lock(self, name: str, *, locked: bool = True) -> None:
        """Make the user's value void, or no longer."""
        (self._locked.add if locked else self._locked.discard)(name)

    def clear_user(self, name: str) -> None:
        """Forget the user's value."""
        self._of_user.pop(name, None)

    def _takes(self, name: str, value: Value) -> bool:
        return name not in self._defaults or type(self._defaults[name]) is type(value)

    def _is_administrators(self, name: str) -> bool:
        if self.has_user_value(name):
            return name in self._administered
        return self._defaults.get(name) != _BUILT_IN.get(name)


def read_all(
    profile: Path, install: Installation, system: Path | None
) -> tuple[Preferences, str | Unreadable]:
    """The preferences before any policy, and the profile's `prefs.js`, or why that cannot be read.

    `system` is the folder of the system's settings for this program (`/etc/firefox`), if it has one.
    """
    found = Preferences()
    if install.folder is not None:
        _defaults(found, install.folder / "defaults" / "pref", _PLATFORM)
        program = install.folder / "browser" / "defaults"
        _defaults(found, program / "preferences", _BUILT_IN)
        _defaults(found, program / "syspref", _BUILT_IN)  # Debian
    if system is not None:
        _defaults(found, system / "defaults" / "pref", _BUILT_IN)
    text = read_text(profile / "prefs.js", _MAX_PREFERENCES)
    for content in (
        text,
        read_text(profile / "user.js", _MAX_PREFERENCES),
    ):  # user.js is set anew at every start
        for each in () if isinstance(content, Unreadable) else statements(content):
            if each.of_user:
                found.set_user(each.name, each.value)
    _autoconfig(found, install)
    return found, text


def _defaults(found: Preferences, folder: Path, known: Mapping[str, Value]) -> None:
    """The defaults that files of a folder set, the last in the alphabet first, so that the first one wins.

    Those of Firefox's that are not `known` yet are set again by the program, unless they are locked.
    """
    for path in regular_files(folder, ".js")[::-1]:
        text = read_text(path, _MAX_SCRIPT)
        for each in () if isinstance(text, Unreadable) else statements(text):
            is_void = (
                each.of_user
                or found.is_locked(each.name)
                or (each.name in _BUILT_IN.keys() - known.keys() and not each.locked)
            )
            if not is_void and found.set_default(each.name, each.value) and each.locked:
                found.lock(each.name)


def _autoconfig(found: Preferences, install: Installation) -> None:
    """What the script does that `general.config.filename` names."""
    name, shift = found.get("general.config.filename"), found.get("general.config.obscure_value")
    if (
        install.folder is None
        or not isinstance(name, str)
        or not name.endswith(".cfg")
        or Path(name).name != name
    ):
        return
    content = read(install.folder / name, _MAX_SCRIPT)
    if isinstance(content, Unreadable):
        return
    from portalcheck.machine.browsers.autoconfig import calls

    for call in calls(content, shift if type(shift) is int else 13):
        _called(found, call)


def _called(found: Preferences, call: Call) -> None:
    """One call of a script; of one that may not be made nothing is claimed."""
    if call.verb == "pref" and call.value is not None:
        found.set_user(call.name, call.value, administered=True)
    elif call.verb == "clearPref":
        found.clear_user(call.name)
    elif call.verb == "unlockPref":
        found.lock(call.name, locked=False)
    elif call.value is not None:
        found.set_default(call.name, call.value)
        if call.verb == "lockPref":
            found.lock(call.name)
    elif call.name in _BUILT_IN:
        found.set_default(call.name, _BUILT_IN[call.name])
        found.lock(call.name)
