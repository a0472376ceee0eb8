"""Group E: the clock, and certificates."""

from __future__ import annotations

from portalcheck.demo.certificates import server_context
from tests.lab import names, steps
from tests.lab import revocation as rev
from tests.lab.browsers import firefox
from tests.lab.row import QUIET, Row, cause
from tests.lab.steps import certificate
from tests.lab.world import World, status

DAY_S = 86_400


def client_certificate_requested(world: World) -> None:
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


def not_revoked(row_id: str, what: str, fault: steps.Step) -> Row:
    """A row whose staple is no reason to blame anybody, or to ask anybody else."""
    return Row(
        id=row_id,
        what=what,
        fault=(fault,),
        shows=("leaf portal",),
        cause=cause("none"),
        innocent=cause("cert-revoked", "cert-untrusted", "cert-expired"),
        code=0,
        contacts=QUIET,
    )


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
        rev.stapled(rev.says()),
        ref="step-10",
        shows=("leaf portal",),
        reasons=frozenset({"tls.revoked"}),
        contacts=QUIET,
    ),
    of_certificate(
        "E15a",
        "the same in TLS 1.2",
        "cert-revoked",
        rev.stapled(rev.says(), "ssl_protocols TLSv1.2;"),
        ref="step-10",
        shows=("leaf portal",),
        contacts=QUIET,
    ),
    not_revoked(
        "E15b", "a stapled response says that the certificate is good", rev.stapled(rev.says(revoked=False))
    ),
    not_revoked(
        "E15c",
        "a stapled response said that the certificate is good, and is out of date",
        rev.stapled(rev.says(revoked=False, days=(-9.0, -1.0))),
    ),
    not_revoked(
        "E15d",
        "a stapled response said that the certificate is revoked, and is out of date",
        rev.stapled(rev.says(days=(-9.0, -1.0))),
    ),
    not_revoked(
        "E15e", "a stapled response says that another certificate is revoked", rev.stapled(rev.of_another)
    ),
    not_revoked(
        "E15f",
        "a stapled response that a stranger signed says that the certificate is revoked",
        rev.stapled(rev.by_a_stranger),
    ),
    Row(
        id="E15g",
        what="the certificate is revoked, as the stapled response says, and the clock is ten weeks ahead",
        fault=(rev.stapled(rev.says()), steps.clock(70 * DAY_S)),
        shows=("clock", "leaf portal"),
        cause=cause("clock-wrong"),
        also=cause("cert-revoked"),
        innocent=cause("cert-expired", "cert-untrusted"),
        ref="step-7",
    ),
    of_certificate(
        "E15h",
        "the certificate is revoked, as the responder says that it names, and neutral hosts may always be asked",
        "cert-revoked",
        rev.responder(),
        setting=(steps.network(contact="always"),),
        ref="step-10",
        shows=("leaf portal",),
    ),
    of_certificate(
        "E15i",
        "the certificate is revoked, as the responder says that it names, and the portal answers 503",
        "cert-revoked",
        rev.responder(),
        steps.application(names.IDENTITY, status(503)),
        ref="step-10",
        shows=("leaf portal", "page identity"),
        innocent=cause("portal-error", "clock-wrong", "intercept-untrusted"),
    ),
    Row(
        id="E15j",
        what="the responder that the certificate names says that it is good, and neutral hosts may always be asked",
        setting=(steps.network(contact="always"),),
        fault=(rev.responder(revoked=False),),
        shows=("leaf portal",),
        cause=cause("none"),
        innocent=cause("cert-revoked"),
        code=0,
    ),
    Row(
        id="E15k",
        what="the responder that the certificate names is silent, and neutral hosts may always be asked",
        setting=(steps.network(contact="always"),),
        fault=(certificate(rev.names_responder), steps.block(f"incoming ip daddr {names.RESPONDER_4} drop")),
        shows=("leaf portal",),
        cause=cause("none"),
        innocent=cause("cert-revoked"),
        code=0,
    ),
    of_certificate(
        "E15l",
        "the certificate is revoked, as the list says that it names, and neutral hosts may always be asked",
        "cert-revoked",
        rev.listed,
        setting=(steps.network(contact="always"),),
        ref="step-10",
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
        client_certificate_requested,
        ref="step-10",
        shows=("page portal",),
        innocent=cause("tls-blocked"),
    ),
)
