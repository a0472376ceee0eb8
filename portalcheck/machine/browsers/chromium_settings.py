"""What a profile of Chromium or its kin blocks and clears, and its extensions.

The order in which settings count: policies for single sites, the policy for all, the user's exceptions, the
user's setting for all, a recommended policy, and what the browser comes with, of which nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, SetBy, Unreadable
from portalcheck.machine.browsers import extensions, own_way, policies
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.patterns import any_matches, setting_for
from portalcheck.machine.browsers.places import placed
from portalcheck.machine.browsers.profile import Profile, unread
from portalcheck.machine.browsers.reading import part, read_json, table
from portalcheck.machine.environment import Environment

_ALLOW, _BLOCK, _SESSION_ONLY = 1, 2, 4
_BLOCK_THIRD_PARTY = 1  # profile.cookie_controls_mode; 2 is for private windows only
_ENABLED = 1
_COMPONENTS = frozenset({5, 10})  # extensions that are part of the browser
_EXCEPTIONS = ("cookies", "shieldsCookiesV3")  # the second is Brave's own
_LISTS = (
    ("CookiesBlockedForUrls", _BLOCK),
    ("CookiesSessionOnlyForUrls", _SESSION_ONLY),
    ("CookiesAllowedForUrls", _ALLOW),
)
_SITE_DATA = "cookies_and_other_site_data"

Tree = Mapping[str, object]


def settings(profile: Profile, environment: Environment, page: Page | None) -> BrowserProfile:
    """What the profile does with the cookies of a page."""
    found = profile.unreadable or read_json(profile.folder / "Preferences")
    preferences, secure = table(found), table(read_json(profile.folder / "Secure Preferences"))
    policy = policies.chromium(profile.place.browser, environment)
    enabled = _enabled((preferences, secure))
    setting, scope, by = _cookie_setting(preferences, policy, page)
    blocks = [CookieBlock(scope, by)] if setting == _BLOCK else []
    third_party = _third_party(preferences, policy)
    if third_party is not None and not (blocks and scope is CookieScope.ALL):
        blocks.append(CookieBlock(CookieScope.THIRD_PARTY, third_party))
    return BrowserProfile(
        browser=profile.browser,
        profile=profile.number,
        unreadable=unread(found),
        blocks=tuple(blocks),
        clears_on_exit=setting == _SESSION_ONLY or _clears(policy),
        way=own_way.of_chromium(
            preferences,
            table(read_json(profile.place.folder / "Local State")),
            policy,
            _set_by_extensions(enabled),
            page,
            managed=bool(policy.managed) or policies.is_joined(environment),
        ),
        extensions=_extensions(profile, environment, enabled),
    )


def _cookie_setting(
    preferences: Tree, policy: policies.Policy, page: Page | None
) -> tuple[int, CookieScope, SetBy]:
    """The setting for the page (0 for none), whether it is for all sites or this one, and who set it."""
    if page is not None:
        for name, setting in _LISTS:
            if any_matches(_texts(policy.managed.get(name)), page):
                return setting, CookieScope.SITE, SetBy.POLICY
    everywhere = _known(policy.managed.get("DefaultCookiesSetting"))
    if everywhere:
        return everywhere, CookieScope.ALL, SetBy.POLICY
    if page is not None:
        for name in _EXCEPTIONS:
            exception = setting_for(
                table(preferences, "profile", "content_settings", "exceptions", name), page
            )
            if exception is not None:
                return exception, CookieScope.SITE, SetBy.SETTING
    chosen = _known(part(preferences, "profile", "default_content_setting_values", "cookies"))
    if chosen:
        return chosen, CookieScope.ALL, SetBy.SETTING
    return _known(policy.recommended.get("DefaultCookiesSetting")), CookieScope.ALL, SetBy.POLICY


def _known(value: object) -> int:
    return value if isinstance(value, int) and value in (_ALLOW, _BLOCK, _SESSION_ONLY) else 0


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _third_party(preferences: Tree, policy: policies.Policy) -> SetBy | None:
    """Who blocks cookies of third parties; None if nobody does."""
    managed = policy.managed.get("BlockThirdPartyCookies")
    if managed is not None:
        return SetBy.POLICY if managed in (True, 1) else None
    mode = part(preferences, "profile", "cookie_controls_mode")
    if isinstance(mode, int):
        return SetBy.SETTING if mode == _BLOCK_THIRD_PARTY else None
    return SetBy.POLICY if policy.recommended.get("BlockThirdPartyCookies") in (True, 1) else None


def _clears(policy: policies.Policy) -> bool:
    """Whether a policy clears cookies at the end (the first is Chromium's, the second Edge's)."""
    listed = _texts(policy.managed.get("ClearBrowsingDataOnExitList"))
    return _SITE_DATA in listed or policy.managed.get("ClearBrowsingDataOnExit") in (True, 1)


def _extensions(
    profile: Profile, environment: Environment, enabled: Mapping[str, list[Tree]]
) -> tuple[str, ...]:
    """The enabled extensions that can block."""
    names = {
        extensions.listed_name("chromium", extension_id) or _unlisted(profile, environment, found)
        for extension_id, found in enabled.items()
    }
    return tuple(sorted(names - {""}))


def _enabled(trees: tuple[Tree, ...]) -> dict[str, list[Tree]]:
    """What the files hold of each enabled extension; one that any of the two files calls disabled is."""
    entries: dict[str, list[Tree]] = {}
    for tree in trees:
        for kind in ("settings", "opsettings"):  # the second is Opera's own
            for extension_id, entry in table(tree, "extensions", kind).items():
                if isinstance(entry, dict):
                    entries.setdefault(extension_id, []).append(entry)
    return {extension_id: found for extension_id, found in entries.items() if all(map(_is_enabled, found))}


def _set_by_extensions(enabled: Mapping[str, list[Tree]]) -> list[Tree]:
    """The preferences that extensions set; what the one that was changed last sets counts first."""
    found = [entry for entries in enabled.values() for entry in entries]
    found.sort(key=lambda entry: str(entry.get("last_update_time", "")).zfill(20), reverse=True)
    return [table(entry, "preferences") for entry in found]


def _is_enabled(entry: Tree) -> bool:
    # `disable_reasons` was a bit mask, and is a list now; `state` is gone since then.
    return (
        not entry.get("disable_reasons")
        and entry.get("state", _ENABLED) == _ENABLED
        and entry.get("location") not in _COMPONENTS
    )


def _unlisted(profile: Profile, environment: Environment, entries: list[Tree]) -> str:
    for manifest, folder in _manifests(profile, environment, entries):
        name = manifest.get("name")
        if isinstance(name, str):
            wishes = [*_texts(manifest.get("permissions")), *_texts(manifest.get("optional_permissions"))]
            return extensions.unlisted_name(_localised(name, manifest, folder), wishes)
    return ""


def _manifests(
    profile: Profile, environment: Environment, entries: list[Tree]
) -> Iterator[tuple[Tree, Path | None]]:
    """An extension's manifest, from the settings or, for one that was loaded unpacked, from its folder."""
    for entry in entries:
        path = entry.get("path")
        folder = placed(profile.folder / "Extensions", path, environment) if isinstance(path, str) else None
        inside = table(entry, "manifest")
        if inside:
            yield inside, folder
        elif folder is not None:
            read = read_json(folder / "manifest.json")
            if not isinstance(read, Unreadable):
                yield read, folder


def _localised(name: str, manifest: Tree, folder: Path | None) -> str:
    """A name as people see it; a manifest may hold `__MSG_key__` for a text in its default language."""
    language = manifest.get("default_locale")
    if not (name.startswith("__MSG_") and name.endswith("__") and folder and isinstance(language, str)):
        return name
    if not language.replace("_", "").replace("-", "").isalnum():
        return name
    messages = table(read_json(folder / "_locales" / language / "messages.json"))
    key = name.removeprefix("__MSG_").removesuffix("__").casefold()  # keys have no case
    texts = (table(value).get("message") for word, value in messages.items() if word.casefold() == key)
    return next((text for text in texts if isinstance(text, str)), name)
