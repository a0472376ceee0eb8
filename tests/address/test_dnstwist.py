"""Imitations as dnstwist makes them; it is used offline, for its permutations only."""

from __future__ import annotations

from collections import Counter

import dnstwist  # type: ignore[import-untyped]  # it brings no types
import pytest

from portalcheck.address import Kind, judge

OFFICIAL = ("optum.com", "healthsafe-id.com")
ENDINGS = ["net", "org", "co", "info", "app", "us", "xyz", "com.co", "co.uk", "health", "online", "site"]


def permutations(domain: str) -> list[tuple[str, str]]:
    fuzzer = dnstwist.Fuzzer(domain, dictionary=[], tld_dictionary=ENDINGS)
    fuzzer.generate()
    return [(entry["fuzzer"], entry["domain"]) for entry in fuzzer.domains if entry["domain"] != domain]


@pytest.mark.parametrize(("domain", "share"), [("optum.com", 0.96), ("healthsafe-id.com", 0.99)])
def test_nearly_all_permutations_are_told(domain: str, share: float) -> None:
    every = permutations(domain)
    made = every[:: len(every) // 1200 or 1]
    missed = [entry for entry in made if judge(entry[1], official=OFFICIAL).kind is not Kind.LOOKALIKE]
    assert len(made) > 1000
    assert 1 - len(missed) / len(made) >= share, Counter(kind for kind, _ in missed)


def test_no_permutation_is_official() -> None:
    assert all(
        judge(name, official=OFFICIAL).kind is not Kind.OFFICIAL for _, name in permutations("optum.com")
    )
