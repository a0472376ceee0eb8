"""What each check makes of the facts: tables of situations, and what is said of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from OpenSSL import SSL

from portalcheck.api import (
    Attempt,
    Canaries,
    CaptiveAnswer,
    CertStatus,
    Chain,
    ConnectStep,
    Context,
    DnsAnswer,
    DnsHealth,
    Failure,
    Finding,
    HttpStep,
    Interface,
    InterfaceKind,
    ProxyKind,
    ProxyPlan,
    ProxySettings,
    Revocation,
    RevocationReason,
    RevocationSource,
    Roots,
    Status,
    System,
    TimeSource,
    TlsStep,
    Trace,
    TraceEnd,
    TrueTime,
)
from portalcheck.testing import (
    DAY,
    ETHERNET,
    HOST,
    NOW,
    SILENCE,
    canaries,
    chain,
    computer,
    connected,
    context,
    dns_answer,
    egress,
    hop,
    http,
    names,
    outcomes,
    proxied,
    run,
    third_parties,
    trace,
    unconnected,
    unreachable,
)
from portalcheck_checks.clock import check as clock
from portalcheck_checks.dns import check as dns
from portalcheck_checks.dns.failure import judge_failure
from portalcheck_checks.dns.lookup import is_sinkhole
from portalcheck_checks.network import check as network
from portalcheck_checks.proxy import check as proxy
from portalcheck_checks.service import check as service
from portalcheck_checks.shared import block_pages, inspection
from portalcheck_checks.system import check as system
from portalcheck_checks.tls import check as tls
from portalcheck_checks.vpn import check as vpn

LOOPBACK = Interface("lo", InterfaceKind.LOOPBACK, True, ("127.0.0.1",))
TUNNEL = Interface("tun0", InterfaceKind.TUNNEL, True, ("198.51.100.2",), "OpenVPN")


# ---- network -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interfaces", "routed", "loaded", "reason"),
    [
        ([LOOPBACK, ETHERNET], True, False, "network.up"),
        ([LOOPBACK], True, False, "network.no-link"),
        ([ETHERNET], False, False, "network.no-link"),
        ([Interface("eth0", InterfaceKind.ETHERNET, False, ("192.0.2.2",))], True, False, "network.no-link"),
        (
            [Interface("eth0", InterfaceKind.ETHERNET, True, ("169.254.7.7", "fe80::1%eth0"))],
            True,
            False,
            "network.no-link",
        ),
        ([Interface("eth0", InterfaceKind.ETHERNET, True, ("no address",))], True, False, "network.no-link"),
        ([LOOPBACK], False, True, "network.up"),
    ],
)
def test_a_link_needs_an_address_and_a_route_unless_the_page_loaded(
    interfaces: list[Interface], routed: bool, loaded: bool, reason: str
) -> None:
    assert network.judge_link(interfaces, routed=routed, answered=loaded).reason == reason


def through(failure: Failure | None, status: int = 0) -> Trace:
    """A walk that ended at the proxy."""
    return trace(hop(proxy=proxied(failure, status), tls=None, http=None), end=TraceEnd.FAILED)


HANDSHAKE_RESET = trace(hop(tls=TlsStep(failure=Failure.RESET), http=None), end=TraceEnd.FAILED)
HANDSHAKE_SILENT = trace(hop(tls=TlsStep(failure=Failure.TIMED_OUT), http=None), end=TraceEnd.FAILED)
PLAIN_ONLY = {"tcp_ok": 2, "cut_off": 2, "captive": (CaptiveAnswer.OPEN,)}
ONE_CERTIFICATE = {"tcp_ok": 2, "one_certificate": True, "verified": 0}
CAPTIVE = {"captive": (CaptiveAnswer.SILENT, CaptiveAnswer.CAPTIVE), "verified": 0}


@pytest.mark.parametrize(
    ("walk", "by", "loaded", "reasons"),
    [
        (unreachable(), canaries(), False, ["network.way-out"]),
        (unreachable(), canaries(**SILENCE), False, ["network.no-way-out"]),
        (
            unreachable(),
            canaries(**{**SILENCE, "system_dns": DnsHealth.ANSWERS}),
            False,
            ["network.no-way-out"],
        ),
        (unreachable(), canaries(**{**SILENCE, "tcp_ok": 1}), False, []),
        (
            unreachable(),
            canaries(**{**SILENCE, "captive": (CaptiveAnswer.ODD,)}),
            False,
            ["network.no-way-out"],
        ),
        (
            trace(hop(tls=TlsStep(failure=Failure.RESET), http=None), end=TraceEnd.FAILED),
            canaries(**SILENCE),
            False,
            [],
        ),
        (unreachable(Failure.REFUSED), canaries(**SILENCE), False, []),
        (
            unreachable(Failure.REFUSED),
            canaries(**{**SILENCE, "cut_off": 2}),
            False,
            ["network.port-blocked"],
        ),
        (unreachable(Failure.REFUSED), canaries(**{**SILENCE, "cut_off": 1}), False, []),
        (unreachable(), canaries(**{**SILENCE, "cut_off": 1}), False, []),
        (
            unreachable(),
            canaries(**{**SILENCE, "other_dns": DnsHealth.ANSWERS, "unopened": 2}),
            False,
            ["network.port-blocked"],
        ),
        (unreachable(), canaries(**{**SILENCE, "other_dns": DnsHealth.ANSWERS}), False, []),  # far away
        (through(Failure.PROXY_DOWN), canaries(**SILENCE), False, ["network.no-way-out"]),
        (through(Failure.PROXY_REFUSED, 503), canaries(**SILENCE), False, ["network.no-way-out"]),
        (through(Failure.PROXY_REFUSED, 403), canaries(**SILENCE), False, []),
        (through(Failure.PROXY_AUTH, 407), canaries(**SILENCE), False, []),
        (through(Failure.PROXY_REFUSED, 403), canaries(**CAPTIVE), False, ["network.captive-elsewhere"]),
        (unreachable(), canaries(**CAPTIVE), False, ["network.captive"]),
        (
            unreachable(),
            canaries(**{**CAPTIVE, "verified": 1}),
            False,
            ["network.captive-elsewhere", "network.way-out"],
        ),
        (unreachable(), canaries(**{**SILENCE, "answered_on_retry": True}), False, []),
        (
            HANDSHAKE_RESET,
            canaries(**{**SILENCE, **PLAIN_ONLY}),
            False,
            ["network.way-out", "network.port-blocked"],
        ),
        (HANDSHAKE_RESET, canaries(**{**SILENCE, **PLAIN_ONLY, "cut_off": 1}), False, ["network.way-out"]),
        (HANDSHAKE_SILENT, canaries(**{**SILENCE, **PLAIN_ONLY}), False, ["network.way-out"]),
        (trace(hop()), canaries(**{**SILENCE, **ONE_CERTIFICATE}), False, ["network.captive"]),
        (trace(hop()), canaries(**{**ONE_CERTIFICATE, "verified": 1}), False, ["network.way-out"]),
        (trace(), canaries(**CAPTIVE), True, ["network.captive-elsewhere", "network.way-out"]),
        (
            unreachable(),
            canaries(verified=0, tcp_ok=0, other_dns=DnsHealth.SILENT),
            False,
            ["network.way-out", "network.port-blocked"],
        ),
        (
            through(Failure.PROXY_DOWN),
            canaries(**CAPTIVE),
            False,
            ["network.captive"],
        ),
    ],
)
def test_the_way_out_as_neutral_hosts_prove_it(
    walk: Trace, by: Canaries, loaded: bool, reasons: list[str]
) -> None:
    found = [finding.reason for finding in network.judge_egress(walk, by, loaded=loaded)]

    expected = [r for r in reasons if not (r == "network.way-out" and not by.internet_works)]
    assert found == expected


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        ({"captive": True}, "network.captive"),
        ({"in_place": True}, "network.captive"),
        ({"blocked_here": True}, "network.blocked-here"),
        ({}, "network.no-way-out"),
    ],
)
def test_where_nothing_gets_out_the_way_around_a_tunnel_and_the_own_firewall_count(
    obstacle: dict[str, bool], reason: str
) -> None:
    found = network.judge_egress(unreachable(), canaries(**SILENCE), loaded=False, **obstacle)
    assert [finding.reason for finding in found] == [reason]


def test_ipv6_alone_without_a_route_is_told_apart_from_ipv6_that_fails() -> None:
    no_route = unreachable(Failure.NETWORK_UNREACHABLE, "2001:db8::1")

    def reasons(walk: Trace) -> list[str]:
        return [finding.reason for finding in network.judge_families(walk, loaded=False, only_ipv4=False)]

    assert reasons(no_route) == ["network.ipv6-missing"]
    assert reasons(unreachable(Failure.NETWORK_UNREACHABLE, "192.0.2.10")) == ["network.ipv4-missing"]
    assert reasons(unreachable(Failure.NETWORK_UNREACHABLE, "2001:db8::1", "192.0.2.10")) == []
    assert reasons(unreachable(Failure.TIMED_OUT, "2001:db8::1")) == []


def test_a_router_that_knows_no_way_does_not_mean_that_this_computer_has_no_route() -> None:
    refused = unreachable(Failure.NETWORK_UNREACHABLE, "192.0.2.10")

    assert list(network.judge_families(refused, loaded=False, only_ipv4=False, routed=True)) == []


def test_dead_ipv6_beside_working_ipv4_is_a_note_and_a_failure_only_where_ipv4_alone_would_work() -> None:
    six, four = Attempt("2001:db8::1", Failure.TIMED_OUT, 250), Attempt("192.0.2.10", None, 5)
    fallback = trace(hop(connect=connected(six, four)))

    assert outcomes(network.judge_families(fallback, loaded=True, only_ipv4=False)) == [
        ("network.ipv6-fallback", "note")
    ]
    assert outcomes(network.judge_families(unreachable(), loaded=False, only_ipv4=True)) == [
        ("network.ipv6-broken", "fail")
    ]
    assert outcomes(network.judge_families(trace(), loaded=True, only_ipv4=False)) == []


def test_a_page_that_loads_slowly_is_a_note() -> None:
    assert outcomes(network.judge_speed(trace(hop(http=http(total_ms=6000))), loaded=True)) == [
        ("network.slow", "note")
    ]
    assert outcomes(network.judge_speed(trace(), loaded=True)) == []


# ---- dns ---------------------------------------------------------------------------------------

T, S, X, N = Failure.TIMED_OUT, Failure.SERVFAIL, Failure.NXDOMAIN, Failure.NOT_FOUND


@pytest.mark.parametrize(
    ("system_failure", "servers", "system_dns", "reason"),
    [
        (Failure.OTHER, [T, T], DnsHealth.SILENT, "dns.silent"),
        (Failure.OTHER, [Failure.REFUSED], DnsHealth.SILENT, "dns.silent"),
        (Failure.OTHER, [S], DnsHealth.ERRORS, "dns.errors"),
        (Failure.OTHER, [T, S], DnsHealth.ERRORS, "dns.errors"),
        (Failure.OTHER, [S], DnsHealth.ANSWERS, "dns.error-here"),
        (N, [X], DnsHealth.ANSWERS, "dns.missing"),
        (N, [Failure.NODATA], DnsHealth.ANSWERS, "dns.missing"),
        (N, [X], DnsHealth.ERRORS, "dns.errors"),
        (N, [], "not-asked", "dns.no-server"),
        (N, [None], DnsHealth.ANSWERS, "dns.system-fails"),
        (N, [T, None], DnsHealth.SILENT, "dns.system-fails"),
        (T, [None], DnsHealth.ANSWERS, "dns.system-silent"),
        (Failure.OTHER, [S, None], DnsHealth.ANSWERS, "dns.system-silent"),
        (Failure.OTHER, [None], DnsHealth.SILENT, "dns.system-silent"),
        (T, [T], DnsHealth.ANSWERS, "dns.silent-here"),
        (Failure.OTHER, [T, Failure.REFUSED], DnsHealth.ANSWERS, "dns.silent-here"),
        (T, [T, S], DnsHealth.ANSWERS, "dns.error-here"),
        (T, [T, X], DnsHealth.ANSWERS, "dns.missing"),
    ],
)
def test_a_name_without_addresses_is_told_by_the_servers_own_answers(
    system_failure: Failure, servers: list[Failure | None], system_dns: DnsHealth, reason: str
) -> None:
    (finding,) = judge_failure(names(system_failure, *servers), canaries(system_dns=system_dns))

    assert (finding.reason, finding.status) == (reason, Status.FAIL)


@pytest.mark.parametrize(
    ("elsewhere", "everywhere"),
    [
        (None, None),
        ([T], None),
        ([T, Failure.REFUSED], None),
        ([None], False),
        ([S, None], False),
        ([X], False),
        ([S], True),
        ([S, Failure.QUERY_REFUSED, T], True),
    ],
)
def test_an_error_is_everywhere_only_where_independent_servers_were_heard_to_have_it_too(
    elsewhere: list[Failure | None] | None, everywhere: bool | None
) -> None:
    others = None if elsewhere is None else [dns_answer(failure) for failure in elsewhere]
    (finding,) = judge_failure(names(N, S), canaries(), others)

    assert (finding.reason, finding.args) == (
        "dns.error-here",
        {"rcode": "servfail", "everywhere": everywhere},
    )


def without_an_address(
    system: Failure, servers: list[Failure | None], elsewhere: list[Failure | None] | None
) -> Context:
    """The portal's name has no address here; what independent servers say of it leads to the portal."""
    own = hop(names=dns_answer(system, server=None), connect=None, tls=None, http=None)
    walk, genuine = trace(own, end=TraceEnd.FAILED), trace()
    others = None if elsewhere is None else tuple(map(dns_answer, elsewhere))
    return context(
        trace=lambda route=None: genuine if route is not None and route.addresses else walk,
        names=names(system, *servers),
        third_parties=third_parties(canaries=canaries(), names=others),
    )


@pytest.mark.parametrize(
    ("system", "servers", "elsewhere", "reasons", "cause", "owner"),
    [
        (N, [S], [None], ["dns.error-here"], "dns-broken", "network"),
        (N, [Failure.QUERY_REFUSED], [None], ["dns.error-here"], "dns-broken", "network"),
        (N, [T, S], [None, T], ["dns.error-here"], "dns-broken", "network"),
        (N, [S], [S], ["dns.error-here"], "dns-broken", "portal"),
        (N, [S], None, ["dns.error-here"], "dns-broken", "network"),
        (N, [X], [None], ["dns.missing", "dns.found-elsewhere"], "dns-filtered", "network"),
        (N, [X], [X], ["dns.missing", "dns.missing-everywhere"], "name-wrong", "you"),
        (N, [X], [S], ["dns.missing"], "inconclusive", None),
        (N, [None], None, ["dns.system-fails"], "dns-broken", "you"),
        (T, [None], None, ["dns.system-silent"], "inconclusive", None),
        (T, [T], None, ["dns.silent-here"], "inconclusive", None),
        (N, [None], [None], ["dns.system-fails"], "dns-broken", "you"),
        (T, [None], [None], ["dns.system-silent"], "inconclusive", None),
        (T, [T], [None], ["dns.silent-here"], "inconclusive", None),
    ],
)
def test_a_name_without_addresses_is_blamed_on_whoever_is_shown_to_lose_it(
    system: Failure,
    servers: list[Failure | None],
    elsewhere: list[Failure | None] | None,
    reasons: list[str],
    cause: str,
    owner: str | None,
) -> None:
    ran = run(without_an_address(system, servers, elsewhere), dns.CHECK)

    assert [finding.reason for finding in ran.findings if finding.status is Status.FAIL] == reasons
    assert (ran.diagnosis.cause, ran.diagnosis.owner) == (cause, owner)


@pytest.mark.parametrize(
    ("addresses", "nxdomain_addresses", "expected"),
    [
        (("192.0.2.9",), ("192.0.2.9",), True),
        (("192.0.2.9", "192.0.2.8"), ("192.0.2.9",), False),
        (("192.0.2.9",), (), False),
        ((), ("192.0.2.9",), False),
    ],
)
def test_an_address_that_nobodys_name_has_too_is_made_up(
    addresses: tuple[str, ...], nxdomain_addresses: tuple[str, ...], expected: bool
) -> None:
    found = names(system_addresses=addresses)
    assert dns.is_rewritten_nxdomain(found, canaries(nxdomain_addresses=nxdomain_addresses)) is expected


@pytest.mark.parametrize(
    ("shown", "pages", "expected"),
    [
        (chain(names=("blocked.filter.example",)), [http(403)], True),
        (chain(names=("block.opendns.com",)), [http()], True),
        (chain(names=("www.shop.example",), issuer_organisation="Zscaler Inc."), [http()], True),
        (chain(names=("www.shop.example",)), [http(403, is_block_page=True)], True),
        (chain(names=("www.shop.example",)), [http(403)], False),
        (chain(names=("roadblock.example",)), [http()], False),
        (chain(names=(HOST,)), [], False),
    ],
)
def test_a_filters_page_is_known_by_what_it_says_of_itself(
    shown: Chain, pages: list[HttpStep], expected: bool
) -> None:
    assert block_pages.is_block_page(shown, pages) is expected


def test_a_first_server_that_is_silent_is_a_note_where_the_page_loads() -> None:
    assert outcomes(dns.judge_working(names(None, T, None))) == [
        ("dns.resolves", "ok"),
        ("dns.slow-server", "note"),
    ]
    assert outcomes(dns.judge_working(names(None, None))) == [("dns.resolves", "ok")]


@pytest.mark.parametrize(
    ("address", "sinkhole"),
    [
        ("0.0.0.0", True),
        ("::", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("192.0.2.1", False),
        ("10.0.0.1", False),
        ("64:ff9b::c000:201", False),
        ("x", False),
    ],
)
def test_sinkholes_are_unspecified_and_loopback_addresses_only(address: str, sinkhole: bool) -> None:
    assert is_sinkhole(address) is sinkhole


# ---- tls ---------------------------------------------------------------------------------------

STEP = TlsStep(failure=None, version="TLSv1.3", chain=(b"leaf",))
EXPIRED = {"not_before": NOW - 90 * DAY, "not_after": NOW - 3 * DAY}
FUTURE = {"not_before": NOW + 3 * DAY, "not_after": NOW + 90 * DAY}
PRIVATE = {"trusted_by": frozenset[str]()}
REVOKED = Revocation(
    CertStatus.REVOKED,
    since=NOW - 3 * DAY,
    reason=RevocationReason.KEY_COMPROMISE,
    source=RevocationSource.OCSP,
)


def judged(by: dict[str, Any], **more: Any) -> list[Finding]:
    situation = tls.Situation(**{"now": NOW, "true_now": NOW, "canaries": canaries(), **by})
    return tls.judge_chain(chain(**more), STEP, situation, HOST)


@pytest.mark.parametrize(
    ("by", "facts", "said"),
    [
        ({}, {}, [("tls.valid", "ok")]),
        ({}, EXPIRED, [("tls.expired", "fail")]),
        ({}, FUTURE, [("tls.not-yet-valid", "fail")]),
        ({"true_now": NOW - 10 * DAY}, EXPIRED, [("tls.dates-fit-true-time", "fail")]),
        ({"true_now": NOW + 10 * DAY}, FUTURE, [("tls.dates-fit-true-time", "fail")]),
        ({"true_now": None}, EXPIRED, [("tls.dates-unclear", "fail")]),
        ({}, {"name_matches": False}, [("tls.wrong-name", "fail")]),
        ({"canaries": None}, {"name_matches": False}, [("tls.identity-unclear", "fail")]),
        ({"canaries": canaries(verified=0)}, {"name_matches": False}, [("tls.identity-unclear", "fail")]),
        ({}, PRIVATE, [("tls.untrusted", "fail")]),
        ({"canaries": None}, PRIVATE, [("tls.identity-unclear", "fail")]),
        ({}, {**PRIVATE, "incomplete": True}, [("tls.issuer-missing", "fail")]),
        (
            {"canaries": canaries(verified=0, same_issuer=True)},
            PRIVATE,
            [("tls.untrusted", "fail"), ("tls.intercepted", "fail")],
        ),
        ({}, {"trusted_by": frozenset({"mozilla"})}, [("tls.roots-stale", "fail")]),
        ({"browser_has_roots": True}, {"trusted_by": frozenset({"mozilla"})}, [("tls.roots-stale", "warn")]),
        ({}, {"trusted_by": frozenset({"mozilla"}), "system_complete": False}, [("tls.valid", "ok")]),
        ({}, {"trusted_by": frozenset({"profile"})}, [("tls.valid", "ok")]),
        (
            {},
            {"completed": True, "incomplete": True},
            [("tls.valid", "ok"), ("tls.chain-incomplete", "note")],
        ),
        (
            {"canaries": canaries(same_issuer=True)},
            {"trusted_by": frozenset({"system"})},
            [("tls.valid", "ok"), ("tls.intercepted", "note")],
        ),
        (
            {},
            {"trusted_by": frozenset({"system"}), "expected_issuer": False},
            [("tls.valid", "ok"), ("tls.intercepted", "note")],
        ),
        ({}, {"trusted_by": frozenset({"system"})}, [("tls.valid", "ok"), ("tls.unexpected-issuer", "note")]),
        ({}, {"expected_issuer": False}, [("tls.valid", "ok"), ("tls.unexpected-issuer", "note")]),
        ({}, {"readable": False}, [("tls.unreadable", "fail")]),
        ({}, {**EXPIRED, **PRIVATE}, [("tls.expired", "fail"), ("tls.untrusted", "fail")]),
        ({"revocation": REVOKED}, {}, [("tls.revoked", "fail")]),
        ({"revocation": REVOKED}, EXPIRED, [("tls.expired", "fail"), ("tls.revoked", "fail")]),
        ({}, {**EXPIRED, "name_matches": False}, [("tls.expired", "fail"), ("tls.wrong-name", "fail")]),
    ],
)
def test_a_chain_is_judged_on_three_axes(
    by: dict[str, Any], facts: dict[str, Any], said: list[tuple[str, str]]
) -> None:
    assert outcomes(judged(by, **facts)) == said


@pytest.mark.parametrize(("true_now", "days"), [(NOW, 3), (NOW + 2 * DAY, 5), (None, 3), (NOW - 9 * DAY, 0)])
def test_a_revocation_tells_how_it_is_known_since_when_and_why(true_now: float | None, days: int) -> None:
    (finding,) = judged({"revocation": REVOKED, "true_now": true_now})
    assert finding.args == {"how": "ocsp", "days": days, "why": "key-compromise"}


def test_the_names_on_a_wrong_certificate_stay_on_this_computer() -> None:
    (finding,) = judged({}, name_matches=False, names=("other.example",))

    assert finding.args == {"twin": False}
    assert finding.local["names"].kind == "name"


@pytest.mark.parametrize(
    ("issuer", "product"),
    [
        ("Zscaler Inc.", "Zscaler"),
        ("Fortinet", "Fortinet"),
        ("AVG Technologies", "AVG"),
        ("Let's Encrypt", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_product_is_a_label_from_the_issuers_name(issuer: str, product: str) -> None:
    assert inspection.product_of(chain(issuer_organisation=issuer)) == product


# ---- clock -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skew", "reason", "status"),
    [
        (0, "clock.correct", "ok"),
        (-60, "clock.correct", "ok"),
        (61, "clock.off", "note"),
        (-300, "clock.off", "note"),
        (301, "clock.wrong", "warn"),
        (-86400 * 365, "clock.wrong", "warn"),
        (None, "clock.unknown", "unknown"),
    ],
)
def test_the_clock_by_its_difference_to_an_authenticated_time(
    skew: int | None, reason: str, status: str
) -> None:
    assert outcomes(clock.judge(TrueTime(skew, TimeSource.PORTAL))) == [(reason, status)]


def test_a_portal_whose_own_clock_neutral_hosts_contradict_is_noted() -> None:
    found = list(clock.judge(TrueTime(0, TimeSource.CANARIES, disputed=True)))

    assert outcomes(found) == [("clock.disputed", "note"), ("clock.correct", "ok")]
    assert found[1].args == {"skew_s": 0}


# ---- proxy -------------------------------------------------------------------------------------

SYSTEM_PROXY = ProxyPlan(candidates=("http://proxy.example:3128",), kind=ProxyKind.SYSTEM)


@pytest.mark.parametrize(
    ("plan", "settings", "said"),
    [
        (ProxyPlan(), ProxySettings(), ("proxy.none", "ok")),
        (ProxyPlan(bypassed=True), ProxySettings(programs_bypassed=True), ("proxy.bypassed", "ok")),
        (
            SYSTEM_PROXY,
            ProxySettings(browser_known=True, browser="http://proxy.example:3128"),
            ("proxy.used", "note"),
        ),
        (ProxyPlan(), ProxySettings(programs="http://p:1", browser_known=True), ("proxy.used", "note")),
    ],
)
def test_which_proxy_is_set_is_said(plan: ProxyPlan, settings: ProxySettings, said: tuple[str, str]) -> None:
    assert outcomes(proxy.judge_setting(plan, settings)) == [said]


@pytest.mark.parametrize(
    ("step", "by", "direct_works", "reasons"),
    [
        (proxied(Failure.PROXY_DOWN), canaries(), False, ["proxy.down"]),
        (proxied(Failure.PROXY_NAME), canaries(), False, ["proxy.down"]),
        (proxied(Failure.TIMED_OUT), canaries(), False, ["proxy.down"]),
        (proxied(Failure.MALFORMED), canaries(), True, ["proxy.down", "proxy.direct-works"]),
        (proxied(Failure.PROXY_AUTH, 407, schemes=("basic",)), canaries(), False, ["proxy.wants-login"]),
        (proxied(Failure.PROXY_REFUSED, 403), canaries(), False, ["proxy.refuses"]),
        (proxied(Failure.PROXY_REFUSED, 502), canaries(), False, ["proxy.no-gateway"]),
        (proxied(Failure.PROXY_REFUSED, 500), canaries(), False, ["proxy.cannot-reach"]),
        (proxied(Failure.PROXY_REFUSED, 502), None, False, ["proxy.cannot-reach"]),
        (proxied(Failure.PROXY_REFUSED, 2), canaries(), False, ["proxy.refuses"]),
        (proxied(Failure.PROXY_REFUSED, 5), canaries(), False, ["proxy.cannot-reach"]),
        (proxied(Failure.PROXY_REFUSED, 502), canaries(verified=0), False, ["proxy.refuses"]),
        (proxied(Failure.PROXY_REFUSED, 502), canaries(), True, ["proxy.refuses", "proxy.direct-works"]),
    ],
)
def test_what_a_proxy_did_instead_of_letting_us_through(
    step: Any, by: Canaries | None, direct_works: bool, reasons: list[str]
) -> None:
    found = list(proxy.judge_refusal(SYSTEM_PROXY, step, by, direct_works=direct_works))

    assert [finding.reason for finding in found] == reasons


def test_a_dead_proxy_for_programs_only_is_a_mismatch_while_the_browser_works() -> None:
    dead = trace(hop(proxy=proxied(Failure.PROXY_DOWN), tls=None, http=None), end=TraceEnd.FAILED)
    settings = ProxySettings(programs="http://proxy.example:1", browser_known=True)

    def is_mismatch(browser: Trace, programs: Trace) -> bool:
        ctx = context(
            trace=lambda route=None: programs if route is not None and route.proxy else browser,
            machine=computer(proxies=settings),
        )
        return "proxy.mismatch" in [finding.reason for finding in proxy.proxy(ctx)]

    assert is_mismatch(trace(), dead)
    assert not is_mismatch(unreachable(), dead)
    assert not is_mismatch(trace(), trace(hop(proxy=proxied(None))))


# ---- vpn ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portal", "world", "said", "split"),
    [
        ({"198.51.100.2"}, {"198.51.100.2"}, "vpn.active", False),
        ({"198.51.100.2"}, {"192.0.2.2"}, "vpn.active", True),
        ({"192.0.2.2"}, {"198.51.100.2"}, "vpn.active", True),
        (set(), {"198.51.100.2"}, "vpn.active", False),
        ({"192.0.2.2"}, {"192.0.2.2"}, "vpn.idle", None),
        (set(), set(), "vpn.idle", None),
    ],
)
def test_a_tunnel_is_active_by_the_route_that_traffic_takes(
    portal: set[str], world: set[str], said: str, split: bool | None
) -> None:
    (finding,) = vpn.judge([TUNNEL], portal, frozenset(world))

    assert finding.reason == said
    assert finding.args.get("split") is split


@pytest.mark.parametrize("outside", [trace(), unreachable()])
def test_a_vpn_is_blamed_only_where_going_round_it_works(outside: Trace) -> None:
    ctx = context(
        trace=lambda route=None: outside if route is not None and route.interface else unreachable(),
        machine=computer(interfaces=(ETHERNET, TUNNEL)),
        egress=egress(source_address=TUNNEL.addresses[0], addresses=frozenset(TUNNEL.addresses)),
    )
    blamed = ("vpn.breaks", "fail") in outcomes(vpn.vpn(ctx))
    assert blamed is (outside.last.failure is None)


# ---- service -----------------------------------------------------------------------------------


def never_silent(*handshakes_ms: int, waited_ms: int) -> Trace:
    """A walk along redirects whose handshakes took so long, and whose last answer was still waited for."""
    hops = [
        hop(tls=TlsStep(failure=None, version="TLSv1.3", chain=(b"leaf",), ms=ms), http=http(302))
        for ms in handshakes_ms
    ]
    waiting = http(0, failure=Failure.TIMED_OUT, ms=waited_ms, total_ms=waited_ms)
    last = msgspec.structs.replace(hops[-1], http=waiting)
    return trace(*hops[:-1], last, end=TraceEnd.FAILED)


def unconnected_after(*handshakes_ms: int, waited_ms: int) -> Trace:
    """A slow walk that came to a host which took no connection."""
    *hops, last = never_silent(*handshakes_ms, 1, waited_ms=1).hops
    nobody = ConnectStep(failure=Failure.TIMED_OUT, ms=waited_ms)
    return trace(
        *hops, msgspec.structs.replace(last, connect=nobody, tls=None, http=None), end=TraceEnd.FAILED
    )


def half_a_handshake(*, ms: int, still_receiving: bool) -> Trace:
    """A handshake that the time was too short for."""
    step = TlsStep(failure=Failure.TIMED_OUT, ms=ms, still_receiving=still_receiving)
    return trace(hop(tls=step, http=None), end=TraceEnd.FAILED)


def far_away(trip_ms: int, *, waited_ms: int) -> Trace:
    """A walk over a link with a long round trip, whose second host's handshake was still waited for."""
    link = msgspec.structs.replace(connected(), ms=trip_ms)
    name = msgspec.structs.replace(dns_answer(server=None), ms=trip_ms)
    tls = TlsStep(failure=None, version="TLSv1.3", chain=(b"leaf",), ms=trip_ms)
    first = hop(names=name, connect=link, tls=tls, http=http(302, ms=trip_ms, total_ms=trip_ms))
    waiting = TlsStep(failure=Failure.TIMED_OUT, ms=waited_ms)
    return trace(first, hop(names=name, connect=link, tls=waiting, http=None), end=TraceEnd.FAILED)


def nameless() -> Trace:
    """A walk whose first name was never answered."""
    names = DnsAnswer(server=None, failure=Failure.TIMED_OUT)
    return trace(hop(names=names, connect=None, tls=None, http=None), end=TraceEnd.FAILED)


@pytest.mark.parametrize(
    ("walk", "said"),
    [
        (trace(), [("service.works", "ok")]),
        (trace(hop(http=http(401))), [("service.works", "ok")]),
        (trace(hop(http=http(503))), [("service.error", "fail")]),
        (trace(hop(http=http(403))), [("service.refuses", "fail")]),
        (trace(hop(http=http(451))), [("service.refuses", "fail")]),
        (trace(hop(http=http(429))), [("service.refuses", "fail")]),
        (trace(hop(http=http(503, challenge=True))), [("service.challenge", "fail")]),
        (trace(hop(http=http(404))), [("service.odd-status", "warn")]),
        (trace(hop(http=http(200, total_ms=8500))), [("service.works", "ok"), ("service.slow", "warn")]),
        (
            trace(hop(tls=TlsStep(failure=None, ms=6000), http=http(200, total_ms=2500))),
            [("service.works", "ok"), ("service.slow", "warn")],
        ),
        (
            trace(hop(tls=TlsStep(failure=None, ms=6000), http=http(200, total_ms=1500))),
            [("service.works", "ok")],
        ),
        (
            trace(hop(http=http(200, complete=False, still_receiving=True, total_ms=9300))),
            [("service.works", "ok"), ("service.slow", "warn")],
        ),
        (
            trace(hop(http=http(200, total_ms=2700, complete=False, still_receiving=True))),
            [("service.unfinished", "unknown")],
        ),
        (
            trace(hop(http=http(200, total_ms=2700, complete=False))),  # more than is read of any page
            [("service.works", "ok")],
        ),
        (
            trace(hop(http=http(200, failure=Failure.TIMED_OUT)), end=TraceEnd.FAILED),
            [("service.cut-off", "fail")],
        ),
        (
            trace(hop(http=http(0, failure=Failure.TIMED_OUT, ms=8800)), end=TraceEnd.FAILED),
            [("service.no-answer", "fail")],
        ),
        (
            trace(hop(http=http(0, failure=Failure.TIMED_OUT, ms=2500)), end=TraceEnd.FAILED),
            [("service.waiting", "unknown")],
        ),
        (
            trace(hop(http=http(0, failure=Failure.MALFORMED)), end=TraceEnd.FAILED),
            [("service.broken", "fail")],
        ),
        (
            trace(
                hop(http=http(0, failure=Failure.ALERT, client_certificate_requested=True)),
                end=TraceEnd.FAILED,
            ),
            [("service.wants-certificate", "fail")],
        ),
        (never_silent(4000, 3000, waited_ms=2000), [("service.slow", "fail")]),
        (never_silent(4000, 1000, waited_ms=2000), [("service.waiting", "unknown")]),  # a short run
        (never_silent(3000, 1500, waited_ms=5000), [("service.waiting", "unknown")]),  # silent for longest
        (never_silent(3000, 3000, waited_ms=8100), [("service.no-answer", "fail")]),
        (half_a_handshake(ms=8400, still_receiving=True), [("service.slow", "fail")]),
        (half_a_handshake(ms=8400, still_receiving=False), [("service.not-reached", "skip")]),
        (half_a_handshake(ms=3000, still_receiving=True), [("service.not-reached", "skip")]),
        (far_away(1400, waited_ms=1000), [("service.slow", "fail")]),
        (far_away(600, waited_ms=1200), [("service.not-reached", "skip")]),  # not yet slow
        (far_away(1200, waited_ms=2600), [("service.not-reached", "skip")]),  # silent for longest
        (nameless(), [("service.not-reached", "skip")]),
        (unconnected_after(5000, 4000, waited_ms=2500), [("service.slow", "fail")]),
        (unconnected_after(2000, 3000, waited_ms=3800), [("service.no-connection", "fail")]),
        (trace(end=TraceEnd.LOOP), [("service.redirect-loop", "fail")]),
        (trace(end=TraceEnd.TOO_MANY), [("service.redirect-loop", "fail")]),
        (trace(end=TraceEnd.LEFT_HTTPS), [("service.redirect-broken", "fail")]),
        (trace(end=TraceEnd.BAD_LOCATION), [("service.redirect-broken", "fail")]),
        (trace(end=TraceEnd.NOT_FOLLOWED), [("service.redirect-broken", "fail")]),
        (unreachable(Failure.REFUSED), [("service.refused-connection", "fail")]),
        (unreachable(), [("service.no-connection", "fail")]),
        (
            trace(hop(names=names(X).system, connect=None, tls=None, http=None), end=TraceEnd.FAILED),
            [("service.not-reached", "skip")],
        ),
        (
            trace(hop(), hop(host="id.example", connect=None, tls=None, http=None), end=TraceEnd.FAILED),
            [("service.next-name", "fail")],
        ),
        (
            trace(
                hop(),
                hop(connect=unconnected(Failure.NOT_PERMITTED), tls=None, http=None),
                end=TraceEnd.FAILED,
            ),
            [("service.inside", "fail")],
        ),
        (
            trace(hop(tls=TlsStep(failure=Failure.RESET), http=None), end=TraceEnd.FAILED),
            [("service.not-reached", "skip")],
        ),
        (
            trace(
                hop(
                    proxy=proxied(Failure.PROXY_DOWN),
                    connect=unconnected(Failure.REFUSED),
                    tls=None,
                    http=None,
                ),
                end=TraceEnd.FAILED,
            ),
            [("service.not-reached", "skip")],
        ),
    ],
)
def test_the_front_door(walk: Trace, said: list[tuple[str, str]]) -> None:
    assert outcomes(service.judge(walk)) == said


# ---- system ------------------------------------------------------------------------------------

TABLE = {
    "dated": dt.date(2026, 11, 1),
    "windows": {
        "8": dt.date(2016, 1, 12),
        "10 22h2": {
            "home": [dt.date(2025, 10, 14), dt.date(2027, 10, 12)],
            "pro enterprise": [dt.date(2025, 10, 14), dt.date(2028, 10, 10)],
        },
        "10 ltsc": {"2016": dt.date(2026, 10, 13), "2021": dt.date(2027, 1, 12)},
        "11 24h2": {"home pro": dt.date(2026, 10, 13), "enterprise": dt.date(2027, 10, 12)},
    },
    "macos": {"13": dt.date(2025, 9, 15)},
}
TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("found", "today", "reason"),
    [
        (System("windows", "8"), TODAY, "system.outdated"),
        (System("windows", "8.1"), TODAY, "system.outdated"),
        (System("windows", "11 24H2 Enterprise"), TODAY, "system.current"),
        (System("windows", "11 24H2 Pro"), TODAY, "system.outdated"),
        (System("windows", "11 24H2 Pro"), dt.date(2026, 11, 1), "system.outdated"),
        (System("windows", "11 24H2"), TODAY, "system.support-unknown"),
        (System("windows", "11 24H2 Starter"), TODAY, "system.support-unknown"),
        (System("windows", "11 99H2 Pro"), TODAY, "system.support-unknown"),
        (System("windows", "10 22H2 Home"), TODAY, "system.extended-only"),
        (System("windows", "10 22H2"), TODAY, "system.extended-only"),
        (System("windows", "10 22H2 Home"), dt.date(2027, 10, 13), "system.outdated"),
        (System("windows", "10 22H2 Pro"), dt.date(2027, 10, 13), "system.extended-only"),
        (System("windows", "10 22H2"), dt.date(2027, 10, 13), "system.extended-only"),
        (System("windows", "10 LTSC 2021"), TODAY, "system.current"),
        (System("windows", "10 LTSC 2016"), TODAY, "system.outdated"),
        (System("windows", "10 LTSC"), TODAY, "system.support-unknown"),
        (System("windows", "10 LTSC"), dt.date(2027, 10, 13), "system.outdated"),
        (System("windows", ""), TODAY, "system.support-unknown"),
        (System("macos", "13.6.1"), TODAY, "system.outdated"),
        (System("macos", "130"), TODAY, "system.support-unknown"),
        (System("linux", "arch"), TODAY, "system.support-unknown"),
        (System("windows", "8"), dt.date(2027, 12, 1), "system.support-unknown"),
        (System("windows", "8"), dt.date(2019, 1, 1), "system.support-unknown"),
    ],
)
def test_a_system_is_outdated_only_by_a_table_that_is_fresh(
    found: System, today: dt.date, reason: str
) -> None:
    assert system.judge(found, TABLE, today).reason == reason


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        ("7", "outdated"),
        ("10 1909 Enterprise", "outdated"),
        ("10 21H2 Education", "outdated"),
        ("10 21H2", "support-unknown"),
        ("10 22H2 Home", "extended-only"),
        ("10 22H2 Enterprise", "extended-only"),
        ("10 22H2 ESU", "current"),
        ("10 22H2", "support-unknown"),
        ("10 LTSC 2015", "outdated"),
        ("10 LTSC 2016", "extended-only"),
        ("10 LTSC 2019", "current"),
        ("10 LTSC 2021", "current"),
        ("10 IoT LTSC 2021", "current"),
        ("11 23H2 Pro", "outdated"),
        ("11 23H2 Enterprise", "outdated"),
        ("11 23H2", "outdated"),
        ("11 24H2 Home", "outdated"),
        ("11 24H2 Education", "current"),
        ("11 25H2 Home", "current"),
        ("11 25H2", "current"),
        ("11 LTSC 2024", "current"),
        ("server 2012 R2", "outdated"),
        ("server 2016", "current"),
        ("server 23H2", "support-unknown"),
        ("10", "support-unknown"),
    ],
)
def test_editions_of_windows_end_on_days_of_their_own(release: str, reason: str) -> None:
    """By the table that is shipped, on a day on which it was looked up."""
    found = system.judge(System("windows", release), system.support_table(), dt.date(2026, 11, 30))
    assert found.reason == f"system.{reason}"


def ends_of(row: object) -> list[object]:
    """All days of an entry of the table, which may be one, several, or some for each edition."""
    if isinstance(row, dict):
        return [end for part in row.values() for end in ends_of(part)]
    return row if isinstance(row, list) else [row]


def test_every_windows_ends_on_a_day_of_updates() -> None:
    """Microsoft ends the support of a release on the day on which its updates come, a Tuesday."""
    ends = [end for row in system.support_table()["windows"].values() for end in ends_of(row)]
    assert [end for end in ends if not isinstance(end, dt.date) or end.weekday() != 1] == []
    assert len(ends) > 40


@pytest.mark.parametrize(
    ("newest", "said"),
    [
        (NOW - 10 * DAY, [("system.roots-age", "ok")]),
        (NOW - 4 * 365 * DAY, [("system.roots-age", "note")]),
        (NOW + DAY, []),
        (None, []),
    ],
)
def test_a_trust_store_that_was_not_changed_for_years_is_noted(
    newest: float | None, said: list[tuple[str, str]]
) -> None:
    assert outcomes(system.judge_roots(Roots((), newest=newest), NOW)) == said


def test_the_tls_library_is_the_one_that_connections_are_made_with() -> None:
    assert SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode().startswith(f"{system.tls_library()} ")


def test_the_shipped_table_has_dates_only() -> None:
    table = dict(system.support_table())

    assert isinstance(table.pop("dated"), dt.date)
    ends = [end for releases in table.values() for row in releases.values() for end in ends_of(row)]
    assert all(isinstance(end, dt.date) for end in ends)


def test_a_server_that_wants_a_client_certificate_in_the_handshake_refuses_us() -> None:
    wanting = TlsStep(failure=Failure.ALERT, alert="handshake_failure", client_certificate_requested=True)
    walk = trace(hop(tls=wanting, http=None), end=TraceEnd.FAILED)

    assert outcomes(service.judge(walk)) == [("service.wants-certificate", "fail")]
