"""What the portal says with a good status, its hosts of sign-in, and a clock that nothing can hold."""

from __future__ import annotations

import pytest

from portalcheck.api import Failure, PageKind, TraceEnd
from portalcheck.testing import (
    canaries,
    chain,
    computer,
    context,
    hop,
    http,
    outcomes,
    run,
    third_parties,
    trace,
    unconnected,
)
from portalcheck_checks.clock.check import CHECK as CLOCK
from portalcheck_checks.service.check import CHECK as SERVICE
from portalcheck_checks.service.check import judge, judge_sign_in
from portalcheck_checks.shared.inspection import UNKNOWN, is_on_this_computer, product_of


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (PageKind.FORM, ("service.works", "ok")),
        (PageKind.DRAWN, ("service.works", "ok")),
        (PageKind.BARE, ("service.works", "ok")),
        (PageKind.REFUSAL, ("service.refuses", "fail")),
        (PageKind.EMPTY, ("service.no-sign-in", "fail")),
        (PageKind.MAINTENANCE, ("service.no-sign-in", "fail")),
        (PageKind.SOMETHING_ELSE, ("service.no-sign-in", "fail")),
    ],
)
def test_a_page_with_a_good_status_is_judged_by_what_it_is(page: PageKind, expected: tuple[str, str]) -> None:
    assert outcomes(judge(trace(hop(http=http(page=page))))) == [expected]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://maintenance.portal.example/", "service.no-sign-in"),
        ("/maintenance.html", "service.no-sign-in"),
        ("/maintenance-plans", "service.works"),
        ("https://id.example/login", "service.works"),
    ],
)
def test_a_redirect_to_a_place_called_maintenance_tells(location: str, reason: str) -> None:
    walk = trace(hop(http=http(302, location=location)), hop(http=http(page=PageKind.BARE)))

    assert outcomes(judge(walk))[0][0] == reason


def test_a_portal_that_turns_only_programs_away_is_well() -> None:
    refused, well = trace(hop(http=http(403))), trace(hop(http=http()))

    ran = run(context(trace=lambda route=None: well if route and route.as_browser else refused), SERVICE)

    assert (ran.diagnosis.cause, ran.diagnosis.outcome) == ("none", "ok")


def test_a_plain_hop_that_comes_back_is_a_note() -> None:
    walk = trace(hop(), hop(scheme="http", port=80, tls=None), hop())

    assert ("service.insecure-hop", "note") in outcomes(judge(walk))


def test_a_host_of_sign_in_that_refuses_is_told_as_one() -> None:
    refused = hop(host="id.example", connect=unconnected(Failure.REFUSED), tls=None, http=None)

    (finding,) = judge_sign_in(refused)

    assert (finding.reason, finding.args) == ("service.refused-connection", {"role": "sign-in"})
    assert judge_sign_in(hop(http=None)) == []


def test_a_year_that_cannot_be_held_is_wrong_by_itself() -> None:
    ran = run(context(machine=computer(now=9_223_372_036.0)), CLOCK)

    assert ("clock.beyond", "fail") in outcomes(ran.findings)
    assert ran.diagnosis.cause == "clock-wrong"


@pytest.mark.parametrize(
    ("organisation", "name", "product", "here"),
    [
        ("Cloudflare, Inc.", "Gateway CA - Cloudflare Managed G1 1f2e", "Cloudflare Gateway", False),
        ("Cloudflare, Inc.", "Cloudflare for Teams ECC Certificate Authority", "Cloudflare Gateway", False),
        ("Qustodio LLC", "Qustodio CA", "Qustodio", True),
        ("AVG Technologies", "AVG Web/Mail Shield Root", "AVG", True),
        ("DO_NOT_TRUST", "DO_NOT_TRUST_FiddlerRoot", "Fiddler", True),
        ("PortSwigger", "PortSwigger CA", "Burp Suite", True),
        ("Covenant Eyes", "Covenant Eyes Root", "Covenant Eyes", True),
        ("Cloudflare, Inc.", "Cloudflare TLS Issuing ECC CA 1", UNKNOWN, False),
        ("Let's Encrypt", "R3", UNKNOWN, False),
        ("DigiCert Inc", "DigiCert Global G2 TLS RSA SHA256 2020 CA1", UNKNOWN, False),
    ],
)
def test_products_are_known_by_the_names_that_they_sign_with(
    organisation: str, name: str, product: str, here: bool
) -> None:
    found = product_of(chain(issuer_organisation=organisation, issuer_name=name))

    assert (found, is_on_this_computer(found)) == (product, here)


def test_a_host_of_sign_in_that_is_silent_while_others_answer_is_the_portals_fault() -> None:
    silent = hop(host="id.example", connect=unconnected(Failure.TIMED_OUT), tls=None, http=None)
    way = trace(silent, end=TraceEnd.FAILED)

    asked = third_parties(canaries=canaries())
    ran = run(context(sign_in_traces=(way,), third_parties=asked), SERVICE)

    assert ("service.no-connection", "fail") in outcomes(ran.findings)
