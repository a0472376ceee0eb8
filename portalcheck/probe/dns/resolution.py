"""The addresses of a name, asked twice: of the system, as programs do, and of its DNS servers directly."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from portalcheck.address.literal import is_address
from portalcheck.api.protocols import Machine
from portalcheck.facts import DnsAnswer, DnsServer, Failure
from portalcheck.probe.deadline import Deadline, elapsed_ms
from portalcheck.probe.failures import of_os_error
from portalcheck.probe.limits import (
    DNS_SERVER_S,
    FIRST_SERVER_S,
    LOST_QUESTION_S,
    NEXT_SERVER_S,
    ONLY_SERVER_S,
    OTHER_SERVERS_S,
    RECORD_TYPES_S,
    SYSTEM_NAME_S,
)
from portalcheck.probe.threads import Future, gather

_TRIES = 2
RECORD_TYPES = ("A", "AAAA")
_MAX_ADDRESSES = 32
_MAX_SERVERS = 3
FROM_A_SERVER = frozenset(
    {
        Failure.SERVFAIL,
        Failure.QUERY_REFUSED,
        Failure.RCODE,
        Failure.MALFORMED,
        Failure.TRUNCATED,
        Failure.NXDOMAIN,
        Failure.NODATA,
    }
)
"""The failures that a DNS server itself told."""


def ask_system(
    machine: Machine,
    host: str,
    family: int,
    deadline: Deadline,
    before: Callable[[DnsServer], None],
    system: Future[tuple[str, ...] | Failure] | None = None,
) -> DnsAnswer:
    """The addresses that getaddrinfo (RFC 3493) gives, `timed-out` after `SYSTEM_NAME_S`.

    If the first DNS server is silent, stub resolvers go on to the next, glibc only after five seconds and anew for
    each name: the next server is asked here meanwhile, and its answer is taken. If the first server answers when it is
    asked again, only the question was lost, and the system is waited for until `LOST_QUESTION_S`. `before` is called
    with each server before it is contacted; `system` is the system's own answer, if it was asked before.
    """
    if is_address(host):
        return DnsAnswer(server=None, addresses=(host,))
    since = time.monotonic()
    system = system or Future(lambda: resolve(machine, host, family))
    found = system.get(deadline.limit(NEXT_SERVER_S))
    if found is None:
        other = _ask_next_server(machine, host, family, deadline, before)
        if other is not None:
            return msgspec.structs.replace(other, ms=elapsed_ms(since))
        asked_anew = Future(lambda: _answers_now(machine, host, deadline, before))
        found = system.get(deadline.limit(SYSTEM_NAME_S) - (time.monotonic() - since))
        if found is None and asked_anew.get(0.0):
            found = system.get(deadline.limit(LOST_QUESTION_S - SYSTEM_NAME_S))
    if found is None:
        return DnsAnswer(server=None, failure=Failure.TIMED_OUT, ms=elapsed_ms(since))
    if isinstance(found, Failure):
        return DnsAnswer(server=None, failure=found, ms=elapsed_ms(since))
    if not found:
        return DnsAnswer(server=None, failure=Failure.NODATA, ms=elapsed_ms(since))
    return DnsAnswer(server=None, addresses=found[:_MAX_ADDRESSES], ms=elapsed_ms(since))


def resolve(machine: Machine, host: str, family: int) -> tuple[str, ...] | Failure:
    """The addresses that the system's resolver gives for a name, or why it has none; it may take any time.

    Of what stands in the hosts file, those that Chromium takes: it reads the file itself (`Machine.hosts_file`).
    """
    try:
        found = machine.resolve(host, family)
        entry = machine.hosts_file(host)
        return tuple(address for address in found if address in entry) or found
    except OSError as error:
        return of_os_error(error)
    except UnicodeError:
        return Failure.NOT_FOUND


def _answers_now(
    machine: Machine, host: str, deadline: Deadline, before: Callable[[DnsServer], None]
) -> bool:
    """Whether the first DNS server answers for both A and AAAA, and has addresses."""
    servers = machine.dns_servers()[:1]
    for server in servers:
        before(server)
    limit = deadline.limit(DNS_SERVER_S)
    parts = [
        part for server in servers for part in _both(partial(_query, machine, server, host, limit), limit)
    ]
    silent = any(part is None or part.failure is Failure.TIMED_OUT for part in parts)
    return not silent and any(part.addresses for part in parts if part is not None)


def _ask_next_server(
    machine: Machine,
    host: str,
    family: int,
    deadline: Deadline,
    before: Callable[[DnsServer], None],
) -> DnsAnswer | None:
    """The addresses that a later DNS server gives while the first is silent; None in any other case."""
    servers = machine.dns_servers()[:_MAX_SERVERS]
    if len(servers) < 2:
        return None
    for server in servers:
        before(server)
    first, *others = (
        Future(lambda server=server: ask_server(machine, server, host, deadline))  # type: ignore[misc]  # mypy cannot type a lambda's default
        for server in servers
    )
    for other in others:
        answer = other.get(deadline.limit(DNS_SERVER_S if other is others[-1] else FIRST_SERVER_S))
        if answer is not None and answer.failure is not Failure.TIMED_OUT:
            break
    if answer is None or not answer.addresses:
        return None
    heard = first.get(deadline.limit(FIRST_SERVER_S))
    if heard is not None and heard.failure is not Failure.TIMED_OUT:
        return None
    wanted = {4: (False,), 6: (True,)}.get(family, (True, False))
    addresses = tuple(address for address in answer.addresses if (":" in address) in wanted)
    return DnsAnswer(server=answer.server, addresses=addresses) if addresses else None


def ask_servers(
    machine: Machine,
    servers: Sequence[DnsServer],
    host: str,
    deadline: Deadline,
    before: Callable[[DnsServer], None],
) -> tuple[DnsAnswer, ...]:
    """The first server's answer and, if that is a failure or does not come in `NEXT_SERVER_S`, those of the others.

    `before` is called with each server before it is contacted. Resolver libraries do not ask the others about a name
    that the first one denies; but only if all deny it does it not exist.
    """
    if not servers:
        return ()
    before(servers[0])
    first = Future(lambda: ask_server(machine, servers[0], host, deadline))
    answer = first.get(deadline.limit(NEXT_SERVER_S if len(servers) > 1 else ONLY_SERVER_S))
    settled = answer is not None and answer.failure is None
    if settled or len(servers) == 1:
        return (answer or _silent(servers[0]),)
    others = servers[1:_MAX_SERVERS]
    for server in others:
        before(server)
    answers = gather(
        [lambda server=server: ask_server(machine, server, host, deadline) for server in others],  # type: ignore[misc]  # mypy cannot type a lambda's default
        deadline.limit(OTHER_SERVERS_S),
    )
    answer = answer or first.get(deadline.limit(DNS_SERVER_S)) or _silent(servers[0])
    return (answer, *(other or _silent(server) for server, other in zip(others, answers, strict=True)))


def _silent(server: DnsServer) -> DnsAnswer:
    return DnsAnswer(server=server, failure=Failure.TIMED_OUT)


def ask_server(
    machine: Machine,
    server: DnsServer,
    host: str,
    deadline: Deadline,
    *,
    interface: str = "",
    unchecked: bool = False,
) -> DnsAnswer:
    """What one DNS server answers for a name, A and AAAA together (RFC 1035, 3596).

    `interface` names an interface to ask through, whatever the routing table says; `unchecked` asks the server
    not to check signatures (RFC 4035, 3.2.2).
    """
    since = time.monotonic()
    limit = deadline.limit(DNS_SERVER_S)
    parts = _both(
        partial(_query, machine, server, host, limit, interface=interface, unchecked=unchecked), limit
    )
    return join_families(server, parts, elapsed_ms(since))


def _both(ask: Callable[[str], DnsAnswer], limit: float) -> list[DnsAnswer | None]:
    """The answers for A and AAAA, asked at the same time; None for silence."""
    return gather([partial(ask, kind) for kind in RECORD_TYPES], limit + RECORD_TYPES_S)


def join_families(server: DnsServer, parts: Sequence[DnsAnswer | None], ms: int) -> DnsAnswer:
    """The answers of a server for A and AAAA, in this order, as one; None stands for silence."""
    answers = [part or _silent(server) for part in parts]
    addresses = tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))
    if addresses:
        aliases = tuple(dict.fromkeys(alias for answer in answers for alias in answer.aliases))
        return DnsAnswer(server=server, addresses=addresses[:_MAX_ADDRESSES], aliases=aliases, ms=ms)
    # Where the families disagree the A record's failure tells more: many servers mishandle AAAA (RFC 4074).
    # Only "no address of this kind" leaves open what the other kind would have been.
    denials = (Failure.NODATA, Failure.NXDOMAIN)
    first, last = answers[0].failure, answers[-1].failure
    failure = last if first is Failure.NODATA and last not in denials else first
    return DnsAnswer(server=server, failure=failure or Failure.NODATA, ms=ms)


def _query(
    machine: Machine,
    server: DnsServer,
    host: str,
    seconds: float,
    kind: str,
    *,
    interface: str = "",
    unchecked: bool = False,
) -> DnsAnswer:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name

    from portalcheck.probe.dns.exchange import exchange

    try:
        # Without EDNS, as the stub resolvers of most systems ask: old servers stumble over it (RFC 6891, 7).
        flags = dns.flags.RD | (dns.flags.CD if unchecked else 0)
        question = dns.message.make_query(dns.name.from_text(host), kind, use_edns=False, flags=flags)
        where = machine.endpoint(server.address, server.port)
    except (dns.exception.DNSException, UnicodeError):
        return DnsAnswer(server=server, failure=Failure.NXDOMAIN)
    except OSError as error:
        return DnsAnswer(server=server, failure=of_os_error(error))
    answer = exchange(where, question, seconds, interface, tries=_TRIES)
    if isinstance(answer, Failure):
        return DnsAnswer(server=server, failure=answer)
    return read_message(server, answer)


def read_message(server: DnsServer, message: object) -> DnsAnswer:
    """What one response says of a name: its addresses along its aliases, or why there are none."""
    import dns.exception
    import dns.message
    import dns.rcode
    import dns.rdatatype

    assert isinstance(message, dns.message.Message)
    failures = {
        dns.rcode.NXDOMAIN: Failure.NXDOMAIN,
        dns.rcode.SERVFAIL: Failure.SERVFAIL,
        dns.rcode.REFUSED: Failure.QUERY_REFUSED,
    }
    code = message.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return DnsAnswer(server=server, failure=failures.get(code, Failure.RCODE))
    if not isinstance(message, dns.message.QueryMessage):
        return DnsAnswer(server=server, failure=Failure.MALFORMED)
    try:
        chain = message.resolve_chaining()
    except dns.exception.DNSException:
        return DnsAnswer(server=server, failure=Failure.MALFORMED)
    if chain.answer is None:
        return DnsAnswer(server=server, failure=failures.get(code, Failure.NODATA))
    aliases = tuple(str(rrset.name).rstrip(".") for rrset in chain.cnames)
    return DnsAnswer(
        server=server, addresses=tuple(record.address for record in chain.answer), aliases=aliases
    )
