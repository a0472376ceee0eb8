"""Which references of the article to look at, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.model import Likelihood, Step

OTHER = "other"
"""What fits none of the symptoms."""

BY_SYMPTOM: Mapping[str, tuple[str, ...]] = {
    "error-1": ("step-2", "step-3"),
    "error-2": ("step-8", "step-10"),
    "error-3": ("error-3", "step-10"),
    "error-4": ("error-4", "step-10"),
    "caregiver": ("caregiver", "step-10"),
    "session": ("step-4", "step-5"),
    "warning": ("step-1", "step-7"),
    "refused": ("step-6", "step-9"),
    "outdated": ("step-7", "step-5"),
    "app": ("step-7", "step-5", "faq-3"),
    "security": ("security", "step-10"),
    "other-device": ("step-5", "step-4"),
    "no-record": ("step-9", "step-10"),
    "pending": ("step-8", "step-10"),
    "forgot": ("step-3", "step-10"),
    "blank": ("step-5", "step-6", "step-4"),
    OTHER: ("step-8", "step-5", "step-10"),
}
"""Where each symptom leads when no local cause holds (contract.md, Article references)."""

NO_MORE_TRIES = ("warning", "security", "error-2")
"""Symptoms after which a person must not try again, the gravest first."""

_SAFE = frozenset(
    {"step-1", "step-7", "step-8", "step-9", "step-10", "security", "caregiver", "support-checklist"}
)
"""References that ask nobody to sign in, or to type a password."""

WITHOUT_SYMPTOM = ("step-2", "step-3", "step-4", "step-8", "step-9", "step-10")
"""The account-side steps, in order, when there is neither cause nor symptom."""

_CALL, _PREPARED = "step-10", "support-checklist"


def in_order(symptoms: Iterable[str]) -> tuple[str, ...]:
    """Symptoms each once: those after which a person must not try again first, then as told, what fits none last."""
    told = sorted(dict.fromkeys(symptoms), key=lambda each: each == OTHER)
    return (*(each for each in NO_MORE_TRIES if each in told), *(s for s in told if s not in NO_MORE_TRIES))


def likely_steps(
    first: Cause, others: Sequence[Cause], symptoms: Sequence[str], unexplained: Set[str] = frozenset()
) -> tuple[Step, ...]:
    """References in order of likelihood, each once, and at least two; `others` are further causes that hold.

    After a symptom that forbids further tries no step asks for one, but for what the cause itself asks.
    """
    steps = list(_of_causes(first, others, unexplained))
    account = first is NONE
    steps += _of_symptoms(symptoms, Likelihood.HIGH if account else Likelihood.MEDIUM)
    if account and not symptoms:
        because = (f"cause:{NONE.id}",)
        steps += [
            Step(ref, Likelihood.MEDIUM if index < 2 else Likelihood.LOW, because)
            for index, ref in enumerate(WITHOUT_SYMPTOM)
        ]
    if account:
        steps += [Step(cause.ref, Likelihood.LOW, (f"cause:{cause.id}",)) for cause in others]
    kept = set() if account else {first.ref}
    steps = [step for step in steps if step.ref in kept or is_safe(step.ref, symptoms)]
    unique: dict[str, Step] = {}
    for step in steps:
        unique.setdefault(step.ref, step)
    if len(unique) == 1:
        (only,) = unique.values()
        further = _CALL if only.ref != _CALL else _PREPARED
        unique[further] = Step(further, Likelihood.LOW, only.because)
    return tuple(unique.values())


def is_safe(ref: str, symptoms: Sequence[str]) -> bool:
    """Whether a reference asks for nothing that one of the symptoms forbids: to sign in, or to type a password."""
    return ref in _SAFE or set(symptoms).isdisjoint(NO_MORE_TRIES)


def _of_causes(first: Cause, others: Sequence[Cause], unexplained: Set[str]) -> Iterator[Step]:
    if first is NONE:
        return
    because = tuple(sorted(unexplained)) if first is INCONCLUSIVE else (f"cause:{first.id}",)
    yield Step(first.ref, Likelihood.MEDIUM if first is INCONCLUSIVE else Likelihood.HIGH, because)
    yield from (Step(ref, Likelihood.LOW, because) for ref in first.then)
    yield from (Step(cause.ref, Likelihood.MEDIUM, (f"cause:{cause.id}",)) for cause in others)


def _of_symptoms(symptoms: Sequence[str], strong: Likelihood) -> Iterator[Step]:
    """What each symptom leads to first, then what each leads to next; the call for help after all else."""
    led = [(symptom, BY_SYMPTOM.get(symptom, ())) for symptom in symptoms]
    turns = max((len(refs) for _, refs in led), default=0)
    steps = [
        Step(refs[turn], Likelihood.MEDIUM if turn else strong, (f"symptom:{symptom}",))
        for turn in range(turns)
        for symptom, refs in led
        if turn < len(refs)
    ]
    yield from sorted(steps, key=lambda step: step.ref == _CALL)
