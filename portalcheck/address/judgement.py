"""One address and the lists of a portal make a verdict. Pure: the same text always gives the same verdict."""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec

from portalcheck.address.candidate import Likeness, Protected, tokens
from portalcheck.address.domains import within
from portalcheck.address.host import Unreadable
from portalcheck.address.lists import Lists
from portalcheck.address.suffix import Name, is_shared, split
from portalcheck.address.url import Address, read
from portalcheck.address.verdict import Kind, Verdict

DEEPEST = 3
"""Link wrappers inside link wrappers that are opened."""

_LONGEST_USERINFO = 4096


def judged(url: str, lists: Lists, depth: int = 0) -> Verdict:
    """What `portalcheck.address.judge` gives; `depth` counts the link wrappers around the address."""
    address = read(url)
    if isinstance(address, Unreadable):
        return Verdict(kind=Kind.INVALID, trick=address.trick)
    if lists.listed(address.host):
        return _listed(address, lists)
    imitated = _in_front(address, lists)
    if imitated is not None:
        return imitated
    if address.is_ip:
        return _unrelated(address)
    if "." not in address.host:
        return _unrelated(address) if address.host == "localhost" else _invalid(address, "single_label")
    return _stranger(address, lists, depth)


def _stranger(address: Address, lists: Lists, depth: int) -> Verdict:
    """A name that is not official."""
    # The usual run, on an official address, is spared the rest of the rules.
    from portalcheck.address.likeness import alike_to_the_eye, likeness

    name = split(address.display)
    if lists.known_other(name, address.host):
        return _unrelated(address, "known-other")
    like = likeness(name, lists.targets) if name.label else None
    if like is None and (meant := lists.folded_onto(address.display)):
        like = alike_to_the_eye(name, meant)
    if like is not None:
        return _lookalike(address, like)
    return _led_on(address, name, lists, depth)


def _listed(address: Address, lists: Lists) -> Verdict:
    """An official host; refused where other programs would read another host or none."""
    if address.naive and _plain_host(address.naive) and not within(address.naive, lists.official):
        return _lookalike(address, Likeness("parser_confusion", _nearest(address.host, lists), ""))
    if address.suspect == "encoded":
        # A browser opens it, and gets to the portal; but nobody who is honest writes it so.
        plain = Verdict(kind=Kind.OFFICIAL, host=address.host, url=address.url)
        return msgspec.structs.replace(_unrelated(address), inner=plain)
    if address.suspect:
        return _invalid(address, "control_char" if address.suspect == "control" else address.suspect)
    if address.userinfo and not address.typed_scheme:
        return _invalid(address, "not_a_url")  # an e-mail address
    return Verdict(kind=Kind.OFFICIAL, host=address.host, url=address.url, notes=address.notes)


def _in_front(address: Address, lists: Lists) -> Verdict | None:
    """An official name where only a careless reader takes it for the host."""
    if address.naive and within(address.naive.rpartition("\\")[2].lstrip("."), lists.official):
        return _lookalike(address, Likeness("parser_confusion", _nearest(address.naive, lists), ""))
    if not address.userinfo:
        return None
    words = tokens(unquote(address.userinfo[:_LONGEST_USERINFO]).lower())
    found = next((target for target in lists.targets if _among(words, target)), None)
    return None if found is None else _lookalike(address, Likeness("userinfo", found.host, ""))


def _among(words: tuple[str, ...], target: Protected) -> bool:
    """Whether the official name stands among the words; without its ending only if it is no common one."""
    forms = [form for form in target.tokens if len(form) > 1]
    if not target.common:
        forms += [(target.shape,), tokens(target.label)]
    return any(words[at : at + len(form)] == form for form in forms for at in range(len(words)))


def _led_on(address: Address, name: Name, lists: Lists, depth: int) -> Verdict:
    """A host that is neither official nor an imitation, and perhaps where it leads on to."""
    from portalcheck.address.likeness import uses_name
    from portalcheck.address.tables import SHORTENERS
    from portalcheck.address.wrappers import unwrap

    extra = []
    if not name.label:
        extra.append("bare-suffix")
    elif is_shared(name.suffix):
        extra.append("shared-hosting")
    if name.registrable in lists.owners:
        extra.append("same-owner")
    elif uses_name(name, lists.targets):
        extra.append("uses-name")
    if address.host in SHORTENERS or name.registrable in SHORTENERS:
        extra.append("shortener")
    text = unwrap(address) if depth < DEEPEST else None
    if text is None:
        return _unrelated(address, *extra)
    if not text:
        return _unrelated(address, *extra, "hidden-target")
    inner = judged(text, lists, depth + 1)
    extra.append("link-wrapper")
    if inner.kind is Kind.LOOKALIKE:
        return msgspec.structs.replace(inner, notes=(*address.notes, *extra), inner=inner)
    return msgspec.structs.replace(_unrelated(address, *extra), inner=inner)


def _unrelated(address: Address, *notes: str) -> Verdict:
    return Verdict(kind=Kind.UNRELATED, host=address.host, url=address.url, notes=(*address.notes, *notes))


def _invalid(address: Address, trick: str) -> Verdict:
    return Verdict(kind=Kind.INVALID, host=address.host, trick=trick, notes=address.notes)


def _lookalike(address: Address, like: Likeness) -> Verdict:
    return Verdict(
        kind=Kind.LOOKALIKE,
        host=address.host,
        trick=like.trick,
        target=like.target,
        marked=like.marked,
        notes=address.notes,
    )


def _plain_host(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9\-]+(?:\.[a-z0-9\-]+)+\.?", text) is not None


def _nearest(host: str, lists: Lists) -> str:
    """The official entry that a host falls under."""
    return next(
        (entry for entry in sorted(lists.official) if host == entry or host.endswith("." + entry)), host
    )
