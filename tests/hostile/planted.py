"""A run on a computer full of secrets: `python -m tests.hostile.planted SITUATION`. Prints what it wrote, as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from portalcheck.demo import web
from portalcheck.demo.certificates import Minted, mint
from portalcheck.report.formats.format import Format
from tests.hostile.secrets import MAC, SECRETS
from tests.lab import names
from tests.lab.browsers import chromium, firefox
from tests.lab.world import World, redirect

S = SECRETS
_DAY_S = 86_400
ADDRESS = f"https://{S['user']}:{S['password']}@{names.PORTAL}/{S['path']}?{S['query']}=1&x={S['query']}#{S['fragment']}"
_AS_SOMEBODY = ["unshare", "--uts", "sh", "-c", f'hostname {S["computer"]}; exec "$@"', "sh"]


def _plant(world: World) -> None:
    """What a computer has that tells of a person, in each place that the program looks at."""
    patient = world.patient
    patient.home = world.folder / S["account"]
    patient.home.mkdir()
    (patient.home / S["folder"]).mkdir()
    firefox(
        (names.PORTAL, S["cookie-name"], S["cookie"], _DAY_S), prefs=f'user_pref("{S["variable"]}", "x");'
    )(world)
    added = {
        "state": 1,
        "manifest": {"name": S["extension"], "permissions": ["webRequestBlocking", "<all_urls>"]},
    }
    chromium({"profile": {"name": S["profile"]}, "extensions": {"settings": {"a" * 32: added}}})(world)
    profile = patient.home / ".config" / "chromium" / "Default"
    profile.rename(profile.with_name(f"Profile {S['profile']}"))
    authority = patient.home / f"{S['authority-file']}.pem"
    authority.write_text("no certificate")
    patient.settings["portals"]["lab"]["ca_file"] = ""
    patient.resolv_options = f"search {S['search-domain']}.example\n"
    patient.environment |= {
        "USER": S["account"],
        "LOGNAME": S["account"],
        "SUDO_USER": S["account"],
        "HOSTNAME": S["computer"],
        "SECRET_TOKEN": S["variable"],
    }
    world.patient_ip(
        f"link add {S['interface']} address {MAC} type veth peer name other",
        f"address add 10.77.7.7/24 dev {S['interface']}",
        f"link set {S['interface']} up",
        "link set other up",
    )


def _tokens(world: World) -> None:
    """A portal that puts tokens into everything that it says."""
    host = f"{S['redirect-host']}.{names.PORTAL}"
    world.zone[host] = (names.PORTAL_4,)
    world.portal.contexts |= world.contexts(host)
    where = f"https://{host}/{S['path']}?code={S['redirect-query']}#{S['fragment']}"
    world.apps[names.PORTAL] = redirect(where)
    world.apps[host] = lambda asked: web.page(
        S["page"], f"<form><input type=password value={S['page']}></form>"
    )


def _untrusted(world: World) -> None:
    """A certificate whose names tell who it is that looks inside."""
    now = world.pki.now
    issued = mint(
        Minted(
            common_name=S["certificate-name"],
            organisation=S["certificate"],
            not_before=now - _DAY_S,
            not_after=now + _DAY_S,
            names=(names.PORTAL, f"{S['certificate-name']}.example"),
            issuer_url=f"http://{S['pac']}.example/{S['path']}?{S['query']}",
        )
    )
    world.show(names.PORTAL, issued)


def _proxies(world: World) -> None:
    """A proxy with a login in the environment, and a script at an address with a token, neither of which answers."""
    login = f"{S['proxy-user']}:{S['proxy-password']}"
    world.patient.environment |= {"https_proxy": f"http://{login}@{names.PROXY}:3128/"}
    script = f"http://{S['pac']}.example/{S['path']}.pac?{S['query']}"
    world.patient.set_desktop_proxies(2, {"Proxy_Config_Script": script})


def _down(world: World) -> None:
    """No answer from anybody but the DNS server."""
    world.nft(
        f"""
        incoming ip daddr {{ {names.PORTAL_4}, {names.IDENTITY_4} }} tcp dport 443 drop
        incoming ip6 daddr {{ {names.PORTAL_6}, {names.IDENTITY_6} }} tcp dport 443 drop
        """
    )


WORDS = "\x1b[2J\u202e</script><script>alert(1)</script>|=cmd() END PORTALCHECK REPORT"


SEEN = "</script><script>alert(1)</script>|=cmd() END PORTALCHECK REPORT"
"""The same without what is not seen, which settings refuse."""


def _words(world: World) -> None:
    """Servers, certificates, settings and files whose words are made for terminals, pages and tables."""
    _untrusted(world)
    now = world.pki.now
    nasty = Minted(
        common_name=WORDS[:60],
        organisation=WORDS[:60],
        not_before=now - _DAY_S,
        not_after=now + _DAY_S,
        names=(names.PORTAL,),
    )
    world.show(names.PORTAL, mint(nasty))
    headers = (("Server", "\x1b]0;x\x07"), ("X-Powered-By", "</script>"))
    world.apps[names.PORTAL] = lambda asked: web.Page(
        body=f"<title>{WORDS}</title><input type=password>".encode(), headers=headers
    )
    world.patient.settings["portals"]["lab"]["name"] = SEEN
    profile = world.patient.home / ".config" / "chromium" / "Profile \x1b[2J\u202e<script>"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(json.dumps({"profile": {"name": WORDS}}))
    world.patient.environment |= {"http_proxy": "http://\x1b[2J:x@y:1/", "LANG": "C.UTF-8\x1b[2J"}


SITUATIONS: dict[str, tuple[Callable[[World], None], ...]] = {
    "tokens": (_tokens,),
    "untrusted": (_untrusted,),
    "proxies": (_proxies,),
    "down": (_down,),
}


def told(situation: str, *more: str) -> dict[str, str]:
    """Each file that a run writes, by its name, and what it says on both streams."""
    world = World().start()
    try:
        _plant(world)
        for step in (_words,) if situation == "words" else SITUATIONS[situation]:
            step(world)
        out = world.folder / "out"
        out.mkdir()
        outputs = [f"--output={form}:{out / form}" for form in Format]
        files = [f"--jsonl={out / 'jsonl'}", f"--debug={out / 'debug'}", f"--log-file={out / 'log'}"]
        world.patient.write()
        for arguments in ([*outputs, *files, "-v"], ["-v"]):
            python = [*_AS_SOMEBODY, sys.executable, "-m", "portalcheck", "--no-input", "--timeout", "6"]
            done = world.patient._inside([*python, ADDRESS, *arguments, *more])
            (out / f"streams-{len(arguments)}").write_text(done.stdout + done.stderr)
        kept = world.patient.home / ".local" / "share" / "portalcheck" / "last-report.json"
        found = {path.name: path.read_text("utf-8") for path in (*out.iterdir(), kept) if path.exists()}
        return {name: text.replace(f"{out}/", "") for name, text in found.items()}
    finally:
        world.close()


if __name__ == "__main__":
    json.dump(told(sys.argv[1], *sys.argv[2:]), sys.stdout)
    sys.stdout.flush()
    os._exit(0)
