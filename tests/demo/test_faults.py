"""The table of faults, and what every practice world has in common."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
import time

import pytest

from portalcheck.api.declarations import NONE
from portalcheck.demo import FAULTS, practice
from tests.declared import CAUSES

DOCUMENTATION = [
    ipaddress.ip_network(one)
    for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


def test_healthy_is_first() -> None:
    assert next(iter(FAULTS)) == "healthy"
    assert all(name == fault.name for name, fault in FAULTS.items())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faults_diagnosis_is_one_of_the_table_of_causes(fault: str) -> None:
    row = FAULTS[fault]
    assert row.cause in {cause.id for cause in (*CAUSES, NONE)}
    assert set(row.also) <= {cause.id for cause in CAUSES}
    assert row.exit_code in (0, 1)


def test_no_two_faults_are_the_same_world() -> None:
    plans = [fault.plan for fault in FAULTS.values()]
    assert all(plan not in plans[:at] for at, plan in enumerate(plans))


def test_an_unknown_fault_is_a_key_error() -> None:
    with pytest.raises(KeyError), practice("no-such-fault"):
        pass


@pytest.mark.parametrize("fault", FAULTS)
def test_every_address_is_for_documentation(fault: str) -> None:
    with practice(fault) as running:
        named = {address for address, _ in running.machine.ports}
        named |= {server.address for server in running.machine.dns_servers()} | set(running.resolvers)
    for address in map(ipaddress.ip_address, named):
        assert any(address in network for network in DOCUMENTATION if network.version == address.version)


def test_worlds_start_and_end_quickly() -> None:
    with practice("healthy"):
        pass  # loads the libraries

    def once() -> float:
        since = time.perf_counter()
        with practice("healthy"):
            pass
        return time.perf_counter() - since

    assert min(once() for _ in range(5)) < 0.15


def test_worlds_stand_side_by_side() -> None:
    with practice("healthy") as one, practice("healthy") as two:
        assert set(one.machine.ports) == set(two.machine.ports)
        assert not set(one.machine.ports.values()) & set(two.machine.ports.values())
        assert one.machine.system_roots() != two.machine.system_roots()


def test_the_table_loads_nothing_heavy() -> None:
    code = (
        "import sys, portalcheck.demo; assert portalcheck.demo.FAULTS; "
        "print(*sorted({'dns', 'cryptography', 'ssl', 'h11', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
