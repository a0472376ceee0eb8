"""After public bug reports. What a browser sends is tried first."""

from __future__ import annotations

import ssl

import h2.errors
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.lab import boxes, hellos, http2, names, steps
from tests.lab.row import TROUBLE, Row, Step, cause
from tests.lab.world import World

BY_PROXY = TROUBLE | {"proxy"}
_ALONE = cause("portal-unreachable", "portal-error", "none", "tcp-blocked", "no-internet")
_PROTOCOL_ERROR = http2.reset(h2.errors.ErrorCodes.PROTOCOL_ERROR)
_HTTP_1 = http2.reset(h2.errors.ErrorCodes.HTTP_1_1_REQUIRED)
_BOTH = ("h2", "http/1.1")
_NO_MORE_THAN_700 = "incoming iifname {link} meta length > 700 meta l4proto {{ tcp, udp }} drop"


def _is_large(offered: hellos.Offered) -> bool:
    return offered.is_large


def _has_tls_1_3(offered: hellos.Offered) -> bool:
    return offered.has_tls_1_3


def _has_http_2(offered: hellos.Offered) -> bool:
    return offered.has_http_2


def _has_reserved(offered: hellos.Offered) -> bool:
    return offered.has_reserved


def _large_with_http_2(offered: hellos.Offered) -> bool:
    return offered.is_large and offered.has_http_2


def _any_of_the_browsers(offered: hellos.Offered) -> bool:
    return offered.is_large or offered.has_http_2


def _half_a_server_hello(peer: Peer) -> None:
    """The server's first words, and a reset."""
    peer.socket.recv(16 * 1024)
    peer.socket.sendall(bytes((22, 3, 3, 0, 90, 2, 0, 0, 86, 3, 3)) + bytes(20))
    peer.reset()


def _once(how: Serve) -> Step:
    """The first connection to the portal fails so, and no later one."""

    def step(world: World) -> None:
        seen: list[Peer] = []

        def around(serve: Serve) -> Serve:
            def first(peer: Peer) -> None:
                seen.append(peer)
                (how if len(seen) == 1 else serve)(peer)

            return first

        world.portal.around = around
        world.at_run.append(seen.clear)

    return step


def _portal_shows(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, digest: hashes.SHA256) -> Step:
    def step(world: World) -> None:
        for host in (names.PORTAL, names.IDENTITY):
            world.portal.contexts[host] = world.pki.odd_leaf(host, key=key, digest=digest)
        world.portal.otherwise = world.portal.contexts[names.PORTAL]

    return step


def _only_tls_1_2(world: World) -> None:
    for context in (*world.portal.contexts.values(), world.portal.otherwise):
        context.maximum_version = ssl.TLSVersion.TLSv1_2


def _warning_page(world: World) -> None:
    """The router's own page in place of the portal's plain one."""
    for address in (names.PORTAL_4, names.PORTAL_6):
        world.servers.plain[address] = lambda asked: web.redirect("http://192.0.2.1/blocked")


def _blocked(name: str, what: str, *fault: Step, chromium: bool | None = False, **more: object) -> Row:
    given: dict[str, object] = {
        "cause": cause("tls-blocked"),
        "innocent": _ALONE,
        "ref": "step-6",
        "shows": (),
        **more,
    }
    return Row(id=name, what=what, fault=fault, chromium=chromium, **given)  # type: ignore[arg-type]  # by name


def _of_the_portal(name: str, what: str, named: str, *fault: Step, **more: object) -> Row:
    given: dict[str, object] = {
        "cause": cause(named),
        "innocent": cause("tls-blocked", "tcp-blocked", "no-internet"),
        "shows": (),
        "chromium": False,
        **more,
    }
    return Row(id=name, what=what, fault=fault, **given)  # type: ignore[arg-type]  # by name


def _healthy(name: str, what: str, *fault: Step, **more: object) -> Row:
    given: dict[str, object] = {
        "cause": cause("none"),
        "code": 0,
        "ref": "step-2",
        "shows": (),
        "chromium": True,
        **more,
    }
    return Row(id=name, what=what, fault=fault, **given)  # type: ignore[arg-type]  # by name


ROWS: tuple[Row, ...] = (
    _blocked("N33", "a firewall resets every hello of two packets", hellos.box(_is_large, Peer.reset)),
    _blocked(
        "N34",
        "a firewall swallows every hello of two packets",
        hellos.box(_is_large, Peer.ignore),
        cause=cause("tls-blocked", "mtu"),
        ref="",
    ),
    _blocked(
        "N36",
        "large packets vanish on the way out, and answers come in whole",
        steps.block(_NO_MORE_THAN_700.format(link="w0")),
        cause=cause("mtu"),
        innocent=cause("none", "portal-unreachable", "tls-blocked"),
        ref="error-4",
    ),
    _blocked(
        "N37", "a firewall resets every hello that offers TLS 1.3", hellos.box(_has_tls_1_3, Peer.reset)
    ),
    _blocked(
        "N86", "a firewall swallows every hello that offers TLS 1.3", hellos.box(_has_tls_1_3, Peer.ignore)
    ),
    _blocked(
        "N82",
        "a firewall resets every hello with reserved values, as Chromium sends them",
        hellos.box(_has_reserved, Peer.reset),
    ),
    _blocked(
        "N39",
        "a router answers plain HTTP on port 443 for the portal's name alone",
        steps.refuses_name(hellos.not_tls),
    ),
    _blocked(
        "N40",
        "a router is silent on port 443 for the portal's name, and sends its plain HTTP to a warning",
        steps.refuses_name(Peer.ignore),
        _warning_page,
    ),
    _blocked(
        "N61",
        "the proxy grants the tunnel, and nothing answers the portal's hello in it",
        steps.refuses_name(Peer.ignore),
        setting=(boxes.tinyproxy(), boxes.proxy_for_programs()),
        contacts=BY_PROXY,
        chromium=None,
    ),
    _blocked(
        "N93",
        "the proxy grants the tunnel, and it is closed at the portal's hello",
        steps.refuses_name(hellos.close),
        setting=(boxes.tinyproxy(), boxes.proxy_for_programs()),
        contacts=BY_PROXY,
        chromium=None,
    ),
    _blocked(
        "N101",
        "a company opens every connection, trusted, and its filter resets the portal's name",
        steps.refuses_name(Peer.reset),
        setting=(
            steps.signed_by("inspection", canaries=True),
            steps.roots(system=("root", "inspection")),
        ),
        chromium=None,
    ),
    _of_the_portal(
        "N63",
        "the portal resets every stream of HTTP/2",
        "portal-error",
        http2.speaks(*_BOTH, become=_PROTOCOL_ERROR),
    ),
    _of_the_portal(
        "N124",
        "the host that the portal redirects to resets every stream of HTTP/2",
        "portal-error",
        http2.speaks(*_BOTH, become=_PROTOCOL_ERROR, host=names.IDENTITY),
    ),
    _healthy("N65", "the portal speaks HTTP/2 alone", http2.speaks("h2")),
    _healthy("N127", "the portal speaks HTTP/2 and HTTP/1.1", http2.speaks(*_BOTH)),
    _healthy(
        "N126",
        "a firewall resets large hellos to everybody but the portal",
        hellos.box(_is_large, Peer.reset, spared=hellos.PORTAL_ADDRESSES),
    ),
    _healthy(
        "N54",
        "the portal's certificate has a key of 1024 bits, which browsers take",
        _portal_shows(rsa.generate_private_key(65537, 1024), hashes.SHA256()),
    ),
    _of_the_portal(
        "N110",
        "the portal knows no group but P-521, which Chromium has not",
        "tls-too-old",
        hellos.only(groups="secp521r1"),
    ),
    _of_the_portal(
        "N111",
        "the key of the portal's certificate is of P-521",
        "tls-too-old",
        _portal_shows(ec.generate_private_key(ec.SECP521R1()), hashes.SHA256()),
    ),
    # ---- others of the kind
    _of_the_portal(
        "K01", "the portal resets hellos of two packets", "tls-too-old", hellos.portal(_is_large, Peer.reset)
    ),
    _of_the_portal(
        "K02",
        "the portal is silent to hellos that offer TLS 1.3",
        "tls-too-old",
        hellos.portal(_has_tls_1_3, Peer.ignore),
    ),
    _blocked(
        "K03",
        "a firewall answers every hello of two packets with an alert",
        hellos.box(_is_large, hellos.alert(40)),
    ),
    _blocked(
        "K04",
        "a filter answers the portal's name with an alert",
        steps.refuses_name(hellos.alert(49)),
    ),
    _blocked("K05", "a filter closes the connection at the portal's name", steps.refuses_name(hellos.close)),
    _blocked(
        "K06",
        "a filter lets the hello pass, and resets the portal's answer",
        steps.refuses_name(_half_a_server_hello),
    ),
    _blocked(
        "K07",
        "something on the way resets every stream of HTTP/2, everybody's",
        http2.speaks(*_BOTH, become=_PROTOCOL_ERROR, canaries=True),
    ),
    _of_the_portal(
        "K08",
        "the portal ends every connection of HTTP/2",
        "portal-error",
        http2.speaks(*_BOTH, become=http2.go_away),
    ),
    _of_the_portal(
        "K09",
        "the portal is silent over HTTP/2",
        "portal-error",
        http2.speaks(*_BOTH, become=http2.silent),
        chromium=None,
    ),
    _healthy(
        "K10",
        "the portal wants HTTP/1.1 for its pages, and says so over HTTP/2",
        http2.speaks(*_BOTH, become=_HTTP_1),
    ),
    _healthy("K11", "the portal speaks TLS 1.2 and nothing newer", _only_tls_1_2),
    _healthy(
        "K12",
        "the portal speaks TLS 1.2 with one old cipher that browsers still offer",
        _portal_shows(rsa.generate_private_key(65537, 2048), hashes.SHA256()),
        _only_tls_1_2,
        hellos.only(ciphers="ECDHE-RSA-AES128-SHA"),
    ),
    _of_the_portal(
        "K13",
        "the portal speaks TLS 1.2 with a cipher that browsers gave up",
        "tls-too-old",
        _portal_shows(rsa.generate_private_key(65537, 2048), hashes.SHA256()),
        _only_tls_1_2,
        hellos.only(ciphers="ECDHE-RSA-AES128-SHA256"),
    ),
    _healthy(
        "K14",
        "a firewall resets hellos with reserved values to everybody but the portal",
        hellos.box(_has_reserved, Peer.reset, spared=hellos.PORTAL_ADDRESSES),
    ),
    _of_the_portal(
        "K15",
        "the portal resets hellos with reserved values",
        "tls-too-old",
        hellos.portal(_has_reserved, Peer.reset),
    ),
    _blocked(
        "K16",
        "a firewall resets hellos that are large and offer HTTP/2",
        hellos.box(_large_with_http_2, Peer.reset),
    ),
    _blocked(
        "K17",
        "a firewall resets hellos that are large, and those that offer HTTP/2",
        hellos.box(_any_of_the_browsers, Peer.reset),
    ),
    _blocked(
        "K18",
        "beyond the proxy a firewall resets every hello of two packets",
        hellos.box(_is_large, Peer.reset),
        setting=(boxes.tinyproxy(), boxes.proxy_for_programs()),
        contacts=BY_PROXY,
        chromium=None,
    ),
    _of_the_portal(
        "K19",
        "large packets vanish in the tunnel alone",
        "vpn-breaks",
        steps.block(_NO_MORE_THAN_700.format(link="tunw")),
        setting=(boxes.only_ipv4, boxes.openvpn(*boxes.FULL)),
        innocent=cause("none", "portal-unreachable", "tls-blocked"),
        chromium=None,
    ),
    _healthy(
        "K20",
        "the first connection to the portal is reset, and no later one",
        _once(Peer.reset),
        also=cause("flaky-network"),
        chromium=None,
    ),
    _healthy(
        "K21",
        "the first connection to the portal is closed at the hello, and no later one",
        _once(hellos.close),
        also=cause("flaky-network"),
        chromium=None,
    ),
    _blocked(
        "K22",
        "a firewall resets hellos that offer HTTP/2",
        hellos.box(_has_http_2, Peer.reset),
    ),
    _of_the_portal(
        "K23",
        "the portal takes TLS only from those who offer no HTTP/2",
        "tls-too-old",
        hellos.portal(_has_http_2, hellos.alert(120)),
    ),
    _healthy(
        "K24",
        "HTTP/2 everywhere, behind a company's trusted inspection",
        http2.speaks(*_BOTH, canaries=True),
        setting=(
            steps.signed_by("inspection", canaries=True),
            steps.roots(system=("root", "inspection")),
        ),
        chromium=None,
    ),
)
