"""What a profile of Chromium or its kin blocks, forbids and clears, the way it goes, and its extensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, Forbidden, PageBlock, SetBy
from portalcheck.machine.browsers import chromium_extensions, chromium_policies, chromium_rules, own_way
from portalcheck.machine.browsers.chromium_rules import BLOCK, COOKIES, SCRIPTS, SESSION_ONLY, Found
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.profile import Profile, unread, with_identity
from portalcheck.machine.browsers.reading import part, read_json, table, texts
from portalcheck.machine.browsers.url_filters import blocked
from portalcheck.machine.environment import Environment

_BLOCK_THIRD_PARTY = 1  # profile.cookie_controls_mode; 2 is for private windows only
_ALWAYS_PRIVATE = 2  # IncognitoModeAvailability
_SITE_DATA = "cookies_and_other_site_data"

Tree = Mapping[str, object]


def settings(
    profile: Profile, environment: Environment, page: Page | None, identity: Sequence[Page | None]
) -> BrowserProfile:
    """What the profile does with a page and its cookies, and with those of the hosts that sign people in."""
    found = profile.unreadable or read_json(profile.folder / "Preferences")
    preferences, secure = table(found), table(read_json(profile.folder / "Secure Preferences"))
    policy = chromium_policies.of_place(profile.place, environment)
    enabled = chromium_extensions.enabled((preferences, secure))
    entries = chromium_extensions.newest_first(enabled)
    cookies = chromium_rules.found(COOKIES, policy.both, entries, preferences, page)
    set_by_extensions = [table(entry, "preferences") for entry in entries]
    third_party = _third_party(set_by_extensions, preferences, policy)
    there = (
        _blocks(chromium_rules.found(COOKIES, policy.both, entries, preferences, other), third_party)
        for other in identity
    )
    return BrowserProfile(
        browser=profile.browser,
        profile=profile.number,
        unreadable=unread(found),
        blocks=with_identity(tuple(_blocks(cookies, third_party)), there),
        forbids=tuple(_forbids(policy.both, entries, preferences, page)),
        clears_on_exit=cookies.setting == SESSION_ONLY or _clears(policy.both),
        never_remembers=policy.both.get("IncognitoModeAvailability") == _ALWAYS_PRIVATE,
        way=own_way.of_chromium(
            preferences,
            table(read_json(profile.place.folder / "Local State")),
            policy,
            set_by_extensions,
            page,
            managed=bool(policy.both) or chromium_policies.is_joined(environment),
        ),
        extensions=chromium_extensions.names(profile, environment, enabled, page),
    )


def _blocks(cookies: Found, third_party: SetBy | None) -> Iterable[CookieBlock]:
    if cookies.setting == BLOCK:
        yield CookieBlock(CookieScope.ALL if cookies.everywhere else CookieScope.SITE, cookies.by)
    if third_party is not None and not (cookies.setting == BLOCK and cookies.everywhere):
        yield CookieBlock(CookieScope.THIRD_PARTY, third_party)


def _forbids(policy: Tree, entries: list[Tree], preferences: Tree, page: Page | None) -> Iterable[PageBlock]:
    if page is not None and blocked(
        texts(policy.get("URLBlocklist")), texts(policy.get("URLAllowlist")), page
    ):
        yield PageBlock(Forbidden.PAGE, SetBy.POLICY)
    if SCRIPTS.default not in policy and policy.get("JavascriptEnabled") is False:  # its old name
        policy = {**policy, SCRIPTS.default: BLOCK}
    scripts = chromium_rules.found(SCRIPTS, policy, entries, preferences, page)
    if scripts.setting == BLOCK:
        yield PageBlock(Forbidden.SCRIPTS, scripts.by)


def _third_party(
    of_extensions: Iterable[Tree], preferences: Tree, policy: chromium_policies.Policy
) -> SetBy | None:
    """Who blocks cookies of third parties; None if nobody does."""
    managed = policy.managed.get("BlockThirdPartyCookies")
    if managed is not None:
        return SetBy.POLICY if managed else None
    # Extensions write the whole name as one key.
    modes = [*(each.get("profile.cookie_controls_mode") for each in of_extensions)]
    for mode in (*modes, part(preferences, "profile", "cookie_controls_mode")):
        if isinstance(mode, int):
            return SetBy.SETTING if mode == _BLOCK_THIRD_PARTY else None
    return SetBy.POLICY if policy.recommended.get("BlockThirdPartyCookies") else None


def _clears(policy: Tree) -> bool:
    """Whether a policy clears cookies at the end (the first is Chromium's, the second Edge's)."""
    return _SITE_DATA in texts(policy.get("ClearBrowsingDataOnExitList")) or bool(
        policy.get("ClearBrowsingDataOnExit")
    )
