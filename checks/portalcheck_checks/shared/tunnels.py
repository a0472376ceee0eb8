"""Which interfaces are tunnels in use, and which bypass them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portalcheck.api import Context, Interface, InterfaceKind

_PHYSICAL = (InterfaceKind.ETHERNET, InterfaceKind.WIFI, InterfaceKind.OTHER)


def tunnels(interfaces: Sequence[Interface]) -> list[Interface]:
    """Tunnels with an address. A tunnel that counts as down is one too: routes may still lead into it."""
    return [i for i in interfaces if i.kind is InterfaceKind.TUNNEL and i.addresses]


def carrying(found: Sequence[Interface], sources: Iterable[str]) -> list[Interface]:
    """Those interfaces that traffic leaves through; `sources` are the local addresses that it leaves from."""
    leaving = set(sources)
    return [tunnel for tunnel in found if leaving & set(tunnel.addresses)]


def bypassing(interfaces: Sequence[Interface]) -> list[str]:
    """The names of the interfaces that are up and no tunnels, so that traffic over them bypasses a VPN."""
    return [i.name for i in interfaces if i.up and i.kind in _PHYSICAL and i.addresses]


def other_interfaces(ctx: Context) -> list[str]:
    """The names of the interfaces that bypass the tunnel that carries traffic to the world; empty without a tunnel."""
    interfaces = ctx.machine.interfaces()
    return bypassing(interfaces) if carrying(tunnels(interfaces), ctx.egress.addresses()) else []
