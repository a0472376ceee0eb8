"""Chains of certificates, and the judge asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from portalcheck.facts import Chain, RootStore
from portalcheck.probe.tls.chain import TrustStore, judge
from tests.probe.minting import NOW, Made, authority, leaf

HOST = "portal.clinic.example"


@lru_cache
def root() -> Made:
    return authority("Root", key="rsa2048")


@lru_cache
def intermediate() -> Made:
    return authority("Intermediate", root(), key="rsa2048")


@lru_cache
def good() -> Made:
    return leaf(intermediate(), HOST)


@lru_cache
def private() -> Made:
    return authority("Somebody's Root")


def judged(
    chain: Sequence[Made | bytes],
    *,
    host: str = HOST,
    system: Sequence[Made] | None = None,
    mozilla: Sequence[Made] = (),
    profile: Sequence[Made] | None = None,
    now: float = NOW,
    issuers: Sequence[str] = (),
    extra: Sequence[Made] = (),
) -> Chain:
    stores = {
        RootStore.SYSTEM: TrustStore(one.der for one in ([root()] if system is None else system)),
        RootStore.MOZILLA: TrustStore(one.der for one in mozilla),
    }
    if profile is not None:
        stores[RootStore.PROFILE] = TrustStore(one.der for one in profile)
    ders = [one if isinstance(one, bytes) else one.der for one in chain]
    return judge(ders, host, stores, now=now, issuers=issuers, extra=[one.der for one in extra])


def axes(chain: Chain, now: float = NOW) -> tuple[bool, bool, bool]:
    return chain.valid_at(now), chain.name_matches, bool(chain.trusted_by)
