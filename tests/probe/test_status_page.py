"""What the portal's own status page says: asked in trouble only, and believed only where it proves to be itself."""

from __future__ import annotations

import gzip
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.demo.certificates import Issued
from portalcheck.demo.servers import Serve
from portalcheck.facts import StatusPage
from portalcheck.probe.policy import Network, Role
from portalcheck.probe.third_parties.status_page import read
from tests.probe.context_world import AIA, AIA_ADDRESS, CANARIES, PORTAL, Setting, context_of, dated
from tests.probe.world import Site, World, in_time, issued, redirect, response, says, sends_without_end

STATUS = f"https://{AIA}/api/v2/status.json"
WATCHED = msgspec.structs.replace(PORTAL, status_url=STATUS)
BROKEN = Site({}, dated(status=503))


def statuspage(indicator: str) -> bytes:
    return json.dumps({"page": {"id": "x"}, "status": {"indicator": indicator, "description": "x"}}).encode()


def _announced(
    world: World,
    page: Serve,
    *,
    portal: Serve = BROKEN,
    certificate: Issued | None = None,
    contact: str = "on-trouble",
) -> tuple[StatusPage, list[str]]:
    setting = Setting(
        portal=portal,
        profile=WATCHED,
        network=Network(contact=contact, canaries=CANARIES),
        ports={(AIA_ADDRESS, 443): world.tls(page, certificate or issued(AIA))},
    )
    context = context_of(world, setting)
    with in_time(setting.seconds):
        said = context.third_parties.status_page()
    return said, [c.host for c in context.ledger.contacts() if c.role is Role.NEUTRAL and c.host == AIA]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (response(200, statuspage("none")), StatusPage.OPERATIONAL),
        (response(200, statuspage("minor")), StatusPage.DEGRADED),
        (response(200, statuspage("major")), StatusPage.OUTAGE),
        (response(200, statuspage("critical")), StatusPage.OUTAGE),
        (response(200, statuspage("maintenance")), StatusPage.MAINTENANCE),
        (response(200, statuspage("a word of next year")), StatusPage.UNKNOWN),
        (response(200, b"all systems go"), StatusPage.OPERATIONAL),
        (response(503, b"down"), StatusPage.OUTAGE),
        (response(404, b"nothing here"), StatusPage.UNKNOWN),
        (response(200, b"[" * 100_000), StatusPage.OPERATIONAL),
        (response(200, b'{"status": {"indicator": "\x8a"}}'), StatusPage.OPERATIONAL),
        (b"no HTTP at all", StatusPage.UNKNOWN),
    ],
)
def test_a_status_page_is_read_by_its_indicator_or_its_http_status(
    world: World, answer: bytes, expected: StatusPage
) -> None:
    assert _announced(world, says(answer)) == (expected, [AIA])


def test_its_redirects_are_followed_and_each_server_must_prove_itself(world: World) -> None:
    pages = {"/api/v2/status.json": redirect(f"https://{AIA}/new"), "/new": response(503, b"down")}
    assert _announced(world, Site(pages))[0] is StatusPage.OUTAGE
    round_and_round = {"/api/v2/status.json": redirect(STATUS)}
    assert _announced(world, Site(round_and_round))[0] is StatusPage.UNKNOWN


def test_a_page_that_is_not_its_owners_says_nothing(world: World) -> None:
    said, _ = _announced(world, says(response(503, b"down")), certificate=issued("other.example"))
    assert said is StatusPage.UNKNOWN


def test_a_packed_page_is_unpacked_and_what_only_claims_to_be_packed_says_nothing(world: World) -> None:
    packed = response(200, gzip.compress(statuspage("major")), ("Content-Encoding", "gzip"))
    assert _announced(world, says(packed))[0] is StatusPage.OUTAGE
    claims = response(200, statuspage("major"), ("Content-Encoding", "gzip"))
    assert _announced(world, says(claims))[0] is StatusPage.UNKNOWN


def test_an_endless_page_ends_in_time(world: World) -> None:
    endless = sends_without_end(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000)
    assert _announced(world, endless)[0] is StatusPage.UNKNOWN


def test_it_is_not_asked_where_all_is_well_or_nobody_may_be(world: World) -> None:
    page = says(response(503, b"down"))
    assert _announced(world, page, portal=Site({}, dated())) == (StatusPage.UNKNOWN, [])
    assert _announced(world, page, contact="never") == (StatusPage.UNKNOWN, [])


@given(st.integers(200, 599), st.binary(max_size=200))
def test_whatever_it_says_is_one_of_the_known_words(status: int, body: bytes) -> None:
    assert read(status, body) in StatusPage
