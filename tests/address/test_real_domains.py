"""Nobody real is accused: domains of Chromium's HSTS preload list and of the Public Suffix List.

Both come with test dependencies: `hstspreload` (BSD, from Chromium) and `publicsuffixlist` (MPL).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import hstspreload  # type: ignore[import-untyped]  # it brings no types
import publicsuffixlist
import pytest

from portalcheck.address import Kind, judge
from portalcheck.address.suffix import split

SHORT_LIST = ("optum.com", "healthsafe-id.com")
LONG_LIST = (
    *SHORT_LIST, "onehealthcareid.com", "myuhc.com", "uhc.com", "liveandworkwell.com", "optumrx.com",
    "optumbank.com",
    "optumcarenv.com", "followmyhealth.com", "myhealthchart.com", "optumwa.com", "optumcare.com",
    "uhcprovider.com",
    "optumhealthfinancial.com", "uhchealthaccounts.com", "connectyourcare.com", "polyclinic.com",
)  # fmt: skip
_LEAF = 0x80


def preloaded() -> Iterator[str]:
    """The hosts of the preload list: records of flags, length and name."""
    data = Path(hstspreload.__file__).with_name("hstspreload.bin").read_bytes()
    at = 0
    while at < len(data):
        flags, length = data[at], data[at + 1]
        if flags & _LEAF:
            yield data[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length


def listed() -> Iterator[str]:
    """The domains that the Public Suffix List itself, its comments and its contacts name."""
    text = Path(publicsuffixlist.PSLFILE).read_text(encoding="utf-8").lower()
    yield from re.findall(r"https?://([a-z0-9.-]+\.[a-z]{2,})", text)
    yield from re.findall(r"@([a-z0-9.-]+\.[a-z]{2,})", text)
    yield from re.findall(r"(?m)^([a-z0-9-]+(?:\.[a-z0-9-]+)+)$", text)


def registrable() -> list[str]:
    hosts = [host for host in (*preloaded(), *listed()) if "." in host and not host[-1].isdigit()]
    names = {split(host).registrable for host in hosts}
    return sorted(names - {""})


def accused(domains: list[str], official: tuple[str, ...]) -> list[str]:
    verdicts = {domain: judge(f"https://www.{domain}/", official=official) for domain in domains}
    return [domain for domain, verdict in verdicts.items() if verdict.kind is not Kind.UNRELATED]


@pytest.mark.slow
def test_no_real_domain_is_accused() -> None:
    domains = registrable()[::12]
    assert len(domains) > 10_000
    assert accused(domains, SHORT_LIST) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("official", [SHORT_LIST, LONG_LIST], ids=["short", "long"])
def test_no_real_domain_of_them_all_is_accused(official: tuple[str, ...]) -> None:
    assert accused(registrable(), official) == []
