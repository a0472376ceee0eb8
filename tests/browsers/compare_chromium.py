"""Situations for a Chromium, drawn from tables: who sets cookies, scripts, pages and proxies, how, and in what form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from tests.browsers.chromium_asked import DEAD_PORT, HOST, Seen, Site, Situation, asked

Rules = dict[str, object]

PATTERNS = (
    "*",
    "[*.]portal.test",
    "[*.]www.portal.test",
    "[*.]test",
    "[*.]other.test",
    "[*.].portal.test",
    "www.portal.test",
    "WWW.portal.test.",
    "portal.test",
    "*.portal.test",
    "http://*",
    "https://*",
    "http://www.portal.test",
    "https://www.portal.test",
    "http://www.portal.test:{port}",
    "http://[*.]portal.test:{port}/login",
    "http://www.portal.test:80",
    "*:{port}",
    "*://www.portal.test:*",
    "ftp://www.portal.test",
    "[*.]portal.test,[*.]portal.test",
    "[*.]portal.test,[*.]other.test",
    "*,www.portal.test",
    "nonsense pattern",
)
FILTERS = (
    "*",
    "http://*",
    "https://*",
    "portal.test",
    ".portal.test",
    ".www.portal.test",
    "www.portal.test",
    "other.test",
    "test",
    "rtal.test",
    "*.portal.test",
    "PORTAL.test",
    "portal.test/login",
    "portal.test/other",
    "portal.test/LOGIN",
    "*/login",
    "portal.test:{port}",
    "portal.test:80",
    "*:{port}",
    "http://portal.test:{port}/log",
    "https://portal.test",
    "portal.test?x=1",
    "user@portal.test",
    "javascript:*",
    "/login",
    "",
)
SERVERS = (
    "127.0.0.1:{dead}",
    "127.0.0.1:{dead}",
    "127.0.0.1:{port}",
    "http://127.0.0.1:{dead}",
    "socks5://127.0.0.1:{dead}",
    "http=127.0.0.1:{dead}",
    "https=127.0.0.1:{dead}",
    "http=127.0.0.1:{port};https=127.0.0.1:{dead}",
)
BYPASSES = (
    "*.portal.test",
    "portal.test",
    ".portal.test,<local>",
    "other.test;www.portal.test",
    "other.test www.portal.test",
    "http://www.portal.test",
    "www.portal.test:{port}",
    "www.portal.test:81",
    "*",
)
WRONG: Mapping[type, tuple[object, ...]] = {
    int: ("2", 2.0, True, 9, 0),
    bool: ("false", 0),
    list: ("www.portal.test", {}),
    dict: ("{}",),
    str: (1,),
}


def cookies(draw: Random) -> Rules:
    """Policies on cookies."""
    return _content(
        draw,
        "DefaultCookiesSetting",
        (1, 2, 2, 4),
        ("CookiesBlockedForUrls", "CookiesAllowedForUrls", "CookiesSessionOnlyForUrls"),
    )


def scripts(draw: Random) -> Rules:
    """Policies on scripts."""
    found = _content(
        draw, "DefaultJavaScriptSetting", (1, 2, 2), ("JavaScriptBlockedForUrls", "JavaScriptAllowedForUrls")
    )
    return {**found, "JavascriptEnabled": False} if draw.random() < 0.1 else found


def _content(draw: Random, default: str, settings: tuple[int, ...], lists: tuple[str, ...]) -> Rules:
    rules: Rules = {}
    if draw.random() < 0.5:
        rules[default] = draw.choice(settings)
    for name in draw.sample(lists, draw.choice((0, 1, 1, 2, len(lists)))):
        rules[name] = draw.sample(PATTERNS, draw.choice((1, 1, 2, 4)))
    return rules


def pages(draw: Random) -> Rules:
    """Policies on addresses."""
    rules: Rules = {"URLBlocklist": draw.sample(FILTERS, draw.choice((1, 1, 2, 3)))}
    if draw.random() < 0.6:
        rules["URLAllowlist"] = draw.sample(FILTERS, draw.choice((1, 1, 2)))
    return rules


def proxies(draw: Random) -> Rules:
    """Policies on proxies, whole or one by one, and sometimes such as Chromium refuses."""
    rules: Rules = {"ProxyMode": draw.choice(("fixed_servers", "fixed_servers", "direct", "system", "FIXED"))}
    if rules["ProxyMode"] == "fixed_servers" or draw.random() < 0.2:
        rules["ProxyServer"] = draw.choice(SERVERS)
    if draw.random() < 0.4:
        rules["ProxyBypassList"] = draw.choice(BYPASSES)
    if draw.random() < 0.15:
        rules["ProxyServerMode"] = draw.choice((0, 2, 3))
        del rules["ProxyMode"]
    elif draw.random() < 0.15:
        del rules["ProxyMode"]
    return {"ProxySettings": rules} if draw.random() < 0.5 else rules


def own_cookies(draw: Random) -> Rules:
    """What the person has set for cookies."""
    return _own_content(draw, "cookies", (1, 2, 2, 4))


def own_scripts(draw: Random) -> Rules:
    """What the person has set for scripts."""
    return _own_content(draw, "javascript", (1, 2, 2))


def _own_content(draw: Random, name: str, settings: tuple[int, ...]) -> Rules:
    profile: Rules = {}
    if draw.random() < 0.5:
        profile["default_content_setting_values"] = {name: draw.choice(settings)}
    texts = [
        text if "," in text else f"{text},*" for text in draw.sample(PATTERNS, draw.choice((0, 1, 1, 2)))
    ]
    entries = {text: {"setting": draw.choice(settings)} for text in texts}
    profile["content_settings"] = {"exceptions": {name: entries}}
    return {"profile": profile}


def own_proxy(draw: Random) -> Rules:
    """What the person has set for proxies."""
    mode = draw.choice(("direct", "system", "fixed_servers", "fixed_servers"))
    more = {"server": draw.choice(SERVERS), "bypass_list": draw.choice(("", *BYPASSES))}
    return {"proxy": {"mode": mode, **(more if mode == "fixed_servers" else {})}}


def call_for_cookies(draw: Random) -> str:
    """What an extension sets for cookies."""
    return _call(draw, "cookies", ("allow", "block", "block", "session_only"))


def call_for_scripts(draw: Random) -> str:
    """What an extension sets for scripts."""
    return _call(draw, "javascript", ("allow", "block"))


def _call(draw: Random, kind: str, settings: tuple[str, ...]) -> str:
    pattern = draw.choice(("<all_urls>", "http://*.portal.test/*", f"http://{HOST}/*", "*://other.test/*"))
    told = json.dumps({"primaryPattern": pattern, "setting": draw.choice(settings)})
    return f"chrome.contentSettings.{kind}.set({told})"


def call_for_proxy(draw: Random) -> str:
    """What an extension sets for proxies."""
    server = {"host": "127.0.0.1", "port": draw.choice((DEAD_PORT, DEAD_PORT, "{port}"))}
    rules = {"singleProxy": server, "bypassList": draw.choice(([], ["*.portal.test"], ["other.test"]))}
    fixed: Rules = {"mode": "fixed_servers", "rules": rules}
    value = draw.choice((fixed, fixed, {"mode": "direct"}, {"mode": "system"}))
    told = json.dumps({"value": value}).replace('"{port}"', "{port}")
    return f"chrome.proxy.settings.set({told})"


TOPICS: tuple[tuple[Callable[[Random], Rules], Callable[[Random], Rules], Callable[[Random], str]], ...] = (
    (cookies, own_cookies, call_for_cookies),
    (cookies, own_cookies, call_for_cookies),
    (scripts, own_scripts, call_for_scripts),
    (pages, own_cookies, call_for_cookies),
    (proxies, own_proxy, call_for_proxy),
)
FORMS: tuple[Callable[[str], bytes], ...] = (
    str.encode,
    lambda text: (text[:-1] + ",}").encode(),
    lambda text: ("// for all\n" + text.replace("{", "{ /* , */", 1)).encode(),
    lambda text: text.replace("{", '{"Who": "a\nb",', 1).encode(),
    lambda text: text.replace("{", '{"Who": "a\tb",', 1).encode(),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: b'{"Who": "f\xfcr alle",' + text.encode()[1:],
    lambda text: text.encode("utf-16"),
    lambda text: text.replace('"', "'").encode(),
    lambda text: text.encode() + b" x",
    lambda text: text.replace("{", '{"Who": NaN,', 1).encode(),
)
NAMES = ("lab.json", "ward-policy", ".hidden", "x.JSON", "below/lab.json", "lab.json.bak")
"""What a file of policies may look like, and what it may be called."""


def situation(seed: int) -> Situation:
    """The situation of a number, always the same."""
    draw = Random(seed)
    found = Situation()
    managed: Rules = {}
    recommended: Rules = {}
    for policy, own, call in draw.sample(TOPICS, draw.choice((1, 1, 1, 2))):
        managed |= policy(draw) if draw.random() < 0.65 else {}
        recommended |= policy(draw) if draw.random() < 0.35 else {}
        if draw.random() < 0.5:
            merged_in(found.preferences, own(draw))
        if draw.random() < 0.25:
            found.calls.append(call(draw))
    found.managed = _files(draw, managed)
    found.recommended = _files(draw, recommended)
    return found


def merged_in(tree: Rules, more: Rules) -> None:
    """Put one tree of settings into another."""
    for name, value in more.items():
        inside = tree.get(name)
        if isinstance(inside, dict) and isinstance(value, dict):
            merged_in(inside, value)
        else:
            tree[name] = value


def _files(draw: Random, rules: Rules) -> dict[str, bytes]:
    """The policies in one file or two, sometimes with a value of a wrong type, or in an odd form."""
    if not rules:
        return {}
    if draw.random() < 0.15:
        name = draw.choice(list(rules))
        rules[name] = draw.choice(WRONG[type(rules[name])])
    form = draw.choice(FORMS) if draw.random() < 0.35 else str.encode
    if draw.random() < 0.25:
        first = {name: rules[name] for name in draw.sample(list(rules), draw.randint(1, len(rules)))}
        lists = {name: draw.sample(PATTERNS, 1) for name, value in first.items() if isinstance(value, list)}
        asked_for = {"PolicyListMultipleSourceMergeList": draw.choice((["*"], list(lists), []))}
        return {
            "1.json": form(json.dumps({**rules, **asked_for})),
            "2.json": json.dumps({**first, **lists}).encode(),
        }
    name = draw.choice(NAMES) if draw.random() < 0.2 else "lab.json"
    return {name: form(json.dumps(rules))}


def compared(seed: int, folder: Path) -> dict[str, tuple[Seen, Seen]]:
    """What the real Chromium does in the situation of a number, and what is read of it."""
    site = Site()
    try:
        return {"page": asked(situation(seed).at(site.port), site, folder)}
    finally:
        site.close()
