"""Situations of public bug reports on Firefox, and of our own: what each does to the sign-in page by Firefox itself.

The number of a report's row stands in the name. `python -m tests.browsers.compare --family firefox --seeds 1001-1043`
asks them all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from tests.browsers.firefox_asked import PORT, PROGRAM, SYSTEM, Seen, Situation

BEHAVIOUR = "network.cookie.cookieBehavior"
PRIVATE = "browser.privatebrowsing.autostart"
PORTAL, PARENT = f"http://www.portal.test:{PORT}", f"http://portal.test:{PORT}"
REJECT = {"Cookies": {"Behavior": "reject", "Locked": True}}
WORKS, NO_COOKIES = Seen(), Seen(cookies=False)
NO_PAGE, NO_SCRIPTS = Seen(page=False), Seen(scripts=False)

_FILE = str(SYSTEM / "firefox/policies/policies.json")
_BESIDE = str((PROGRAM / "distribution").resolve() / "policies.json")
_LOADER = b'pref("general.config.filename", "lab.cfg");\npref("general.config.obscure_value", 0);\n'


class Row(NamedTuple):
    """What Firefox was seen to do."""

    does: Seen
    situation: Situation


def file(policies: object, before: bytes = b"") -> dict[str, bytes]:
    """The system's file."""
    return {_FILE: before + json.dumps({"policies": policies}).encode()}


def script(lines: str) -> dict[str, bytes]:
    """Autoconfig with a script, the first line of which is not run."""
    return {
        str(PROGRAM / "defaults/pref/lab.js"): _LOADER,
        str(PROGRAM / "lab.cfg"): b"// x\n" + lines.encode(),
    }


def cookies(**rules: object) -> dict[str, bytes]:
    """The policy Cookies in the system's file."""
    return file({"Cookies": rules})


ROWS: Mapping[str, Row] = {
    "B28 block of the parent, allow of the page": Row(
        WORKS, Situation(cookies(Block=[PARENT], Allow=[PORTAL]))
    ),
    "B29 allow of the parent, block of the page": Row(
        NO_COOKIES, Situation(cookies(Allow=[PARENT], Block=[PORTAL]))
    ),
    "B30 block of the parent, the user allows the page": Row(
        WORKS, Situation(cookies(Block=[PARENT]), exceptions=[(PORTAL, 1)])
    ),
    "allow of the parent, the user blocks the page": Row(
        NO_COOKIES, Situation(cookies(Allow=[PARENT]), exceptions=[(PORTAL, 2)])
    ),
    "the policy and the user on the same site": Row(
        NO_COOKIES, Situation(cookies(Block=[PORTAL]), exceptions=[(PORTAL, 1)])
    ),
    "allow and block of the same site": Row(WORKS, Situation(cookies(Block=[PORTAL], Allow=[PORTAL]))),
    "block and session of the same site": Row(
        NO_COOKIES, Situation(cookies(AllowSession=[PORTAL], Block=[PORTAL]))
    ),
    "block of the top-level domain": Row(WORKS, Situation(cookies(Block=[f"http://test:{PORT}"]))),
    "B33 an origin without a scheme": Row(
        WORKS, Situation(cookies(Block=["www.portal.test", "portal.test"]))
    ),
    "B34 an origin with a path": Row(WORKS, Situation(cookies(Block=[f"{PORTAL}/login"]))),
    "B35 an unknown word": Row(WORKS, Situation(cookies(Block=[PORTAL], Behavior="never"))),
    "a wrong entry beside a good one": Row(NO_COOKIES, Situation(cookies(Block=[7, "x", f"{PORTAL}/"]))),
    "an origin of another scheme": Row(WORKS, Situation(cookies(Block=[PORTAL.replace("http:", "https:")]))),
    "B36 the policy Preferences, locked": Row(
        NO_COOKIES,
        Situation(file({"Preferences": {BEHAVIOUR: {"Value": 2, "Status": "locked"}}}), {BEHAVIOUR: 0}),
    ),
    "B37 the policy Preferences, in the old form": Row(
        NO_COOKIES, Situation(file({"Preferences": {BEHAVIOUR: 2}}), {BEHAVIOUR: 0})
    ),
    "the policy Preferences, a default that the user has changed": Row(
        WORKS, Situation(file({"Preferences": {BEHAVIOUR: {"Value": 2}}}), {BEHAVIOUR: 0})
    ),
    "the policy Preferences, a value of another type": Row(
        WORKS, Situation(file({"Preferences": {BEHAVIOUR: {"Value": "2", "Status": "locked"}}}))
    ),
    "the policy Preferences may not switch scripts off": Row(
        WORKS, Situation(file({"Preferences": {"javascript.enabled": False}}))
    ),
    "B38 autoconfig that locks": Row(
        NO_COOKIES, Situation(script(f'lockPref("{BEHAVIOUR}", 2);'), {BEHAVIOUR: 0})
    ),
    "autoconfig that locks on a condition that does not hold": Row(
        WORKS, Situation(script(f'if (getenv("NOWHERE")) {{ lockPref("{BEHAVIOUR}", 2); }}'))
    ),
    "autoconfig that sets the user's value": Row(
        NO_COOKIES, Situation(script(f'pref("{BEHAVIOUR}", 2)'), {BEHAVIOUR: 0})
    ),
    "B41 a byte order mark": Row(WORKS, Situation(file(REJECT, b"\xef\xbb\xbf"))),
    "bytes that are not UTF-8": Row(
        NO_COOKIES,
        Situation({_FILE: b'{"Who": "f\xfcr alle", "policies": ' + json.dumps(REJECT).encode() + b"}"}),
    ),
    "B42 a broken file, and one that blocks beside the program": Row(
        WORKS, Situation({_FILE: b'{"policies": {', _BESIDE: file(REJECT)[_FILE]})
    ),
    "B43 the file of another installation": Row(
        WORKS, Situation({"/etc/librewolf/policies/policies.json": file(REJECT)[_FILE]})
    ),
    "B45 AcceptThirdParty always": Row(
        WORKS, Situation(cookies(AcceptThirdParty="always", Locked=True), {BEHAVIOUR: 2})
    ),
    "B46 Locked alone": Row(WORKS, Situation(cookies(Locked=True), {BEHAVIOUR: 2})),
    "B47 Default false": Row(NO_COOKIES, Situation(cookies(Default=0, Locked="true"), {BEHAVIOUR: 0})),
    "B48 always private, with a behaviour of its own": Row(
        WORKS, Situation({}, {BEHAVIOUR: 2, f"{BEHAVIOUR}.pbmode": 5, PRIVATE: True})
    ),
    "always private, without": Row(NO_COOKIES, Situation({}, {BEHAVIOUR: 2, PRIVATE: True})),
    "made to be private by a policy, ordinary cookies rejected": Row(
        WORKS, Situation(file({"PrivateBrowsingModeAvailability": 2, **REJECT}))
    ),
    "the policy Proxy, manual": Row(
        Seen(proxied=True), Situation(file({"Proxy": {"Mode": "manual", "HTTPProxy": f"127.0.0.1:{PORT}"}}))
    ),
    "the policy Proxy, and the user's own choice": Row(
        WORKS,
        Situation(
            file({"Proxy": {"Mode": "manual", "HTTPProxy": f"127.0.0.1:{PORT}"}}), {"network.proxy.type": 0}
        ),
    ),
    "the policy Proxy, locked, with an exception for the domain": Row(
        WORKS,
        Situation(
            file(
                {
                    "Proxy": {
                        "Mode": "manual",
                        "HTTPProxy": f"127.0.0.1:{PORT}",
                        "Passthrough": "portal.test",
                        "Locked": True,
                    }
                }
            )
        ),
    ),
    "the policy Proxy with a scheme before the address": Row(
        WORKS, Situation(file({"Proxy": {"Mode": "manual", "HTTPProxy": f"http://127.0.0.1:{PORT}"}}))
    ),
    "a proxy of the user's": Row(
        Seen(proxied=True),
        Situation(
            {}, {"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": PORT}
        ),
    ),
    "B72 a site that WebsiteFilter blocks": Row(
        NO_PAGE, Situation(file({"WebsiteFilter": {"Block": ["*://*.portal.test/*"]}}))
    ),
    "all sites but the portal": Row(
        WORKS,
        Situation(file({"WebsiteFilter": {"Block": ["<all_urls>"], "Exceptions": ["http://*/login*"]}})),
    ),
    "a pattern with a port, and names alone": Row(
        WORKS,
        Situation(file({"WebsiteFilter": {"Block": [f"{PORTAL}/*", "portal.test", "*.portal.test/*"]}})),
    ),
    "B73 scripts switched off": Row(NO_SCRIPTS, Situation({}, {"javascript.enabled": False})),
    "scripts switched off by a file of defaults": Row(
        NO_SCRIPTS,
        Situation({str(SYSTEM / "firefox/defaults/pref/lab.js"): b'pref("javascript.enabled", false);'}),
    ),
    "a file of defaults beside the platform": Row(
        WORKS, Situation({str(PROGRAM / "defaults/pref/lab.js"): f'pref("{BEHAVIOUR}", 2);'.encode()})
    ),
    "the same, locked": Row(
        NO_COOKIES,
        Situation({str(PROGRAM / "defaults/pref/lab.js"): f'pref("{BEHAVIOUR}", 2, locked);'.encode()}),
    ),
}
