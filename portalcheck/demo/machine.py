"""The practice computer: what it says of itself, with every address led to the loopback."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence

import msgspec

from portalcheck.facts import (
    BrowserProfile,
    CookieStore,
    DnsServer,
    InstalledBrowser,
    Interface,
    LocalRoute,
    ProxySettings,
    Roots,
    System,
)

_TRIES = 2
_TRY_S = 1.0
_SYSTEMS = {"win32": "windows", "darwin": "macos"}


class DemoMachine(msgspec.Struct, frozen=True, kw_only=True):
    """A `portalcheck.api.Machine` of the practice world.

    `ports` maps an address and port of that world to a loopback address and port; nothing else can be
    reached, so that no traffic leaves the computer that practises.
    """

    ports: Mapping[tuple[str, int], tuple[str, int]]
    links: tuple[Interface, ...]
    resolvers: tuple[DnsServer, ...]
    hosts: Mapping[str, tuple[str, ...]]
    proxy: ProxySettings
    trusted: tuple[bytes, ...]
    mozilla: tuple[bytes, ...]
    clock_s: float = 0.0
    installed: tuple[InstalledBrowser, ...] = ()
    profiles: tuple[BrowserProfile, ...] = ()
    cookies: tuple[CookieStore, ...] = ()

    def system(self) -> System:
        """The kind of system it runs on; its release is not the one that is practised on, so it has none."""
        return System(os=_SYSTEMS.get(sys.platform, "linux"), release="practice")

    def now(self) -> float:
        """The practice computer's clock, which may be wrong."""
        return time.time() + self.clock_s

    def interfaces(self) -> tuple[Interface, ...]:
        """The practice interfaces."""
        return self.links

    def route(self, address: str) -> LocalRoute | None:
        """None: the practice computer has no routes of its own."""
        del address
        return None

    def dns_servers(self) -> tuple[DnsServer, ...]:
        """The practice DNS server, if there is a network."""
        return self.resolvers

    def hosts_file(self, host: str) -> tuple[str, ...]:
        """The practice hosts file."""
        return self.hosts.get(_plain(host), ())

    def resolve(self, host: str, family: int) -> tuple[str, ...]:
        """Hosts file first, then the DNS servers in order. Raises socket.gaierror as getaddrinfo does."""
        wanted = {4: (4,), socket.AF_INET.value: (4,), 6: (6,), socket.AF_INET6.value: (6,)}.get(
            family, (6, 4)
        )
        name = _plain(host)
        try:
            ipaddress.ip_address(name)
        except ValueError:
            found = self.hosts.get(name) or self._ask(name)
        else:
            found = (name,)
        chosen = tuple(a for version in wanted for a in found if ipaddress.ip_address(a).version == version)
        if not chosen:
            raise _failed(socket.EAI_NONAME)
        return chosen

    def proxies(self, url: str) -> ProxySettings:
        """The practice proxy settings, the same for every URL."""
        del url
        return self.proxy

    def system_roots(self) -> Roots:
        """The roots that the practice computer trusts."""
        return Roots(self.trusted)

    def mozilla_roots(self) -> Roots:
        """The roots that browsers with a list of their own trust."""
        return Roots(self.mozilla)

    def system_trusts(self, chain: Sequence[bytes], host: str) -> bool:
        """False: there is no system behind the practice trust store to be asked."""
        del chain, host
        return False

    def endpoint(self, address: str, port: int) -> tuple[str, int]:
        """Where a server of the practice world really listens. Raises OSError (ENETUNREACH) for any other."""
        try:
            return self.ports[str(ipaddress.ip_address(address)), port]
        except (KeyError, ValueError):
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)) from None

    def browsers(self) -> tuple[InstalledBrowser, ...]:
        """The practice browsers."""
        return self.installed

    def browser_profiles(self, url: str, identity: Sequence[str] = ()) -> tuple[BrowserProfile, ...]:
        """The settings of the practice browsers."""
        del url, identity
        return self.profiles

    def cookie_stores(
        self, url: str, hosts: Sequence[str], identity: Sequence[str] = ()
    ) -> tuple[CookieStore, ...]:
        """The cookies of the practice browsers."""
        del url, hosts, identity
        return self.cookies

    def _ask(self, name: str) -> tuple[str, ...]:
        """Both families from the first DNS server that answers, as stub resolvers do (RFC 1123, 6.1.3)."""
        for _ in range(_TRIES):
            for server in self.resolvers:
                found = _query(self.endpoint(server.address, server.port), name)
                if found is not None:
                    return found
        raise _failed(socket.EAI_AGAIN)


def _plain(host: str) -> str:
    return host.lower().rstrip(".")


def _failed(code: int) -> socket.gaierror:
    return socket.gaierror(code, "no address in the practice world")


def _query(where: tuple[str, int], name: str) -> tuple[str, ...] | None:
    """The addresses that one server gives, empty where it denies them; None where it says nothing of use."""
    import dns.exception
    import dns.message
    import dns.rcode
    import dns.rdatatype

    found: list[str] = []
    useful = False
    for kind in (dns.rdatatype.AAAA, dns.rdatatype.A):
        try:
            asked = dns.message.make_query(name, kind)
        except (dns.exception.DNSException, UnicodeError):
            return ()
        try:
            said = dns.message.from_wire(_heard(where, asked.to_wire()))
        except (dns.exception.DNSException, OSError):
            return tuple(found) or None
        if not asked.is_response(said):
            return tuple(found) or None
        if said.rcode() == dns.rcode.NXDOMAIN:
            return ()
        useful = useful or said.rcode() == dns.rcode.NOERROR
        found += [item.to_text() for rrset in said.answer if rrset.rdtype == kind for item in rrset]
    return tuple(found) if useful else None


def _heard(where: tuple[str, int], question: bytes) -> bytes:
    """What a DNS server says over UDP. All of dnspython that sends would be loaded for these lines."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(_TRY_S)
        sock.connect(where)
        sock.send(question)
        return sock.recv(65_535)
