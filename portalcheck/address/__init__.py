"""Is this address really the portal? Decided from its text alone: no network, no clock."""

from __future__ import annotations

from collections.abc import Sequence

from portalcheck.address.verdict import NOTES, TRICKS, Kind, Verdict

__all__ = ["NOTES", "TRICKS", "Kind", "Verdict", "judge"]


def judge(
    url: str, *, official: Sequence[str], protect: Sequence[str] = (), known_other: Sequence[str] = ()
) -> Verdict:
    """Whether an address is official, imitates an official one, is unrelated, or is none a browser opens.

    `official` are hosts or registrable domains, subdomains included; `protect` the names to compare with
    (default: official); `known_other` domains, or bare names of owners, that are never accused. Official wins
    over everything; an address that programs read in two ways is never official. Never raises.
    """
    from portalcheck.address.judgement import judged

    return judged(url, tuple(official), tuple(protect), tuple(known_other))
