"""Situations of public reports, and a few generated ones, in which what is read of a Chromium is what it does."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portalcheck.machine import browsers
from portalcheck.machine.environment import Environment
from tests.browsers.chromium_asked import (
    SETTINGS,
    Seen,
    Site,
    Situation,
    asked,
    call_from_an_extension,
    looked_at,
)
from tests.browsers.compare_chromium import compared, situation
from tests.browsers.drivers import CHROMIUM, Chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.skipif(
        shutil.which("unshare") is None or os.geteuid() != 0,
        reason="policies are laid over the system's by root alone",
    ),
    pytest.mark.skipif(not SETTINGS.is_dir(), reason="this Chromium has no folder to lay policies into"),
]
SITE = "http://www.portal.test"
BLOCKS_SITE = {"CookiesBlockedForUrls": [SITE]}
ALL = b'{"DefaultCookiesSetting": 2}'
WORKS, NO_COOKIES = Seen(), Seen(cookies=False)
NO_PAGE, NO_SCRIPTS = Seen(page=False), Seen(scripts=False)
STRIPS = json.dumps(
    {
        "addRules": [
            {
                "id": 1,
                "action": {
                    "type": "modifyHeaders",
                    "responseHeaders": [{"header": "set-cookie", "operation": "remove"}],
                },
                "condition": {"resourceTypes": ["main_frame"]},
            }
        ]
    }
)


def files(*rules: object) -> dict[str, bytes]:
    found = [rule if isinstance(rule, bytes) else json.dumps(rule).encode() for rule in rules]
    return {f"{number}.json": content for number, content in enumerate(found)}


def chosen(kind: str, default: int | None = None, **exceptions: int) -> dict[str, object]:
    entries = {f"{SITE}:{{port}},*": {"setting": value} for value in exceptions.values()}
    profile: dict[str, object] = {"content_settings": {"exceptions": {kind: entries}}}
    if default is not None:
        profile["default_content_setting_values"] = {kind: default}
    return {"profile": profile}


REPORTED = {
    "B01": (
        Situation(files({"CookiesBlockedForUrls": ["[*.]portal.test"], "CookiesAllowedForUrls": [SITE]})),
        WORKS,
    ),
    "B06": (Situation(files(ALL[:-1] + b",}")), NO_COOKIES),
    "B08": (Situation({"ward-policy": ALL}), NO_COOKIES),
    "B11": (Situation(files(b'{"Comment": "f\xfcr alle",' + ALL[1:])), WORKS),
    "B15": (Situation(recommended=files(BLOCKS_SITE)), NO_COOKIES),
    "B17": (Situation(recommended=files(ALL), preferences=chosen("cookies", 1)), NO_COOKIES),
    "B18 managed": (
        Situation(files({"CookiesAllowedForUrls": ["[*.]portal.test"]}), files(BLOCKS_SITE)),
        NO_COOKIES,
    ),
    "B18 own": (Situation(recommended=files(BLOCKS_SITE), preferences=chosen("cookies", own=1)), NO_COOKIES),
    "B20": (
        Situation(
            calls=["chrome.contentSettings.cookies.set({primaryPattern: '<all_urls>', setting: 'block'})"]
        ),
        NO_COOKIES,
    ),
    "B72": (Situation(files({"URLBlocklist": ["portal.test"]})), NO_PAGE),
    "B73": (Situation(files({"DefaultJavaScriptSetting": 2})), NO_SCRIPTS),
    "a list put together of two files": (
        Situation(
            files(BLOCKS_SITE, {"CookiesBlockedForUrls": [], "PolicyListMultipleSourceMergeList": ["*"]})
        ),
        NO_COOKIES,
    ),
    "all but the portal is blocked": (
        Situation(files({"URLBlocklist": ["*"], "URLAllowlist": ["portal.test", "id.test"]})),
        WORKS,
    ),
    "scripts by the person for the portal": (
        Situation(preferences=chosen("javascript", 1, own=2)),
        NO_SCRIPTS,
    ),
    "a proxy policy without its mode": (Situation(files({"ProxyServer": "127.0.0.1:{dead}"})), WORKS),
    "a recommended proxy": (
        Situation(recommended=files({"ProxyMode": "fixed_servers", "ProxyServer": "127.0.0.1:{dead}"})),
        WORKS,
    ),
    "a dead proxy of an extension": (
        Situation(
            calls=[
                "chrome.proxy.settings.set({value: {mode: 'fixed_servers',"
                " rules: {singleProxy: {host: '127.0.0.1', port: {dead}}}}})"
            ]
        ),
        Seen(way="nowhere"),
    ),
}
SEEDS = (1, 2, 3, 4, 5)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.close()


@pytest.mark.parametrize("name", REPORTED)
def test_what_is_read_is_what_chromium_does(name: str, site: Site, tmp_path: Path) -> None:
    given, expected = REPORTED[name]
    real, read = asked(given.at(site.port), site, tmp_path)
    assert (real, read) == (expected, expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_of_a_generated_situation_is_what_chromium_does(seed: int, tmp_path: Path) -> None:
    for real, read in compared(seed, tmp_path).values():
        assert real == read, situation(seed)


def test_a_situation_of_a_number_is_always_the_same() -> None:
    assert situation(7) == situation(7) != situation(8)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (f"chrome.declarativeNetRequest.updateDynamicRules({STRIPS})", ("another",)),
        ("chrome.privacy.websites.thirdPartyCookiesAllowed.set({value: false})", ("another",)),
    ],
)
def test_an_extension_that_can_block_is_told_without_its_name(
    call: str, told: tuple[str, ...], site: Site, tmp_path: Path
) -> None:
    data = tmp_path / ".config/chromium"
    with Chromium(tmp_path, data) as browser:
        call_from_an_extension(browser, tmp_path / "extension", [call])
        seen = looked_at(browser, site)
    (found,) = browsers.profiles(Environment(os="linux", home=tmp_path, environ={}, root=tmp_path), site.url)
    assert found.extensions == told
    assert seen.cookies is ("NetRequest" not in call)
    assert [block.scope for block in found.blocks] == (["third-party"] if "privacy" in call else [])
