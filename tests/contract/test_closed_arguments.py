"""What travels comes from closed lists: each text that a built-in check may tell has a list or a form of its own.

A new argument of text fails here until it is said where its values come from. A computer whose free texts all bear
a mark shows that none of them gets out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from portalcheck.api import (
    CookieScope,
    Failure,
    Finding,
    InterfaceKind,
    OwnProxy,
    PageKind,
    ProxyKind,
    RevocationReason,
    RevocationSource,
    SetBy,
    StatusPage,
    Support,
    TraceEnd,
    Unreadable,
)
from portalcheck.machine import linux, vpn_products
from portalcheck.machine.browsers import extensions, installed
from portalcheck.testing import NOW, chain, context, http, trace
from portalcheck.testing import hop as a_hop
from portalcheck_checks.browser.check import judge as judge_browsers
from portalcheck_checks.domain.check import CHECK as DOMAIN
from portalcheck_checks.shared.inspection import product_of
from portalcheck_checks.tls.check import CHECK as TLS
from tests.declared import INSTALLED
from tests.machine import recorded
from tests.machine.browsers.world import World, chromium_db

TYPED = "the address that the person gave"
"""The only text of a person's that travels: it is what was asked about (contract.md, Reasons and arguments)."""
OURS = "words that the check itself writes"
PROFILE = "names of the portal's profile, and of those that it protects"
FORM = "digits and dots, as a pattern takes them from a text"

SOURCES: dict[str, object] = {
    "browser": OURS,
    "by": SetBy,
    "how": (Failure, TraceEnd, RevocationSource, OURS),
    "hosts": PROFILE,
    "kind": (InterfaceKind, ProxyKind, OwnProxy, Failure, OURS),
    "leads_to_kind": OURS,
    "library": FORM,
    "missing": OURS,
    "name": extensions.public_names(),
    "notes": OURS,
    "os": OURS,
    "private": OURS,
    "product": {product.label for product in vpn_products.PRODUCTS},
    "rcode": Failure,
    "release": linux.DISTRIBUTIONS,
    "role": OURS,
    "schemes": {"basic", "digest", "negotiate", "ntlm", "bearer", "kerberos"},
    "scope": (CookieScope, OURS),
    "supported": Support,
    "target": PROFILE,
    "trick": OURS,
    "version": FORM,
    "what": (PageKind, StatusPage),
    "why": (Unreadable, RevocationReason),
}
TYPED_ARGUMENTS = {
    ("domain.official", "host"),
    ("domain.lookalike", "host"),
    ("domain.lookalike", "marked"),
    ("domain.unrelated", "host"),
    ("domain.unrelated", "leads_to"),
    ("domain.invalid", "host"),
}
MARK = "Pat-of-Acme"


def may_be_text(kind: Any) -> bool:
    return "str" in str(kind) or "tuple" in str(kind)


@pytest.mark.parametrize("reason", INSTALLED.reasons.values(), ids=str)
def test_every_text_that_travels_has_a_source(reason: Any) -> None:
    texts = {name for name, kind in reason.args.items() if may_be_text(kind)}
    typed = {name for name in texts if (str(reason), name) in TYPED_ARGUMENTS}
    assert texts - typed <= SOURCES.keys()


def test_no_source_is_left_over() -> None:
    told = {
        name for one in INSTALLED.reasons.values() for name, kind in one.args.items() if may_be_text(kind)
    }
    assert told >= SOURCES.keys()
    assert all(name in INSTALLED.reasons[reason].args for reason, name in TYPED_ARGUMENTS)


def unmarked(findings: Collection[Finding]) -> bool:
    assert findings
    return not any(re.search("pat|acme", repr(finding.args), re.IGNORECASE) for finding in findings)


def test_what_a_browser_and_its_extensions_call_themselves_stays_here(tmp_path: Path) -> None:
    world = World(tmp_path)
    profile = world.chromium / f"Profile {MARK}"
    chromium_db(profile / "Cookies", [])
    manifest = {"name": f"{MARK} Ad Blocker", "permissions": ["declarativeNetRequest"], "version": MARK}
    world.write(
        profile / "Preferences",
        {
            "profile": {"name": MARK},
            "extensions": {"settings": {"a" * 32: {"manifest": manifest, "path": MARK}}},
        },
    )
    world.write(world.chromium / "Last Version", f"156.0 {MARK}")
    addon: dict[str, Any] = {"id": f"{MARK}@acme", "type": "extension", "active": True}
    addon["defaultLocale"] = {"name": f"{MARK} privacy"}
    addon["userPermissions"] = {"permissions": ["webRequestBlocking"]}
    firefox = world.firefox / f"x.{MARK}"
    world.write(firefox / "prefs.js", f'user_pref("network.proxy.autoconfig_url", "http://{MARK}/");')
    world.write(firefox / "extensions.json", {"addons": [addon]})
    world.write(firefox / "compatibility.ini", f"[Compatibility]\nLastVersion={MARK}_1/1\n")
    world.write(
        world.home / ".config/mimeapps.list",
        f"[Default Applications]\nx-scheme-handler/https={MARK}.desktop\n",
    )
    found = list(judge_browsers(installed(world.environment, NOW), world.profiles(), NOW))
    assert [finding.args for finding in found if finding.reason == "browser.extension"] == [
        {"browser": browser, "name": "another"} for browser in ("chromium", "firefox")
    ]
    assert unmarked(found)


def test_what_a_distribution_calls_itself_stays_here(tmp_path: Path) -> None:
    files = {"/etc/os-release": f"ID={MARK.lower()}\nVERSION_ID=1\nNAME={MARK}\n"}
    assert linux.system(recorded.computer("linux", tmp_path, files=files)).release == "linux"


def test_the_name_of_whoever_inspects_is_one_of_the_table(tmp_path: Path) -> None:
    of_a_person = chain(issuer_organisation=MARK, issuer_name=f"{MARK} Root")
    assert product_of(of_a_person) == "unknown"


def test_names_that_servers_and_certificates_give_stay_here() -> None:
    below = f"https://{MARK}.portal.example/"
    imitation = f"https://portal-example-{MARK}.com/"
    stranger = f"https://{MARK}.example.net/"
    names = (f"{MARK}-portal.example.com", f"portal.example.{MARK}.com", f"{MARK}.portal.example")
    for led_to in (below, imitation, stranger):
        hops = (a_hop(http=http(302, location=led_to)), a_hop(host=led_to.split("/")[2]))
        given = chain(names=names, name_matches=False, issuer_organisation=MARK, issuer_name=MARK)
        run = context(trace=trace(*hops), chain=given)
        found = [*DOMAIN.run(run), *TLS.run(run)]
        assert any(finding.local for finding in found)
        assert unmarked(found)
