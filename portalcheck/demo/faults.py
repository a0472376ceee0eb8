"""The faults of the practice portal, a row each: what is broken, and what a run has to make of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from portalcheck.demo.plan import (
    BLOCK_ADDRESS,
    FALSE_ADDRESS,
    OLD_ADDRESS,
    PORTAL,
    SINKHOLES,
    DnsMode,
    Front,
    Link,
    Plan,
    ProxyMode,
    Signer,
    Site,
    Trust,
)
from portalcheck.facts import BrowserProfile, CookieBlock, CookieScope, CookieStore, SetBy

_DAY_S = 86_400.0


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault by name, and the diagnosis that is right for it: cause, first reference, exit code.

    `also` are the further causes and notes that hold.
    """

    name: str
    cause: str
    ref: str
    exit_code: int
    also: tuple[str, ...] = ()
    plan: Plan = Plan()

    @property
    def text(self) -> str:
        """The id of the line that describes the fault in the reader's language: table of terms, and name."""
        return f"fault.{self.name}"


def _works(name: str, plan: Plan, *also: str) -> Fault:
    return Fault(name=name, cause="none", ref="step-2", exit_code=0, also=also, plan=plan)


def _warns(name: str, cause: str, ref: str, plan: Plan, *also: str) -> Fault:
    return Fault(name=name, cause=cause, ref=ref, exit_code=0, also=also, plan=plan)


def _stops(name: str, cause: str, ref: str, plan: Plan, *also: str) -> Fault:
    return Fault(name=name, cause=cause, ref=ref, exit_code=1, also=also, plan=plan)


_ROWS = (
    _works("healthy", Plan()),
    # ---- names
    _stops("dns-down", "dns-down", "error-4", Plan(dns=DnsMode.SILENT)),
    _stops("dns-broken", "dns-broken", "error-4", Plan(dns=DnsMode.SERVFAIL)),
    _stops("dns-refuses", "dns-broken", "error-4", Plan(dns=DnsMode.REFUSED)),
    _stops("dns-filtered", "dns-filtered", "step-6", Plan(own_names={PORTAL: SINKHOLES})),
    _stops(
        "dns-filtered-missing",
        "dns-filtered",
        "step-6",
        Plan(own_missing=frozenset({PORTAL}), share_portal_name=True),
    ),
    _stops(
        "dns-filtered-page",
        "dns-filtered",
        "step-6",
        Plan(own_names={PORTAL: (BLOCK_ADDRESS,)}, share_portal_name=True),
    ),
    _stops(
        "dns-hijacked",
        "dns-hijacked",
        "step-1",
        Plan(own_names={PORTAL: (FALSE_ADDRESS,)}, share_portal_name=True),
    ),
    _stops(
        "nxdomain-rewritten",
        "portal-error",
        "error-4",
        Plan(own_otherwise=(BLOCK_ADDRESS,), site=Site.ERROR),
        "nxdomain-rewritten",
    ),
    _stops("hosts-override", "hosts-override", "step-1", Plan(hosts={PORTAL: (OLD_ADDRESS,)})),
    _stops("name-wrong", "name-wrong", "step-1", Plan(missing=frozenset({PORTAL}), share_portal_name=True)),
    # ---- the way
    _stops("no-link", "no-link", "error-4", Plan(link=Link.NONE)),
    _stops("no-internet", "no-internet", "error-4", Plan(link=Link.NO_WAY_OUT, dns=DnsMode.SILENT)),
    _stops("captive-portal", "captive-portal", "error-4", Plan(link=Link.CAPTIVE)),
    _stops("ipv6-broken", "ipv6-broken", "error-4", Plan(link=Link.SIX_SILENT)),
    _works("ipv6-fallback", Plan(link=Link.SIX_UNREACHABLE), "ipv6-fallback"),
    _works("vpn-active", Plan(vpn=True), "vpn-active"),
    _works("proxy-active", Plan(proxy=ProxyMode.WORKS, link=Link.PROXY_ONLY), "proxy-active"),
    _stops("proxy-down", "proxy-down", "step-6", Plan(proxy=ProxyMode.DEAD), "proxy-active"),
    _stops("proxy-auth", "proxy-auth", "step-6", Plan(proxy=ProxyMode.WANTS_LOGIN), "proxy-active"),
    _stops("proxy-blocks", "proxy-blocks", "step-6", Plan(proxy=ProxyMode.BLOCKS), "proxy-active"),
    _stops(
        "proxy-mismatch",
        "proxy-mismatch",
        "step-6",
        Plan(proxy=ProxyMode.DEAD, proxy_for_browser=False),
        "proxy-active",
    ),
    _stops("tls-blocked", "tls-blocked", "step-6", Plan(front=Front.RESETS_NAME)),
    _stops("tls-blocked-silently", "tls-blocked", "step-6", Plan(front=Front.IGNORES_NAME)),
    _stops(
        "intercept-untrusted",
        "intercept-untrusted",
        "step-6",
        Plan(signer=Signer.INSPECTION),
    ),
    _works(
        "intercept-trusted", Plan(signer=Signer.INSPECTION, trust=Trust.WITH_INSPECTION), "intercept-trusted"
    ),
    # ---- this computer
    _stops("clock-wrong", "clock-wrong", "step-7", Plan(clock_s=90 * _DAY_S)),
    _stops("clock-wrong-behind", "clock-wrong", "step-7", Plan(clock_s=-3 * 365 * _DAY_S)),
    _warns("clock-wrong-slightly", "clock-wrong", "step-7", Plan(clock_s=20 * 60.0)),
    _works("clock-off", Plan(clock_s=150.0), "clock-off"),
    _stops("os-roots-stale", "os-roots-stale", "step-7", Plan(trust=Trust.STALE)),
    _stops(
        "cookies-blocked",
        "cookies-blocked",
        "step-6",
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
        "cookies-stale",
        "step-4",
        Plan(
            site=Site.REFUSES_LONG_COOKIES,
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
    _stops("cert-expired", "cert-expired", "step-10", Plan(not_before_days=-90, not_after_days=-3.1)),
    _stops("cert-not-yet-valid", "cert-expired", "step-10", Plan(not_before_days=3.1, not_after_days=90)),
    _stops("cert-revoked", "cert-revoked", "step-10", Plan(revoked=True, contact="always")),
    _stops(
        "cert-wrong-name", "cert-wrong-name", "step-1", Plan(certificate_names=("other.practice.example",))
    ),
    _stops("cert-untrusted", "cert-untrusted", "step-1", Plan(signer=Signer.PRIVATE)),
    _works("cert-chain-incomplete", Plan(sends_intermediate=False), "cert-chain-incomplete"),
    _stops("tls-too-old", "tls-too-old", "step-10", Plan(front=Front.ONLY_OLD_TLS)),
    _stops("wants-certificate", "blocked-by-server", "step-10", Plan(front=Front.WANTS_CERTIFICATE)),
    _stops("blocked-by-server", "blocked-by-server", "step-10", Plan(site=Site.FORBIDDEN)),
    _stops("portal-unreachable", "portal-unreachable", "error-4", Plan(front=Front.REFUSES)),
    _stops("portal-error", "portal-error", "error-4", Plan(site=Site.ERROR)),
    _stops("redirect-problem", "redirect-problem", "step-10", Plan(site=Site.LOOP)),
    _stops("redirect-problem-address", "redirect-problem", "step-10", Plan(site=Site.BAD_LOCATION)),
    _stops("redirect-problem-plain", "redirect-problem", "step-10", Plan(site=Site.LEAVES_HTTPS)),
    _warns("slow", "slow", "error-4", Plan(site=Site.DRIPS)),
)

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in _ROWS})
"""Every fault by name, in the order in which they are listed."""
