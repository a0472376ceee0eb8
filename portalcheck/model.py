"""The nouns of a run: what a check says, what follows from it, and the report that is handed out.

Every noun is a frozen value. Names follow the JSON report (schema version 1).
"""

from __future__ import annotations

from enum import StrEnum, auto
from typing import Annotated

import msgspec

SCHEMA_VERSION = 1

Scalar = str | int | float | bool | None
Arg = Scalar | tuple[str, ...]


class Status(StrEnum):
    """What a finding, or a check as a whole, says of sign-in."""

    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    UNKNOWN = "unknown"


GRAVITY = (Status.OK, Status.NOTE, Status.WARN, Status.FAIL)
"""Statuses that are ordered; `skip` and `unknown` count only where none of these is present."""


class Ended(StrEnum):
    """How a check came to its end; only `finished` proves the absence of what it did not report."""

    FINISHED = "finished"
    TIMED_OUT = "timed-out"
    CRASHED = "crashed"


class Outcome(StrEnum):
    """The whole run in one word."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Owner(StrEnum):
    """Who must act: the person on this computer, who manages it, who runs the network or the filter, or the portal."""

    YOU = auto()
    EMPLOYER = auto()
    NETWORK = auto()
    PORTAL = auto()


class Likelihood(StrEnum):
    """How likely it is that a step of the article helps."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Local(msgspec.Struct, frozen=True):
    """Evidence that does not leave this computer unless the person asks for it.

    `kind` (address, path, name, network, url, text) is what the report counts as withheld.
    """

    kind: str
    value: Arg


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a check: a reason code, a status, and named evidence; never a sentence."""

    reason: str
    status: Status
    args: dict[str, Arg] = {}
    local: dict[str, Local] = {}


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """All that one check found.

    `declared` are the reasons it could have given; `needed` says that without it nothing can be said.
    """

    check: str
    status: Status
    duration_ms: int
    findings: tuple[Finding, ...]
    ended: Ended = Ended.FINISHED
    declared: frozenset[str] = frozenset()
    needed: bool = False


def gravest(statuses: tuple[Status, ...]) -> Status:
    """The status of a check with findings of these statuses; `ok` where there are none."""
    ordered = [status for status in statuses if status in GRAVITY]
    if ordered:
        return max(ordered, key=GRAVITY.index)
    if Status.UNKNOWN in statuses:
        return Status.UNKNOWN
    return Status.SKIP if statuses else Status.OK


class Support(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a person can ask for help with this portal; empty where nothing is known for sure."""

    phone: str = ""
    url: str = ""


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """A portal profile. Host lists hold host names or registrable domains, subdomains included."""

    profile: str
    name: str
    url: str
    official: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    known_other: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    ca_file: str = ""
    status_url: str = ""
    article_url: str = ""
    support: Support = Support()


class Step(msgspec.Struct, frozen=True):
    """An article reference that likely applies, and the reasons, cause or symptoms that say so."""

    ref: str
    likelihood: Likelihood
    because: tuple[str, ...]


class TriedOutcome(StrEnum):
    """What became of a step that a person tried."""

    SOLVED = "solved"
    NOT_SOLVED = "not-solved"
    SKIPPED = "skipped"


class Tried(msgspec.Struct, frozen=True):
    """A reference of the article that the person was led through, and what became of it."""

    ref: str
    outcome: TriedOutcome


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement over all findings: one cause, what else holds, and which findings are mere echoes.

    `echoes` maps a reason code to the reason codes that explain it.
    """

    cause: str
    outcome: Outcome
    also: tuple[str, ...]
    likely_steps: tuple[Step, ...]
    owner: Owner | None = None
    symptoms: tuple[str, ...] = ()
    echoes: dict[str, tuple[str, ...]] = {}


class Tool(msgspec.Struct, frozen=True):
    """The program that wrote a report."""

    name: str
    version: str


class PortalName(msgspec.Struct, frozen=True):
    """As much of the portal profile as a report tells."""

    profile: str
    name: str
    host: str


class Platform(msgspec.Struct, frozen=True):
    """The kind of system, as much as tells nobody's computer from another's."""

    os: str
    release: str


class ReportFinding(msgspec.Struct, frozen=True):
    """A finding as it is handed out."""

    reason: str
    status: Status
    args: dict[str, Arg]
    blocked_by: tuple[str, ...] = ()


class ReportCheck(msgspec.Struct, frozen=True):
    """A check's result as it is handed out."""

    check: str
    status: Status
    duration_ms: int
    findings: tuple[ReportFinding, ...]


class Privacy(msgspec.Struct, frozen=True):
    """What was left out, by kind and count, and whom the run contacted, by role and count."""

    level: str
    withheld: dict[str, int]
    contacts: dict[str, int] = {}


CODE_PATTERN = "[a-z]+(-[a-z]+)*"
LONGEST_CODE = 32
Code = Annotated[str, msgspec.Meta(pattern=f"^{CODE_PATTERN}$", max_length=LONGEST_CODE)]
"""A word of ours, or of a later version."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one run; its JSON form is schema version 1 of the contract.

    Readers ignore fields that they do not know. `seal` has a check of each field (`report.checksums`); it is
    empty where a report was put together from a paste, which has checks of its own. `owner` is who needs to act:
    you, employer, network, portal, or a word of a later version; null where nobody does or nobody can tell. `start_ms`
    went by before the arguments were read. `tried` are the steps that the person was led through, in their order; it is
    not there without any. Older reports have none of these.
    """

    schema_version: int = SCHEMA_VERSION
    tool: Tool
    run_id: str
    started: str
    duration_ms: int
    start_ms: int | None = None
    complete: bool
    portal: PortalName
    platform: Platform
    outcome: Outcome
    exit_code: int
    cause: str
    owner: Code | None = None
    also: tuple[str, ...]
    likely_steps: tuple[Step, ...]
    symptoms: tuple[str, ...]
    checks: tuple[ReportCheck, ...]
    tried: tuple[Tried, ...] | msgspec.UnsetType = msgspec.UNSET
    privacy: Privacy
    code: str
    seal: dict[str, str] = {}

    @property
    def led_through(self) -> tuple[Tried, ...]:
        """The steps that the person was led through."""
        return () if self.tried is msgspec.UNSET else self.tried
