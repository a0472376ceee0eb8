"""A DNS server over UDP and TCP for the names of the practice world (RFC 1035, 3596, 6891)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import msgspec

from portalcheck.demo.plan import DnsMode
from portalcheck.demo.servers import Peer

_TTL_S = 60
_FAMILIES = {dns.rdatatype.A: 4, dns.rdatatype.AAAA: 6}
_REFUSALS = {"servfail": dns.rcode.SERVFAIL, "refused": dns.rcode.REFUSED}


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """The names that a server knows (lower case, no trailing dot); with `otherwise` it denies none."""

    names: Mapping[str, tuple[str, ...]]
    otherwise: tuple[str, ...] = ()

    def addresses(self, host: str) -> tuple[str, ...] | None:
        """The addresses of a name, None where the name does not exist."""
        found = self.names.get(host.lower().rstrip("."), self.otherwise or None)
        return tuple(found) if found is not None else None


def answer(zone: Zone, mode: DnsMode, query: bytes) -> bytes | None:
    """The response to a query message, None where none is due (RFC 1035, 4.1)."""
    if mode == "silent":
        return None
    try:
        message = dns.message.from_wire(query)
    except (dns.exception.DNSException, ValueError):
        return None
    if message.flags & dns.flags.QR:
        return None
    response = dns.message.make_response(message, recursion_available=True)
    response.set_rcode(_fill(response, zone, mode))
    try:
        return response.to_wire()
    except dns.exception.DNSException:
        return None


def _fill(response: dns.message.Message, zone: Zone, mode: DnsMode) -> dns.rcode.Rcode:
    if len(response.question) != 1:
        return dns.rcode.FORMERR
    if mode in _REFUSALS:
        return _REFUSALS[mode]
    asked = response.question[0]
    if asked.rdclass != dns.rdataclass.IN:
        return dns.rcode.REFUSED
    found = zone.addresses(asked.name.to_text(omit_final_dot=True))
    if found is None:
        return dns.rcode.NXDOMAIN
    version = _FAMILIES.get(asked.rdtype)
    matching = [address for address in found if ipaddress.ip_address(address).version == version]
    if matching:
        response.answer.append(dns.rrset.from_text_list(asked.name, _TTL_S, "IN", asked.rdtype, matching))
    return dns.rcode.NOERROR


def serve(zone: Zone, mode: DnsMode, peer: Peer) -> None:
    """Answer queries over TCP until the client ends the connection (RFC 7766)."""
    with peer.socket.makefile("rb") as asked:
        while query := asked.read(int.from_bytes(asked.read(2))):
            response = answer(zone, mode, query)
            if response is not None:
                peer.socket.sendall(len(response).to_bytes(2) + response)
