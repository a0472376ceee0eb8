"""What a profile of Firefox blocks and clears, and its extensions.

Preferences hold only what differs from what Firefox comes with, of which nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, SetBy, Unreadable
from portalcheck.machine.browsers import extensions, firefox_install, own_way, policies, prefs_js
from portalcheck.machine.browsers.database import Database, ask
from portalcheck.machine.browsers.matching import Page, page_of
from portalcheck.machine.browsers.profile import Profile, unread
from portalcheck.machine.browsers.reading import part, read_json, read_text, table
from portalcheck.machine.browsers.sqlite_image import take
from portalcheck.machine.environment import Environment

_BEHAVIOUR = "network.cookie.cookieBehavior"
_SCOPES = {1: CookieScope.THIRD_PARTY, 2: CookieScope.ALL, 3: CookieScope.THIRD_PARTY}
_BEHAVIOURS = {
    "accept": 0,
    "reject-foreign": 1,
    "reject": 2,
    "limit-foreign": 3,
    "reject-tracker": 4,
    "reject-tracker-and-partition-foreign": 5,
}
_ALLOW, _DENY, _SESSION = 1, 2, 8  # nsICookiePermission
_PERMISSION_COLUMNS = frozenset({"origin", "type", "permission", "expiretype"})
_FOR_EVER = 0  # nsIPermissionManager, EXPIRE_NEVER
_BUILT_IN = ("app-builtin", "app-system-defaults", "app-system-addons")
_SWITCHED_OFF = ("userDisabled", "appDisabled", "softDisabled", "embedderDisabled")

Preferences = Mapping[str, prefs_js.Value]


def settings(profile: Profile, environment: Environment, page: Page | None) -> BrowserProfile:
    """What the profile does with the cookies of a page."""
    text = profile.unreadable or read_text(profile.folder / "prefs.js")
    preferences = {} if isinstance(text, Unreadable) else prefs_js.parse(text)
    own = read_text(profile.folder / "user.js")
    preferences |= {} if isinstance(own, Unreadable) else prefs_js.parse(own)  # set anew at every start
    install = firefox_install.installation(profile.folder, environment)
    policy = policies.firefox(profile.place.browser, environment, install.folder)
    rules = table(policy, "Cookies")
    permission = _permission(profile.folder / "permissions.sqlite", page)
    return BrowserProfile(
        browser=profile.browser,
        profile=profile.number,
        unreadable=unread(text),
        blocks=_blocks(preferences, rules, permission, page),
        clears_on_exit=_clears(preferences, policy, permission),
        never_remembers=preferences.get("browser.privatebrowsing.autostart") is True,
        way=own_way.of_firefox(preferences, policy, page),
        extensions=_extensions(profile.folder),
    )


def _blocks(
    preferences: Preferences, rules: Mapping[str, object], permission: int, page: Page | None
) -> tuple[CookieBlock, ...]:
    if page is not None:
        if _names(rules.get("Block"), page):
            return (CookieBlock(CookieScope.SITE, SetBy.POLICY),)
        if _names(rules.get("Allow"), page) or _names(rules.get("AllowSession"), page):
            return ()
    if permission:
        return (CookieBlock(CookieScope.SITE, SetBy.SETTING),) if permission == _DENY else ()
    behaviour, by = _behaviour(preferences, rules)
    scope = _SCOPES.get(behaviour)
    return (CookieBlock(scope, by),) if scope else ()


def _behaviour(preferences: Preferences, rules: Mapping[str, object]) -> tuple[int, SetBy]:
    """The cookie behaviour and who set it, -1 if neither did. An unlocked policy gives way to the user."""
    chosen = preferences.get(_BEHAVIOUR, -1)
    behaviour = chosen if isinstance(chosen, int) else -1
    wanted = _BEHAVIOURS.get(str(rules.get("Behavior", "")), -1)
    if wanted < 0 and rules.get("Default") in (False, 0):
        wanted = _BEHAVIOURS["reject"]
    if wanted < 0 and rules.get("AcceptThirdParty") == "never":
        wanted = _BEHAVIOURS["reject-foreign"]
    if wanted >= 0 and (behaviour < 0 or rules.get("Locked") in (True, 1)):
        return wanted, SetBy.POLICY
    return behaviour, SetBy.SETTING


def _names(origins: object, page: Page) -> bool:
    """Whether one of a policy's origins is the page's, or that of a domain that it lies under."""
    if not isinstance(origins, list):
        return False
    named = (
        page_of(text if "://" in text else f"https://{text}") for text in origins if isinstance(text, str)
    )
    return any(
        one is not None and (one.scheme, one.port) == (page.scheme, page.port) and one.host in page.domains
        for one in named
    )


def _permission(path: Path, page: Page | None) -> int:
    """The user's exception for the page, the one of the longest name; 0 if none can be read."""
    if page is None:
        return 0

    def exception(database: Database) -> int:
        if not database.columns("moz_perms") >= _PERMISSION_COLUMNS:
            return 0
        for domain in page.domains:
            found = database.numbers(
                "SELECT permission FROM main.moz_perms NOT INDEXED"
                " WHERE type = 'cookie' AND origin = :origin AND expireType = :kept"
                " AND typeof(permission) = 'integer'",
                {"origin": page.origin(domain), "kept": _FOR_EVER},
            )
            if found:
                return int(found[0] or 0)
        return 0

    found = ask(take(path), exception)
    return 0 if isinstance(found, Unreadable) else found


def _clears(preferences: Preferences, policy: Mapping[str, object], permission: int) -> bool:
    """Whether the page's cookies are deleted when Firefox is closed. An exception for the page keeps them."""
    if permission:
        return permission == _SESSION
    wanted = policy.get("SanitizeOnShutdown")
    if isinstance(wanted, dict):
        return wanted.get("Cookies") in (True, 1)
    if wanted in (True, 1):
        return True
    if preferences.get("privacy.sanitize.sanitizeOnShutdown") is not True:
        return False
    names = ("privacy.clearOnShutdown_v2.cookiesAndStorage", "privacy.clearOnShutdown.cookies")
    chosen = (preferences.get(name) for name in names)
    return next((value is True for value in chosen if value is not None), True)


def _extensions(profile: Path) -> tuple[str, ...]:
    found = read_json(profile / "extensions.json")
    addons = part(found, "addons")
    names = set()
    for addon in addons if isinstance(addons, list) else []:
        if isinstance(addon, dict) and _is_enabled(addon):
            listed = extensions.listed_name("firefox", str(addon.get("id")))
            names.add(listed or _unlisted(addon))
    return tuple(sorted(names - {""}))


def _is_enabled(addon: Mapping[str, object]) -> bool:
    return (
        addon.get("type") == "extension"
        and addon.get("active") is True
        and not any(addon.get(name) for name in _SWITCHED_OFF)
        and not str(addon.get("location")).startswith(_BUILT_IN)
    )


def _unlisted(addon: Mapping[str, object]) -> str:
    name, wishes = part(addon, "defaultLocale", "name"), part(addon, "userPermissions", "permissions")
    if not isinstance(name, str) or not isinstance(wishes, list):
        return ""
    return extensions.unlisted_name(name, wishes)
