"""What stands in the way, as steps: sign-in gateways, proxies, tunnels, bad links."""

from __future__ import annotations

import re
from functools import partial

from portalcheck.address.nat64 import TELLING_NAME, WELL_KNOWN, embedded
from portalcheck.demo import web
from portalcheck.demo.servers import Peer, Serve
from tests.lab import names
from tests.lab.servers import Application, DnsServer, Site
from tests.lab.soft_link import Quality, soft_link
from tests.lab.steps import Step, needing, tcp_answers
from tests.lab.world import World, sh

# ---- a Wi-Fi that wants a sign-in ----------------------------------------------------------------


def gateway(
    plain: Application | None,
    secured: str = "reset",
    *,
    spared: tuple[str, ...] = (),
) -> Step:
    """A gateway in the way of everything: `plain` answers port 80; 443 is reset, ignored, certificate or http."""

    def step(world: World) -> None:
        site = Site(world.contexts(names.GATEWAY, signer=world.pki.private), plain or web.open_network)
        serves: dict[str, Serve] = {
            "reset": Peer.reset,
            "ignore": Peer.ignore,
            "http": partial(web.serve, plain or web.open_network),
            "certificate": partial(site.serve, world.log, "gateway"),
        }

        def between(address: str, port: int) -> Serve | None:
            if address in spared:
                return None
            if port == 443:
                return serves[secured]
            return partial(web.serve, plain) if plain is not None else None

        world.servers.middle = between

    return step


def to_login(asked: web.Asked) -> web.Page:
    """The way to the Wi-Fi's sign-in page."""
    return web.redirect(f"http://{names.GATEWAY}/welcome")


def login_page(asked: web.Asked) -> web.Page:
    """The Wi-Fi's sign-in page in place of everything."""
    return web.page("Welcome to our Wi-Fi", "<form><button>I accept the terms</button></form>")


def network_login(asked: web.Asked) -> web.Page:
    """511 (RFC 6585, 6)."""
    return web.page("Sign in to the network", status=511)


def all_names_to(address: str, *, independent: bool = False) -> Step:
    """The network answers every name with one address, from the independent DNS server's address too."""

    def step(world: World) -> None:
        servers: list[DnsServer] = [world.system_dns, *([world.neutral_dns] if independent else [])]
        for server in servers:
            server.otherwise = (address,)

    return step


# ---- proxies -----------------------------------------------------------------------------------

_PROXY = f"http://{names.PROXY_4}:{names.PROXY_PORT}"


def proxy_for_programs(url: str = _PROXY, *, without: str = "") -> Step:
    """Name a proxy in the environment."""

    def step(world: World) -> None:
        world.patient.proxy = url.partition("://")[2]
        world.patient.environment.update(https_proxy=url, http_proxy=url)
        if without:
            world.patient.environment["no_proxy"] = without

    return step


def kde(kind: int, **keys: str) -> Step:
    """Proxy settings of the KDE desktop, which count for browsers: 0 none, 1 by hand, 2 a PAC file."""
    return lambda world: world.patient.set_desktop_proxies(kind, keys)


def pac(script: str, host: str = names.GATE_4) -> Step:
    """A PAC file on the network's own web server, named in KDE's settings."""

    def step(world: World) -> None:
        world.servers.plain[names.GATE_4] = lambda asked: web.Page(
            body=script.encode(), kind="application/x-ns-proxy-autoconfig"
        )
        kde(2, Proxy_Config_Script=f"http://{host}/proxy.pac")(world)

    return step


def tinyproxy(*lines: str) -> Step:
    """tinyproxy at the proxy's address; `lines` go into its settings. It resolves as the world does."""

    def step(world: World) -> None:
        settings = world.folder / "tinyproxy.conf"
        settings.write_text(
            "\n".join(
                [
                    f"Listen {names.PROXY_4}",
                    f"Port {names.PROXY_PORT}",
                    f'PidFile "{world.folder}/tinyproxy.pid"',
                    "Timeout 60",
                    "MaxClients 50",
                    "ConnectPort 443",
                    *(line.format(folder=world.folder) for line in lines),
                    "",
                ]
            ),
            "utf-8",
        )
        world.names_for_daemons()
        world.daemon(
            *("tinyproxy", "-d", "-c", str(settings)),
            ready=lambda: tcp_answers(names.PROXY_4, names.PROXY_PORT),
        )

    return needing("tinyproxy", step)


def squid(*rules: str) -> Step:
    """Squid at the proxy's address, with access rules of its own."""

    def step(world: World) -> None:
        settings = world.folder / "squid.conf"
        settings.write_text(
            "\n".join(
                [
                    f"http_port {names.PROXY_4}:{names.PROXY_PORT}",
                    f"pid_filename {world.folder}/squid.pid",
                    "cache_effective_user proxy",
                    "cache deny all",
                    "cache_log /dev/null",
                    "access_log none",
                    "coredump_dir /tmp",
                    "shutdown_lifetime 0 seconds",
                    f"dns_nameservers {names.NEUTRAL_DNS_4}",
                    "visible_hostname proxy.lab.example",
                    *rules,
                    "",
                ]
            ),
            "utf-8",
        )
        world.names_for_daemons()
        world.daemon(
            *("squid", "-N", "-f", str(settings)),
            ready=lambda: tcp_answers(names.PROXY_4, names.PROXY_PORT),
        )

    return needing("squid", step)


# ---- VPN ---------------------------------------------------------------------------------------


def openvpn(*routes: str, dns: bool = False) -> Step:
    """A real OpenVPN tunnel, with the patient's routes through it; with `dns` its DNS server is inside."""

    def step(world: World) -> None:
        key = world.folder / "vpn.key"
        sh(f"openvpn --genkey secret {key}")
        sh(f"ip address add {names.VPN_4}/32 dev lo")
        common = (
            *("openvpn", "--proto", "udp", "--dev-type", "tun", "--cipher", "AES-256-CBC", "--verb", "1"),
            *("--secret", str(key), "--keepalive", "1", "60", *_static_keys()),
        )
        here = ("--dev", "tunw", "--local", names.VPN_4, "--ifconfig", names.VPN_WORLD, names.VPN_PATIENT)
        theirs = ("--ifconfig", names.VPN_PATIENT, names.VPN_WORLD)
        there = ("--dev", "tun0", "--remote", names.VPN_4, "--nobind", *theirs)
        world.daemon(*common, *here, ready=lambda: "tunw" in sh("ip -br link"))
        world.daemon(*common, *there, patient=True, ready=lambda: _is_up(world))
        world.patient_ip(f"route add {names.VPN_4} via {names.GATE_4}")
        for route in routes:
            world.patient_ip(f"route add {route} dev tun0")
        if dns:
            sh(f"ip address add {names.VPN_DNS_4}/32 dev lo")
            world.servers.dns(names.VPN_DNS_4, world.system_dns)
            world.patient_ip(f"route add {names.VPN_DNS_4} dev tun0")
            world.patient.name_servers = [names.VPN_DNS_4]

    return needing("openvpn", step)


def _is_up(world: World) -> bool:
    """Whether both ends have said that they are connected."""
    said = (world.folder / "openvpn.log").read_text("utf-8", "replace")
    return said.count("Initialization Sequence Completed") >= 2


def _static_keys() -> tuple[str, ...]:
    """OpenVPN 2.7 wants to be told that a key without TLS is meant."""
    version = re.match(r"OpenVPN (\d+)\.(\d+)", sh("openvpn --version", check=False))
    wants = version is not None and (int(version[1]), int(version[2])) >= (2, 7)
    return ("--allow-deprecated-insecure-static-crypto",) if wants else ()


FULL = ("0.0.0.0/1", "128.0.0.0/1")
"""The routes of a full tunnel, as OpenVPN's `redirect-gateway def1` sets them."""


def link(**quality: float) -> Step:
    """A bad link: `delay_s` one way, `loss`, `rate` in bytes a second, `largest` packet."""

    def step(world: World) -> None:
        world.links += soft_link(sh, Quality(**quality))  # type: ignore[arg-type]  # the fields of Quality

    return step


def only_ipv4(world: World) -> None:
    """Take IPv6 away, as on most networks with a VPN."""
    world.patient_ip("-6 address flush dev eth0", "-6 route flush default")
    for name, addresses in list(world.zone.items()):
        world.zone[name] = tuple(one for one in addresses if "." in one)


def only_ipv6(world: World) -> None:
    """Take IPv4 away: a network with IPv6 alone."""
    world.patient_ip("-4 address flush dev eth0")
    world.patient.name_servers = [names.OWN_DNS_6]
    world.patient.settings["network"]["resolvers"] = [names.NEUTRAL_DNS_6]
    for name, addresses in list(world.zone.items()):
        if any(":" in one for one in addresses):
            world.zone[name] = tuple(one for one in addresses if ":" in one)


def nat64(prefix: str = WELL_KNOWN) -> Step:
    """A network with IPv6 alone, NAT64 and DNS64: all that has IPv4 in the world is there behind the prefix too.

    The settings keep their IPv4 neutral hosts. Only this row's process knows of the further addresses.
    """

    def step(world: World) -> None:
        world.patient_ip("-4 address flush dev eth0")
        world.patient.name_servers = [names.OWN_DNS_6]
        there = set(names.OF_THE_WORLD)
        for address in [one for one in there if ":" not in one]:
            behind = embedded(address, prefix)
            names.ROLES[behind] = names.ROLES[address]
            if behind not in there:
                sh(f"ip address add {behind}/128 dev lo nodad")
            for table in (world.servers.sites, world.servers.plain):
                if address in table:
                    table[behind] = table[address]  # type: ignore[assignment]  # of the same table
        world.servers.dns(embedded(names.NEUTRAL_DNS_4, prefix), world.neutral_dns)
        world.zone[TELLING_NAME] = ("192.0.0.170", "192.0.0.171")
        usual = world.system_dns.addresses

        def translated(host: str) -> tuple[str, ...] | None:
            found = usual(host)
            if not found or any(":" in one for one in found):
                return found
            return (*found, *(embedded(one, prefix) for one in found))

        world.system_dns.addresses = translated  # type: ignore[method-assign]  # as DNS64 does (RFC 6147)

    return step


def no_dns64(world: World) -> None:
    """The DNS server makes no addresses behind the translator any more."""
    del world.system_dns.addresses
