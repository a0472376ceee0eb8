"""What can be odd or broken in a world: each function makes a step for a row. Small, and put together freely."""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from portalcheck.demo import tls
from portalcheck.demo.certificates import Issued, server_context
from portalcheck.demo.servers import Serve
from tests.lab import names
from tests.lab.servers import Application, Site
from tests.lab.world import World, sh

Step = Callable[[World], Any]


def needing(program: str, step: Step) -> Step:
    """The same step, which says that it needs a program of the distribution."""
    step.needs = (*getattr(step, "needs", ()), program)  # type: ignore[attr-defined]  # functions take attributes
    return step


# ---- the patient's settings --------------------------------------------------------------------


def network(**settings: object) -> Step:
    """Set keys of `[network]`."""
    return lambda world: world.patient.settings["network"].update(settings)


def profile(**settings: object) -> Step:
    """Set keys of the portal's profile."""
    return lambda world: world.patient.settings["portals"]["lab"].update(settings)


def address_given(url: str) -> Step:
    """Give a URL on the command line."""
    return lambda world: world.patient.arguments.append(url)


def variables(**values: str) -> Step:
    """Set environment variables."""
    return lambda world: world.patient.environment.update(values)


def clock(seconds: int) -> Step:
    """Put the patient's wall clock ahead, or behind."""
    return lambda world: setattr(world.patient, "clock_s", seconds)


def hosts(*lines: str) -> Step:
    """Lines of the hosts file."""
    return lambda world: world.patient.hosts.extend(lines)


def name_servers(*addresses: str) -> Step:
    """The DNS servers of resolv.conf."""
    return lambda world: setattr(world.patient, "name_servers", list(addresses))


def resolv_options(*lines: str) -> Step:
    """Further lines of resolv.conf."""
    return lambda world: setattr(world.patient, "resolv_options", "\n".join(lines))


def home_file(path: str, text: str) -> Step:
    """A file in the patient's home."""

    def step(world: World) -> None:
        place = world.patient.home / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    return step


def roots(system: tuple[str, ...] = (), mozilla: tuple[str, ...] = ("root",)) -> Step:
    """What is in the two trust stores, by the authorities' names."""

    def step(world: World) -> None:
        world.patient.system_roots = [getattr(world.pki, name) for name in system]
        world.patient.mozilla_roots = [getattr(world.pki, name) for name in mozilla]

    return step


# ---- DNS ---------------------------------------------------------------------------------------


def system_dns(mode: str) -> Step:
    """Make the patient's own DNS server silent, or answer servfail or refused."""
    return lambda world: setattr(world.system_dns, "mode", mode)


def late_dns(seconds: float) -> Step:
    """Make the patient's own DNS server answer every question so late."""
    return lambda world: setattr(world.system_dns, "delay_s", seconds)


def lie(answers: dict[str, tuple[str, ...] | None]) -> Step:
    """Other answers of the own DNS server; None denies the name."""
    return lambda world: world.system_dns.lies.update(answers)


def truth(answers: dict[str, tuple[str, ...] | None]) -> Step:
    """Other answers of every DNS server."""

    def step(world: World) -> None:
        for name, addresses in answers.items():
            if addresses is None:
                world.zone.pop(name, None)
            else:
                world.zone[name] = addresses

    return step


def tweak(change: Callable[[dns.message.Message], dns.message.Message | bytes | None]) -> Step:
    """Change the own DNS server's responses before they are sent."""
    return lambda world: setattr(world.system_dns, "tweak", change)


def answers_for(
    host: str,
    change: Callable[[dns.message.Message], dns.message.Message | bytes | None],
    *,
    all_servers: bool = False,
) -> Step:
    """Change the own DNS server's responses for one name, or every server's."""

    def changed(response: dns.message.Message) -> dns.message.Message | bytes | None:
        asked = response.question[0].name.to_text(omit_final_dot=True).lower()
        return change(response) if asked == host else response

    def step(world: World) -> None:
        for server in (world.system_dns, *([world.neutral_dns] if all_servers else [])):
            server.tweak = changed

    return step


def rcode(
    code: dns.rcode.Rcode, *, keeps_answer: bool = False
) -> Callable[[dns.message.Message], dns.message.Message]:
    """An error in place of an answer, or beside it."""

    def change(response: dns.message.Message) -> dns.message.Message:
        if not keeps_answer:
            response.answer.clear()
        response.set_rcode(code)
        return response

    return change


def rotating(name: str, addresses: tuple[str, ...]) -> Step:
    """The own server gives one address of several, another each time, as a CDN does."""

    def step(world: World) -> None:
        usual, count = world.system_dns.addresses, iter(range(10**6))

        def turning(host: str) -> tuple[str, ...] | None:
            return (addresses[next(count) % len(addresses)],) if host == name else usual(host)

        world.system_dns.addresses = turning  # type: ignore[method-assign]  # the fault is in the server

    return step


def aaaa_fails(response: dns.message.Message) -> dns.message.Message:
    """SERVFAIL to questions for AAAA (RFC 4074)."""
    if response.question[0].rdtype == dns.rdatatype.AAAA:
        response.answer.clear()
        response.set_rcode(dns.rcode.SERVFAIL)
    return response


def real_dnsmasq(*options: str) -> Step:
    """dnsmasq as the own DNS server, beside which `options` are its lies (as a filter's would be)."""

    def step(world: World) -> None:
        address = names.SECOND_DNS_4
        sh(f"ip address add {address} dev lo", check=False)
        known = [f"--address=/{name}/{one}" for name, found in world.zone.items() for one in found]
        world.daemon(
            *("dnsmasq", "--keep-in-foreground", "--no-daemon", "--no-resolv", "--no-hosts", "--user=root"),
            *("--conf-file=/dev/null", f"--listen-address={address}", "--bind-interfaces", "--pid-file="),
            *(
                option
                for option in known
                if not any(option.startswith(o.rpartition("/")[0] + "/") for o in options)
            ),
            *options,
            ready=lambda: _udp_answers(address),
        )
        world.patient.name_servers = [address]

    return needing("dnsmasq", step)


def _udp_answers(address: str) -> bool:
    query = dns.message.make_query(names.OPEN, "A").to_wire()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        try:
            sock.connect((address, 53))
            sock.send(query)
            return bool(sock.recv(512))
        except OSError:
            return False


def tcp_answers(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), 0.3):
            return True
    except OSError:
        return False


# ---- filters -----------------------------------------------------------------------------------


def block(rules: str, *, patient: bool = False) -> Step:
    """nftables rules, in the network (`incoming`, `outgoing`) or on the patient's own computer."""
    return needing("nft", lambda world: world.nft(rules, patient=patient))


V4_PORTAL = f"ip daddr {{ {names.PORTAL_4}, {names.IDENTITY_4} }}"
V6_PORTAL = f"ip6 daddr {{ {names.PORTAL_6}, {names.IDENTITY_6} }}"
V6_ALL = "ip6 daddr { 2001:db8:2::/48, 2001:db8:3::/48 }"

ALL_SILENT = """
incoming iifname w0 ip daddr 192.0.2.1 accept
incoming iifname w0 meta l4proto { tcp, udp } drop
"""


def gone(how: str) -> str:
    """Rules that take the portal's port 443 away: `drop`, or `reject with ...`."""
    return "\n".join(
        f"incoming iifname {{ w0, tunw, tapw }} {rule} tcp dport 443 {how}" for rule in (V4_PORTAL, V6_PORTAL)
    )


# ---- certificates and sites --------------------------------------------------------------------


def certificate(make: Callable[[World], Issued], host: str = names.PORTAL) -> Step:
    """Another certificate for one of the portal's hosts."""
    return lambda world: world.show(host, make(world))


def signed_by(authority: str, *, canaries: bool) -> Step:
    """Re-sign the portal's certificates, and the canaries' too, as a box that inspects TLS does."""

    def step(world: World) -> None:
        signer = getattr(world.pki, authority)
        for host in (names.PORTAL, names.IDENTITY):
            world.show(host, world.pki.leaf(host, signer=signer))
        if canaries:
            for host in names.CANARIES:
                world.canaries.contexts[host] = server_context(world.pki.leaf(host, signer=signer))
            world.canaries.otherwise = world.canaries.contexts[names.CANARIES[0]]

    return step


def application(host: str, answer: Application) -> Step:
    """What one of the portal's hosts answers."""
    return lambda world: world.apps.update({host: answer})


def refuses_name(how: Serve, host: str = names.PORTAL) -> Step:
    """A box that dislikes one of the portal's names in the ClientHello."""

    def step(world: World) -> None:
        world.portal.around = lambda serve: partial(tls.unless_named, host, how, serve)

    return step


def only_old_tls(world: World) -> None:
    """The portal speaks TLS 1.0 and 1.1 only."""
    for host in (names.PORTAL, names.IDENTITY):
        tls.only_old(world.portal.contexts[host])
    world.portal.otherwise = world.portal.contexts[names.PORTAL]


def false_site(address: str, make: Callable[[World], Issued], answer: Application) -> Step:
    """A site where a false answer leads."""

    def step(world: World) -> None:
        world.servers.sites[address] = Site({"": server_context(make(world))}, answer)
        world.servers.plain[address] = answer

    return step


def world_file(name: str, text: str) -> Step:
    """A file in the world's folder, for programs of the world."""
    return lambda world: (world.folder / name).write_text(text, "utf-8")


def plain_gone(address: str) -> Step:
    """Nothing answers plain HTTP at an address any more."""
    return lambda world: world.servers.plain.pop(address, None)
