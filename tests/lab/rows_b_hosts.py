"""Group B: names that the hosts file knows."""

from __future__ import annotations

import dns.message
import dns.rcode

from tests.lab import names, steps
from tests.lab.row import QUIET, Row, cause

OWN = f"dns own {names.PORTAL} 1"


def only_the_portal_fails(response: dns.message.Message) -> dns.message.Message:
    """SERVFAIL for the portal's name alone."""
    if response.question[0].name.to_text(omit_final_dot=True).lower() == names.PORTAL:
        response.answer.clear()
        response.set_rcode(dns.rcode.SERVFAIL)
    return response


STALE_ENTRY = (
    steps.hosts(f"{names.OLD_4} {names.PORTAL}"),
    steps.block(f"incoming ip daddr {names.OLD_4} reject with icmp type host-unreachable"),
)

ROWS = (
    Row(
        id="B12",
        what="a hosts entry has an address that the portal left long ago",
        fault=(
            steps.hosts(f"{names.OLD_4} {names.PORTAL}"),
            steps.block(f"incoming ip daddr {names.OLD_4} reject with icmp type host-unreachable"),
        ),
        shows=("hosts", "name portal"),
        cause=cause("hosts-override"),
        innocent=cause("portal-unreachable", "dns-hijacked"),
        ref="step-1",
    ),
    Row(
        id="B13",
        what="a hosts entry leads to this computer",
        fault=(steps.hosts(f"127.0.0.1 {names.PORTAL}"),),
        shows=("hosts", "name portal"),
        cause=cause("hosts-override"),
        innocent=cause("dns-filtered", "portal-unreachable"),
        ref="step-1",
    ),
    Row(
        id="B12a",
        what="a stale hosts entry, and a silent DNS server that it cannot be compared with",
        fault=(*STALE_ENTRY, steps.system_dns("silent")),
        shows=("hosts", OWN),
        cause=cause("dns-down"),
        innocent=cause("hosts-override", "portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="B12b",
        what="a stale hosts entry, and a DNS server that fails for the portal's name alone",
        fault=(*STALE_ENTRY, steps.tweak(only_the_portal_fails)),
        shows=("hosts", OWN),
        cause=cause("dns-broken"),
        innocent=cause("hosts-override", "portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="B12c",
        what="a hosts entry that leads to the portal, past a filter",
        fault=(
            steps.hosts(f"{names.PORTAL_4} {names.PORTAL}"),
            steps.lie({names.PORTAL: ("0.0.0.0",)}),
        ),
        shows=("hosts", OWN),
        cause=cause("none"),
        innocent=cause("hosts-override", "dns-filtered"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="B12d",
        what="a hosts entry that leads to the portal, and a silent DNS server",
        fault=(steps.hosts(f"{names.PORTAL_4} {names.PORTAL}"), steps.system_dns("silent")),
        shows=("hosts", OWN),
        cause=cause("dns-down"),
        innocent=cause("hosts-override", "portal-unreachable"),
        ref="error-4",
    ),
    Row(
        id="B13a",
        what="a hosts entry for the host that the portal redirects to leads to this computer",
        fault=(steps.hosts(f"127.0.0.1 {names.IDENTITY}"),),
        shows=("hosts", "page identity"),
        cause=cause("hosts-override"),
        innocent=cause("dns-filtered", "portal-unreachable"),
        ref="step-1",
    ),
)
