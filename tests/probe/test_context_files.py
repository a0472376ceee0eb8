"""What a run fetches beside the portal: missing issuers and PAC files, where that is allowed."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from portalcheck.api.proof import is_proven
from portalcheck.demo.certificates import Issued, mint
from portalcheck.demo.servers import Peer, Serve
from portalcheck.facts import Chain, ProxyPlan, ProxySettings
from portalcheck.probe.context import RunContext
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.policy import Network, Role
from tests.probe.context_world import AIA, AIA_ADDRESS, PORTAL, QUIET, Setting, context_of, self_signed
from tests.probe.world import (
    ADDRESS,
    HOST,
    Site,
    World,
    authority,
    computer,
    in_time,
    minted,
    redirect,
    response,
    says,
    sends_without_end,
)

# ---- missing issuers -------------------------------------------------------------------------------


def _between() -> Issued:
    return mint(minted("Good Authority", "Good Intermediate", ()), authority(), send_issuer=False)


def _lonely(between: Issued) -> Issued:
    sort = msgspec.structs.replace(minted("Portal", HOST, (HOST,)), issuer_url=f"http://{AIA}/i.der")
    return mint(sort, between, send_issuer=False)


def _incomplete(
    world: World, between: Issued, answer: Serve, network: Network = QUIET
) -> tuple[RunContext, Chain]:
    """A portal that does not send its intermediate, which stands where the certificate says."""
    setting = Setting(
        certificate=_lonely(between), network=network, ports={(AIA_ADDRESS, 80): world.tcp(answer)}
    )
    context = context_of(world, setting)
    trace = context.trace()
    assert trace is not None
    with in_time(setting.seconds):
        chain = context.chain(trace.first)
    assert chain is not None
    return context, chain


def _forms(between: Issued) -> dict[str, bytes]:
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    return {
        "der": between.der,
        "pem": between.certificate.public_bytes(pem),
        "pkcs7": pkcs7.serialize_certificates([between.certificate], der),
        "pkcs7-pem": pkcs7.serialize_certificates([between.certificate], pem),
    }


@pytest.mark.parametrize("form", ["der", "pem", "pkcs7", "pkcs7-pem"])
def test_a_missing_intermediate_is_fetched_from_where_the_certificate_says(world: World, form: str) -> None:
    between = _between()
    site = Site({"/i.der": response(200, _forms(between)[form])})
    context, chain = _incomplete(world, between, site)
    assert (chain.incomplete, chain.completed, chain.trusted) == (True, True, True)
    assert [c.host for c in context.ledger.contacts() if c.role is Role.ISSUER] == [AIA]
    assert len(site.asked) == 1


def test_a_missing_intermediate_may_have_moved_but_not_to_an_imitation(world: World) -> None:
    between = _between()
    moved = Site({"/i.der": redirect("/new.der"), "/new.der": response(200, between.der)})
    _, chain = _incomplete(world, between, moved)
    assert (chain.completed, chain.trusted, len(moved.asked)) == (True, True, 2)
    for aim in (f"http://{HOST}.evil.invalid/", "http://127.0.0.1/", "http://2130706433/"):
        context, chain = _incomplete(world, between, Site({"/i.der": redirect(aim)}))
        assert not chain.completed
        assert {c.host for c in context.ledger.contacts() if c.role is Role.ISSUER} == {AIA}


def test_a_missing_intermediate_is_not_fetched_where_settings_say_never(world: World) -> None:
    between = _between()
    site = Site({"/i.der": response(200, between.der)})
    context, chain = _incomplete(world, between, site, Network(contact="never"))
    assert (chain.incomplete, chain.completed, chain.trusted) == (True, False, False)
    assert Role.ISSUER not in {contact.role for contact in context.ledger.contacts()}
    assert site.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Site({}, response(404, b"none")),
        Site({}, response(200, b"<html>no certificate</html>")),
        Site({}, response(200, b"")),
        Site({"/i.der": redirect("/other.der")}),
        says(response(200, b"cut", length=5000)),
        sends_without_end(b"HTTP/1.1 200 X\r\n\r\n", b"x" * 60_000),
        Peer.reset,
        Peer.ignore,
    ],
    ids=["missing", "page", "empty", "redirect", "cut", "endless", "reset", "silent"],
)
def test_an_intermediate_that_cannot_be_had_leaves_the_chain_incomplete(world: World, answer: Serve) -> None:
    _, chain = _incomplete(world, _between(), answer)
    assert (chain.incomplete, chain.completed, chain.trusted) == (True, False, False)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "169.254.169.254", "localhost", "2130706433", f"{HOST}.evil.invalid"]
)
def test_a_certificate_cannot_make_this_computer_ask_itself_or_an_imitation(world: World, host: str) -> None:
    between = _between()
    sort = msgspec.structs.replace(minted("Portal", HOST, (HOST,)), issuer_url=f"http://{host}/i.der")
    site = Site({}, response(200, between.der))
    inside = {(address, 80): world.tcp(site) for address in ("127.0.0.1", "169.254.169.254")}
    certificate = mint(sort, between, send_issuer=False)
    context = context_of(world, Setting(certificate=certificate, network=QUIET, ports=inside))
    assert not is_proven(context, context.trace())
    assert Role.ISSUER not in {contact.role for contact in context.ledger.contacts()}
    assert site.asked == []


@pytest.mark.parametrize("inside", ["10.9.9.9", "192.168.1.1", "fd00::1", "127.0.0.1"])
@pytest.mark.parametrize("portal", [ADDRESS, "10.1.2.3"])
def test_a_certificate_names_no_host_inside_unless_the_portal_is_inside_too(
    world: World, inside: str, portal: str
) -> None:
    """What is refused is not waited for: where the address is, nobody would answer."""
    between = _between()
    site = Site({"/i.der": response(200, between.der)})
    sort = msgspec.structs.replace(minted("Portal", HOST, (HOST,)), issuer_url="http://intranet.lab/i.der")
    where = world.tcp(site) if portal != ADDRESS else world.black_hole()
    machine = computer(
        {(portal, 443): world.tls(Site({}), mint(sort, between, send_issuer=False)), (inside, 80): where},
        hosts={HOST: (portal,), "intranet.lab": (inside,)},
    )
    context = RunContext(PORTAL, machine, QUIET, Deadline(3.0))
    trace, since = context.trace(), time.monotonic()
    proven = is_proven(context, trace)
    contacted = {contact.host for contact in context.ledger.contacts() if contact.role is Role.ISSUER}
    if portal == ADDRESS:
        assert (proven, contacted) == (False, set())
        assert time.monotonic() - since < 1
    else:
        assert (proven, contacted) == (True, {"intranet.lab"})


def test_an_intermediate_of_somebody_else_completes_nothing(world: World) -> None:
    other = mint(minted("Good Authority", "Good Intermediate", ()), authority(), send_issuer=False)
    _, chain = _incomplete(world, _between(), Site({"/i.der": response(200, other.der)}))
    assert not chain.trusted


def test_a_private_authority_of_the_profile_is_trusted(world: World, tmp_path: Path) -> None:
    private = mint(minted("Clinic", "Clinic Root", ()), send_issuer=False)
    certificate = mint(minted("Clinic", HOST, (HOST,)), private, send_issuer=False)
    file = tmp_path / "ca.pem"
    file.write_bytes(private.certificate.public_bytes(serialization.Encoding.PEM))
    profile = msgspec.structs.replace(PORTAL, ca_file=str(file))
    context = context_of(world, Setting(certificate=certificate, profile=profile))
    trace = context.trace()
    assert trace is not None
    chain = context.chain(trace.first)
    assert chain is not None
    assert chain.trusted_by == {"profile"}
    assert is_proven(context, trace)
    assert not context.trouble()


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_file_of_authorities_that_cannot_be_read_trusts_nobody(
    world: World, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    profile = msgspec.structs.replace(PORTAL, ca_file=str(file))
    context = context_of(world, Setting(certificate=self_signed(), profile=profile))
    assert not is_proven(context, context.trace())


# ---- proxies ---------------------------------------------------------------------------------------

_PAC = 'function FindProxyForURL(url, host) { return "PROXY proxy.example:3128; DIRECT"; }'


def _pac_plan(
    world: World, answer: Serve, path: str = "/x.pac", *, seconds: float = 3.0
) -> tuple[RunContext, ProxyPlan]:
    proxy = ProxySettings(pac_url=f"http://{AIA}{path}", browser_known=True)
    setting = Setting(proxy=proxy, ports={(AIA_ADDRESS, 80): world.tcp(answer)}, seconds=seconds)
    context = context_of(world, setting)
    with in_time(seconds):
        return context, context.proxy_plan()


def test_a_pac_file_is_fetched_once_and_read(world: World) -> None:
    site = Site({"/x.pac": response(200, _PAC.encode())})
    context, plan = _pac_plan(world, site)
    assert (plan.pac, plan.candidates) == ("read", ("http://proxy.example:3128", "direct"))
    assert context.proxy_plan() == plan
    assert len(site.asked) == 1
    assert [(c.role, c.host) for c in context.ledger.contacts()] == [(Role.PROXY, AIA)]


def test_a_pac_file_may_have_moved(world: World) -> None:
    _, plan = _pac_plan(world, Site({"/x.pac": redirect("/y.pac"), "/y.pac": response(200, _PAC.encode())}))
    assert plan.pac == "read"


def test_a_long_pac_file_is_read_to_its_end(world: World) -> None:
    long = "// a list of hosts\n" * 20_000 + _PAC
    _, plan = _pac_plan(world, Site({"/x.pac": response(200, long.encode())}))
    assert plan.pac == "read"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Site({}, response(404, _PAC.encode())), "unreachable"),
        (says(response(200, b"cut", length=5000)), "unreachable"),
        (Peer.reset, "unreachable"),
        (Peer.ignore, "unreachable"),
        (Site({}, response(200, b"<html>sign in</html>")), "malformed"),
        (sends_without_end(b"HTTP/1.1 200 X\r\n\r\n", b"x" * 60_000), "malformed"),
    ],
    ids=["missing", "cut", "reset", "silent", "page", "endless"],
)
def test_a_pac_file_that_cannot_be_had_leaves_the_way_direct(
    world: World, answer: Serve, expected: str
) -> None:
    _, plan = _pac_plan(world, answer, seconds=1)
    assert (plan.pac, plan.candidates) == (expected, ("direct",))


def test_a_pac_file_on_this_computer_is_read_without_contacting_anybody(world: World, tmp_path: Path) -> None:
    file = tmp_path / "proxy.pac"
    file.write_text(_PAC, "utf-8")
    proxy = ProxySettings(pac_url=file.as_uri(), browser_known=True)
    context = context_of(world, Setting(proxy=proxy))
    assert context.proxy_plan().pac == "read"
    assert context.ledger.contacts() == ()


@pytest.mark.parametrize("url", ["", "https://[x/", "javascript:alert(1)"])
def test_an_invalid_address_has_a_plan_all_the_same(world: World, url: str) -> None:
    assert context_of(world, Setting(url=url)).proxy_plan().candidates == ("direct",)
