"""Is this address really the portal? Decided from its text alone: no network, no clock.

`url` is the only reader of URLs, `literal` of IP literals.
"""

from __future__ import annotations

from collections.abc import Sequence

from portalcheck.address.verdict import Kind, Verdict

__all__ = ["Kind", "Verdict", "judge", "may_be_address"]

_DOTS = ".\u3002\uff0e\uff61"
"""What browsers take for a dot (UTS 46)."""


def may_be_address(text: str) -> bool:
    """Whether a word on the command line can be meant as an address at all, or is more likely a misspelt command.

    It can if it has a dot or a colon and no blank, or if it is `localhost`. Blanks and line ends around it do
    not count. Nothing else is looked at: what is no address after all is for `judge` to tell.
    """
    text = text.strip()
    if any(map(str.isspace, text)):
        return False
    return text.lower() == "localhost" or any(c in text for c in f"{_DOTS}:")


def judge(
    url: str, *, official: Sequence[str], protect: Sequence[str] = (), known_other: Sequence[str] = ()
) -> Verdict:
    """Whether an address is official, imitates an official one, is unrelated, or is none that a browser opens.

    `official` are hosts or registrable domains, subdomains included; `protect` the names to compare with
    (default: official); `known_other` domains, or bare names of owners, that are never accused. Official wins
    over everything; an address that programs read in two ways is never official. Never raises.
    """
    from portalcheck.address.judgement import judged
    from portalcheck.address.lists import cleaned

    return judged(url, cleaned(tuple(official), tuple(protect), tuple(known_other)))
