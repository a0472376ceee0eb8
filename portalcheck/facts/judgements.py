"""Judgements that several checks share: a certificate chain, its revocation, the true time, the canaries."""

from __future__ import annotations

from enum import StrEnum

import msgspec

CLOCK_TOLERANCE_S = 300
"""Clocks that are further apart, in seconds, disagree (contract.md, Causes).

Sign-in systems tolerate no more than a few minutes (RFC 7519, 4.1.4; RFC 4120, 3.2.3, names five).
"""


class RootStore(StrEnum):
    """A store of root certificates that chains are judged against."""

    SYSTEM = "system"
    MOZILLA = "mozilla"
    PROFILE = "profile"
    """The `ca_file` of the portal's profile."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate chain judged offline on three separate axes: time, name and trust (RFC 5280, RFC 9525).

    `trusted_by` are the stores that hold the root of a valid path, whatever its dates.
    `not_before` and `not_after` (seconds since the epoch) are the window in which every certificate of the path is
    valid. `incomplete`: the server did not send an intermediate; `completed`: it was fetched from the address that the
    certificate names (AIA). `system_complete`: the system's store is all that it trusts, and fetches no further roots.
    `issuer` is the certificate (DER) above the leaf, empty if the path ends there; `key` a digest of the leaf's public
    key. `www_twin`: the name would match with `www.` before it, or without it.
    `readable` is false for a leaf that cannot be parsed. `expected_issuer`: the profile lists its issuer, or none.
    """

    name_matches: bool
    trusted_by: frozenset[RootStore]
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
        """Whether the browsers of this computer, or the profile, trust the chain's root."""
        if {RootStore.SYSTEM, RootStore.PROFILE} & self.trusted_by:
            return True
        return not self.system_complete and RootStore.MOZILLA in self.trusted_by

    @property
    def known_root(self) -> bool:
        """Whether Mozilla's store or the profile has the root, which may else be that of a box that inspects TLS."""
        return bool({RootStore.MOZILLA, RootStore.PROFILE} & self.trusted_by)

    def valid_at(self, when: float) -> bool:
        """Whether every certificate of the path is within its dates at `when`."""
        return self.not_before <= when <= self.not_after


class CertStatus(StrEnum):
    """What the issuer of a certificate says of it now (RFC 6960, 2.2); `UNKNOWN` also if that cannot be relied on."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class RevocationReason(StrEnum):
    """Why a certificate was revoked: the names of CRLReason (RFC 5280, 5.3.1)."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "key-compromise"
    CA_COMPROMISE = "ca-compromise"
    AFFILIATION_CHANGED = "affiliation-changed"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessation-of-operation"
    CERTIFICATE_HOLD = "certificate-hold"
    PRIVILEGE_WITHDRAWN = "privilege-withdrawn"
    AA_COMPROMISE = "aa-compromise"
    REMOVE_FROM_CRL = "remove-from-crl"


class RevocationSource(StrEnum):
    """How a certificate's status became known."""

    STAPLE = "staple"
    OCSP = "ocsp"
    CRL = "crl"


class Revocation(msgspec.Struct, frozen=True):
    """A certificate's status (RFC 6960; RFC 5280, 5) and, if it is revoked, since when (seconds since the epoch)."""

    status: CertStatus
    since: float = 0.0
    reason: RevocationReason = RevocationReason.UNSPECIFIED
    source: RevocationSource = RevocationSource.STAPLE


class StatusPage(StrEnum):
    """What the portal's own status page says of it; `UNKNOWN` if it has none, or one that cannot be relied on."""

    OPERATIONAL = "well"
    DEGRADED = "part"
    OUTAGE = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class TimeSource(StrEnum):
    """Whose clock the true time was taken from."""

    PORTAL = "portal"
    CANARIES = "neutral"
    NONE = "none"


class TrueTime(msgspec.Struct, frozen=True):
    """How far this computer's clock is off, by the time of authenticated servers.

    `skew_s` is local minus true time in seconds, None if no trustworthy server answered. `disputed` says that the
    canaries contradict the portal's clock.
    """

    skew_s: int | None
    source: TimeSource = TimeSource.NONE
    disputed: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether the clock is off by more than sign-in systems tolerate (`CLOCK_TOLERANCE_S`)."""
        return self.skew_s is not None and abs(self.skew_s) > CLOCK_TOLERANCE_S


class CaptiveAnswer(StrEnum):
    """What a plain-HTTP probe for captive portals met (RFC 8952).

    The answer that is expected, another one that sends to a sign-in page, no answer (any error), or an odd one that
    proves nothing.
    """

    OPEN = "open"
    CAPTIVE = "captive"
    SILENT = "silent"
    ODD = "odd"


class DnsHealth(StrEnum):
    """How some DNS servers answer for names that have nothing to do with the portal."""

    ANSWERS = "answers"
    ERRORS = "errors"
    SILENT = "silent"
    NOT_ASKED = "not-asked"


class Reach(msgspec.Struct, frozen=True):
    """How neutral hosts answer at their addresses of one kind: how many were `asked`, and how many said anything.

    `https_asked` and `https_ok` count those that were asked at HTTPS's port, and that took the connection.
    """

    asked: int = 0
    answered: int = 0
    https_asked: int = 0
    https_ok: int = 0

    @property
    def is_dead(self) -> bool:
        """Whether several were asked and none answered."""
        return self.asked > 1 and not self.answered

    @property
    def lacks_https(self) -> bool:
        """Whether several were asked at HTTPS's port and none let connect, while something else answered."""
        return self.https_asked > 1 and not self.https_ok and self.answered > 0


class Canaries(msgspec.Struct, frozen=True, kw_only=True):
    """How hosts answer that have nothing to do with the portal. They are asked only in trouble.

    `verified` counts the canaries whose certificate is valid for them, `tcp_ok` those that accepted a TCP connection,
    `cut_off` those that broke TLS off; `asked` is the number of all. `same_issuer`: their certificates come from the
    same private root as the portal's. `one_certificate`: all show the very key that the portal's address shows.
    `captive` has the answer of each probe for captive portals. `answered_on_retry`: nothing answered at first, and
    one of them did when it was asked once more and alone, as on an overloaded link.
    `unopened` counts those that were silent for as long as a connection may take, far-away hosts included.
    `portal_plain` is where the portal's own plain HTTP leads: `CAPTIVE` if to a sign-in page of the network.

    `system_dns` is the health of the DNS servers that this computer is set to ask, `system_dns_unchecked` the same
    with DNSSEC validation switched off (RFC 4035, 3.2.2, CD), `other_dns` that of independent servers.
    `nxdomain_addresses` are the addresses that the computer's own server gives for a name that does not exist.

    `ipv4`, `ipv6` and `translated` tell of each kind of address by itself; `nat64` is the prefix behind which the
    network translates to IPv4 (RFC 6052), empty if there is no sign of one.
    """

    asked: int
    verified: int
    tcp_ok: int
    captive: tuple[CaptiveAnswer, ...] = ()
    same_issuer: bool = False
    system_dns: DnsHealth = DnsHealth.NOT_ASKED
    other_dns: DnsHealth = DnsHealth.NOT_ASKED
    nxdomain_addresses: tuple[str, ...] = ()
    system_dns_unchecked: DnsHealth = DnsHealth.NOT_ASKED
    cut_off: int = 0
    one_certificate: bool = False
    answered_on_retry: bool = False
    ipv4: Reach = Reach()
    ipv6: Reach = Reach()
    translated: Reach = Reach()
    nat64: str = ""
    unopened: int = 0
    portal_plain: CaptiveAnswer = CaptiveAnswer.SILENT

    @property
    def rewrites_nxdomain(self) -> bool:
        """Whether the computer's own DNS server has an address for a name that does not exist."""
        return bool(self.nxdomain_addresses)

    @property
    def is_captive(self) -> bool:
        """Whether one probe met the sign-in page of a captive portal."""
        return CaptiveAnswer.CAPTIVE in self.captive

    @property
    def answered(self) -> bool:
        """Whether anything answered, be it by a refusal: packets do get out."""
        return bool(self.internet_works or self.tcp_ok or self.cut_off or self.answered_on_retry)

    @property
    def internet_works(self) -> bool:
        """Whether anything beyond this network answered."""
        return bool(
            self.verified or CaptiveAnswer.OPEN in self.captive or self.other_dns is DnsHealth.ANSWERS
        )
