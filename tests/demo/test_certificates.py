"""The minted certificates, judged by two verifiers that had no part in making them."""

from __future__ import annotations

import datetime
import ssl
import time

import pytest
from cryptography import x509
from cryptography.x509 import verification
from cryptography.x509.oid import NameOID

from portalcheck.demo import FAULTS, practice
from portalcheck.demo.portal import Practice
from tests.demo.client import IDENTITY, PORTAL, anything_goes, secure, trusting, verify_code

CANARIES = ("canary.north.example", "canary.south.example")
EXPIRED, NOT_YET_VALID, SELF_SIGNED_LEAF, UNKNOWN_ROOT, NO_ISSUER, WRONG_NAME = 10, 9, 18, 19, 20, 62


def leaf(practice: Practice, host: str) -> x509.Certificate:
    with secure(practice, host, anything_goes()) as secured:
        der = secured.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der)


def organisation(name: x509.Name) -> str:
    return str(name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value)


@pytest.mark.parametrize("host", [PORTAL, IDENTITY, *CANARIES])
def test_the_healthy_world_is_trusted_by_both_lists(healthy: Practice, host: str) -> None:
    assert verify_code(healthy, host) == 0
    assert verify_code(healthy, host, healthy.machine.mozilla_roots().certificates) == 0


def test_healthy_chains_pass_the_strictest_rules(healthy: Practice) -> None:
    strict = trusting(healthy.machine.system_roots().certificates)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    secure(healthy, PORTAL, strict).close()


def test_a_chain_holds_at_any_time_within_its_dates_and_at_no_other(healthy: Practice) -> None:
    from portalcheck.demo.authorities import Authorities

    authorities = Authorities(time.time())
    issued = authorities.leaf(("a.example",))
    store = verification.Store([authorities.root.certificate])
    for days, valid in ((0, True), (59, True), (61, False), (-29, True), (-31, False)):
        when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
        verifier = verification.PolicyBuilder().store(store).time(when)
        server = verifier.build_server_verifier(x509.DNSName("a.example"))
        if valid:
            assert len(server.verify(issued.chain[0], list(issued.chain[1:]))) == 3
        else:
            with pytest.raises(verification.VerificationError):
                server.verify(issued.chain[0], list(issued.chain[1:]))


def test_portal_and_canaries_share_the_issuer_and_nothing_else(healthy: Practice) -> None:
    hosts = (PORTAL, IDENTITY, *CANARIES)
    found = [leaf(healthy, host) for host in hosts]
    assert {organisation(one.issuer) for one in found} == set(healthy.portal.issuers)
    assert len({one.public_key().public_numbers().x for one in found}) == len(hosts)  # type: ignore[union-attr]  # all are EC keys
    assert len({one.serial_number for one in found}) == len(hosts)


def test_keys_do_not_stay_on_disk(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with practice("healthy"):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("cert-expired", EXPIRED),
        ("cert-not-yet-valid", NOT_YET_VALID),
        ("cert-wrong-name", WRONG_NAME),
        ("cert-untrusted", UNKNOWN_ROOT),
        ("cert-chain-incomplete", NO_ISSUER),
        ("intercept-untrusted", UNKNOWN_ROOT),
        ("intercept-trusted", 0),
        ("dns-hijacked", SELF_SIGNED_LEAF),
        ("dns-filtered-page", WRONG_NAME),
    ],
)
def test_the_portals_certificate_fails_in_the_way_of_its_fault(fault: str, code: int) -> None:
    with practice(fault) as running:
        assert verify_code(running, PORTAL) == code


@pytest.mark.parametrize("fault", ["cert-expired", "cert-not-yet-valid", "cert-wrong-name", "cert-untrusted"])
def test_what_is_wrong_with_the_portals_certificate_is_wrong_with_no_other(fault: str) -> None:
    with practice(fault) as running:
        assert {host: verify_code(running, host) for host in (IDENTITY, *CANARIES)} == dict.fromkeys(
            (IDENTITY, *CANARIES), 0
        )


def test_inspection_is_seen_on_every_host_and_known_to_the_system_only() -> None:
    with practice("intercept-trusted") as running:
        for host in (PORTAL, IDENTITY, *CANARIES):
            assert organisation(leaf(running, host).issuer) not in running.portal.issuers
            assert verify_code(running, host) == 0
            assert verify_code(running, host, running.machine.mozilla_roots().certificates) == UNKNOWN_ROOT
    with practice("intercept-untrusted") as running:
        for host in (PORTAL, IDENTITY, *CANARIES):
            assert verify_code(running, host) == UNKNOWN_ROOT


def test_stale_roots_fail_where_mozillas_do_not() -> None:
    with practice("os-roots-stale") as running:
        assert verify_code(running, PORTAL) == NO_ISSUER
        assert verify_code(running, PORTAL, running.machine.mozilla_roots().certificates) == 0


@pytest.mark.parametrize("fault", [name for name, fault in FAULTS.items() if fault.cause == "clock-wrong"])
def test_wrong_clocks_are_this_computers_and_the_certificate_is_right(fault: str) -> None:
    with practice(fault) as running:
        certificate = leaf(running, PORTAL)
        local = datetime.datetime.fromtimestamp(running.machine.now(), datetime.UTC)
        valid_here = certificate.not_valid_before_utc <= local <= certificate.not_valid_after_utc
        assert valid_here is (FAULTS[fault].exit_code == 0)
        assert abs(running.machine.now() - time.time()) > 5 * 60
        assert verify_code(running, PORTAL) == 0
