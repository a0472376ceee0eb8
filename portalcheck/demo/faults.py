"""The faults of the practice portal, a row each: what is broken, and what a run has to make of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from portalcheck.demo.plan import BLOCK_ADDRESS, FALSE_ADDRESS, OLD_ADDRESS, PORTAL, SINKHOLES, Plan
from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, CookieStore, SetBy

_DAY_S = 86_400.0


class Fault(msgspec.Struct, frozen=True):
    """A fault by name, and the diagnosis that is right for it: cause, further causes and notes, exit code."""

    name: str
    plan: Plan
    cause: str
    also: tuple[str, ...]
    exit_code: int


def _works(name: str, plan: Plan, *also: str) -> Fault:
    return Fault(name, plan, "none", also, 0)


def _stops(
    name: str, plan: Plan, cause: str = "", *, also: tuple[str, ...] = (), exit_code: int = 1
) -> Fault:
    return Fault(name, plan, cause or name, also, exit_code)


_ROWS = (
    _works("healthy", Plan()),
    # ---- names
    _stops("dns-down", Plan(dns="silent")),
    _stops("dns-broken", Plan(dns="servfail")),
    _stops("dns-refuses", Plan(dns="refused"), "dns-broken"),
    _stops("dns-filtered", Plan(own_names={PORTAL: SINKHOLES})),
    _stops(
        "dns-filtered-missing", Plan(own_missing=frozenset({PORTAL}), share_portal_name=True), "dns-filtered"
    ),
    _stops(
        "dns-filtered-page",
        Plan(own_names={PORTAL: (BLOCK_ADDRESS,)}, share_portal_name=True),
        "dns-filtered",
    ),
    _stops("dns-hijacked", Plan(own_names={PORTAL: (FALSE_ADDRESS,)}, share_portal_name=True)),
    _stops(
        "nxdomain-rewritten",
        Plan(own_otherwise=(BLOCK_ADDRESS,), site="error"),
        "portal-error",
        also=("nxdomain-rewritten",),
    ),
    _stops("hosts-override", Plan(hosts={PORTAL: (OLD_ADDRESS,)})),
    _stops("name-wrong", Plan(missing=frozenset({PORTAL}), share_portal_name=True)),
    # ---- the way
    _stops("no-link", Plan(link="none")),
    _stops("no-internet", Plan(link="no-way-out", dns="silent")),
    _stops("captive-portal", Plan(link="captive")),
    _stops("ipv6-broken", Plan(link="six-silent")),
    _works("ipv6-fallback", Plan(link="six-unreachable"), "ipv6-fallback"),
    _works("vpn-active", Plan(vpn=True), "vpn-active"),
    _works("proxy-active", Plan(proxy="works", link="proxy-only"), "proxy-active"),
    _stops("proxy-down", Plan(proxy="dead"), also=("proxy-active",)),
    _stops("proxy-auth", Plan(proxy="wants-login"), also=("proxy-active",)),
    _stops("proxy-blocks", Plan(proxy="blocks"), also=("proxy-active",)),
    _stops("proxy-mismatch", Plan(proxy="dead", proxy_for_browser=False), also=("proxy-active",)),
    _stops("tls-blocked", Plan(front="resets-name")),
    _stops("tls-blocked-silently", Plan(front="ignores-name"), "tls-blocked"),
    _stops("intercept-untrusted", Plan(signer="inspection")),
    _works("intercept-trusted", Plan(signer="inspection", trust="with-inspection"), "intercept-trusted"),
    # ---- this computer
    _stops("clock-wrong", Plan(clock_s=90 * _DAY_S)),
    _stops("clock-wrong-behind", Plan(clock_s=-3 * 365 * _DAY_S), "clock-wrong"),
    _stops("clock-wrong-slightly", Plan(clock_s=20 * 60.0), "clock-wrong", exit_code=0),
    _works("clock-off", Plan(clock_s=150.0), "clock-off"),
    _stops("os-roots-stale", Plan(trust="stale")),
    _stops(
        "cookies-blocked",
        Plan(
            profiles=(
                BrowserProfile(
                    browser="firefox", profile=1, blocks=(CookieBlock(CookieScope.ALL, SetBy.SETTING),)
                ),
            ),
        ),
    ),
    _stops(
        "cookies-stale",
        Plan(
            site="refuses-long-cookies",
            cookies=(
                CookieStore(
                    browser="firefox",
                    profile=1,
                    running=False,
                    count=64,
                    session=0,
                    sent=64,
                    header_bytes=18_000,
                ),
            ),
        ),
    ),
    # ---- the portal
    _stops("cert-expired", Plan(not_before_days=-90, not_after_days=-3.1)),
    _stops("cert-not-yet-valid", Plan(not_before_days=3.1, not_after_days=90), "cert-expired"),
    _stops("cert-revoked", Plan(revoked=True, contact="always")),
    _stops("cert-wrong-name", Plan(certificate_names=("other.practice.example",))),
    _stops("cert-untrusted", Plan(signer="private")),
    _works("cert-chain-incomplete", Plan(sends_intermediate=False), "cert-chain-incomplete"),
    _stops("tls-too-old", Plan(front="only-old-tls")),
    _stops("wants-certificate", Plan(front="wants-certificate"), "blocked-by-server"),
    _stops("blocked-by-server", Plan(site="forbidden")),
    _stops("portal-unreachable", Plan(front="refuses")),
    _stops("portal-error", Plan(site="error")),
    _stops("redirect-problem", Plan(site="loop")),
    _stops("redirect-problem-address", Plan(site="bad-location"), "redirect-problem"),
    _stops("redirect-problem-plain", Plan(site="leaves-https"), "redirect-problem"),
    _stops("slow", Plan(site="drips"), exit_code=0),
)

FAULTS: Mapping[str, Fault] = {fault.name: fault for fault in _ROWS}
"""Every fault by name, in the order in which they are listed."""
