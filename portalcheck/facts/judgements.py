"""Judgements that several checks share: a chain, the time, the world outside."""

from __future__ import annotations

from enum import StrEnum

import msgspec

CLOCK_TOLERANCE_S = 300
"""Clocks that are further apart, in seconds, disagree (contract, section 5).

Sign-in systems tolerate no more than a few minutes (RFC 7519, 4.1.4; RFC 4120, 3.2.3, names five).
"""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate chain judged offline on three separate axes: time, name and trust (RFC 5280, 9525).

    `trusted_by` holds system, mozilla and profile, each whatever the time. `not_before` and `not_after` are
    the window in which every certificate of the path is valid. `incomplete` says that an intermediate
    was missing; `completed` that the certificate's own address for it gave the missing one. `issuer` is the
    certificate (DER) that the path goes on with above the leaf, empty where it ends there.
    """

    name_matches: bool
    trusted_by: frozenset[str]
    not_before: float
    not_after: float
    self_signed: bool = False
    incomplete: bool = False
    completed: bool = False
    system_complete: bool = True
    issuer_organisation: str = ""
    issuer_name: str = ""
    issuer: bytes = b""
    names: tuple[str, ...] = ()
    key: str = ""
    www_twin: bool = False
    readable: bool = True
    expected_issuer: bool = True

    @property
    def proves_host(self) -> bool:
        """Whether any store's root vouches that the server is the host it was asked as, whatever the dates say."""
        return self.name_matches and bool(self.trusted_by)

    @property
    def trusted(self) -> bool:
        """Whether the browsers of this computer, or the profile, would trust the chain's root."""
        if {"system", "profile"} & self.trusted_by:
            return True
        return not self.system_complete and "mozilla" in self.trusted_by

    @property
    def known_root(self) -> bool:
        """Whether Mozilla's store or the profile has the root, which may else be that of a box that inspects TLS."""
        return bool({"mozilla", "profile"} & self.trusted_by)

    def valid_at(self, when: float) -> bool:
        """Whether every certificate of the path is within its dates at `when`."""
        return self.not_before <= when <= self.not_after


class Standing(StrEnum):
    """What the issuer of a certificate says of it now. `unsaid` is whatever cannot be relied on."""

    GOOD = "good"
    REVOKED = "revoked"
    UNSAID = "unsaid"


class Revocation(msgspec.Struct, frozen=True):
    """A certificate's standing (RFC 6960, RFC 5280, 5): since when it is revoked (seconds since the epoch) and why.

    `why` is the name of a CRLReason; `how` it became known is staple, ocsp or crl.
    """

    standing: Standing
    since: float = 0.0
    why: str = "unspecified"
    how: str = "staple"


class StatusPage(StrEnum):
    """What the portal's own status page says of it. `unsaid` is whatever cannot be relied on."""

    WELL = "well"
    PART = "part"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNSAID = "unsaid"


class TrueTime(msgspec.Struct, frozen=True):
    """How far this computer's clock is off, by an authenticated server's own time.

    `skew_s` is local minus true in seconds, None where nobody trustworthy was heard. `source` is
    portal, neutral or none. `disputed` says that neutral hosts contradict the portal's clock.
    """

    skew_s: int | None
    source: str = "none"
    disputed: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether the clock is off by more than sign-in systems tolerate (`CLOCK_TOLERANCE_S`)."""
        return self.skew_s is not None and abs(self.skew_s) > CLOCK_TOLERANCE_S


class CaptiveAnswer(StrEnum):
    """What a plain-HTTP probe met. Errors are silence, never a captive portal."""

    OPEN = "open"
    CAPTIVE = "captive"
    SILENT = "silent"
    ODD = "odd"


class Canaries(msgspec.Struct, frozen=True, kw_only=True):
    """What hosts that have nothing to do with the portal say, asked only in trouble.

    `verified` counts canaries that proved to be themselves, `tcp_ok` those that answered at TCP at all.
    `same_issuer` says that the canaries' certificates come from the untrusted or private root that the
    portal's comes from. `system_dns` is how this computer's DNS servers answer neutral names, and
    `other_dns` how independent servers do: answers, errors, silent, not-asked.
    `nxdomain_addresses` are the addresses that the own server gives for names that nobody has.
    `cut_off` counts canaries that broke TLS off; `one_certificate` says that all
    show the very key that the portal's address shows too, whosever it is. `answered_on_retry` says that somebody
    answered when asked once more and alone, as on a link that all of this was too much for.
    `system_dns_unchecked` is how the own servers answer when they are told not to check signatures.
    """

    canaries: int
    verified: int
    tcp_ok: int
    captive: tuple[CaptiveAnswer, ...] = ()
    same_issuer: bool = False
    system_dns: str = "not-asked"
    other_dns: str = "not-asked"
    nxdomain_addresses: tuple[str, ...] = ()
    system_dns_unchecked: str = "not-asked"
    cut_off: int = 0
    one_certificate: bool = False
    answered_on_retry: bool = False

    @property
    def rewrites_missing(self) -> bool:
        """Whether the own server has an address for every name."""
        return bool(self.nxdomain_addresses)

    @property
    def is_captive(self) -> bool:
        """Whether one probe met a sign-in page of the network."""
        return CaptiveAnswer.CAPTIVE in self.captive

    @property
    def way_out(self) -> bool:
        """Whether anything at all beyond this network answered."""
        return bool(self.verified or CaptiveAnswer.OPEN in self.captive or self.other_dns == "answers")
