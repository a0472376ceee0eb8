"""What Chromium allows a site: its cookies and its scripts, by policies, extensions, exceptions and the general choice.

Source: components/content_settings/core/browser of Chromium. Of each layer the narrowest rule for the page counts, and
of the layers the first that has one: policies, extensions, the person's exceptions, the person's choice for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from portalcheck.facts import SetBy
from portalcheck.machine.browsers.matching import Page
from portalcheck.machine.browsers.patterns import Pattern, Rule, exceptions, narrowest, pattern, rule
from portalcheck.machine.browsers.reading import part, table

Tree = Mapping[str, object]

ALLOW, BLOCK, SESSION_ONLY = 1, 2, 4
_WORDS = {"allow": ALLOW, "block": BLOCK, "session_only": SESSION_ONLY}  # as extensions say it
_SHIELDS_DOWN = BLOCK


class Content(msgspec.Struct, frozen=True):
    """One kind of content: its name in Preferences, its policies for all sites and for some, and what may be chosen.

    Of lists that have the same pattern the last counts.
    """

    name: str
    default: str
    lists: tuple[tuple[str, int], ...]
    settings: tuple[int, ...] = (ALLOW, BLOCK)


COOKIES = Content(
    "cookies",
    "DefaultCookiesSetting",
    (
        ("CookiesAllowedForUrls", ALLOW),
        ("CookiesBlockedForUrls", BLOCK),
        ("CookiesSessionOnlyForUrls", SESSION_ONLY),
    ),
    (ALLOW, BLOCK, SESSION_ONLY),
)
SCRIPTS = Content(
    "javascript",
    "DefaultJavaScriptSetting",
    (("JavaScriptAllowedForUrls", ALLOW), ("JavaScriptBlockedForUrls", BLOCK)),
)


class Found(msgspec.Struct, frozen=True):
    """The setting that counts (0 where nothing is set), whether it is for all sites, and who set it."""

    setting: int = 0
    everywhere: bool = True
    by: SetBy = SetBy.SETTING


def found(
    content: Content, policy: Tree, of_extensions: Iterable[Tree], preferences: Tree, page: Page | None
) -> Found:
    """What counts for a page; without one, what is set for all sites.

    `policy` are managed and recommended ones together; `of_extensions` begins with the one that counts first.
    """
    layers = [
        (SetBy.POLICY, list(_of_policy(content, policy))),
        *((SetBy.SETTING, list(_of_extension(content, entry))) for entry in of_extensions),
        (SetBy.SETTING, _of_person(content, preferences, page)),
        (
            SetBy.SETTING,
            [
                *_for_all(
                    content, part(preferences, "profile", "default_content_setting_values", content.name)
                )
            ],
        ),
    ]
    for by, rules in layers:
        best = _best(rules, page)
        if best is not None:
            return Found(best.setting, best.everywhere, by)
    return Found()


def _best(rules: Iterable[Rule], page: Page | None) -> Rule | None:
    if page is None:
        return next((one for one in rules if one.everywhere), None)
    return narrowest(rules, page)


def _of_policy(content: Content, policy: Tree) -> Iterator[Rule]:
    yield from _for_all(content, policy.get(content.default))
    for name, setting in content.lists:
        listed = policy.get(name)
        for text in listed if isinstance(listed, list) else ():
            one = rule(text, setting) if isinstance(text, str) else None
            if one is not None:
                yield one


def _for_all(content: Content, setting: object) -> Iterator[Rule]:
    if type(setting) is int and setting in content.settings:
        yield Rule(Pattern(), Pattern(), setting)


def _of_extension(content: Content, entry: Tree) -> Iterator[Rule]:
    """The rules that one extension has set for ordinary windows, by its entry in Preferences."""
    listed = entry.get("content_settings")
    for each in listed if isinstance(listed, list) else ():
        inner, outer = (
            pattern(str(part(each, name) or "*")) for name in ("primaryPattern", "secondaryPattern")
        )
        setting = _WORDS.get(str(part(each, "setting")))
        if part(each, "type") == content.name and inner and outer and setting in content.settings:
            yield Rule(inner, outer, setting)


def _of_person(content: Content, preferences: Tree, page: Page | None) -> list[Rule]:
    kept = table(preferences, "profile", "content_settings", "exceptions")
    own = exceptions(table(kept, content.name))
    if content is not COOKIES:
        return own
    # Brave's own: where its Shields are down for a page, all that a person has set otherwise does not count.
    shields = None if page is None else narrowest(exceptions(table(kept, "braveShields")), page)
    if shields is not None and shields.setting == _SHIELDS_DOWN:
        return list(_for_all(content, ALLOW))
    return [*own, *exceptions(table(kept, "shieldsCookiesV3"))]
