"""How long a verdict takes, beside a look-up in the Public Suffix List, which any such check needs."""

from __future__ import annotations

import time

import dnstwist  # type: ignore[import-untyped]  # it brings no types
import publicsuffixlist
import pytest

from portalcheck.address import judge

OFFICIAL = (
    "optum.com",
    "healthsafe-id.com",
    "onehealthcareid.com",
    "myuhc.com",
    "optumrx.com",
    "optumbank.com",
)
MOST = 150


@pytest.mark.slow
def test_a_verdict_costs_little_more_than_a_suffix_lookup(capsys: pytest.CaptureFixture[str]) -> None:
    fuzzer = dnstwist.Fuzzer("healthsafe-id.com")
    fuzzer.generate()
    names = [entry["domain"] for entry in fuzzer.domains]
    suffixes = publicsuffixlist.PublicSuffixList()
    judge(names[0], official=OFFICIAL)
    started = time.process_time()
    for name in names:
        suffixes.privatesuffix(name)
    between = time.process_time()
    for name in names:
        judge(f"https://www.{name}/login", official=OFFICIAL)
    ended = time.process_time()
    ratio = (ended - between) / (between - started)
    with capsys.disabled():
        each = (ended - between) / len(names) * 1000
        print(f"\n{len(names)} imitations: {each:.3f} ms a verdict, {ratio:.0f} suffix look-ups")  # noqa: T201  a benchmark shows its figure
    assert ratio <= MOST
