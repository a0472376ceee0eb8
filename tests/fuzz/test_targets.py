"""What is fuzzed holds for every seed, for every input that once broke a reader, and for small changes of both."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.probe.tls.revocation import read_crl, read_ocsp
from tests.fuzz.net import PAIR
from tests.fuzz.target import GROUPS, NOW
from tests.fuzz.targets import TARGETS

_MOST_CHANGED = 6


@pytest.mark.parametrize("name", TARGETS)
def test_what_must_hold_of_a_reader_holds_for_all_known_inputs(name: str) -> None:
    inputs = sorted(TARGETS[name].seeds.iterdir())
    assert inputs
    for path in inputs:
        TARGETS[name].check(path.read_bytes())


def test_what_an_authority_says_in_a_seed_is_what_the_name_of_the_seed_tells() -> None:
    read = {"ocsp-response": read_ocsp, "crl": read_crl}
    for kind, reader in read.items():
        seeds = [path for path in TARGETS[kind].seeds.iterdir() if path.suffix in (".der", ".pem")]
        told = {path.stem: reader(PAIR, path.read_bytes(), NOW).status for path in seeds}
        assert {standing.value for standing in told.values()} == {"good", "revoked", "unknown"}
        assert [
            name
            for name, standing in told.items()
            if name.startswith(("good", "revoked")) and not name.startswith(standing)
        ] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, deadline=None)
@given(chance=st.randoms(use_true_random=False), tail=st.binary(max_size=40))
def test_what_must_hold_of_a_reader_holds_for_changed_inputs(
    name: str, chance: random.Random, tail: bytes
) -> None:
    target = TARGETS[name]
    data = bytearray(chance.choice(sorted(target.seeds.iterdir())).read_bytes())
    for _ in range(chance.randrange(_MOST_CHANGED)):
        place = chance.randrange(len(data) + 1)
        data[place : place + chance.randrange(4)] = chance.choice(
            (b"", b"\0", b"\xff", b"\n", tail[:4], data[:9])
        )
    target.check(bytes(data + tail)[: target.longest])


def test_every_group_of_readers_is_fuzzed_and_says_what_must_hold() -> None:
    assert {target.group for target in TARGETS.values()} == set(GROUPS)
    assert [name for name, target in TARGETS.items() if not target.check.__doc__] == []
