"""After public bug reports. Certificates, and what the portal says."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portalcheck.demo import web
from portalcheck.demo.certificates import DAY_S, Issued, Minted, mint
from portalcheck.demo.servers import Peer
from tests.lab import names, steps
from tests.lab.pki import Authorities
from tests.lab.row import QUIET, Row, cause
from tests.lab.servers import Application
from tests.lab.steps import application, certificate, lie, needing
from tests.lab.world import World, redirect

_OLD_PORT = 8444
YEAR_S = 365.25 * DAY_S
SCRIPT = '<div id="root"></div><script src="/app.js"></script>'


def shows(body: str, title: str = "Lab portal") -> Application:
    """A page of these words."""
    text = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return lambda asked: web.Page(body=text.encode())


by_script = application(names.PORTAL, shows(SCRIPT))
"""The sign-in page leads on by script, so that no redirect tells of the identity host."""


def of_sign_in(row_id: str, what: str, named: str, *fault: steps.Step, **more: object) -> Row:
    """A row whose fault is at the identity host, which only a script leads to."""
    usual = {"setting": (by_script,), "shows": ("tls identity",), "innocent": cause("cert-wrong-name")}
    return Row(id=row_id, what=what, cause=cause(named), fault=fault, **{**usual, **more})  # type: ignore[arg-type]  # the fields of a row


def of_page(row_id: str, what: str, named: str, answer: Application, **more: object) -> Row:
    """A row whose sign-in page is another one, with status 200."""
    healthy = named == "none"
    usual = {
        "shows": ("page identity",),
        "code": 0 if healthy else 1,
        "innocent": cause("portal-error", "blocked-by-server") if healthy else cause("tls-blocked"),
        "fault": (application(names.IDENTITY, answer),),
    }
    return Row(id=row_id, what=what, cause=cause(named), **{**usual, **more})  # type: ignore[arg-type]  # the fields of a row


def authority(organisation: str, name: str, days: tuple[float, float] = (-2000, 2000)) -> Issued:
    """A root of its own."""
    now = Authorities().now
    return mint(
        Minted(
            common_name=name,
            organisation=organisation,
            not_before=now + days[0] * DAY_S,
            not_after=now + days[1] * DAY_S,
        ),
        None,
        send_issuer=False,
    )


def inspected(row_id: str, organisation: str, name: str, product: str = "") -> Row:
    """A product that inspects everything, and whose root nobody here trusts."""

    def step(world: World) -> None:
        world.pki.inspection = authority(organisation, name)
        steps.signed_by("inspection", canaries=True)(world)

    return Row(
        id=row_id,
        what=f"{organisation} inspects everything, and its root is not trusted here",
        fault=(step,),
        shows=("tls portal", "tls canary"),
        cause=cause("intercept-untrusted"),
        innocent=cause("cert-untrusted", "captive-portal"),
        ref="step-6",
    )


def condemned(world: World) -> None:
    """Inspection that is trusted here found the portal's certificate to be bad, and signs by a root that is not."""
    steps.signed_by("inspection", canaries=True)(world)
    world.patient.system_roots = [world.pki.root, world.pki.inspection]
    bad = authority("Lab Inspection", "Lab Inspection untrusted CA")
    for host in (names.PORTAL, names.IDENTITY):
        world.show(host, world.pki.leaf(host, signer=bad))


def signed_with_sha_1(world: World) -> None:
    """The portal's certificate, signed anew as nobody accepts it any more."""
    folder, leaf = world.folder, world.pki.leaf(names.PORTAL)
    _write_pem(folder, "leaf", leaf)
    _write_pem(folder, "ca", world.pki.intermediate)
    world.shell(
        f"cd {folder} && openssl req -new -key leaf.key -subj /CN={names.PORTAL} -addext"
        f" subjectAltName=DNS:{names.PORTAL} | openssl x509 -req -copy_extensions copy -CA ca.pem -CAkey ca.key"
        " -CAcreateserial -sha1 -days 60 -out sha1.pem"
    )
    (folder / "chain.pem").write_bytes((folder / "sha1.pem").read_bytes() + (folder / "ca.pem").read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(folder / "chain.pem", folder / "leaf.key")
    world.portal.contexts[names.PORTAL] = world.portal.otherwise = context


def _write_pem(folder: Path, name: str, issued: Issued) -> None:
    (folder / f"{name}.pem").write_bytes(issued.certificate.public_bytes(Encoding.PEM))
    key = issued.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(key)


def without_secure_renegotiation(world: World) -> None:
    """A server of before RFC 5746 in the identity host's place, which only handshakes are made with."""
    folder = world.folder
    _write_pem(folder, "old", world.pki.leaf(names.IDENTITY))
    with (folder / "old.pem").open("ab") as chain:
        chain.write(world.pki.intermediate.certificate.public_bytes(Encoding.PEM))
    world.daemon(
        *("gnutls-serv", "--http", "--port", str(_OLD_PORT), "--x509certfile", str(folder / "old.pem")),
        *("--x509keyfile", str(folder / "old.key")),
        *("--priority", "NORMAL:-VERS-TLS1.3:%DISABLE_SAFE_RENEGOTIATION"),
        ready=lambda: steps.tcp_answers("127.0.0.1", _OLD_PORT),
    )
    for family, address in (("ip", names.IDENTITY_4), ("ip6", names.IDENTITY_6)):
        world.shell(
            f"nft 'add table {family} old; add chain {family} old in {{ type nat hook prerouting priority -100; }};"
            f" add rule {family} old in {family} daddr {address} tcp dport 443 redirect to :{_OLD_PORT}'"
        )


def lapsed_root(*, system: str) -> steps.Step:
    """A chain with two ways up: by a root that lapsed a month ago, and by one that Mozilla's store has.

    `system`: which of them the system's store has.
    """

    def step(world: World) -> None:
        old = authority("Old Trust Co", "Old Root X3", (-3000, -30))
        now = world.pki.now
        top = world.pki.root.certificate
        signed = (
            x509.CertificateBuilder()
            .subject_name(top.subject)
            .issuer_name(old.certificate.subject)
            .public_key(top.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(dt.datetime.fromtimestamp(now - 1000 * DAY_S, dt.UTC))
            .not_valid_after(dt.datetime.fromtimestamp(now - 30 * DAY_S, dt.UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(old.key, hashes.SHA256())
        )
        leaf = world.pki.leaf(names.PORTAL, days=(-60, 30))
        world.show(names.PORTAL, msgspec.structs.replace(leaf, chain=(*leaf.chain, signed)))
        other = world.pki.leaf(names.IDENTITY, days=(-60, 30))
        world.show(names.IDENTITY, msgspec.structs.replace(other, chain=(*other.chain, signed)))
        world.patient.system_roots = [old if system == "old" else world.pki.root]

    return step


MAINTENANCE = "maintenance.lab.example"


def to_maintenance_host(world: World) -> None:
    """The portal sends everybody to a host that says that it is being worked on."""
    world.zone[MAINTENANCE] = (names.IDENTITY_4, names.IDENTITY_6)
    world.portal.contexts.update(world.contexts(MAINTENANCE))
    world.apps[names.PORTAL] = redirect(f"https://{MAINTENANCE}/")
    world.apps[MAINTENANCE] = shows("<h1>We are working on the portal</h1><p>Please come back tomorrow.</p>")


def over_plain_http(world: World) -> None:
    """A load balancer ends TLS in front, so that the application's own Location says http:."""
    world.apps[names.PORTAL] = redirect(f"http://{names.IDENTITY}/login")


GUARD = (
    '<html><head><meta name="robots" content="noindex,nofollow"></head><body style="margin:0">'
    '<iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=9&xinfo=1&incident_id=1-2&edet=12" width="100%">'
    "Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>"
)
FORM = "<form method=post><input name=user><input type=password></form>"

ROWS: tuple[Row, ...] = (
    inspected("N41", "ESET, spol. s r. o.", "ESET SSL Filter CA"),
    inspected("N43", "Bitdefender", "Bitdefender Personal CA.Net-Defender"),
    inspected("N44", "Zscaler Inc.", "Zscaler Intermediate Root CA"),
    inspected("N46", "Cloudflare, Inc.", "Gateway CA - Cloudflare Managed G1 abc"),
    inspected("N47", "DO_NOT_TRUST", "DO_NOT_TRUST_FiddlerRoot"),
    inspected("N48", "Qustodio", "Qustodio CA"),
    inspected("N49", "Netskope Inc.", "ca.goskope.com"),
    inspected("N50", "XK72 Ltd", "Charles Proxy CA"),
    Row(
        id="N51",
        what="trusted inspection signs the portal's page by its untrusted root, as it found that to be bad",
        fault=(condemned,),
        shows=("store", "tls portal"),
        cause=cause("intercept-untrusted", "cert-untrusted", "inconclusive"),
        innocent=cause("clock-wrong", "os-roots-stale", "portal-unreachable"),
        code=None,
    ),
    of_sign_in(
        "N109",
        "an old load balancer without secure renegotiation (RFC 5746)",
        "none",
        needing("gnutls-serv", needing("nft", without_secure_renegotiation)),
        innocent=cause("tls-too-old", "tls-blocked", "portal-unreachable"),
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="N113",
        what="the portal's certificate is signed with SHA-1",
        fault=(needing("openssl", signed_with_sha_1),),
        shows=("tls portal",),
        cause=cause("tls-too-old", "cert-untrusted"),
        innocent=cause("intercept-untrusted", "os-roots-stale", "clock-wrong"),
        ref="",
    ),
    Row(
        id="N53",
        what="an old store has only the lapsed root of a cross-signed chain",
        setting=(lapsed_root(system="new"),),
        fault=(lapsed_root(system="old"),),
        shows=("store", "tls portal"),
        cause=cause("os-roots-stale"),
        innocent=cause("cert-expired", "clock-wrong", "cert-untrusted"),
        ref="step-7",
    ),
    of_page(
        "N67",
        "a web guard answers 200 with its own refusal in a frame",
        "blocked-by-server",
        lambda asked: web.Page(body=GUARD.encode()),
    ),
    Row(
        id="N68",
        what="the portal sends everybody to a maintenance host, which answers 200",
        fault=(to_maintenance_host,),
        shows=("page portal",),
        cause=cause("portal-error"),
        innocent=cause("redirect-problem", "lookalike"),
        ref="error-4",
    ),
    Row(
        id="N69",
        what="the portal's Location says http:, and that host sends people back to https",
        fault=(over_plain_http,),
        shows=("page portal",),
        cause=cause("none"),
        also=cause("insecure-hop"),
        innocent=cause("redirect-problem"),
        code=0,
        contacts=QUIET,
    ),
    *(
        Row(
            id=row_id,
            what=what,
            fault=(steps.clock(round(seconds)),),
            shows=("clock",),
            cause=cause("clock-wrong"),
            innocent=cause("cert-expired", "cert-untrusted"),
            ref="step-7",
        )
        for row_id, what, seconds in (
            ("N70", "the clock says 2958", 932 * YEAR_S),
            ("N89", "the clock says 2107", 81 * YEAR_S),
            ("Q01", "the clock says 2262, the last year that can be read", 235.5 * YEAR_S),
            ("Q02", "the clock says 1969", -57 * YEAR_S),
        )
    ),
    Row(
        id="N71",
        what="a virtual machine woke up 26 hours behind, the certificates are five hours old",
        setting=(certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-0.21, 60))),),
        fault=(steps.clock(-26 * 3600),),
        shows=("clock", "tls portal"),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired"),
        ref="step-7",
    ),
    of_sign_in(
        "N104",
        "the router's filter gives 0.0.0.0 for the identity host",
        "dns-filtered",
        lie({names.IDENTITY: names.SINKHOLES}),
    ),
    of_sign_in(
        "N105",
        "a hosts line has the identity host on this computer",
        "hosts-override",
        steps.hosts(f"127.0.0.1 {names.IDENTITY}"),
        shows=("hosts", "tls identity"),
        innocent=cause("portal-unreachable"),
    ),
    of_sign_in(
        "Q10",
        "the identity host refuses connections",
        "portal-unreachable",
        steps.block(
            f"incoming ip daddr {names.IDENTITY_4} tcp dport 443 reject with tcp reset\n"
            f"incoming ip6 daddr {names.IDENTITY_6} tcp dport 443 reject with tcp reset"
        ),
        innocent=cause("no-internet", "tcp-blocked"),
    ),
    of_sign_in(
        "Q11",
        "the identity host's certificate has expired",
        "cert-expired",
        certificate(lambda w: w.pki.leaf(names.IDENTITY, days=(-90, -3)), names.IDENTITY),
    ),
    of_sign_in(
        "Q12",
        "the identity host's certificate is signed by itself",
        "cert-untrusted",
        certificate(lambda w: w.pki.self_signed(names.IDENTITY), names.IDENTITY),
    ),
    of_sign_in(
        "Q13",
        "the profile's identity host is not in use any more: it has no address",
        "none",
        steps.truth({names.IDENTITY: None}),
        code=0,
        innocent=cause("dns-filtered", "name-wrong", "dns-broken"),
        reasons=frozenset({"dns.sign-in-missing"}),
        contacts=QUIET,
    ),
    of_sign_in(
        "Q14",
        "the sign-in page leads on by script, and a hosts line has the identity host's own address",
        "none",
        steps.hosts(f"{names.IDENTITY_4} {names.IDENTITY}"),
        shows=("hosts",),
        code=0,
        innocent=cause("hosts-override"),
        contacts=QUIET,
    ),
    of_sign_in(
        "Q15",
        "a box resets the identity host's name",
        "tls-blocked",
        steps.refuses_name(Peer.reset, names.IDENTITY),
        innocent=cause("portal-unreachable"),
    ),
    Row(
        id="Q16",
        what="the portal answers 503, and a hosts line has the identity host on this computer",
        fault=(
            application(names.PORTAL, lambda asked: web.page("Sorry", status=503)),
            steps.hosts(f"127.0.0.1 {names.IDENTITY}"),
        ),
        shows=("hosts", "page portal"),
        cause=cause("hosts-override"),
    ),
    of_page(
        "Q20",
        "the page says that the portal is being worked on",
        "portal-error",
        shows("<h1>Scheduled maintenance</h1><p>Back at 6 am.</p>"),
    ),
    of_page(
        "Q21",
        "the same in Spanish",
        "portal-error",
        shows("<h1>El portal est&aacute; en mantenimiento</h1><p>Volveremos pronto.</p>", "Portal"),
    ),
    of_page("Q22", "the page is empty", "portal-error", lambda asked: web.Page(body=b"")),
    of_page(
        "Q23",
        "a web server's own first page",
        "portal-error",
        shows("<h1>Welcome to nginx!</h1><p>If you see this page</p>", "Welcome to nginx!"),
    ),
    of_page(
        "Q24",
        "the page says to everybody that the browser is not supported",
        "portal-error",
        shows("<h1>Your browser is not supported</h1>"),
    ),
    of_page("Q26", "the page is drawn by a script", "none", shows(SCRIPT), contacts=QUIET),
    of_page(
        "Q27",
        "the page has its form in a frame",
        "none",
        shows('<iframe src="/form"></iframe>'),
        contacts=QUIET,
    ),
    of_page(
        "Q28",
        "the page announces planned work, and has its form",
        "none",
        shows(f"<h1>Planned maintenance on Sunday</h1>{FORM}"),
        contacts=QUIET,
    ),
    of_page(
        "Q29",
        "the page leads on by itself",
        "none",
        lambda asked: web.Page(body=b'<meta http-equiv="refresh" content="0; url=/form">'),
        contacts=QUIET,
    ),
    of_page(
        "Q30",
        "a script draws the page, and its words for old browsers are hidden",
        "none",
        shows(f'<div class="hidden"><h1>Your browser is not supported</h1></div>{SCRIPT}'),
        contacts=QUIET,
    ),
    of_page(
        "Q31",
        "a firewall of the portal's rejects the request with status 200",
        "blocked-by-server",
        shows(
            "The requested URL was rejected. Please consult with your administrator.<br>Your support ID is: 123",
            "Request Rejected",
        ),
    ),
    Row(
        id="Q40",
        what="the portal leads to an imitation of a short name of its own",
        fault=(application(names.PORTAL, redirect("https://id.1ab.example/login")),),
        shows=("page portal",),
        cause=cause("lookalike"),
        ref="step-1",
        contacts=QUIET | {"neutral-dns", "canary", "open"},
    ),
    Row(
        id="Q41",
        what="the address given imitates the identity host alone, while only the portal's name is protected",
        setting=(steps.profile(protect=[names.PORTAL]),),
        fault=(steps.address_given("https://id.1ab.example/login"),),
        shows=(),
        cause=cause("lookalike"),
        ref="step-1",
        contacts=frozenset(),
    ),
    Row(
        id="Q42",
        what="an unrelated short name that only has a letter like it",
        fault=(application(names.PORTAL, redirect(names.LOGIN)), steps.profile(known_other=["1ab.example"])),
        shows=("settings",),
        cause=cause("none"),
        innocent=cause("lookalike"),
        code=0,
        contacts=QUIET,
    ),
)
