"""Whose word on a certificate's revocation is heard, and who is asked for it when."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

import msgspec
import pytest
from OpenSSL import SSL

from portalcheck.demo.certificates import Issued, mint
from portalcheck.demo.revocation import Word, ocsp_response
from portalcheck.demo.servers import Peer
from portalcheck.facts import CertStatus, Revocation
from portalcheck.probe.context import RunContext
from portalcheck.probe.policy import Network, Role
from tests.probe.context_world import AIA, AIA_ADDRESS, CANARIES, Setting, context_of, dated, self_signed
from tests.probe.revocation_lists import revocation_list
from tests.probe.stapling import stapling
from tests.probe.world import HOST, OTHER, Site, World, authority, in_time, minted, response

ALWAYS = Network(contact="always", canaries=CANARIES)
NEVER = Network(contact="never", canaries=CANARIES)
BROKEN = Site({}, dated(status=503))
"""A portal in trouble."""


@lru_cache
def named(**places: str) -> Issued:
    """A certificate of the portal that names where to ask for its revocation."""
    plain = minted("Portal", HOST, (HOST, OTHER))
    return mint(msgspec.structs.replace(plain, **places), authority(), send_issuer=False)


def by_ocsp() -> Issued:
    return named(responder_url=f"http://{AIA}/ocsp")


def by_list() -> Issued:
    return named(crl_url=f"http://{AIA}/list.crl")


def said(of: Issued, *, revoked: bool = True, days: tuple[float, float] = (-0.1, 3.0)) -> bytes:
    return ocsp_response(of, authority(), Word(now=time.time(), revoked=revoked, days=days))


def listed(of: Issued) -> bytes:
    return revocation_list(of, authority(), Word(now=time.time()))


def standing_of(context: RunContext) -> Revocation | None:
    trace = context.trace()
    assert trace is not None
    return context.revocation(trace.first)


def asked(context: RunContext) -> list[str]:
    return [one.host for one in context.ledger.contacts() if one.role is Role.ISSUER]


# ---- the staple ------------------------------------------------------------------------------------


@pytest.mark.parametrize("newest", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_a_stapled_revocation_is_heard_and_nobody_else_is_asked(world: World, newest: int) -> None:
    where = world.tcp(stapling(by_ocsp(), said(by_ocsp()), Site({}, dated()), newest=newest))
    context = context_of(world, Setting(portal=where, network=ALWAYS))
    found = standing_of(context)
    assert found is not None
    assert (found.status, found.source, found.reason) == (CertStatus.REVOKED, "staple", "key-compromise")
    assert asked(context) == []


def test_a_good_staple_is_the_last_word(world: World) -> None:
    where = world.tcp(stapling(by_ocsp(), said(by_ocsp(), revoked=False), BROKEN))
    context = context_of(world, Setting(portal=where, network=ALWAYS))
    assert context.trouble()
    assert standing_of(context) is None
    assert asked(context) == []


@pytest.mark.parametrize(
    "staple",
    [
        lambda: said(by_ocsp(), days=(-9.0, -1.0)),
        lambda: said(by_list()),
        lambda: ocsp_response(by_ocsp(), self_signed(), Word(now=time.time())),
        lambda: b"nonsense",
    ],
    ids=["expired", "of-another", "forged", "nonsense"],
)
def test_a_staple_that_cannot_be_relied_on_blames_nobody(world: World, staple: Callable[[], bytes]) -> None:
    where = world.tcp(stapling(by_ocsp(), staple(), Site({}, dated())))
    context = context_of(world, Setting(portal=where))
    assert standing_of(context) is None
    assert not context.trouble()
    assert asked(context) == []


def test_a_staple_is_judged_by_the_true_time(world: World) -> None:
    """The clock is a year ahead, so that the staple only seems to be out of date."""
    where = world.tcp(stapling(by_ocsp(), said(by_ocsp()), Site({}, dated())))
    found = standing_of(context_of(world, Setting(portal=where, clock_s=365 * 86_400)))
    assert found is not None
    assert found.status is CertStatus.REVOKED


def test_a_revocation_by_an_issuer_whom_nobody_trusts_is_none(world: World) -> None:
    own = mint(minted("Somebody", "Somebody's Root", ()), send_issuer=False)
    leaf = mint(minted("Portal", HOST, (HOST, OTHER)), own)
    staple = ocsp_response(leaf, own, Word(now=time.time()))
    context = context_of(world, Setting(portal=world.tcp(stapling(leaf, staple, Site({}, dated())))))
    assert standing_of(context) is None


# ---- whom the certificate names --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaf", "answer", "how"),
    [(by_ocsp, said, "ocsp"), (by_list, listed, "crl")],
)
@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (Setting(), False),
        (Setting(portal=BROKEN), True),
        (Setting(network=ALWAYS), True),
        (Setting(portal=BROKEN, network=NEVER), False),
    ],
    ids=["healthy", "trouble", "always", "never"],
)
def test_only_in_trouble_or_always_the_issuer_is_asked(
    world: World,
    leaf: Callable[[], Issued],
    answer: Callable[[Issued], bytes],
    how: str,
    setting: Setting,
    told: bool,
) -> None:
    site = Site({}, response(200, answer(leaf())))
    ports = {(AIA_ADDRESS, 80): world.tcp(site)}
    context = context_of(world, msgspec.structs.replace(setting, certificate=leaf(), ports=ports))
    found = standing_of(context)
    assert (found.source if found else "") == (how if told else "")
    assert bool(site.asked) is told
    assert set(asked(context)) == ({AIA} if told else set())


def test_the_responder_is_asked_as_rfc_6960_has_it(world: World) -> None:
    site = Site({}, response(200, said(by_ocsp())))
    setting = Setting(certificate=by_ocsp(), network=ALWAYS, ports={(AIA_ADDRESS, 80): world.tcp(site)})
    context = context_of(world, setting)
    assert standing_of(context) == standing_of(context)
    assert len(site.asked) == 1
    assert site.asked[0].startswith("POST /ocsp HTTP/1.1\r\n")
    assert "application/ocsp-request" in site.asked[0]


@pytest.mark.parametrize(
    "answer",
    [response(200, b"<html>"), response(404, b""), response(200, b"x" * 3_000_000), b"SSH-2.0-x\r\n"],
    ids=["a-page", "404", "huge", "no-http"],
)
@pytest.mark.parametrize("leaf", [by_ocsp, by_list])
def test_an_answer_of_no_use_changes_nothing(world: World, leaf: Callable[[], Issued], answer: bytes) -> None:
    ports = {(AIA_ADDRESS, 80): world.tcp(Site({}, answer))}
    assert standing_of(context_of(world, Setting(certificate=leaf(), network=ALWAYS, ports=ports))) is None


def test_a_responder_that_is_silent_leaves_time_for_the_verdict(world: World) -> None:
    ports = {(AIA_ADDRESS, 80): world.tcp(Peer.ignore)}
    setting = Setting(portal=BROKEN, certificate=by_ocsp(), ports=ports, seconds=3.0)
    context = context_of(world, setting)
    context.third_parties.canaries()
    with in_time(1.5):
        assert standing_of(context) is None
    assert context.deadline.remaining() > 0.5


def test_where_the_responder_says_nothing_the_list_is_read(world: World) -> None:
    both = named(responder_url=f"http://{AIA}/ocsp", crl_url=f"http://{AIA}/list.crl")
    site = Site({"/ocsp": response(500, b""), "/list.crl": response(200, listed(both))})
    ports = {(AIA_ADDRESS, 80): world.tcp(site)}
    found = standing_of(context_of(world, Setting(certificate=both, network=ALWAYS, ports=ports)))
    assert found is not None
    assert found.source == "crl"


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://127.0.0.1/", "ldap://x.example/", "https://aia.example/"]
)
def test_a_certificate_cannot_make_this_computer_ask_itself(world: World, url: str) -> None:
    context = context_of(world, Setting(certificate=named(responder_url=url, crl_url=url), network=ALWAYS))
    assert standing_of(context) is None
    assert asked(context) == []
