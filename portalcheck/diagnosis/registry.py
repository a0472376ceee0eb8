"""What is installed: checks enter through the entry points of group `portalcheck.checks`, ours and others' alike.

What cannot be loaded, or declares nonsense, is kept apart as `Broken`: it becomes one row of the report, and
nothing else is impaired.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from itertools import chain, count

import msgspec

from portalcheck.article import refs
from portalcheck.declarations import INCONCLUSIVE, NONE, AuthorError, Cause, Check, Layer, Reason, behind
from portalcheck.diagnosis.blame import CircleError, in_order
from portalcheck.model import Owner
from portalcheck.phonecode import Numbers
from portalcheck.wording import ENGLISH, load_beside

GROUP = "portalcheck.checks"
_OURS = "portalcheck_checks"
"""The package whose checks are the built-in ones."""
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_WHAT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_UNFIT = re.compile(r"[^a-z0-9]+")
_RUN = "run"
"""What a run itself says begins with this."""

TIMED_OUT = Reason("run.timed-out")
CRASHED = Reason("run.crashed")
UNDECLARED = Reason("run.undeclared", args={"reason": str | None})
NO_FINDINGS = Reason("run.no-findings")
CANNOT_LOAD = Reason("run.cannot-load")
BAD_DECLARATION = Reason("run.bad-declaration")
STARVED = Reason("run.starved")
RUN_REASONS = (TIMED_OUT, CRASHED, UNDECLARED, NO_FINDINGS, CANNOT_LOAD, BAD_DECLARATION, STARVED)
"""What a run itself says of a check."""


class DeclarationError(AuthorError):
    """A check that declares what cannot be."""


class Broken(msgspec.Struct, frozen=True):
    """A check that cannot be used: what it would be called, which package it is of, and why not.

    `needed` where it is one of the built-in ones, of which it cannot be told what is not needed.
    """

    id: str
    package: str
    reason: Reason
    error: BaseException
    needed: bool = False


class Installed:
    """The checks that can be used, in the order in which they are shown, and all that they declare together.

    `causes` are the rows of all causes in the order of blame, notes last. Raises CircleError.
    """

    def __init__(self, checks: Iterable[Check], broken: Iterable[Broken] = ()) -> None:
        self.checks, self.broken = tuple(checks), tuple(broken)
        self.reasons: Mapping[str, Reason] = {
            str(reason): reason for reason in (*RUN_REASONS, *(r for c in self.checks for r in c.reasons))
        }
        silence = {reason for reason in self.reasons.values() if reason.rests_on_silence}
        # A program that slept cannot be sure of what it did not hear; nor of what lies behind it.
        asleep = INCONCLUSIVE.when(all={STARVED}, any=silence, explains=behind(Layer.LINK), at=Layer.LINK)
        rows = [*(check.causes for check in self.checks), (asleep,)]
        self.causes = in_order(rows, self.layer)
        self.fleet = {code: reason.fleet for code, reason in self.reasons.items() if reason.fleet is not None}
        self.numbers = Numbers(
            {check.code_number: check.id for check in self.checks if check.code_number is not None},
            {row.code_number: row.id for row in self.rows() if row.code_number is not None},
        )

    def layer(self, code: str) -> Layer | None:
        """The layer of a reason; None where no check that is installed declares it."""
        reason = self.reasons.get(code)
        return reason.layer if reason is not None else None

    def check(self, check_id: str) -> Check | None:
        """The check of an id, None where there is none."""
        return next((check for check in self.checks if check.id == check_id), None)

    def rows(self, cause_id: str | None = None) -> tuple[Cause, ...]:
        """The rows of a cause or note, of all without an id; none where no installed check declares it."""
        rows = (NONE, INCONCLUSIVE, *self.causes)
        return tuple(row for row in rows if cause_id in (None, row.id))

    def cause_ids(self, *, notes: bool = False) -> tuple[str, ...]:
        """The causes in the order of blame, or the notes."""
        return tuple(dict.fromkeys(row.id for row in self.rows() if row.note == notes))

    def ids(self) -> tuple[str, ...]:
        """The ids of all checks, those that cannot be used among them."""
        return (*(check.id for check in self.checks), *(broken.id for broken in self.broken))


NO_CHECKS = Installed(())
"""As if no check were installed: for what the program itself says."""


@cache
def installed() -> Installed:
    """All installed checks: the built-in ones by their number, then others' by the name of their entry point."""
    return collect(entry_points(group=GROUP))


def collect(points: Iterable[EntryPoint]) -> Installed:
    """What the entry points give. Never raises for what is behind them."""
    checks: dict[str, Check] = {}
    broken: list[Broken] = []

    def refuse(name: str, point: EntryPoint, reason: Reason, error: BaseException) -> None:
        taken = {*checks, *(each.id for each in broken)}
        names = chain((name,), (f"{name}-{number}" for number in count(2)))
        free = next(each for each in names if each not in taken)
        broken.append(Broken(free, point.value, reason, error, _is_ours(point)))

    for point in sorted(points, key=lambda point: (not _is_ours(point), point.name)):
        name = _UNFIT.sub("-", point.name.lower()).strip("-") or "check"
        try:
            loaded = point.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            # Anything at all may go wrong in another package's import, an exit among it.
            refuse(name, point, CANNOT_LOAD, error)
            continue
        for check in loaded if isinstance(loaded, tuple | list) else (loaded,):
            try:
                examine(check, ours=_is_ours(point))
                if check.id in checks:
                    raise DeclarationError(f"another installed check is called {check.id!r}")
            except Exception as error:
                refuse(name, point, BAD_DECLARATION, error)
            else:
                checks[check.id] = check
    shown = sorted(checks.values(), key=lambda check: (check.code_number is None, check.code_number or 0))
    return _without_circles(shown, broken)


def _without_circles(checks: Sequence[Check], broken: Sequence[Broken]) -> Installed:
    """All of them; a check whose causes close a circle is kept apart."""
    with contextlib.suppress(CircleError):
        return Installed(checks, broken)
    kept: list[Check] = []
    apart = list(broken)
    for check in checks:
        try:
            Installed([*kept, check])
            kept.append(check)
        except CircleError as error:
            apart.append(Broken(check.id, check.words, BAD_DECLARATION, error, check.code_number is not None))
    return Installed(kept, apart)


def select(
    found: Installed, only: Iterable[str], skip: Iterable[str]
) -> tuple[tuple[Check, ...], tuple[Broken, ...]]:
    """The checks to run, and those that were to run and cannot. Raises KeyError with the first id that is none."""
    known, only, skip = found.ids(), tuple(only), frozenset(skip)
    for name in (*only, *sorted(skip)):
        if name not in known:
            raise KeyError(name)
    wanted = {name for name in known if (not only or name in only) and name not in skip}
    return (
        tuple(check for check in found.checks if check.id in wanted),
        tuple(broken for broken in found.broken if broken.id in wanted),
    )


def _is_ours(point: EntryPoint) -> bool:
    return point.module.partition(".")[0] == _OURS


# ---- declarations ------------------------------------------------------------------------------


def examine(check: object, *, ours: bool = False) -> None:
    """Look whether a check declares what can be. Raises DeclarationError, or whatever odd values lead to."""
    if not isinstance(check, Check):
        raise DeclarationError(f"a {type(check).__name__} is no Check")
    if not (isinstance(check.id, str) and _ID.fullmatch(check.id)) or check.id == _RUN:
        raise DeclarationError(f"{check.id!r} cannot be the id of a check")
    if not callable(check.run):
        raise DeclarationError("run is no function")
    if not ours and (check.code_number is not None or check.files is not None):
        raise DeclarationError("code_number and files are for the checks that come with portalcheck")
    for reason in check.reasons:
        _examine_reason(reason, check.id, ours=ours)
    for cause in check.causes:
        _examine_cause(cause, check, ours=ours)
    if not ours:
        _examine_words(check)


def _examine_reason(reason: object, check_id: str, *, ours: bool) -> None:
    if not isinstance(reason, Reason) or not isinstance(reason.layer, Layer):
        raise DeclarationError(f"{reason!r} is no Reason")
    own, dot, what = reason.partition(".")
    if own != check_id or not dot or not _WHAT.fullmatch(what):
        raise DeclarationError(f"the reason {str(reason)!r} is not {check_id}.what-is-so")
    if reason.fleet is not None and not ours and reason.fleet[0] != check_id:
        raise DeclarationError(f"{check_id} counts in fleet's group of that name, not in {reason.fleet[0]!r}")


def _examine_cause(cause: object, check: Check, *, ours: bool) -> None:
    if not isinstance(cause, Cause):
        raise DeclarationError(f"{cause!r} is no Cause")
    if cause.id == INCONCLUSIVE.id:
        if not cause.further:
            raise DeclarationError(f"{cause.id!r} is the program's own")
    elif not ours and not (
        cause.id.startswith(f"{check.id}.") and _WHAT.fullmatch(cause.id[len(check.id) + 1 :])
    ):
        raise DeclarationError(f"the cause {cause.id!r} is not {check.id}.what-is-wrong")
    elif not cause.note and not isinstance(cause.owner, Owner):
        raise DeclarationError(f"the cause {cause.id!r} has no owner")
    elif not ours and cause.code_number is not None:
        raise DeclarationError("code_number is for the causes that come with portalcheck")
    if not cause.evidence & {*check.reasons}:
        raise DeclarationError(f"the cause {cause.id!r} rests on no reason that this check gives")
    strange = {ref for ref in (cause.ref, *cause.then) if ref not in refs()} - ({""} if cause.note else set())
    if strange:
        raise DeclarationError(
            f"the cause {cause.id!r} leads to {', '.join(sorted(strange))}, which is no reference"
        )
    for name in {cause.at or Layer.APART} | cause.none | cause.explains | cause.evidence:
        if not isinstance(name, str | Layer):
            raise DeclarationError(
                f"the cause {cause.id!r} speaks of {name!r}, which is neither reason nor layer"
            )


def _examine_words(check: Check) -> None:
    told = load_beside(check.words, ENGLISH)
    for cause in check.causes:
        wanted = {"verdict", "patient", "agent", "it", *(() if cause.note else ("actions",))}
        missing = wanted - told.get("causes", {}).get(cause.id, {}).keys()
        if missing and cause.id != INCONCLUSIVE.id:
            lacks = ", ".join(sorted(missing))
            raise DeclarationError(
                f"{ENGLISH}.toml of {check.words!r} has no {lacks} for the cause {cause.id!r}"
            )
