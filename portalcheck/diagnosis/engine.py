"""Results and the declared causes make the diagnosis. Pure: no clock, no machine, no words, no code by name."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import msgspec

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.diagnosis.registry import Installed
from portalcheck.diagnosis.row_log import Lacking, tell_row
from portalcheck.diagnosis.steps import in_order, likely_steps
from portalcheck.model import (
    CheckResult,
    Diagnosis,
    Ended,
    Finding,
    Outcome,
    Owner,
    ReportCheck,
    Status,
    gravest,
)

_log = logging.getLogger(__name__)

_GRAVE = (Status.WARN, Status.FAIL)


class Evidence:
    """What was found and what is proved absent; causes take what they explain away from it."""

    def __init__(self, results: Sequence[CheckResult], installed: Installed) -> None:
        self._layer = installed.layer
        self.findings: dict[str, list[Finding]] = {}
        for result in results:
            for finding in result.findings:
                if finding.status is not Status.SKIP:
                    self.findings.setdefault(finding.reason, []).append(finding)
        self._found, self._claimed = frozenset(self.findings), dict[str, str]()
        self.absent = {
            reason
            for result in results
            if result.ended is Ended.FINISHED
            for reason in result.declared
            if reason not in self.findings
        }

    def holds(self, cause: Cause) -> bool:
        """Whether a row's conditions are met."""
        lacking = self._lacking(cause)
        if not lacking and not cause.note and self.weight(cause) not in _GRAVE:
            lacking = [("too slight:", cause.evidence & self._found)]
        tell_row(cause, self._found, lacking, self._claimed)
        return not lacking

    def _lacking(self, cause: Cause) -> list[Lacking]:
        found = self.findings.keys()
        lacking: list[Lacking] = [("not", {reason}) for reason in cause.all - found]
        lacking += [("none of", cause.any)] if cause.any and not cause.any & found else []
        return lacking + [("not proved absent:", {reason}) for reason in cause.none - self.absent]

    def weight(self, cause: Cause) -> Status:
        """The gravest status of the findings that a row rests on or explains."""
        statuses = [
            finding.status
            for reason, found in self.findings.items()
            if reason in cause.evidence or self._explains(cause, reason)
            for finding in found
        ]
        return gravest(tuple(statuses))

    def claim(self, cause: Cause) -> tuple[list[Finding], frozenset[str]]:
        """Take a named cause's evidence and echoes away; gives its evidence, and the reasons of its echoes."""
        evidence = [each for reason in sorted(cause.evidence) for each in self.findings.get(reason, ())]
        grave = {r for r, found in self.findings.items() if any(f.status in _GRAVE for f in found)}
        own = cause.evidence & grave
        echoes = frozenset(reason for reason in grave - own if self._explains(cause, reason))
        for reason in own | echoes:
            del self.findings[reason]
            self._claimed[reason] = cause.id
        _log.debug("row %s explains away %s", cause.id, sorted(echoes) or "nothing else")
        return evidence, echoes

    def unexplained(self) -> set[str]:
        """Reasons of findings that say that something fails."""
        return {r for r, found in self.findings.items() if any(f.status is Status.FAIL for f in found)}

    def _explains(self, cause: Cause, reason: str) -> bool:
        return reason in cause.explains or self._layer(reason) in cause.explains


class _Match(msgspec.Struct, frozen=True):
    cause: Cause
    weight: Status
    evidence: list[Finding]
    echoes: frozenset[str]

    @property
    def own(self) -> tuple[str, ...]:
        """The reasons of the evidence that is not well."""
        return tuple(sorted({finding.reason for finding in self.evidence if finding.status in _GRAVE}))

    def owner(self) -> Owner | None:
        """Who must act, by what names the cause: what is well beside it, or a mere remark, does not decide."""
        try:
            weight = gravest(tuple(finding.status for finding in self.evidence))
            grave = [finding for finding in self.evidence if finding.status is weight]
            told = self.cause.owner_by(grave) if self.cause.owner_by is not None else None
        except Exception:
            told = None  # another person's function
        return told if isinstance(told, Owner) else self.cause.owner


def diagnose(results: Sequence[CheckResult], symptoms: Sequence[str], installed: Installed) -> Diagnosis:
    """Read the rows from the top: the first that holds is the cause, what is left over may be further ones."""
    symptoms = in_order(symptoms)
    evidence = Evidence(results, installed)
    notes = [cause.id for cause in installed.causes if cause.note and evidence.holds(cause)]
    rows = _name(evidence, (cause for cause in installed.causes if not cause.note))
    named = [n for n in rows if n.cause.id != INCONCLUSIVE.id]
    questions = [n for n in rows if n.cause.id == INCONCLUSIVE.id]
    unexplained = evidence.unexplained()
    proved = [n for n in named if n.weight is Status.FAIL]
    if proved:
        first, outcome = proved[0].cause, Outcome.FAIL
    elif questions or unexplained:
        unexplained |= {reason for n in questions for reason in n.own}
        first, outcome = INCONCLUSIVE, Outcome.UNKNOWN
    elif any(left_open(result, installed) for result in results if result.needed):
        first, outcome = NONE, Outcome.UNKNOWN
    elif named:
        first, outcome = named[0].cause, Outcome.WARN
    else:
        first, outcome = NONE, Outcome.OK
    others = [n.cause for n in named if n.cause is not first]
    also = dict.fromkeys([*(cause.id for cause in others), *notes])
    _log.debug("cause %s: %s; also %s; unexplained %s", first.id, outcome, [*also], sorted(unexplained))
    return Diagnosis(
        cause=first.id,
        outcome=outcome,
        also=tuple(name for name in also if name != first.id),
        likely_steps=likely_steps(first, others, symptoms, unexplained),
        owner=next((n.owner() for n in named if n.cause is first), None),
        symptoms=symptoms,
        echoes={echo: n.own for n in rows for echo in n.echoes},
    )


def left_open(result: CheckResult | ReportCheck, installed: Installed) -> bool:
    """Whether a check could not tell: its own way ended early, or it never got as far as the portal.

    That it never got there is what another check should have explained, and did not (it timed out, or was left out).
    """
    reasons = (installed.reasons.get(finding.reason) for finding in result.findings)
    return result.status is Status.UNKNOWN or any(r is not None and r.leaves_open for r in reasons)


def _name(evidence: Evidence, table: Iterable[Cause]) -> list[_Match]:
    named: list[_Match] = []
    for cause in table:
        told = {n.cause.id for n in named} - {INCONCLUSIVE.id}
        if cause.id in told or not evidence.holds(cause):
            continue
        named.append(_Match(cause, evidence.weight(cause), *evidence.claim(cause)))
    return named
