"""Which interfaces are tunnels in use, and which lead around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portalcheck.api import Context, Interface, InterfaceKind

_AROUND_KINDS = (InterfaceKind.ETHERNET, InterfaceKind.WIFI, InterfaceKind.OTHER)


def tunnels(interfaces: Sequence[Interface]) -> list[Interface]:
    """Tunnels with an address. Routes may lead into one whose far end is gone, and which counts as down."""
    return [i for i in interfaces if i.kind is InterfaceKind.TUNNEL and i.addresses]


def used(found: Sequence[Interface], ways: Iterable[str]) -> list[Interface]:
    """Those that traffic leaves through; `ways` are local addresses."""
    leaving = set(ways)
    return [tunnel for tunnel in found if leaving & set(tunnel.addresses)]


def others(interfaces: Sequence[Interface]) -> list[str]:
    """The names of interfaces that lead around a tunnel."""
    return [i.name for i in interfaces if i.up and i.kind in _AROUND_KINDS and i.addresses]


def other_interfaces(ctx: Context) -> list[str]:
    """The same, where a tunnel carries the traffic to the world; else none."""
    interfaces = ctx.machine.interfaces()
    return others(interfaces) if used(tunnels(interfaces), ctx.egress.addresses()) else []
