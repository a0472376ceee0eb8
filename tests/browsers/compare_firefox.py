"""Situations of Firefox by number, for `python -m tests.browsers.compare --family firefox`; each is one of three pages.

Who sets something (the system's `policies.json`, that beside the program, autoconfig, files of default preferences,
nobody), what it says, of which sites, and what the user has set. Numbers from 1001 on are those of `firefox_rows.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from tests.browsers.firefox_asked import HOSTS, PORT, PROGRAM, SYSTEM, Seen, Situation, asked, read_again
from tests.browsers.firefox_rows import BEHAVIOUR, PRIVATE, ROWS

FIRST_ROW = 1000
Rules = dict[str, object]

SITES = (
    *(f"http://{host}:{PORT}" for host in HOSTS),
    f"http://www.portal.test:{PORT}/",
    f"http://WWW.portal.test:{PORT}",
    f"https://www.portal.test:{PORT}",
    "http://www.portal.test",
    f"http://www.portal.test:{PORT}/login",
    f"www.portal.test:{PORT}",
    "portal.test",
    f"http://sso.test:{PORT}",
    f"http://test:{PORT}",
    f"http://other.test:{PORT}",
    7,
)
PATTERNS = (
    "*://*.portal.test/*",
    "*://www.portal.test/*",
    "http://*/login",
    "*://*/LOG*n*",
    "https://*.portal.test/*",
    "<all_urls>",
    f"http://www.portal.test:{PORT}/*",
    "portal.test",
    "*.portal.test/*",
    "http://www.portal.test",
    "*://*.sso.test/%6Cogin",
    "*://*.test/*?again",
    "*://www.*/*",
    3,
)
WORDS = (
    "accept",
    "reject",
    "reject-foreign",
    "limit-foreign",
    "reject-tracker",
    "partition-foreign",
    "never",
    2,
)
FLAGS = (True, False, 1, 0, "true", "yes")


def cookies(draw: Random) -> Rules:
    """The policy Cookies."""
    rules: Rules = {}
    for name in draw.sample(("Block", "Allow", "AllowSession"), draw.choice((0, 1, 1, 2))):
        rules[name] = draw.sample(SITES, draw.choice((1, 1, 2, 4)))
    kind = draw.choice(("none", "word", "word", "private", "older", "older"))
    if kind in ("word", "private"):
        rules["Behavior"] = draw.choice(WORDS)
    if kind == "private":
        rules["BehaviorPrivateBrowsing"] = draw.choice(WORDS)
    if kind == "older":
        older = {
            "Default": FLAGS,
            "AcceptThirdParty": ("never", "always", "from-visited"),
            "RejectTracker": FLAGS,
        }
        for name in draw.sample(list(older), draw.choice((1, 1, 2))):
            rules[name] = draw.choice(older[name])
    if draw.random() < 0.5:
        rules["Locked"] = draw.choice(FLAGS)
    return {"Cookies": rules}


def website_filter(draw: Random) -> Rules:
    """The policy WebsiteFilter, which may be written as JSON in a text."""
    rules: Rules = {"Block": draw.sample(PATTERNS, draw.choice((1, 1, 2, 3)))}
    if draw.random() < 0.4:
        rules["Exceptions"] = draw.sample(PATTERNS, draw.choice((1, 2)))
    return {"WebsiteFilter": json.dumps(rules) if draw.random() < 0.2 else rules}


def preferences(draw: Random) -> Rules:
    """The policy Preferences, for what is looked at."""
    value = draw.choice((2, 2, 0, "2", True))
    entry: object = {"Value": value, "Status": draw.choice(("locked", "default", "user", "clear", "wrong"))}
    name = draw.choice((BEHAVIOUR, BEHAVIOUR, PRIVATE, "javascript.enabled"))
    if name != BEHAVIOUR:
        entry = {"Value": draw.choice((True, False, 1, 0)), "Status": "locked"}
    return {"Preferences": {name: value if draw.random() < 0.2 else entry}}


def private(draw: Random) -> Rules:
    """Private windows only, or none, beside a policy on cookies."""
    return {"PrivateBrowsingModeAvailability": draw.choice((0, 1, 2, 2, "2")), **cookies(draw)}


def proxy(draw: Random) -> Rules:
    """The policy Proxy; the portal is its own proxy."""
    address = draw.choice((f"127.0.0.1:{PORT}", f"127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT}"))
    rules: Rules = {
        "Mode": draw.choice(("manual", "manual", "system", "none", "by-hand")),
        "HTTPProxy": address,
    }
    if draw.random() < 0.3:
        rules["Passthrough"] = draw.choice(("portal.test", ".portal.test", "www.portal.test", "<local>"))
    if draw.random() < 0.4:
        rules["Locked"] = True
    return {"Proxy": rules}


POLICIES: tuple[Callable[[Random], Rules], ...] = (
    cookies,
    cookies,
    cookies,
    website_filter,
    preferences,
    private,
    proxy,
)


def written(draw: Random, policy: Rules) -> bytes:
    """A `policies.json` as somebody has written it."""
    text = json.dumps({"policies": policy})
    kind = draw.choice(("plain",) * 8 + ("mark", "comma", "latin", "nothing", "comment"))
    return {
        "plain": text.encode(),
        "mark": b"\xef\xbb\xbf" + text.encode(),
        "comma": text.encode()[:-2] + b",}}",
        "latin": b'{"Who": "f\xfcr alle", ' + text.encode()[1:],
        "nothing": b"",
        "comment": b"// for all\n" + text.encode(),
    }[kind]


def by_file(draw: Random) -> dict[str, bytes]:
    """The system's file, that beside the program, or both."""
    paths = [str(SYSTEM / "firefox/policies/policies.json"), str(_beside_the_program())]
    chosen = draw.choice((paths[:1], paths[:1], paths[1:], paths))
    return {path: written(draw, draw.choice(POLICIES)(draw)) for path in chosen}


def _beside_the_program() -> Path:
    """Where Debian's link leads."""
    return (PROGRAM / "distribution").resolve() / "policies.json"


STATEMENTS = (
    f'{{verb}}("{BEHAVIOUR}", 2)',
    f'{{verb}}("{BEHAVIOUR}", 0)',
    f'{{verb}}("{BEHAVIOUR}", "2")',
    f'{{verb}}("{PRIVATE}", true)',
    '{verb}("javascript.enabled", false)',
    f'{{verb}}("{BEHAVIOUR}.pbmode", 2)',
)


FRAMES = ("{};", "{};", "{}", "try {{ {}; }} catch (e) {{}}", "// {};", "/* {} */", "if (false) {};")


def by_script(draw: Random) -> dict[str, bytes]:
    """Autoconfig: what a script sets, sure to be run or not."""
    lines = ["// the first line is not run"]
    for _ in range(draw.choice((1, 1, 2))):
        statement = draw.choice(STATEMENTS)
        call = statement.format(verb=draw.choice(("lockPref", "lockPref", "defaultPref", "pref")))
        line = draw.choice(FRAMES).format(call)
        if '"2"' not in line:  # a value of another type keeps Firefox from starting
            lines.append(line)
    shift = draw.choice((0, 0, 13))
    loader = 'pref("general.config.filename", "lab.cfg");\n'
    loader += f'pref("general.config.obscure_value", {shift});\n' if shift == 0 or draw.random() < 0.5 else ""
    script = bytes((byte + shift) % 256 for byte in "\n".join(lines).encode())
    return {str(PROGRAM / "defaults/pref/lab.js"): loader.encode(), str(PROGRAM / "lab.cfg"): script}


def by_defaults(draw: Random) -> dict[str, bytes]:
    """Files of default preferences, of the platform or the program."""
    program = (PROGRAM / "browser/defaults").resolve()
    folders = [PROGRAM / "defaults/pref", SYSTEM / "firefox/defaults/pref", program / "preferences"]
    if (program / "syspref").is_dir():  # Debian
        folders.append((program / "syspref").resolve())
    files = {}
    for folder in draw.sample(folders, draw.choice((1, 1, 2))):
        statement = draw.choice(STATEMENTS).format(verb=draw.choice(("pref", "pref", "user_pref")))
        locked = draw.random() < 0.3
        files[str(folder / "lab.js")] = (
            (statement[:-1] + ", locked)" if locked else statement) + ";\n"
        ).encode()
    return files


SOURCES: Mapping[str, Callable[[Random], dict[str, bytes]]] = {
    "file": by_file,
    "script": by_script,
    "defaults": by_defaults,
    "both": lambda draw: {**by_script(draw), **by_file(draw)},
    "nobody": lambda _draw: {},
}


def situation(seed: int) -> Situation:
    """The situation of a number, always the same."""
    if seed > FIRST_ROW:
        return list(ROWS.values())[seed - FIRST_ROW - 1].situation
    draw = Random(seed)
    source = draw.choice(("file",) * 8 + ("script",) * 4 + ("defaults", "defaults", "both", "nobody"))
    found = Situation(files=SOURCES[source](draw))
    if draw.random() < 0.4:
        found.preferences[BEHAVIOUR] = draw.choice((0, 1, 2, 2, 3, 4, 5))
    if draw.random() < 0.15:
        found.preferences[PRIVATE] = True
    if draw.random() < 0.15:
        found.preferences[f"{BEHAVIOUR}.pbmode"] = draw.choice((0, 2, 5))
    if draw.random() < 0.1:
        found.preferences["javascript.enabled"] = draw.choice((True, False))
    if draw.random() < 0.1:
        found.preferences |= {
            "network.proxy.type": draw.choice((0, 1, 5)),
            "network.proxy.http": "127.0.0.1",
            "network.proxy.http_port": PORT,
        }
    if draw.random() < 0.4:
        sites = draw.sample(SITES[:3], draw.choice((1, 1, 2)))
        found.exceptions = [(str(site), draw.choice((1, 2, 8))) for site in sites]
    return found


def compared(seed: int, folder: Path) -> dict[str, tuple[Seen, Seen]]:
    """By page, what the browser does and what is read of it."""
    real = asked(situation(seed), folder)
    return {host: (real[host], read) for host, read in zip(real, read_again(folder), strict=True)}
