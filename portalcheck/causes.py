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


def _set(*reasons: str | frozenset[str]) -> frozenset[str]:
    return frozenset().union(*({r} if isinstance(r, str) else r for r in reasons))


NAMES = _set(
    "dns.no-server",
    "dns.silent",
    "dns.late",
    "dns.errors",
    "dns.error-here",
    "dns.missing",
    "dns.missing-everywhere",
    "dns.found-elsewhere",
    "dns.made-up",
    "dns.hosts-unclear",
    "dns.sinkhole",
    "dns.block-page",
    "dns.false-address",
    "dns.system-fails",
)
CONNECTION = _set(
    "service.refused-connection",
    "service.no-connection",
    "service.no-answer",
    "service.next-name",
    "proxy.cannot-reach",
    "network.port-blocked",
    "network.stopped-here",
)
DATES = _set("tls.dates-fit-true-time", "tls.dates-unclear")
TRUST = _set(
    "tls.untrusted", "tls.issuer-missing", "tls.roots-stale", "tls.intercepted", "tls.unexpected-issuer"
)
NAME_ON_CERTIFICATE = _set("tls.wrong-name", "tls.identity-unclear")
HANDSHAKE = _set("tls.broken", "tls.no-answer", "tls.blocked", "tls.not-tls", "tls.too-old", "tls.unreadable")
CERTIFICATE = _set(DATES, TRUST, NAME_ON_CERTIFICATE, "tls.expired", "tls.not-yet-valid", "tls.revoked")
SERVICE = _set(
    "service.error",
    "service.refuses",
    "service.challenge",
    "service.wants-certificate",
    "service.redirect-loop",
    "service.redirect-broken",
    "service.broken",
    "service.cut-off",
    "service.slow",
    "service.odd-status",
)
FAMILY = _set("network.ipv6-broken", "network.ipv6-missing", "network.ipv4-missing")
BEHIND_THE_LINK = _set(
    NAMES,
    CONNECTION,
    HANDSHAKE,
    CERTIFICATE,
    SERVICE,
    "network.no-way-out",
    "network.blocked-here",
    "network.captive",
    "network.mtu",
    FAMILY,
)
BEHIND_THE_NAME = _set(CONNECTION, HANDSHAKE, CERTIFICATE, SERVICE, FAMILY, "network.mtu")
PROXY = _set(
    "proxy.down",
    "proxy.wants-login",
    "proxy.refuses",
    "proxy.inspector-refuses",
    "proxy.pac-unreachable",
    "proxy.unsteady",
)
VPN = _set("vpn.breaks", "vpn.dns-dead", "vpn.kill-switch")
BLOCKED = _set("service.refuses", "service.challenge", "service.wants-certificate")
REFUSED_HANDSHAKE = _set("tls.broken")
"""What a server that wants a client certificate leaves of the handshake in TLS 1.2."""

SILENCE = _set(
    "dns.silent",
    "dns.system-fails",
    "dns.error-here",
    "dns.hosts-unclear",
    "network.no-way-out",
    FAMILY,
    "network.mtu",
    "network.port-blocked",
    "proxy.down",
    "proxy.pac-unreachable",
    "proxy.unsteady",
    "proxy.mismatch",
    "service.broken",
    "service.cut-off",
    "service.next-name",
    "service.no-answer",
    "service.no-connection",
    "service.slow",
    "tls.blocked",
    "tls.broken",
    "tls.no-answer",
    VPN,
)
"""What rests on an answer that did not come, or came late: a program that slept meanwhile cannot say so."""

CAUSES: tuple[Cause, ...] = (
    Cause(
        id="lookalike",
        ref="step-1",
        any=_set("domain.lookalike", "domain.redirect-lookalike"),
        explains=_set("service.redirect-broken"),
    ),
    Cause(id="name-wrong", ref="step-1", all=_set("domain.invalid")),
    Cause(
        id="no-link",
        ref="error-4",
        all=_set("network.no-link"),
        explains=_set(BEHIND_THE_LINK, PROXY, VPN),
    ),
    Cause(
        id="inconclusive",
        ref="step-5",
        all=_set("run.starved"),
        any=SILENCE,
        explains=_set(BEHIND_THE_LINK, PROXY, VPN, "proxy.mismatch"),
        then=("error-4", "step-10"),
    ),
    Cause(
        id="vpn-breaks",
        ref="step-6",
        all=_set("vpn.kill-switch"),
        explains=_set(BEHIND_THE_LINK, PROXY),
    ),
    Cause(
        id="vpn-breaks",
        ref="step-6",
        all=_set("vpn.breaks", "network.no-way-out"),
        explains=_set(BEHIND_THE_LINK, PROXY),
    ),
    Cause(
        id="inconclusive",
        ref="step-5",
        all=_set("network.blocked-here"),
        explains=_set(BEHIND_THE_LINK, PROXY),
        then=("error-4", "step-10"),
    ),
    Cause(
        id="no-internet",
        ref="error-4",
        all=_set("network.no-way-out"),
        none=_set("proxy.down", "proxy.wants-login", "proxy.refuses"),
        explains=BEHIND_THE_LINK,
    ),
    Cause(
        id="captive-portal", ref="error-4", all=_set("network.captive"), explains=_set(BEHIND_THE_LINK, PROXY)
    ),
    Cause(
        id="proxy-mismatch",
        ref="step-6",
        all=_set("proxy.mismatch"),
        explains=_set(PROXY, "network.no-way-out"),
    ),
    Cause(
        id="proxy-auth",
        ref="step-6",
        all=_set("proxy.wants-login"),
        explains=_set(BEHIND_THE_LINK, "proxy.refuses", "proxy.down"),
    ),
    Cause(
        id="proxy-blocks",
        ref="step-6",
        any=_set("proxy.refuses", "proxy.inspector-refuses"),
        explains=_set(BEHIND_THE_LINK, "proxy.down"),
    ),
    Cause(
        id="proxy-down",
        ref="step-6",
        any=_set("proxy.down", "proxy.pac-unreachable"),
        explains=BEHIND_THE_LINK,
    ),
    Cause(
        id="hosts-override",
        ref="step-1",
        all=_set("dns.hosts-override"),
        explains=_set(NAMES, BEHIND_THE_NAME),
    ),
    Cause(id="vpn-breaks", ref="step-6", all=_set("vpn.dns-dead"), explains=_set(NAMES, BEHIND_THE_NAME)),
    Cause(
        id="dns-down",
        ref="error-4",
        all=_set("dns.other-answers"),
        any=_set("dns.silent", "dns.no-server"),
        explains=_set(NAMES, BEHIND_THE_NAME, VPN),
    ),
    # Where nobody else may be asked for names: the network works, by what needs none.
    Cause(
        id="dns-down",
        ref="error-4",
        all=_set("network.way-out"),
        any=_set("dns.silent", "dns.no-server"),
        explains=_set(NAMES, BEHIND_THE_NAME, VPN),
    ),
    # Signatures have dates, as certificates do (RFC 4035, 5.3.1).
    Cause(
        id="clock-wrong",
        ref="step-7",
        all=_set("clock.wrong", "dns.errors", "dns.signatures-fail"),
        explains=_set(NAMES, BEHIND_THE_NAME, VPN),
    ),
    Cause(
        id="dns-broken",
        ref="error-4",
        all=_set("dns.errors"),
        explains=_set(NAMES, BEHIND_THE_NAME, VPN),
    ),
    Cause(
        id="name-wrong",
        ref="step-1",
        all=_set("dns.missing-everywhere"),
        explains=_set(NAMES, BEHIND_THE_NAME),
    ),
    Cause(
        id="dns-filtered",
        ref="step-6",
        any=_set("dns.sinkhole", "dns.found-elsewhere", "dns.block-page"),
        explains=_set(NAMES, BEHIND_THE_NAME),
    ),
    Cause(
        id="dns-hijacked", ref="step-1", all=_set("dns.false-address"), explains=_set(NAMES, BEHIND_THE_NAME)
    ),
    Cause(
        id="inconclusive",
        ref="step-5",
        any=_set("dns.hosts-unclear", "dns.made-up"),
        explains=_set(NAMES, BEHIND_THE_NAME, VPN),
        then=("error-4", "step-10"),
    ),
    Cause(id="vpn-breaks", ref="step-6", all=_set("vpn.breaks"), explains=_set(NAMES, BEHIND_THE_NAME)),
    Cause(
        id="ipv6-broken",
        ref="error-4",
        any=FAMILY,
        explains=_set(
            CONNECTION, HANDSHAKE, "network.mtu", "service.slow", "service.cut-off", "service.broken"
        ),
    ),
    Cause(
        id="mtu",
        ref="error-4",
        all=_set("network.mtu"),
        explains=_set(HANDSHAKE, "service.slow", "service.cut-off", "service.broken", "service.no-answer"),
    ),
    Cause(
        id="tcp-blocked",
        ref="step-6",
        any=_set("network.port-blocked", "network.stopped-here"),
        none=_set("network.recovered"),
        explains=_set(CONNECTION, "tls.not-tls", "tls.broken", "tls.no-answer"),
    ),
    Cause(id="tls-blocked", ref="step-6", all=_set("tls.blocked"), explains=_set(HANDSHAKE, SERVICE)),
    Cause(id="clock-wrong", ref="step-7", all=_set("clock.wrong"), explains=DATES),
    Cause(
        id="intercept-untrusted",
        ref="step-6",
        all=_set("tls.intercepted", "tls.untrusted"),
        explains=_set(CERTIFICATE, SERVICE),
    ),
    Cause(id="os-roots-stale", ref="step-7", all=_set("tls.roots-stale")),
    Cause(
        id="cert-wrong-name",
        ref="step-1",
        all=_set("tls.wrong-name"),
        explains=_set("tls.dates-unclear", SERVICE),
    ),
    Cause(
        id="cert-untrusted",
        ref="step-1",
        all=_set("tls.untrusted"),
        none=_set("tls.intercepted"),
        explains=_set("tls.dates-unclear", SERVICE),
    ),
    # What a server says whose key may be in other hands tells nothing of the portal.
    Cause(
        id="cert-revoked",
        ref="step-10",
        all=_set("tls.revoked"),
        explains=_set("tls.dates-unclear", SERVICE),
    ),
    Cause(id="cert-expired", ref="step-10", any=_set("tls.expired", "tls.not-yet-valid")),
    Cause(id="tls-too-old", ref="step-10", all=_set("tls.too-old"), explains=_set("tls.broken")),
    Cause(
        id="blocked-by-server",
        ref="step-6",
        all=_set("vpn.active"),
        any=BLOCKED,
        explains=REFUSED_HANDSHAKE,
        then=("step-10",),
    ),
    Cause(
        id="blocked-by-server",
        ref="step-6",
        all=_set("proxy.used"),
        any=BLOCKED,
        explains=REFUSED_HANDSHAKE,
        then=("step-10",),
    ),
    Cause(id="blocked-by-server", ref="step-10", any=BLOCKED, explains=REFUSED_HANDSHAKE),
    Cause(
        id="portal-error",
        ref="error-4",
        all=_set("service.announced"),
        explains=_set(CONNECTION, SERVICE, "tls.broken", "tls.no-answer", "tls.not-tls"),
        then=("step-10",),
    ),
    Cause(id="portal-error", ref="error-4", all=_set("service.error"), then=("step-10",)),
    Cause(
        id="redirect-problem",
        ref="step-10",
        any=_set("service.redirect-loop", "service.redirect-broken"),
    ),
    Cause(
        id="portal-unreachable",
        ref="error-4",
        all=_set("network.way-out"),
        any=_set(
            "service.refused-connection",
            "service.no-connection",
            "service.no-answer",
            "tls.no-answer",
            "proxy.cannot-reach",
        ),
        none=_set("network.recovered"),
        then=("step-10",),
    ),
    Cause(id="slow", ref="error-4", all=_set("service.slow")),
    Cause(id="cookies-blocked", ref="step-6", all=_set("browser.blocks-cookies"), then=("step-5",)),
    Cause(
        id="cookies-stale",
        ref="step-4",
        any=_set("cookies.duplicates", "cookies.too-large", "cookies.refused-when-large"),
        then=("step-5",),
    ),
    Cause(id="software-outdated", ref="step-7", any=_set("browser.version", "system.outdated")),
    # Notes: they hold beside any cause and are never one.
    Cause(id="address-not-listed", all=_set("domain.unrelated"), note=True),
    Cause(id="vpn-active", all=_set("vpn.active"), note=True),
    Cause(id="proxy-active", all=_set("proxy.used"), note=True),
    Cause(id="intercept-trusted", all=_set("tls.intercepted"), none=_set("tls.untrusted"), note=True),
    Cause(id="ipv6-fallback", all=_set("network.ipv6-fallback"), note=True),
    Cause(
        id="slow-network", any=_set("network.slow", "dns.slow-server"), none=_set("service.slow"), note=True
    ),
    Cause(id="cert-chain-incomplete", all=_set("tls.chain-incomplete"), note=True),
    Cause(id="clock-off", all=_set("clock.off"), note=True),
    Cause(id="nxdomain-rewritten", all=_set("dns.rewrites-missing"), none=_set("network.captive"), note=True),
    Cause(id="cookies-none", all=_set("cookies.none"), note=True),
    Cause(id="cookies-expired", all=_set("cookies.expired"), note=True),
    Cause(id="browser-unread", any=_set("cookies.unreadable", "browser.unreadable"), note=True),
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
