"""The three lists of a portal, cleaned: what is official, what may be imitated, whom never to accuse."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from portalcheck.address.candidate import Candidate, Protected, tokens
from portalcheck.address.domains import within
from portalcheck.address.host import Unreadable
from portalcheck.address.skeleton import folded, skeleton
from portalcheck.address.suffix import Name, split
from portalcheck.address.tables import GENERIC_NAMES
from portalcheck.address.url import read

SHORTEST_NAME = 5
"""Letters that a name must have for likeness to mean anything (Chromium's floor)."""

DISTINCTIVE = 9
"""Letters from which on a name is rare enough to be looked for anywhere, and with two typos."""


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """What addresses are judged against; hosts are A-labels.

    `official` and `addresses` are the official names and IP addresses, `owners` the registrable domains of those
    names, `targets` the names that may be imitated, `known` hosts and bare names that are never accused.
    """

    official: frozenset[str]
    addresses: frozenset[str]
    owners: frozenset[str]
    targets: tuple[Protected, ...]
    known: frozenset[str]

    def folded_onto(self, display: str) -> str:
        """The official host, or the one that a host would be below, that it becomes when its letters are folded."""
        shape = folded(display)
        for entry in sorted(self.official):
            address = read(entry)
            if not isinstance(address, Unreadable) and within(shape, (folded(address.display),)):
                return entry
        return ""

    def listed(self, host: str) -> bool:
        """Whether a host is official: on the list, or a subdomain of what is."""
        return host in self.addresses or within(host, self.official)

    def known_other(self, name: Name, host: str) -> bool:
        """Whether a host is on the list of known others, by domain or by the bare name of its owner."""
        return within(host, self.known) or name.label in self.known


@lru_cache(maxsize=16)
def cleaned(official: tuple[str, ...], protect: tuple[str, ...], known: tuple[str, ...]) -> Lists:
    """The lists made ready. Entries that are no host, a single label or a public suffix count for nothing."""
    hosts, addresses, owners = set(), set(), set()
    for entry in official:
        address = read(_entry(entry))
        if isinstance(address, Unreadable):
            continue
        if address.is_ip:
            addresses.add(address.host)
        elif name := _owned(address.display):
            hosts.add(address.host)
            owners.add(name.registrable)
    targets = dict.fromkeys(_protected(entry) for entry in (protect or official))
    return Lists(
        official=frozenset(hosts),
        addresses=frozenset(addresses),
        owners=frozenset(owners),
        targets=tuple(target for target in targets if target is not None),
        known=frozenset(_known(entry) for entry in known),
    )


def whole_hosts(entries: Sequence[str]) -> tuple[str, ...]:
    """The entries that name a host; a registrable domain need not be one, and stands for those below it."""
    read_as = (read(entry.strip()) for entry in entries)
    found = [one for one in read_as if not isinstance(one, Unreadable) and not one.is_ip]
    return tuple(
        dict.fromkeys(one.host for one in found if (name := _owned(one.display)) is not None and name.above)
    )


def _entry(text: str) -> str:
    return text.strip().removeprefix("*.").removeprefix(".")


def _owned(display: str) -> Name | None:
    """The parts of a host that has an owner; None for a single label and for a public suffix."""
    if "." not in display:
        return None
    name = split(display)
    return name if name.label else None


def _protected(entry: str) -> Protected | None:
    address = read(_entry(entry))
    name = None if isinstance(address, Unreadable) or address.is_ip else _owned(address.display)
    if name is None or isinstance(address, Unreadable):
        return None
    forms = Candidate.of(name)
    together = skeleton(forms.bare + name.suffix.partition(".")[0])
    written = {forms.words, (forms.shape, *tokens(name.suffix)), tokens(name.registrable), (together,)}
    return Protected(
        **msgspec.structs.asdict(forms),
        host=address.host,
        common=len(forms.bare) < SHORTEST_NAME or forms.bare in GENERIC_NAMES,
        tokens=tuple(sorted(written, key=len, reverse=True)),
    )


def _known(entry: str) -> str:
    plain = _entry(entry).lower()
    address = read(plain)
    return plain if isinstance(address, Unreadable) else address.host
