"""What a profile of Firefox blocks and clears, and its extensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from portalcheck.facts import (
    BrowserProfile,
    CookieBlock,
    CookieScope,
    Forbidden,
    PageBlock,
    SetBy,
    Unreadable,
)
from portalcheck.machine.browsers import (
    extensions,
    firefox_install,
    firefox_policies,
    firefox_prefs,
    match_patterns,
    own_way,
    policy_effects,
)
from portalcheck.machine.browsers.database import Database, ask
from portalcheck.machine.browsers.firefox_prefs import Preferences
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.policy_effects import DENY, SESSION
from portalcheck.machine.browsers.profile import Profile, unread, with_identity
from portalcheck.machine.browsers.reading import part, read_json, table
from portalcheck.machine.browsers.sqlite_image import take
from portalcheck.machine.environment import Environment

_SCOPES = {1: CookieScope.THIRD_PARTY, 2: CookieScope.ALL, 3: CookieScope.THIRD_PARTY}
_PERMISSION_COLUMNS = frozenset({"origin", "type", "permission", "expiretype"})
_FOR_EVER = 0  # nsIPermissionManager, EXPIRE_NEVER
_BUILT_IN = ("app-builtin", "app-system-defaults", "app-system-addons")
_SWITCHED_OFF = ("userDisabled", "appDisabled", "softDisabled", "embedderDisabled")


def settings(
    profile: Profile, environment: Environment, page: Page | None, identity: Sequence[Page | None]
) -> BrowserProfile:
    """What the profile does with the cookies of a page, and with those of the hosts that sign people in."""
    install = firefox_install.installation(profile.folder, environment)
    system = firefox_policies.system_folder(profile.place, environment, install)
    preferences, text = firefox_prefs.read_all(profile.folder, install, system)
    policies = firefox_policies.policies(profile.place, environment, install)
    policy_effects.apply(preferences, policies)
    exceptions = profile.folder / "permissions.sqlite"
    permission, by = _permission(exceptions, policies, page)
    there = (_blocks(preferences, *_permission(exceptions, policies, other)) for other in identity)
    return BrowserProfile(
        browser=profile.browser,
        profile=profile.number,
        unreadable=profile.unreadable or unread(text),
        blocks=with_identity(_blocks(preferences, permission, by), there),
        forbids=tuple(_forbids(preferences, policies, page)),
        clears_on_exit=_clears(preferences, permission),
        never_remembers=preferences.get(firefox_prefs.PRIVATE) is True,
        way=own_way.of_firefox(preferences, page),
        extensions=_extensions(profile.folder),
    )


def _blocks(preferences: Preferences, permission: int, by: SetBy) -> tuple[CookieBlock, ...]:
    if permission:
        return (CookieBlock(CookieScope.SITE, by),) if permission == DENY else ()
    name = firefox_prefs.COOKIES
    # A private window goes by the ordinary behaviour where the user has set that one alone (nsICookieManager).
    own, ordinary = (
        preferences.has_user_value(firefox_prefs.COOKIES_PRIVATE),
        preferences.has_user_value(name),
    )
    if preferences.get(firefox_prefs.PRIVATE) is True and (own or not ordinary):
        name = firefox_prefs.COOKIES_PRIVATE
    behaviour = preferences.get(name)
    scope = _SCOPES.get(behaviour) if isinstance(behaviour, int) else None
    return (CookieBlock(scope, preferences.by(name)),) if scope else ()


def _forbids(
    preferences: Preferences, policies: Mapping[str, object], page: Page | None
) -> Iterator[PageBlock]:
    filtered = table(policies, "WebsiteFilter")
    if page is not None and _named(filtered, "Block", page) and not _named(filtered, "Exceptions", page):
        yield PageBlock(Forbidden.PAGE, SetBy.POLICY)
    if preferences.get(firefox_prefs.SCRIPTS) is False:
        yield PageBlock(Forbidden.SCRIPTS, preferences.by(firefox_prefs.SCRIPTS))


def _named(filtered: Mapping[str, object], name: str, page: Page) -> bool:
    patterns = filtered.get(name)
    return isinstance(patterns, list) and match_patterns.any_matches(patterns, page)


def _permission(path: Path, policies: Mapping[str, object], page: Page | None) -> tuple[int, SetBy]:
    """The exception for the page, that of the longest name, and whose it is; 0 if there is none.

    For one name a policy's comes before the user's.
    """
    if page is None:
        return 0, SetBy.SETTING
    of_policy = policy_effects.exceptions(policies, page)
    of_user = ask(take(path), lambda database: _exceptions(database, page))
    for domain in page.domains:
        if domain != page.host and "." not in domain:
            break  # A top-level domain is nobody's, and Firefox does not ask for it.
        if domain in of_policy:
            return of_policy[domain], SetBy.POLICY
        if not isinstance(of_user, Unreadable) and of_user.get(domain):
            return of_user[domain], SetBy.SETTING
    return 0, SetBy.SETTING


def _exceptions(database: Database, page: Page) -> dict[str, int]:
    """The user's exceptions for the page's domains."""
    if not database.columns("moz_perms") >= _PERMISSION_COLUMNS:
        return {}
    found = {}
    for domain in page.domains:
        permissions = database.numbers(
            "SELECT permission FROM main.moz_perms NOT INDEXED"
            " WHERE type = 'cookie' AND origin = :origin AND expireType = :kept"
            " AND typeof(permission) = 'integer'",
            {"origin": page.origin(domain), "kept": _FOR_EVER},
        )
        found[domain] = int(permissions[0] or 0) if permissions else 0
    return found


def _clears(preferences: Preferences, permission: int) -> bool:
    """Whether the page's cookies are deleted when Firefox is closed. An exception for the page keeps them."""
    if permission:
        return permission == SESSION
    if preferences.get(firefox_prefs.SANITIZE) is not True:
        return False
    chosen = next(filter(preferences.is_set, firefox_prefs.CLEAR), firefox_prefs.CLEAR[0])
    return preferences.get(chosen) is True


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
