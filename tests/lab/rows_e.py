"""Group E: the clock, and certificates."""

from __future__ import annotations

from portalcheck.demo.certificates import server_context
from tests.lab import names, steps
from tests.lab.browsers import firefox
from tests.lab.real_nginx import revoked
from tests.lab.row import Row, cause
from tests.lab.steps import certificate
from tests.lab.world import World

DAY_S = 86_400


def wants_certificate(world: World) -> None:
    """The portal asks visitors for a certificate of their own."""
    issued = world.pki.leaf(names.PORTAL)
    world.portal.contexts[names.PORTAL] = server_context(issued, clients=[world.pki.private.der])
    world.portal.otherwise = world.portal.contexts[names.PORTAL]


def of_certificate(
    row_id: str, what: str, named: str, *fault: steps.Step, ref: str = "step-1", **more: object
) -> Row:
    """A row whose cause lies in the portal's certificate."""
    usual = {
        "shows": ("tls portal",),
        "innocent": cause("clock-wrong", "intercept-untrusted", "dns-hijacked"),
    }
    return Row(id=row_id, what=what, cause=cause(named), fault=fault, ref=ref, **{**usual, **more})  # type: ignore[arg-type]  # the fields of a row


ROWS = (
    Row(
        id="E01",
        what="the clock is ten days ahead, and the certificate good for five more",
        setting=(certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-80, 5))),),
        fault=(steps.clock(10 * DAY_S),),
        shows=("clock", "tls portal"),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired", "cert-untrusted", "os-roots-stale"),
        ref="step-7",
    ),
    Row(
        id="E01a",
        what="the clock is ten weeks ahead, so that every certificate seems to have expired",
        fault=(steps.clock(70 * DAY_S),),
        shows=("clock", "tls portal"),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired", "cert-untrusted", "os-roots-stale"),
        ref="step-7",
    ),
    Row(
        id="E02",
        what="the clock is three years behind",
        fault=(steps.clock(-3 * 365 * DAY_S),),
        shows=("clock", "tls portal"),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired", "cert-untrusted", "os-roots-stale", "software-outdated"),
        ref="step-7",
    ),
    of_certificate(
        "E03",
        "the certificate expired three days ago",
        "cert-expired",
        certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-90, -3))),
        ref="step-10",
    ),
    of_certificate(
        "E04",
        "the certificate is not valid yet",
        "cert-expired",
        certificate(lambda w: w.pki.leaf(names.PORTAL, days=(5, 90))),
        ref="step-10",
    ),
    of_certificate(
        "E04a",
        "the certificate of the host that the portal redirects to expired",
        "cert-expired",
        certificate(lambda w: w.pki.leaf(names.IDENTITY, days=(-90, -3)), names.IDENTITY),
        ref="step-10",
        shows=("tls identity",),
    ),
    Row(
        id="E06",
        what="the clock is two hours ahead, the certificate valid",
        fault=(steps.clock(7200),),
        shows=("clock",),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired"),
        ref="step-7",
        code=0,
    ),
    Row(
        id="E07",
        what="the clock is ten weeks ahead, and the certificate expired three days ago",
        fault=(steps.clock(70 * DAY_S), certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-90, -3)))),
        shows=("clock", "tls portal"),
        cause=cause("cert-expired"),
        also=cause("clock-wrong"),
        innocent=cause("cert-untrusted"),
    ),
    Row(
        id="E08",
        what="the system's store is too old for the public root",
        fault=(steps.roots(system=("private",)),),
        shows=("store", "tls portal"),
        cause=cause("os-roots-stale"),
        innocent=cause("cert-untrusted", "intercept-untrusted"),
        ref="step-7",
    ),
    Row(
        id="E08a",
        what="the same, with a browser that brings its own roots",
        setting=(firefox(),),
        fault=(steps.roots(system=("private",)),),
        shows=("store", "tls portal"),
        cause=cause("os-roots-stale"),
        innocent=cause("cert-untrusted", "intercept-untrusted"),
        ref="step-7",
        code=0,
    ),
    of_certificate(
        "E09",
        "the certificate is for the same name with www",
        "cert-wrong-name",
        certificate(lambda w: w.pki.leaf(f"www.{names.PORTAL}")),
        reasons=frozenset({"tls.wrong-name"}),
    ),
    of_certificate(
        "E10",
        "the certificate is signed by itself",
        "cert-untrusted",
        certificate(lambda w: w.pki.self_signed(names.PORTAL)),
    ),
    of_certificate(
        "E11",
        "the certificate comes from an authority that nobody knows, neutral hosts' do not",
        "cert-untrusted",
        certificate(lambda w: w.pki.leaf(names.PORTAL, signer=w.pki.private)),
    ),
    of_certificate(
        "E12",
        "the intermediate is missing, and its address leads nowhere",
        "inconclusive",
        certificate(lambda w: w.pki.leaf(names.PORTAL, send_issuer=False)),
        steps.block(f"incoming ip daddr {names.AIA_4} drop"),
        ref="step-5",
        code=3,
    ),
    of_certificate(
        "E13", "the portal speaks TLS 1.0 and 1.1 only", "tls-too-old", steps.only_old_tls, ref="step-10"
    ),
    of_certificate(
        "E15",
        "the certificate is revoked, as the stapled response says",
        "cert-revoked",
        revoked,
        ref="step-10",
        beyond="Python's ssl module cannot ask a server for its stapled response (RFC 6066, 8)",
        shows=("leaf portal",),
    ),
    Row(
        id="E16",
        what="the address is an imitation with a valid certificate",
        fault=(steps.address_given("https://portal.lab.example.login.test/signin"),),
        setting=(steps.profile(protect=[names.PORTAL]),),
        shows=(),
        cause=cause("lookalike"),
        ref="step-1",
        contacts=frozenset(),
    ),
    of_certificate(
        "E18",
        "the certificate expired, and nobody knows its authority",
        "cert-untrusted",
        certificate(lambda w: w.pki.leaf(names.PORTAL, signer=w.pki.private, days=(-90, -3))),
        also=cause("cert-expired"),
        reasons=frozenset({"tls.expired", "tls.untrusted"}),
    ),
    of_certificate(
        "E19",
        "the portal wants a client certificate",
        "blocked-by-server",
        wants_certificate,
        ref="step-10",
        shows=("page portal",),
        innocent=cause("tls-blocked"),
    ),
)
