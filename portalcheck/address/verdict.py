"""What is said of an address. Light on purpose: authors of checks import it through `portalcheck.api`."""

from __future__ import annotations

from enum import StrEnum, auto

import msgspec


class Kind(StrEnum):
    """The four answers to "is this the portal's address?"."""

    OFFICIAL = auto()
    LOOKALIKE = auto()
    UNRELATED = auto()
    INVALID = auto()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of one address by its name alone.

    `host` is the host a browser would go to, as A-labels; empty if there is none. `url` is the address to
    contact, without user name, password and fragment; empty if it must not be contacted. `trick` (one of
    `TRICKS`) says how a lookalike differs from the official name `target`, or what is wrong with an invalid
    address. `marked` is the host as a person reads it, with what differs in brackets: `opt[v]m.com`; a
    missing letter is `[_]`. `notes` are of `NOTES`.

    If the address only leads on to another one that its text names (a link wrapper), `inner` is the
    verdict of that one. If that is a lookalike this verdict is one too, with the inner `host`, `trick`,
    `target` and `marked`; else the wrapper itself is judged, and is unrelated.
    """

    kind: Kind
    host: str = ""
    url: str = ""
    trick: str = ""
    target: str = ""
    marked: str = ""
    notes: tuple[str, ...] = ()
    inner: Verdict | None = None

    @property
    def contactable(self) -> bool:
        """Whether the address may be contacted: never a lookalike or an invalid one."""
        return self.kind in (Kind.OFFICIAL, Kind.UNRELATED)


NOTES = frozenset(
    {
        "http",  # not encrypted
        "port",  # a port other than the scheme's own
        "userinfo",  # a user name or password before an @
        "backslash",  # a backslash where the host ends
        "control",  # a tab or line end within the host
        "encoded",  # percent-encoding within the host
        "invisible",  # letters within the host that browsers drop
        "nonascii",  # wide or styled letters that browsers turn into plain ones
        "ip-literal",  # a number instead of a name
        "shortener",  # where it leads cannot be told from its text
        "link-wrapper",  # leads on to `inner`
        "hidden-target",  # a link wrapper whose text does not tell where it leads
        "bare-suffix",  # a name under which others register theirs, like co.uk or github.io
        "shared-hosting",  # at a place where anyone can put up pages
        "same-owner",  # a neighbour under the domain of an official host
        "known-other",  # the profile lists it as a known other
        "uses-name",  # has an official name in it
    }
)

TRICKS = frozenset(
    {
        # of lookalikes
        "homoglyph",
        "homoglyph_cyrillic",
        "homoglyph_greek",
        "homoglyph_latin_ext",
        "diacritic",
        "ascii_lookalike",
        "digit_swap",
        "tld_swap",
        "tld_typo",
        "hyphenation",
        "hyphen_omission",
        "dot_for_hyphen",
        "missing_dot",
        "separator",
        "transposition",
        "omission",
        "addition",
        "insertion",
        "repetition",
        "replacement",
        "vowel_swap",
        "plural",
        "typo",
        "combosquat",
        "brand_in_name",
        "target_embedding",
        "brand_on_shared_hosting",
        "userinfo",
        "parser_confusion",
        # of invalid addresses
        "empty",
        "too_long",
        "not_a_url",
        "bad_scheme",
        "no_host",
        "single_label",
        "bad_port",
        "bad_ipv6",
        "bad_host",
        "ends_in_number",
        "empty_label",
        "label_too_long",
        "bad_idn",
        "forbidden_char",
        "whitespace",
        "control_char",
        "bidi_control",
        "joiner",
        "slash_lookalike",
        "backslash",
        "percent",
        "invisible",
    }
)
