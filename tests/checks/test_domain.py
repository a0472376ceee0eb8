"""The address check: what it says of an address, of redirects and of a certificate, and whom it never contacts."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from portalcheck.address import judge
from portalcheck.api import Chain, Status, TraceEnd, Verdict
from portalcheck.demo import practice
from portalcheck.model import Portal
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Network
from portalcheck.testing import hop, http, outcomes, trace
from portalcheck_checks.domain.check import address, certificate, domain, doubtful_names, led_to, redirects

OFFICIAL = ("optum.com", "healthsafe-id.com")


def judged(url: str) -> Verdict:
    return judge(url, official=OFFICIAL)


def chain(*names: str, **more: Any) -> Chain:
    whole = {"name_matches": True, "trusted_by": frozenset({"system"}), "not_before": 0.0, "not_after": 9e9}
    return Chain(**{**whole, "names": names, **more})


@pytest.mark.parametrize(
    ("url", "reason", "status", "args"),
    [
        ("https://www.optum.com/a?b", "domain.official", Status.OK, {"host": "www.optum.com"}),
        ("http://optum.com", "domain.official", Status.OK, {"host": "optum.com", "notes": ("http",)}),
        (
            "https://optvm.com/secret?token=1",
            "domain.lookalike",
            Status.FAIL,
            {"host": "optvm.com", "trick": "ascii_lookalike", "target": "optum.com", "marked": "opt[v]m.com"},
        ),
        (
            "https://name:word@optum.com@evil.example/",
            "domain.lookalike",
            Status.FAIL,
            {"host": "evil.example", "trick": "userinfo", "target": "optum.com", "notes": ("userinfo",)},
        ),
        ("https://evil.example/x", "domain.unrelated", Status.WARN, {"host": "evil.example"}),
        ("mailto:me@optum.com", "domain.invalid", Status.FAIL, {"host": "", "trick": "bad_scheme"}),
        (
            "https://l.facebook.com/l.php?u=https://optum.com/secret",
            "domain.unrelated",
            Status.WARN,
            {
                "host": "l.facebook.com",
                "notes": ("link-wrapper",),
                "leads_to": "optum.com",
                "leads_to_kind": "official",
            },
        ),
    ],
)
def test_an_address_is_told_without_path_and_user_name(
    url: str, reason: str, status: Status, args: dict[str, Any]
) -> None:
    finding = address(judged(url))
    assert (finding.reason, finding.status, finding.args) == (reason, status, args)


def test_hosts_of_a_walk_are_told_without_paths_and_the_first() -> None:
    walk = trace(hop(), hop(host="optum.com", scheme="http", port=80), hop(host="::1", port=8443))
    assert led_to(walk) == ["http://optum.com:80/", "https://[::1]:8443/"]


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://optvm.com/a?b", "https://optvm.com/"),
        ("//optvm.com/a", "https://optvm.com/"),
        ("https://optum.com@evil.example/x", "https://optum.com@evil.example/"),
    ],
)
def test_a_redirect_that_was_not_followed_is_told_too(location: str, url: str) -> None:
    walk = trace(hop(http=http(302, location=location)), end=TraceEnd.NOT_FOLLOWED)
    assert led_to(walk) == [url]


@pytest.mark.parametrize("location", ["https://[", "mailto:x@optvm.com", ""])
def test_a_redirect_to_no_web_page_is_left_to_others(location: str) -> None:
    assert led_to(trace(hop(http=http(302, location=location)))) == []


def test_a_location_without_a_redirect_leads_nowhere() -> None:
    assert led_to(trace(hop(http=http(200, location="https://optvm.com/")))) == []


def test_redirects_to_official_hosts_only_are_well() -> None:
    led = ["https://healthsafe-id.com"] * 2 + ["https://pat.login.healthsafe-id.com"]
    found = list(redirects(judged("https://optum.com"), list(map(judged, led)), ["healthsafe-id.com"]))
    assert outcomes(found) == [("domain.redirect-official", "ok")]
    assert found[0].args == {"hosts": ("healthsafe-id.com",), "further": 1}


def test_redirects_within_the_host_are_not_worth_a_word() -> None:
    assert outcomes(redirects(judged("https://optum.com"), [judged("http://optum.com:8080/")])) == []


def test_redirects_to_strangers_are_noted_and_to_imitations_fail() -> None:
    others = [judged(f"https://{host}/") for host in ("healthsafe-id.com", "idp.example", "optum-login.com")]
    assert outcomes(redirects(judged("https://optum.com"), others)) == [
        ("domain.redirect-unlisted", "note"),
        ("domain.redirect-lookalike", "fail"),
    ]


def test_many_strange_redirects_are_cut_short() -> None:
    others = [judged(f"https://h{number}.example/") for number in range(50)]
    assert len(list(redirects(judged("https://optum.com"), others))) == 5


def test_names_beside_an_official_one_in_a_proven_certificate_are_its_owners() -> None:
    assert doubtful_names(judged("https://optum.com"), chain("optum.com", "optum.net")) == []
    assert doubtful_names(judged("https://optum.com"), None) == []


@pytest.mark.parametrize(
    "doubt", [{"name_matches": False}, {"trusted_by": frozenset()}], ids=["wrong name", "untrusted"]
)
def test_names_in_a_certificate_that_proves_nothing_are_looked_at(doubt: dict[str, Any]) -> None:
    names = doubtful_names(judged("https://optum.com"), chain("optum.com", "*.optum-login.com", **doubt))
    assert names == ["optum-login.com"]


def test_an_imitation_in_a_strangers_certificate_is_a_note() -> None:
    names = doubtful_names(
        judged("https://evil.example"), chain("evil.example", "optum-login.com", "x.example")
    )
    found = certificate([judged(f"https://{name}/") for name in names])
    assert outcomes(found) == [("domain.certificate-lookalike", "note")]


def run(world: Any, portal: Portal, url: str) -> tuple[RunContext, list[tuple[str, str]]]:
    network = Network(contact="never")
    context = RunContext(portal, world.machine, network, Deadline(5.0), url=url)
    return context, outcomes(domain(context))


def test_practice_portal_is_official_and_leads_on_to_official_hosts() -> None:
    with practice("healthy") as world:
        _, found = run(world, world.portal, "")
    assert found[0] == ("domain.official", "ok")
    assert all(status in ("ok", "note") for _, status in found)


@pytest.mark.parametrize("front", ["https://optum.com@", "https://www.", "not an address: "])
def test_nobody_is_contacted_for_an_imitation_or_an_invalid_address(front: str) -> None:
    with practice("healthy") as world:
        host = world.portal.official[0]
        portal = msgspec.structs.replace(world.portal, official=("optum.com",), identity=())
        url = f"{front}optum.com.{host}/" if front == "https://www." else f"{front}{host}/"
        context, found = run(world, portal, url)
    assert found[0][0] in ("domain.lookalike", "domain.invalid")
    assert len(found) == 1
    assert context.trace() is None
    assert context.ledger.contacts() == ()
