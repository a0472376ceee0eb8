"""Group G: the portal's front door and the browser. Group H: several faults at once."""

from __future__ import annotations

import threading

from portalcheck.demo import web
from tests.lab import boxes, names, steps
from tests.lab.boxes import FULL, all_names_to, gateway, only_ipv4, openvpn, to_login
from tests.lab.browsers import firefox, some
from tests.lab.real_nginx import nginx
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.rows_f import tunnel_left_behind
from tests.lab.servers import Application
from tests.lab.steps import application, certificate
from tests.lab.world import World, redirect, sign_in, status

HERE = TROUBLE | {"gateway"}
SPOTLESS = cause("portal-unreachable", "captive-portal", "no-internet", "clock-wrong")
DAY_S = 86_400


def of_server(row_id: str, what: str, named: str, answer: Application, ref: str, **more: object) -> Row:
    """A row whose cause is what the portal itself answers."""
    usual = {"shows": ("page portal",), "innocent": SPOTLESS}
    fault = (application(names.PORTAL, answer),)
    return Row(id=row_id, what=what, cause=cause(named), fault=fault, ref=ref, **{**usual, **more})  # type: ignore[arg-type]  # the fields of a row


def plain_sign_in(world: World) -> None:
    """The identity host has its page on port 80, too."""
    for address in (names.IDENTITY_4, names.IDENTITY_6):
        world.servers.plain[address] = sign_in


def challenge(asked: web.Asked) -> web.Page:
    """A page that wants to see a person, as content networks send it."""
    return web.Page(
        status=403, body=b"<title>Just a moment...</title>", headers=(("cf-mitigated", "challenge"),)
    )


def endless(asked: web.Asked) -> web.Page:
    """A redirect to another page of the portal, without end."""
    number = int(asked.target.rpartition("/")[2] or 0) if asked.target.rpartition("/")[2].isdecimal() else 0
    return web.redirect(f"https://{names.PORTAL}/step/{number + 1}")


def needs_cookie(asked: web.Asked) -> web.Page:
    """A portal that sends visitors round until they return its cookie, as many do."""
    if asked.cookie_bytes:
        return web.redirect(names.LOGIN)
    return web.Page(status=302, location=names.SIGN_IN, headers=(("Set-Cookie", "seen=1; Secure; Path=/"),))


def heals(world: World) -> None:
    """The portal is out of reach at first, and is back while the tool is at work."""
    world.nft(steps.gone("drop"))
    timer = threading.Timer(4.5, lambda: world.shell("nft flush table inet lab"))
    timer.daemon = True
    world.at_run.append(timer.start)


def lossy(world: World) -> None:
    """Of ten round trips three lose a packet."""
    boxes.link(loss=0.16)(world)


def inspected_and_refused(world: World) -> None:
    """A trusted box that inspects every connection, and gives its own error page for the portal alone."""
    world.apps[names.PORTAL] = lambda asked: web.page("The server's certificate is not trusted", status=502)


G = (
    of_server("G01", "maintenance: 503", "portal-error", status(503), "error-4"),
    of_server("G02", "500", "portal-error", status(500), "error-4"),
    of_server("G03", "403 with a challenge", "blocked-by-server", challenge, "step-10"),
    of_server("G03a", "403", "blocked-by-server", status(403), "step-10"),
    of_server("G03b", "451", "blocked-by-server", status(451), "step-10"),
    Row(
        id="G03c",
        what="403 for visitors through a VPN",
        setting=(only_ipv4, openvpn(*FULL)),
        fault=(application(names.PORTAL, status(403)),),
        shows=("page portal",),
        cause=cause("blocked-by-server"),
        also=cause("vpn-active"),
        innocent=cause("vpn-breaks"),
        ref="step-6",
    ),
    of_server("G05", "redirects in a circle", "redirect-problem", redirect(names.SIGN_IN), "step-10"),
    of_server("G05a", "redirects without end", "redirect-problem", endless, "step-10"),
    Row(
        id="G06",
        what="a redirect to plain HTTP, where the sign-in page is",
        fault=(application(names.PORTAL, redirect(f"http://{names.IDENTITY}/login")), plain_sign_in),
        shows=("page portal",),
        cause=cause("redirect-problem"),
        innocent=SPOTLESS,
        ref="step-10",
    ),
    of_server("G06a", "a redirect that is no address", "redirect-problem", redirect("https://"), "step-10"),
    of_server(
        "G06b",
        "a redirect to a name that does not exist",
        "inconclusive",
        redirect("https://gone.lab.example/"),
        "step-5",
        code=3,
    ),
    Row(
        id="G07",
        what="the portal wants its own cookie back before it goes on",
        fault=(application(names.PORTAL, needs_cookie),),
        shows=("page portal",),
        cause=cause("none"),
        innocent=cause("redirect-problem"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="G08",
        what="no browser keeps a cookie of the portal",
        fault=(firefox(),),
        shows=("home",),
        cause=cause("none"),
        also=cause("cookies-none"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="G09",
        what="only expired cookies",
        fault=(firefox((names.PORTAL, "sid", "x" * 40, -DAY_S)),),
        shows=("home",),
        cause=cause("none"),
        also=cause("cookies-expired"),
        innocent=cause("cookies-stale"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="G10",
        what="nginx refuses requests with as many cookies as Firefox keeps",
        setting=(nginx(),),
        fault=(firefox(*some(count=3, length=3400)),),
        shows=("home",),
        cause=cause("cookies-stale"),
        innocent=cause("portal-error", "blocked-by-server"),
        ref="step-4",
        contacts=QUIET,
    ),
    Row(
        id="G10a",
        what="so many cookies that hardly any server takes them",
        fault=(firefox(*some(count=6, length=3400)),),
        shows=("home",),
        cause=cause("cookies-stale"),
        ref="step-4",
        contacts=QUIET,
    ),
    Row(
        id="G11",
        what="Firefox is set to refuse every cookie",
        fault=(firefox(prefs='user_pref("network.cookie.cookieBehavior", 2);\n'),),
        shows=("home",),
        cause=cause("cookies-blocked"),
        ref="step-6",
        contacts=QUIET,
    ),
    Row(
        id="G12",
        what="a Firefox that gets no updates any more",
        fault=(firefox(version="60.0"),),
        shows=("home",),
        cause=cause("software-outdated"),
        ref="step-7",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="A35",
        what="the browser's cookie store is damaged",
        fault=(firefox(damaged=True),),
        shows=("home",),
        cause=cause("none"),
        also=cause("browser-unread"),
        innocent=cause("cookies-none", "cookies-stale"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
)

H = (
    Row(
        id="H01",
        what="a Wi-Fi sign-in, and every name leads to its gateway",
        fault=(gateway(to_login, "certificate"), all_names_to(names.GATE_4)),
        shows=("name portal", "open network"),
        cause=cause("captive-portal"),
        innocent=cause("dns-hijacked", "cert-wrong-name", "cert-untrusted"),
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="H03",
        what="a Wi-Fi sign-in with a split-tunnel VPN on",
        setting=(only_ipv4, openvpn("192.0.2.208/28")),
        fault=(gateway(to_login, "certificate"),),
        shows=("open network", "tls portal"),
        cause=cause("captive-portal"),
        innocent=cause("vpn-breaks", "cert-untrusted"),
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="H03a",
        what="a Wi-Fi sign-in, and all routes in a tunnel that cannot come up before it",
        setting=(only_ipv4,),
        fault=(tunnel_left_behind, gateway(to_login, "certificate")),
        shows=("routes",),
        cause=cause("captive-portal"),
        also=cause("vpn-active"),
        innocent=cause("no-internet", "dns-down"),
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="H04",
        what="a trusted inspection box that gives its own 502 page for the portal",
        setting=(steps.signed_by("inspection", canaries=True), steps.roots(system=("root", "inspection"))),
        fault=(inspected_and_refused,),
        shows=("page portal",),
        cause=cause("proxy-blocks", "inconclusive"),
        also=cause("intercept-trusted"),
        innocent=cause("portal-error", "cert-untrusted", "intercept-untrusted"),
    ),
    Row(
        id="H06",
        what="a VPN that works, and an expired certificate",
        setting=(only_ipv4, openvpn(*FULL)),
        fault=(certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-90, -3))),),
        shows=("tls portal",),
        cause=cause("cert-expired"),
        also=cause("vpn-active"),
        innocent=cause("vpn-breaks", "clock-wrong"),
        ref="step-10",
    ),
    Row(
        id="H07",
        what="trusted inspection, and maintenance",
        setting=(steps.signed_by("inspection", canaries=True), steps.roots(system=("root", "inspection"))),
        fault=(application(names.PORTAL, status(503)),),
        shows=("page portal",),
        cause=cause("portal-error"),
        also=cause("intercept-trusted"),
        ref="error-4",
    ),
    Row(
        id="H08",
        what="IPv6 is silent, and a filter answers 0.0.0.0 for the portal's IPv4 address",
        fault=(
            steps.block(f"incoming {steps.V6_ALL} drop"),
            steps.lie({names.PORTAL: ("0.0.0.0", names.PORTAL_6)}),
        ),
        shows=("name portal", f"tcp {names.PORTAL_6}"),
        cause=cause("dns-filtered"),
        innocent=cause("portal-unreachable"),
        ref="step-6",
    ),
    Row(
        id="H11",
        what="the clock is three years behind, so that the DNS server here finds no signature valid",
        setting=(),
        fault=(steps.clock(-3 * 365 * DAY_S), steps.system_dns("validates")),
        shows=("clock", "name portal"),
        cause=cause("clock-wrong"),
        innocent=cause("cert-expired", "no-internet", "dns-broken"),
        ref="step-7",
    ),
    Row(
        id="H13",
        what="the DNS server is silent, and a page of the Wi-Fi's is in the way",
        fault=(
            steps.system_dns("silent"),
            gateway(to_login, "reset"),
            steps.block(f"incoming ip daddr {names.NEUTRAL_DNS_4} drop"),
        ),
        shows=("name portal", "open network"),
        cause=cause("captive-portal"),
        innocent=cause("dns-down", "no-internet"),
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="H14",
        what="a link on which three of ten round trips are lost, and a VPN",
        setting=(only_ipv4, openvpn("203.0.113.0/24")),
        fault=(lossy,),
        shows=(),
        cause=cause("none", "slow", "inconclusive", "portal-unreachable", "no-internet"),
        innocent=cause("vpn-breaks", "tls-blocked", "captive-portal", "dns-hijacked"),
        code=None,
    ),
    Row(
        id="H15",
        what="three notes at once: IPv6 is silent, the clock 90 s ahead, the intermediate missing",
        fault=(
            steps.block(f"incoming {steps.V6_ALL} drop"),
            steps.clock(90),
            certificate(lambda w: w.pki.leaf(names.PORTAL, send_issuer=False)),
        ),
        shows=("clock", "tls portal"),
        cause=cause("none"),
        also=cause("ipv6-fallback", "clock-off", "cert-chain-incomplete"),
        ref="step-2",
        code=0,
    ),
    Row(
        id="H17",
        what="the portal is out of reach, and is back while the tool is at work",
        fault=(heals,),
        shows=(f"tcp {names.PORTAL_4}",),
        cause=cause("inconclusive", "none"),
        innocent=cause("no-internet", "vpn-breaks", "ipv6-broken", "portal-unreachable"),
        code=None,
    ),
    Row(
        id="H18",
        what="a hosts entry that is stale, and an expired certificate",
        fault=(
            steps.hosts(f"127.0.0.1 {names.PORTAL}"),
            certificate(lambda w: w.pki.leaf(names.PORTAL, days=(-90, -3))),
        ),
        shows=("hosts",),
        cause=cause("hosts-override"),
        innocent=cause("portal-unreachable"),
        ref="step-1",
    ),
)
ROWS = (*G, *H)
