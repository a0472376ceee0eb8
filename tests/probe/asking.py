"""One DNS server asked for one name, with a deadline."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from portalcheck.demo.servers import Endpoint
from portalcheck.facts import DnsAnswer, DnsServer
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.dns.resolution import ask_server
from tests.probe.world import DNS_ADDRESS, HOST, SECOND_DNS_ADDRESS, SECONDS, computer, in_time

SERVER, SECOND, THIRD = DnsServer(DNS_ADDRESS), DnsServer(SECOND_DNS_ADDRESS), DnsServer("192.0.2.55")
V4, V6 = "198.51.100.1", "2001:db8::1"


def asked(where: Endpoint, seconds: float = SECONDS) -> DnsAnswer:
    machine = computer({(DNS_ADDRESS, 53): where})
    with in_time(seconds):
        return ask_server(machine, SERVER, HOST, Deadline(seconds))


def a_question(kind: str = "A") -> dns.message.Message:
    return dns.message.make_query(HOST, kind, use_edns=False)
