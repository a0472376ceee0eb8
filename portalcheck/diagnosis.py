"""Results and the table of causes make the diagnosis. Pure: no clock, no machine, no words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from portalcheck.causes import BY_SYMPTOM, CAUSES, INCONCLUSIVE, NONE, WITHOUT_SYMPTOM, Cause
from portalcheck.model import (
    GRAVITY,
    CheckResult,
    Diagnosis,
    Ended,
    Finding,
    Likelihood,
    Outcome,
    Status,
    Step,
)
from portalcheck.reasons import SILENCE

NEEDED_CHECKS = frozenset({"dns", "tls", "service"})
"""The checks without which nothing can be said (contract, section 4)."""

NOT_REACHED = frozenset({"tls.not-reached", "service.not-reached"})
"""What they say where another one has to tell why there was no way to the portal."""

_GRAVE = (Status.WARN, Status.FAIL)


class Evidence:
    """What was found and what is proved absent; causes take their symptoms away from it."""

    def __init__(self, results: Sequence[CheckResult]) -> None:
        self.findings: dict[str, list[Finding]] = {}
        for result in results:
            for finding in result.findings:
                if finding.status is not Status.SKIP:
                    self.findings.setdefault(finding.reason, []).append(finding)
        self.absent = {
            reason
            for result in results
            if result.ended is Ended.FINISHED
            for reason in result.declared
            if reason not in self.findings
        }

    def holds(self, cause: Cause) -> bool:
        """Whether a row's conditions are met."""
        found = self.findings.keys()
        return (
            cause.all <= found
            and (not cause.any or bool(cause.any & found))
            and cause.none <= self.absent
            and (cause.note or self.weight(cause) in _GRAVE)
        )

    def weight(self, cause: Cause) -> Status:
        """The gravest status of the findings that a row rests on or explains."""
        concerned = cause.all | cause.any | cause.explains
        statuses = [
            f.status for reason in concerned for f in self.findings.get(reason, ()) if f.status in GRAVITY
        ]
        return max(statuses, key=GRAVITY.index, default=Status.OK)

    def take(self, cause: Cause) -> tuple[frozenset[str], frozenset[str]]:
        """Take a named cause's evidence and symptoms away; gives back both as they were found."""
        grave = {r for r, found in self.findings.items() if any(f.status in _GRAVE for f in found)}
        own = (cause.all | cause.any) & grave
        echoes = (cause.explains & grave) - own
        for reason in own | echoes:
            del self.findings[reason]
        return own, echoes

    def unexplained(self) -> set[str]:
        """Reasons of findings that say that something fails."""
        return {r for r, found in self.findings.items() if any(f.status is Status.FAIL for f in found)}


def doubted(results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """The same results of a program that was kept from running meanwhile: what rests on silence is unsure."""
    doubt = Finding(reason="run.starved", status=Status.UNKNOWN)
    return tuple(
        msgspec.structs.replace(result, findings=(*result.findings, doubt))
        if any(finding.reason in SILENCE for finding in result.findings)
        else result
        for result in results
    )


class _Named(msgspec.Struct, frozen=True):
    cause: Cause
    weight: Status
    own: frozenset[str]
    echoes: frozenset[str]


def diagnose(
    results: Sequence[CheckResult], symptoms: Sequence[str] = (), table: Sequence[Cause] = CAUSES
) -> Diagnosis:
    """Read the table from the top: the first row that holds is the cause, what is left over may be further ones."""
    evidence = Evidence(results)
    notes = [cause.id for cause in table if cause.note and evidence.holds(cause)]
    rows = named = _name(evidence, [cause for cause in table if not cause.note])
    unexplained = evidence.unexplained()
    failing = [n for n in named if n.weight is Status.FAIL or n.cause.id == INCONCLUSIVE.id]
    proved = [n for n in failing if n.cause.id != INCONCLUSIVE.id]
    if proved:
        first, outcome = proved[0].cause, Outcome.FAIL
    elif failing or unexplained:
        unexplained |= {reason for n in failing for reason in n.own}
        first, outcome = INCONCLUSIVE, Outcome.UNKNOWN
    elif any(map(_left_open, results)):
        first, outcome = NONE, Outcome.UNKNOWN
    elif named:
        first, outcome = named[0].cause, Outcome.WARN
    else:
        first, outcome = NONE, Outcome.OK
    named = [n for n in named if n.cause.id != INCONCLUSIVE.id]
    others = [n.cause.id for n in named if n.cause is not first]
    also = tuple(name for name in dict.fromkeys([*others, *notes]) if name != first.id)
    return Diagnosis(
        cause=first.id,
        outcome=outcome,
        also=also,
        likely_steps=_steps(first, [n.cause for n in named if n.cause is not first], symptoms, unexplained),
        symptoms=tuple(symptoms),
        echoes={echo: tuple(sorted(n.own)) for n in rows for echo in n.echoes},
    )


def _left_open(result: CheckResult) -> bool:
    """Whether a needed check could not tell: its own way ended early, or it never got as far as the portal.

    That it never got there is what another check should have explained, and did not (it timed out, or was left out).
    """
    if result.check not in NEEDED_CHECKS:
        return False
    return result.status is Status.UNKNOWN or any(f.reason in NOT_REACHED for f in result.findings)


def _name(evidence: Evidence, table: Iterable[Cause]) -> list[_Named]:
    named: list[_Named] = []
    for cause in table:
        told = {n.cause.id for n in named}
        if (cause.id in told and cause.id != INCONCLUSIVE.id) or not evidence.holds(cause):
            continue
        weight = evidence.weight(cause)
        own, echoes = evidence.take(cause)
        named.append(_Named(cause, weight, own, echoes))
    return named


def _steps(
    first: Cause, others: Sequence[Cause], symptoms: Sequence[str], unexplained: set[str]
) -> tuple[Step, ...]:
    """References in order of likelihood, each once."""
    steps: list[Step] = []
    if first is not NONE:
        because = tuple(sorted(unexplained)) if first is INCONCLUSIVE else (f"cause:{first.id}",)
        likelihood = Likelihood.MEDIUM if first is INCONCLUSIVE else Likelihood.HIGH
        steps.append(Step(first.ref, likelihood, because))
        steps += [Step(ref, Likelihood.LOW, because) for ref in first.then]
        steps += [Step(cause.ref, Likelihood.MEDIUM, (f"cause:{cause.id}",)) for cause in others]
    account = first is NONE
    for symptom in symptoms:
        refs = BY_SYMPTOM.get(symptom, ())
        strong = Likelihood.HIGH if account else Likelihood.MEDIUM
        steps += [
            Step(ref, strong if index == 0 else Likelihood.MEDIUM, (f"symptom:{symptom}",))
            for index, ref in enumerate(refs)
        ]
    if account and not steps:
        steps = [
            Step(ref, Likelihood.MEDIUM if index < 2 else Likelihood.LOW, ("cause:none",))
            for index, ref in enumerate(WITHOUT_SYMPTOM)
        ]
        steps += [Step(cause.ref, Likelihood.LOW, (f"cause:{cause.id}",)) for cause in others]
    unique: dict[str, Step] = {}
    for step in steps:
        unique.setdefault(step.ref, step)
    return tuple(unique.values())
