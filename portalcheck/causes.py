"""The table of causes: ordered literals, data only. To change a diagnosis, edit a row.

A row holds when every reason of `all` was found, at least one of `any` (if it names some), and every
reason of `none` is proved absent by a check that finished. What a row weighs is the gravest status of the
findings that it rests on or explains; a row that weighs less than `warn` holds only as a note. `explains`
are the symptoms that go away with the cause: they are echoes, and not looked at again. `then` are further
references worth a try. Order is the order of blame (contract, section 9).

A row called `inconclusive` is named as no cause: it keeps what lies behind an open question from being blamed.
"""

from __future__ import annotations

import msgspec

from portalcheck.reasons import (
    BEHIND_THE_LINK,
    BEHIND_THE_NAME,
    BLOCKED,
    CERTIFICATE,
    CONNECTION,
    DATES,
    FAMILY,
    HANDSHAKE,
    NAMES,
    PROXY,
    REFUSED_HANDSHAKE,
    SERVICE,
    SILENCE,
    VPN,
    group,
)


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what must hold for a cause to be named, what it explains, where to look first."""

    id: str
    ref: str = ""
    all: frozenset[str] = frozenset()
    any: frozenset[str] = frozenset()
    none: frozenset[str] = frozenset()
    explains: frozenset[str] = frozenset()
    then: tuple[str, ...] = ()
    note: bool = False


CAUSES: tuple[Cause, ...] = (
    Cause(
        id="lookalike",
        ref="step-1",
        any=group("domain.lookalike", "domain.redirect-lookalike"),
        explains=group("service.redirect-broken"),
    ),
    Cause(id="name-wrong", ref="step-1", all=group("domain.invalid")),
    Cause(
        id="no-link",
        ref="error-4",
        all=group("network.no-link"),
        explains=group(BEHIND_THE_LINK, PROXY, VPN),
    ),
    Cause(
        id="inconclusive",
        ref="step-5",
        all=group("run.starved"),
        any=SILENCE,
        explains=group(BEHIND_THE_LINK, PROXY, VPN, "proxy.mismatch"),
        then=("error-4", "step-10"),
    ),
    Cause(
        id="vpn-breaks",
        ref="step-6",
        all=group("vpn.kill-switch"),
        explains=group(BEHIND_THE_LINK, PROXY),
    ),
    Cause(
        id="vpn-breaks",
        ref="step-6",
        all=group("vpn.breaks", "network.no-way-out"),
        explains=group(BEHIND_THE_LINK, PROXY),
    ),
    Cause(
        id="inconclusive",
        ref="step-5",
        all=group("network.blocked-here"),
        explains=group(BEHIND_THE_LINK, PROXY),
        then=("error-4", "step-10"),
    ),
    Cause(
        id="no-internet",
        ref="error-4",
        all=group("network.no-way-out"),
        none=group("proxy.down", "proxy.wants-login", "proxy.refuses"),
        explains=BEHIND_THE_LINK,
    ),
    Cause(
        id="captive-portal",
        ref="error-4",
        all=group("network.captive"),
        explains=group(BEHIND_THE_LINK, PROXY),
    ),
    Cause(
        id="proxy-mismatch",
        ref="step-6",
        all=group("proxy.mismatch"),
        explains=group(PROXY, "network.no-way-out"),
    ),
    Cause(
        id="proxy-auth",
        ref="step-6",
        all=group("proxy.wants-login"),
        explains=group(BEHIND_THE_LINK, "proxy.refuses", "proxy.down"),
    ),
    Cause(
        id="proxy-blocks",
        ref="step-6",
        any=group("proxy.refuses", "proxy.inspector-refuses"),
        explains=group(BEHIND_THE_LINK, "proxy.down"),
    ),
    Cause(
        id="proxy-down",
        ref="step-6",
        any=group("proxy.down", "proxy.pac-unreachable"),
        explains=BEHIND_THE_LINK,
    ),
    Cause(
        id="hosts-override",
        ref="step-1",
        all=group("dns.hosts-override"),
        explains=group(NAMES, BEHIND_THE_NAME),
    ),
    Cause(id="vpn-breaks", ref="step-6", all=group("vpn.dns-dead"), explains=group(NAMES, BEHIND_THE_NAME)),
    Cause(
        id="dns-down",
        ref="error-4",
        all=group("dns.other-answers"),
        any=group("dns.silent", "dns.no-server"),
        explains=group(NAMES, BEHIND_THE_NAME, VPN),
    ),
    # Where nobody else may be asked for names: the network works, by what needs none.
    Cause(
        id="dns-down",
        ref="error-4",
        all=group("network.way-out"),
        any=group("dns.silent", "dns.no-server"),
        explains=group(NAMES, BEHIND_THE_NAME, VPN),
    ),
    # Signatures have dates, as certificates do (RFC 4035, 5.3.1).
    Cause(
        id="clock-wrong",
        ref="step-7",
        all=group("clock.wrong", "dns.errors", "dns.signatures-fail"),
        explains=group(NAMES, BEHIND_THE_NAME, VPN),
    ),
    Cause(
        id="dns-broken",
        ref="error-4",
        all=group("dns.errors"),
        explains=group(NAMES, BEHIND_THE_NAME, VPN),
    ),
    Cause(
        id="name-wrong",
        ref="step-1",
        all=group("dns.missing-everywhere"),
        explains=group(NAMES, BEHIND_THE_NAME),
    ),
    Cause(
        id="dns-filtered",
        ref="step-6",
        any=group("dns.sinkhole", "dns.found-elsewhere", "dns.block-page"),
        explains=group(NAMES, BEHIND_THE_NAME),
    ),
    Cause(
        id="dns-hijacked",
        ref="step-1",
        all=group("dns.false-address"),
        explains=group(NAMES, BEHIND_THE_NAME),
    ),
    Cause(
        id="inconclusive",
        ref="step-5",
        any=group("dns.hosts-unclear", "dns.made-up"),
        explains=group(NAMES, BEHIND_THE_NAME, VPN),
        then=("error-4", "step-10"),
    ),
    Cause(id="vpn-breaks", ref="step-6", all=group("vpn.breaks"), explains=group(NAMES, BEHIND_THE_NAME)),
    Cause(
        id="ipv6-broken",
        ref="error-4",
        any=FAMILY,
        explains=group(
            CONNECTION, HANDSHAKE, "network.mtu", "service.slow", "service.cut-off", "service.broken"
        ),
    ),
    Cause(
        id="mtu",
        ref="error-4",
        all=group("network.mtu"),
        explains=group(HANDSHAKE, "service.slow", "service.cut-off", "service.broken", "service.no-answer"),
    ),
    Cause(
        id="tcp-blocked",
        ref="step-6",
        any=group("network.port-blocked", "network.stopped-here"),
        none=group("network.recovered"),
        explains=group(CONNECTION, "tls.not-tls", "tls.broken", "tls.no-answer"),
    ),
    Cause(id="tls-blocked", ref="step-6", all=group("tls.blocked"), explains=group(HANDSHAKE, SERVICE)),
    Cause(id="clock-wrong", ref="step-7", all=group("clock.wrong"), explains=DATES),
    Cause(
        id="intercept-untrusted",
        ref="step-6",
        all=group("tls.intercepted", "tls.untrusted"),
        explains=group(CERTIFICATE, SERVICE),
    ),
    Cause(id="os-roots-stale", ref="step-7", all=group("tls.roots-stale")),
    Cause(
        id="cert-wrong-name",
        ref="step-1",
        all=group("tls.wrong-name"),
        explains=group("tls.dates-unclear", SERVICE),
    ),
    Cause(
        id="cert-untrusted",
        ref="step-1",
        all=group("tls.untrusted"),
        none=group("tls.intercepted"),
        explains=group("tls.dates-unclear", SERVICE),
    ),
    # What a server says whose key may be in other hands tells nothing of the portal.
    Cause(
        id="cert-revoked",
        ref="step-10",
        all=group("tls.revoked"),
        explains=group("tls.dates-unclear", SERVICE),
    ),
    Cause(id="cert-expired", ref="step-10", any=group("tls.expired", "tls.not-yet-valid")),
    Cause(id="tls-too-old", ref="step-10", all=group("tls.too-old"), explains=group("tls.broken")),
    Cause(
        id="blocked-by-server",
        ref="step-6",
        all=group("vpn.active"),
        any=BLOCKED,
        explains=REFUSED_HANDSHAKE,
        then=("step-10",),
    ),
    Cause(
        id="blocked-by-server",
        ref="step-6",
        all=group("proxy.used"),
        any=BLOCKED,
        explains=REFUSED_HANDSHAKE,
        then=("step-10",),
    ),
    Cause(id="blocked-by-server", ref="step-10", any=BLOCKED, explains=REFUSED_HANDSHAKE),
    Cause(
        id="portal-error",
        ref="error-4",
        all=group("service.announced"),
        explains=group(CONNECTION, SERVICE, "tls.broken", "tls.no-answer", "tls.not-tls"),
        then=("step-10",),
    ),
    Cause(id="portal-error", ref="error-4", all=group("service.error"), then=("step-10",)),
    Cause(
        id="redirect-problem",
        ref="step-10",
        any=group("service.redirect-loop", "service.redirect-broken"),
    ),
    Cause(
        id="portal-unreachable",
        ref="error-4",
        all=group("network.way-out"),
        any=group(
            "service.refused-connection",
            "service.no-connection",
            "service.no-answer",
            "tls.no-answer",
            "proxy.cannot-reach",
        ),
        none=group("network.recovered"),
        then=("step-10",),
    ),
    Cause(id="slow", ref="error-4", all=group("service.slow")),
    Cause(id="cookies-blocked", ref="step-6", all=group("browser.blocks-cookies"), then=("step-5",)),
    Cause(
        id="cookies-stale",
        ref="step-4",
        any=group("cookies.duplicates", "cookies.too-large", "cookies.refused-when-large"),
        then=("step-5",),
    ),
    Cause(id="software-outdated", ref="step-7", any=group("browser.version", "system.outdated")),
    # Notes: they hold beside any cause and are never one.
    Cause(id="address-not-listed", all=group("domain.unrelated"), note=True),
    Cause(id="vpn-active", all=group("vpn.active"), note=True),
    Cause(id="proxy-active", all=group("proxy.used"), note=True),
    Cause(id="intercept-trusted", all=group("tls.intercepted"), none=group("tls.untrusted"), note=True),
    Cause(id="ipv6-fallback", all=group("network.ipv6-fallback"), note=True),
    Cause(
        id="slow-network", any=group("network.slow", "dns.slow-server"), none=group("service.slow"), note=True
    ),
    Cause(id="cert-chain-incomplete", all=group("tls.chain-incomplete"), note=True),
    Cause(id="clock-off", all=group("clock.off"), note=True),
    Cause(
        id="nxdomain-rewritten", all=group("dns.rewrites-missing"), none=group("network.captive"), note=True
    ),
    Cause(id="cookies-none", all=group("cookies.none"), note=True),
    Cause(id="cookies-expired", all=group("cookies.expired"), note=True),
    Cause(id="browser-unread", any=group("cookies.unreadable", "browser.unreadable"), note=True),
)

INCONCLUSIVE = Cause(id="inconclusive", ref="step-5", then=("error-4", "step-10"))
"""Named when something failed and no row explains it."""

NONE = Cause(id="none", ref="step-2")
"""Named when nothing on this computer, its network or the portal's front door explains it."""

BY_SYMPTOM: dict[str, tuple[str, ...]] = {
    "error-1": ("step-2", "step-3"),
    "error-2": ("step-8",),
    "error-3": ("error-3", "step-10"),
    "error-4": ("error-4",),
    "caregiver": ("caregiver",),
}
"""Where each symptom leads when no local cause holds (contract, section 6)."""

WITHOUT_SYMPTOM = ("step-2", "step-3", "step-4", "step-8", "step-9", "step-10")
"""The account-side steps, in order, when there is neither cause nor symptom."""
