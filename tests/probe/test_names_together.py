"""Two families, several servers and the system's own resolver together."""

from __future__ import annotations

import socket
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.address.literal import is_address
from portalcheck.demo.machine import DemoMachine
from portalcheck.facts import DnsAnswer, DnsServer, Failure
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.dns.resolution import ask_server, ask_servers, ask_system, join_families
from portalcheck.probe.memo import Memo
from portalcheck.probe.policy import Ledger
from portalcheck.probe.trace import Tracer
from tests.probe.asking import SECOND, SERVER, THIRD, V4, V6
from tests.probe.dns_replies import Think, by_kind, dns_server, rcode, records, silent
from tests.probe.world import DNS_ADDRESS, HOST, SECOND_DNS_ADDRESS, SECONDS, World, computer, in_time

# ---- two families in one answer --------------------------------------------------------------------


def _part(failure: Failure | None) -> DnsAnswer | None:
    if failure is Failure.TIMED_OUT:
        return None
    return DnsAnswer(server=SERVER, failure=failure, addresses=() if failure else (V4,))


@pytest.mark.parametrize(
    ("a", "aaaa", "expected"),
    [
        (Failure.NXDOMAIN, Failure.NXDOMAIN, Failure.NXDOMAIN),
        (Failure.NXDOMAIN, Failure.SERVFAIL, Failure.NXDOMAIN),
        (Failure.NODATA, Failure.NODATA, Failure.NODATA),
        (Failure.NODATA, Failure.NXDOMAIN, Failure.NODATA),
        (Failure.NODATA, Failure.SERVFAIL, Failure.SERVFAIL),
        (Failure.NODATA, Failure.TIMED_OUT, Failure.TIMED_OUT),
        (Failure.TIMED_OUT, Failure.NODATA, Failure.TIMED_OUT),
        (Failure.SERVFAIL, Failure.NODATA, Failure.SERVFAIL),
        (None, Failure.SERVFAIL, None),
    ],
)
def test_a_missing_address_is_claimed_only_where_both_families_say_so(
    a: Failure | None, aaaa: Failure | None, expected: Failure | None
) -> None:
    assert join_families(SERVER, [_part(a), _part(aaaa)], 1).failure is expected


# ---- several servers -------------------------------------------------------------------------------


def _ask_all(
    world: World, *thinks: Think | None, seconds: float = SECONDS
) -> tuple[tuple[DnsAnswer, ...], list[str]]:
    """What servers answer, and which were contacted; None is one that nothing listens at."""
    servers = (SERVER, SECOND, THIRD, DnsServer("192.0.2.56"))[: len(thinks)]
    ports = {
        (server.address, 53): dns_server(world, think)
        for server, think in zip(servers, thinks, strict=True)
        if think is not None
    }
    contacted: list[str] = []
    with in_time(seconds):
        answers = ask_servers(
            computer(ports), servers, HOST, Deadline(seconds), lambda server: contacted.append(server.address)
        )
    return answers, contacted


def test_the_first_server_settles_it(world: World) -> None:
    answers, contacted = _ask_all(world, records((V4,)), records((V4,)))
    assert [answer.addresses for answer in answers] == [(V4,)]
    assert contacted == [DNS_ADDRESS]


@pytest.mark.parametrize("think", [rcode(dns.rcode.NXDOMAIN), records()])
def test_a_name_that_the_first_server_denies_is_asked_of_the_others_too(world: World, think: Think) -> None:
    answers, contacted = _ask_all(world, think, records((V4,)))
    assert [answer.addresses for answer in answers] == [(), (V4,)]
    assert contacted == [DNS_ADDRESS, SECOND_DNS_ADDRESS]


def test_a_silent_first_server_is_told_and_the_second_asked_meanwhile(world: World) -> None:
    since = time.monotonic()
    answers, contacted = _ask_all(world, silent, records((V4,)), seconds=4)
    assert time.monotonic() - since < 2.5
    assert [answer.failure for answer in answers] == [Failure.TIMED_OUT, None]
    assert [answer.server for answer in answers] == [SERVER, SECOND]
    assert contacted == [DNS_ADDRESS, SECOND_DNS_ADDRESS]


@pytest.mark.parametrize("think", [rcode(dns.rcode.SERVFAIL), rcode(dns.rcode.REFUSED), None])
def test_a_failing_first_server_lets_the_others_be_asked(world: World, think: Think | None) -> None:
    answers, _ = _ask_all(world, think, records((V4,)))
    assert answers[0].failure is not None
    assert answers[1].addresses == (V4,)


def test_no_more_than_three_servers_are_asked(world: World) -> None:
    answers, contacted = _ask_all(world, silent, silent, silent, silent)
    assert [answer.failure for answer in answers] == [Failure.TIMED_OUT] * 3
    assert len(contacted) == 3


def test_without_servers_there_is_no_answer(world: World) -> None:
    assert _ask_all(world) == ((), [])


# ---- the system's own resolver ---------------------------------------------------------------------


class Resolving(msgspec.Struct, frozen=True):
    """A computer whose system resolver behaves in a way of its own; everything else is another computer's."""

    computer: DemoMachine
    hangs_s: float = 0.0
    error: Exception | None = None
    found: tuple[str, ...] = (V4,)

    def __getattr__(self, name: str) -> object:
        return getattr(self.computer, name)

    def resolve(self, host: str, family: int) -> tuple[str, ...]:
        time.sleep(self.hangs_s)
        if self.error is not None:
            raise self.error
        return self.found


def _system(
    machine: object, seconds: float = SECONDS, family: int = 0, host: str = HOST
) -> tuple[DnsAnswer, list[str]]:
    contacted: list[str] = []
    with in_time(seconds):
        answer = ask_system(
            machine,  # type: ignore[arg-type]  # it has every method of a Machine by `__getattr__`
            host,
            family,
            Deadline(seconds),
            lambda server: contacted.append(server.address),
        )
    return answer, contacted


def test_the_systems_answer_is_taken_and_nobody_else_asked() -> None:
    answer, contacted = _system(Resolving(computer(resolvers=(SERVER, SECOND))))
    assert (answer.addresses, answer.failure, answer.server) == ((V4,), None, None)
    assert contacted == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), Failure.NOT_FOUND),
        (socket.gaierror(socket.EAI_AGAIN, ""), Failure.OTHER),
        (UnicodeError("label too long"), Failure.NOT_FOUND),
        (PermissionError(13, ""), Failure.DENIED),
    ],
)
def test_what_the_system_raises_is_a_code(error: Exception, expected: Failure) -> None:
    assert _system(Resolving(computer(), error=error))[0].failure is expected


def test_an_empty_answer_of_the_system_is_no_address() -> None:
    assert _system(Resolving(computer(), found=()))[0].failure is Failure.NODATA


@pytest.mark.parametrize(
    ("error", "late"),
    [(None, True), (socket.gaierror(socket.EAI_AGAIN, ""), False)],
    ids=["answers", "fails"],
)
def test_a_system_that_was_too_slow_with_an_answer_is_not_silent(error: Exception | None, late: bool) -> None:
    deadline = Deadline(1.0)
    machine = Resolving(computer(), hangs_s=0.8, error=error)
    walker = Tracer(machine, deadline, Ledger(), Memo(deadline), None)  # type: ignore[arg-type]  # as in _system; no proxy
    assert walker.names(HOST).failure is Failure.TIMED_OUT
    assert not walker.answered_late(HOST)
    time.sleep(1.0)
    assert walker.answered_late(HOST) is late


def test_a_system_that_answers_in_time_is_not_late() -> None:
    deadline = Deadline(SECONDS)
    walker = Tracer(Resolving(computer()), deadline, Ledger(), Memo(deadline), None)  # type: ignore[arg-type]  # as above
    assert walker.names(HOST).addresses == (V4,)
    assert not walker.answered_late(HOST)


def test_a_system_that_hangs_is_left_behind() -> None:
    since = time.monotonic()
    answer, contacted = _system(Resolving(computer(resolvers=(SERVER,)), hangs_s=8))
    assert answer.failure is Failure.TIMED_OUT
    assert time.monotonic() - since < 4.5
    assert set(contacted) <= {DNS_ADDRESS}


@pytest.mark.slow
def test_a_question_that_got_lost_is_waited_for_where_the_server_answers_another_time(world: World) -> None:
    """glibc asks again after five seconds."""
    machine = computer({(DNS_ADDRESS, 53): dns_server(world, records((V4,), (V6,)))}, resolvers=(SERVER,))
    answer, contacted = _system(Resolving(machine, hangs_s=5), 10)
    assert (answer.addresses, answer.server) == ((V4,), None)
    assert contacted == [DNS_ADDRESS]


@pytest.mark.slow
def test_a_server_that_answers_one_family_alone_is_not_waited_for(world: World) -> None:
    machine = computer(
        {(DNS_ADDRESS, 53): dns_server(world, by_kind(records((V4,)), silent))}, resolvers=(SERVER,)
    )
    since = time.monotonic()
    assert _system(Resolving(machine, hangs_s=8), 10)[0].failure is Failure.TIMED_OUT
    assert time.monotonic() - since < 4.5


@pytest.mark.parametrize(("host", "address"), [("192.0.2.9", "192.0.2.9"), ("2001:db8::9", "2001:db8::9")])
def test_an_address_is_its_own_answer(host: str, address: str) -> None:
    assert _system(Resolving(computer(), error=OSError()), host=host)[0].addresses == (address,)


def _two_servers(world: World, first: Think, second: Think) -> DemoMachine:
    ports = {(DNS_ADDRESS, 53): dns_server(world, first), (SECOND_DNS_ADDRESS, 53): dns_server(world, second)}
    return computer(ports, resolvers=(SERVER, SECOND))


@pytest.mark.parametrize(("family", "expected"), [(0, {V4, V6}), (4, {V4}), (6, {V6})])
def test_a_silent_first_server_does_not_hold_up_the_walk(
    world: World, family: int, expected: set[str]
) -> None:
    """glibc goes on to the second server after five seconds, at every name anew."""
    machine = Resolving(_two_servers(world, silent, records((V4,), (V6,))), hangs_s=5)
    since = time.monotonic()
    answer, contacted = _system(machine, 4, family)
    assert time.monotonic() - since < 2.5
    assert set(answer.addresses) == expected
    assert answer.server == SECOND
    assert contacted == [DNS_ADDRESS, SECOND_DNS_ADDRESS]


def test_two_silent_servers_do_not_hold_up_the_walk_either(world: World) -> None:
    """With three servers glibc comes to the last one after more than eight seconds."""
    address = THIRD.address
    ports = {(one, 53): dns_server(world, silent) for one in (DNS_ADDRESS, SECOND_DNS_ADDRESS)}
    machine = computer(
        {**ports, (address, 53): dns_server(world, records((V4,)))}, resolvers=(SERVER, SECOND, THIRD)
    )
    since = time.monotonic()
    answer, contacted = _system(Resolving(machine, hangs_s=5), 4)
    assert time.monotonic() - since < 3.0
    assert (answer.addresses, answer.server) == ((V4,), THIRD)
    assert contacted == [DNS_ADDRESS, SECOND_DNS_ADDRESS, address]


def test_a_slow_system_whose_first_server_answers_is_waited_for(world: World) -> None:
    machine = Resolving(
        _two_servers(world, records(("198.51.100.7",)), records(("198.51.100.8",))), hangs_s=0.5
    )
    answer, _ = _system(machine, 2)
    assert (answer.addresses, answer.server) == ((V4,), None)


def test_a_system_that_hangs_with_two_silent_servers_is_timed_out(world: World) -> None:
    assert _system(Resolving(_two_servers(world, silent, silent), hangs_s=8))[0].failure is Failure.TIMED_OUT


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_no_text_makes_the_test_for_addresses_raise(text: str) -> None:
    assert is_address(text) in (True, False)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80))
def test_no_name_makes_a_question_raise(text: str) -> None:
    answer = ask_server(computer(), SERVER, text, Deadline(1))
    assert answer.failure in (Failure.NXDOMAIN, Failure.NETWORK_UNREACHABLE)
