"""All network interfaces, each with its kind and, for tunnels that are in use, the product behind it."""

from __future__ import annotations

from collections.abc import Mapping

from portalcheck.facts import Interface, InterfaceKind
from portalcheck.machine import vpn_products
from portalcheck.machine.environment import Environment
from portalcheck.machine.interface_kind import reaches_out
from portalcheck.machine.platforms import PlatformReader


def interfaces(environment: Environment, reader: PlatformReader) -> tuple[Interface, ...]:
    """All interfaces in the system's order."""
    links = environment.links()
    facts = reader.interface_facts(environment, links)
    tunnels = {
        name: facts[name].words
        for name, link in links.items()
        if facts[name].kind is InterfaceKind.TUNNEL and reaches_out(link)
    }
    products = _products(environment, reader, tunnels)
    return tuple(
        Interface(
            name=name,
            kind=facts[name].kind,
            up=link.up,
            addresses=link.addresses,
            product=products.get(name, ""),
        )
        for name, link in links.items()
    )


def _products(environment: Environment, reader: PlatformReader, tunnels: Mapping[str, str]) -> dict[str, str]:
    """The product of each tunnel: by its own name or driver, else the only one left that could be it.

    Services and processes are asked only where there is a tunnel that does not say whose it is.
    """
    found = {name: vpn_products.by_interface(name, words) for name, words in tunnels.items()}
    nameless = [name for name, product in found.items() if not product]
    if not nameless:
        return found
    known = frozenset(found.values())
    left = vpn_products.by_services(reader.vpn_services(environment)) - known
    if not left:
        left = vpn_products.by_programs(environment.processes()) - known
    only = next(iter(left)) if len(left) == 1 else ""
    return found | dict.fromkeys(nameless, only)
