"""Which references of the article to look at, the likeliest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.model import Likelihood, Step

BY_SYMPTOM: Mapping[str, tuple[str, ...]] = {
    "error-1": ("step-2", "step-3"),
    "error-2": ("step-8",),
    "error-3": ("error-3", "step-10"),
    "error-4": ("error-4",),
    "caregiver": ("caregiver",),
}
"""Where each symptom leads when no local cause holds (contract.md, Symptoms)."""

WITHOUT_SYMPTOM = ("step-2", "step-3", "step-4", "step-8", "step-9", "step-10")
"""The account-side steps, in order, when there is neither cause nor symptom."""


def likely_steps(
    first: Cause, others: Sequence[Cause], symptoms: Sequence[str], unexplained: Set[str]
) -> tuple[Step, ...]:
    """References in order of likelihood, each once; `others` are further causes that hold."""
    steps: list[Step] = []
    if first is not NONE:
        because = tuple(sorted(unexplained)) if first is INCONCLUSIVE else (f"cause:{first.id}",)
        likelihood = Likelihood.MEDIUM if first is INCONCLUSIVE else Likelihood.HIGH
        steps.append(Step(first.ref, likelihood, because))
        steps += [Step(ref, Likelihood.LOW, because) for ref in first.then]
        steps += [Step(cause.ref, Likelihood.MEDIUM, (f"cause:{cause.id}",)) for cause in others]
    account = first is NONE
    strong = Likelihood.HIGH if account else Likelihood.MEDIUM
    for symptom in symptoms:
        steps += [
            Step(ref, Likelihood.MEDIUM if index else strong, (f"symptom:{symptom}",))
            for index, ref in enumerate(BY_SYMPTOM.get(symptom, ()))
        ]
    if account and not steps:
        steps = [
            Step(ref, Likelihood.MEDIUM if index < 2 else Likelihood.LOW, (f"cause:{NONE.id}",))
            for index, ref in enumerate(WITHOUT_SYMPTOM)
        ]
        steps += [Step(cause.ref, Likelihood.LOW, (f"cause:{cause.id}",)) for cause in others]
    unique: dict[str, Step] = {}
    for step in steps:
        unique.setdefault(step.ref, step)
    return tuple(unique.values())
