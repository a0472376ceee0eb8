"""Addresses of a name, asked twice: as programs see it, and from the DNS servers themselves."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Sequence

from portalcheck.api import Machine
from portalcheck.facts import DnsServer, Failure, NameAnswer
from portalcheck.path.classify import of_os_error
from portalcheck.path.waiting import Deadline, side_by_side

SYSTEM_LIMIT_S = 3.5
SERVER_LIMIT_S = 2.4
_TRIES = 2
RECORD_TYPES = ("A", "AAAA")
_MAX_ADDRESSES = 32


def is_address(host: str) -> bool:
    """Whether the host is an IP literal (without brackets)."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _ms(since: float) -> int:
    return round((time.monotonic() - since) * 1000)


def ask_system(machine: Machine, host: str, family: int, deadline: Deadline) -> NameAnswer:
    """The addresses as programs get them (RFC 3493), `timed-out` where the system is too slow."""
    if is_address(host):
        return NameAnswer(server=None, addresses=(host,))
    since = time.monotonic()

    def work() -> tuple[str, ...] | Failure:
        try:
            return machine.resolve(host, family)
        except OSError as error:
            return of_os_error(error)
        except UnicodeError:
            return Failure.NOT_FOUND

    answer = side_by_side([work], deadline.limit(SYSTEM_LIMIT_S))[0]
    if answer is None:
        return NameAnswer(server=None, failure=Failure.TIMED_OUT, ms=_ms(since))
    if isinstance(answer, Failure):
        return NameAnswer(server=None, failure=answer, ms=_ms(since))
    if not answer:
        return NameAnswer(server=None, failure=Failure.NODATA, ms=_ms(since))
    return NameAnswer(server=None, addresses=answer[:_MAX_ADDRESSES], ms=_ms(since))


def ask_servers(
    machine: Machine,
    servers: Sequence[DnsServer],
    host: str,
    deadline: Deadline,
    before: Callable[[DnsServer], None],
) -> tuple[NameAnswer, ...]:
    """The first server's answer, and, where that gives no address, what the others say.

    `before` is called with each server before it is contacted. A name that the first server denies is not
    asked of the others, as a resolver library would not either (RFC 1035, 7.2).
    """
    if not servers:
        return ()
    before(servers[0])
    first = ask_server(machine, servers[0], host, deadline)
    settled = first.failure in (None, Failure.NXDOMAIN, Failure.NODATA)
    if settled or len(servers) == 1:
        return (first,)
    others = servers[1:3]
    for server in others:
        before(server)
    answers = side_by_side(
        [lambda server=server: ask_server(machine, server, host, deadline) for server in others],  # type: ignore[misc]  # mypy cannot type a lambda's default
        deadline.limit(SERVER_LIMIT_S * 1.2),
    )
    return (first, *(answer for answer in answers if answer is not None))


def ask_server(machine: Machine, server: DnsServer, host: str, deadline: Deadline) -> NameAnswer:
    """What one DNS server answers for a name, A and AAAA together (RFC 1035, 3596)."""
    since = time.monotonic()
    limit = deadline.limit(SERVER_LIMIT_S)
    parts = side_by_side(
        [lambda kind=kind: _query(machine, server, host, kind, limit) for kind in RECORD_TYPES],  # type: ignore[misc]  # mypy cannot type a lambda's default
        limit + 0.1,
    )
    return join_families(server, parts, _ms(since))


def join_families(server: DnsServer, parts: Sequence[NameAnswer | None], ms: int) -> NameAnswer:
    """The answers for A and AAAA as one."""
    addresses = tuple(dict.fromkeys(address for part in parts if part for address in part.addresses))
    if addresses:
        aliases = tuple(dict.fromkeys(alias for part in parts if part for alias in part.aliases))
        return NameAnswer(server=server, addresses=addresses[:_MAX_ADDRESSES], aliases=aliases, ms=ms)
    # Where the families disagree the A record's failure tells more: many servers mishandle AAAA (RFC 4074).
    failures = [part.failure for part in parts if part is not None and part.failure is not None]
    return NameAnswer(server=server, failure=failures[0] if failures else Failure.TIMED_OUT, ms=ms)


def _query(machine: Machine, server: DnsServer, host: str, kind: str, seconds: float) -> NameAnswer:
    import dns.exception
    import dns.message
    import dns.name

    try:
        question = dns.message.make_query(dns.name.from_text(host), kind, use_edns=0, payload=1232)
    except (dns.exception.DNSException, UnicodeError):
        return NameAnswer(server=server, failure=Failure.NXDOMAIN)
    failure = Failure.TIMED_OUT
    for _ in range(_TRIES):
        answer = _exchange(machine, server, question, seconds / _TRIES)
        if not isinstance(answer, Failure):
            return read_message(server, answer)
        failure = answer
        if failure is not Failure.TIMED_OUT:
            break
    return NameAnswer(server=server, failure=failure)


def _exchange(machine: Machine, server: DnsServer, question: object, seconds: float) -> object:
    """The response message, or the Failure to get one. Strays and forgeries are waited out (RFC 5452)."""
    import dns.exception
    import dns.message
    import dns.query

    assert isinstance(question, dns.message.Message)
    try:
        address, port = machine.endpoint(server.address, server.port)
        response, _ = dns.query.udp_with_fallback(
            question, address, timeout=seconds, port=port, ignore_unexpected=True, ignore_errors=True
        )
    except dns.exception.Timeout:
        return Failure.TIMED_OUT
    except dns.exception.DNSException:
        return Failure.MALFORMED
    except OSError as error:
        return of_os_error(error)
    except (ValueError, EOFError):
        return Failure.MALFORMED
    return response


def read_message(server: DnsServer, message: object) -> NameAnswer:
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
        return NameAnswer(server=server, failure=failures.get(code, Failure.RCODE))
    if not isinstance(message, dns.message.QueryMessage):
        return NameAnswer(server=server, failure=Failure.MALFORMED)
    try:
        chain = message.resolve_chaining()
    except dns.exception.DNSException:
        return NameAnswer(server=server, failure=Failure.MALFORMED)
    if chain.answer is None:
        return NameAnswer(server=server, failure=failures.get(code, Failure.NODATA))
    aliases = tuple(str(rrset.name).rstrip(".") for rrset in chain.cnames)
    return NameAnswer(
        server=server, addresses=tuple(record.address for record in chain.answer), aliases=aliases
    )
