"""The reader of each operating system: modules with the same functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from portalcheck.facts import DnsServer, LocalRoute, Roots, System
from portalcheck.machine.environment import Environment, InterfaceState
from portalcheck.machine.interface_kind import InterfaceFacts
from portalcheck.machine.proxies.rules import ProxyRules


class PlatformReader(Protocol):
    """What `linux`, `macos` and `windows` each offer; see the same names in `portalcheck.api.Machine`."""

    def system(self, environment: Environment) -> System:
        """The operating system and its release."""

    def interface_facts(
        self, environment: Environment, links: Mapping[str, InterfaceState]
    ) -> Mapping[str, InterfaceFacts]:
        """The kind of each interface, and words of its driver, by its name."""

    def vpn_services(self, environment: Environment) -> tuple[str, ...]:
        """Kind and bundle of each VPN service that is connected now, as the system names them."""

    def route(self, environment: Environment, address: str) -> LocalRoute | None:
        """Where the routes send an address; None if that cannot be told, or if there is none."""

    def dns_servers(self, environment: Environment) -> tuple[DnsServer, ...]:
        """The DNS servers that are set, in order."""

    def hosts_file(self, environment: Environment, host: str) -> tuple[str, ...]:
        """The addresses of a name in the hosts file, in order."""

    def browser_rules(self, environment: Environment) -> ProxyRules | None:
        """The system's own proxy settings, or None if there are none to be read."""

    def program_rules(self, environment: Environment) -> ProxyRules:
        """Proxy settings of programs beyond the environment variables."""

    def system_roots(self, environment: Environment) -> Roots:
        """The trust store of the system."""


def reader(os: str) -> PlatformReader:
    """The reader of `linux`, `macos` or `windows`."""
    if os == "windows":
        from portalcheck.machine import windows

        return windows
    if os == "macos":
        from portalcheck.machine import macos

        return macos
    from portalcheck.machine import linux

    return linux
