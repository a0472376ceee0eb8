"""What is installed: checks enter through the entry points of group `portalcheck.checks`, ours and others' alike.

What cannot be loaded, or declares nonsense, is kept apart as `Broken`: it becomes one row of the report, and
nothing else is impaired.
"""

from __future__ import annotations

import contextlib
import io
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from itertools import chain, count
from typing import Any, get_type_hints

import msgspec

from portalcheck.api.declarations import (
    INCONCLUSIVE,
    NONE,
    AuthorError,
    Cause,
    Check,
    Layer,
    Numbers,
    Reason,
    behind,
    fits,
)
from portalcheck.api.texts import ENGLISH, load_texts
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.blame import in_order
from portalcheck.probe.limits import LOAD_S
from portalcheck.shortage import start

GROUP = "portalcheck.checks"
_OURS = "portalcheck_checks"
"""The package whose checks are the built-in ones."""
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_WHAT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_UNFIT = re.compile(r"[^a-z0-9]+")
LONGEST_ID = 32
"""What a pasted report has room for."""
_RESERVED = frozenset({"run", NONE.id, INCONCLUSIVE.id, "owner", "outcome", "cause", "os", "version"})
"""What a run itself says begins with the first; the others are topics, and groups of `fleet`."""
_NEEDED = "needed"
"""The extra of an entry point whose check is needed, which can then be told even where it cannot be loaded."""

TOO_MANY = Reason("run.too-many")
TIMED_OUT = Reason("run.timed-out")
CRASHED = Reason("run.crashed")
UNDECLARED = Reason("run.undeclared")
NO_FINDINGS = Reason("run.no-findings")
CANNOT_LOAD = Reason("run.cannot-load")
BAD_DECLARATION = Reason("run.bad-declaration")
STARVED = Reason("run.starved")
NO_RESOURCES = Reason("run.no-resources")
RUN_REASONS = (
    *(TOO_MANY, TIMED_OUT, CRASHED, UNDECLARED, NO_FINDINGS, CANNOT_LOAD, BAD_DECLARATION),
    *(STARVED, NO_RESOURCES),
)
"""What a run itself says of a check."""


class DeclarationError(AuthorError):
    """A check that declares what cannot be."""


class Broken(msgspec.Struct, frozen=True):
    """A check that cannot be used: what it would be called, which package it is of, and why not.

    `needed` where its entry point says so.
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
        self._layers = {code: reason.layer for code, reason in self.reasons.items()}
        silence = {reason for reason in self.reasons.values() if reason.rests_on_silence}
        # A program that slept, or could not listen, cannot be sure of what it did not hear; nor of what lies behind it.
        deaf = [
            INCONCLUSIVE.when(all={doubt}, any=silence, explains=behind(Layer.LINK), at=Layer.LINK)
            for doubt in (STARVED, NO_RESOURCES)
        ]
        rows = [*(check.causes for check in self.checks), deaf]
        self.causes = in_order(rows, self.layer)
        self.fleet = {code: reason.fleet for code, reason in self.reasons.items() if reason.fleet is not None}
        self.numbers = Numbers(
            {check.code_number: check.id for check in self.checks if check.code_number is not None},
            {row.code_number: row.id for row in self.rows() if row.code_number is not None},
            {check.id: check.code_with for check in self.checks if check.code_with},
        )

    def layer(self, code: str) -> Layer | None:
        """The layer of a reason; None where no check that is installed declares it."""
        return self._layers.get(code)

    def check(self, check_id: str) -> Check | None:
        """The check of an id, None where there is none."""
        return next((check for check in self.checks if check.id == check_id), None)

    def rows(self, cause_id: str | None = None) -> tuple[Cause, ...]:
        """The rows of a cause or note, of all without an id; none where no installed check declares it."""
        rows = (NONE, INCONCLUSIVE, *self.causes)
        return tuple(row for row in rows if cause_id in (None, row.id))

    def cause_ids(self, *, notes: bool = False) -> tuple[str, ...]:
        """The causes in the order of blame, or the notes."""
        return tuple(row.id for row in self.rows() if row.note == notes and not row.further)

    @property
    def built_in(self) -> tuple[Check, ...]:
        """The checks that come with portalcheck."""
        return tuple(check for check in self.checks if check.words.startswith(f"{_OURS}."))

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
    """What the entry points give. Never raises for what is behind them, and waits for none of others' for long."""
    checks: list[Check] = []
    refused: list[Broken] = []
    for point, loaded in _load(sorted(points, key=lambda point: (not _is_ours(point), point.name))):
        name = _UNFIT.sub("-", point.name.lower()).strip("-")[:LONGEST_ID] or "check"
        needed = _is_ours(point) and _NEEDED in point.extras
        if isinstance(loaded, BaseException):
            refused.append(Broken(name, point.value, CANNOT_LOAD, loaded, needed))
            continue
        for check in loaded if isinstance(loaded, tuple | list) else (loaded,):
            try:
                examine(check, ours=_is_ours(point))
                if check.id in (each.id for each in checks):
                    raise DeclarationError(f"another installed check is called {check.id!r}")
                Installed([*checks, check])
                checks.append(check)
            except Exception as error:
                refused.append(Broken(name, point.value, BAD_DECLARATION, error, needed))
    checks.sort(key=lambda check: (check.code_number is None, check.code_number or 0))
    taken = {check.id for check in checks}
    broken = []
    for each in refused:
        names = chain((each.id,), (f"{each.id}-{number}" for number in count(2)))
        broken.append(msgspec.structs.replace(each, id=next(name for name in names if name not in taken)))
        taken.add(broken[-1].id)
    return Installed(checks, broken)


def _load(points: Sequence[EntryPoint]) -> Iterator[tuple[EntryPoint, object]]:
    """What is behind each entry point, or the exception that came instead."""
    found: dict[int, object] = {}

    def load(place: int) -> None:
        try:
            found[place] = points[place].load()
        except BaseException as error:
            # Anything at all may go wrong in another package's import, an exit among it.
            if isinstance(error, KeyboardInterrupt) and _is_ours(points[place]):
                raise
            found[place] = error

    threads = []
    for place, point in enumerate(points):
        if _is_ours(point):
            load(place)
        else:
            threads.append(threading.Thread(target=load, args=(place,), daemon=True))
    until = time.monotonic() + LOAD_S
    # What an import prints is no part of any output.
    with contextlib.redirect_stdout(io.StringIO()) if threads else contextlib.nullcontext():
        for thread in threads:
            start(thread)
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
    yield from ((point, found.get(place, TimeoutError())) for place, point in enumerate(points))


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


def is_ours(check: Check) -> bool:
    """Whether a check is a built-in one."""
    return str(getattr(check.run, "__module__", "")).startswith(f"{_OURS}.")


def _is_ours(point: EntryPoint) -> bool:
    return point.value.startswith(f"{_OURS}.")


# ---- declarations ------------------------------------------------------------------------------


def examine(check: object, *, ours: bool = False) -> None:
    """Look whether a check declares what can be. Raises DeclarationError."""
    if not isinstance(check, Check):
        raise DeclarationError(f"a {type(check).__name__} is no Check")
    if not ours:
        _examine_types(check)
    if not _ID.fullmatch(check.id) or len(check.id) > LONGEST_ID or check.id in {*_RESERVED, *refs()}:
        raise DeclarationError(f"{check.id!r} cannot be the id of a check")
    for reason in check.reasons:
        own, dot, what = reason.partition(".")
        if own != check.id or not dot or not _WHAT.fullmatch(what):
            raise DeclarationError(f"the reason {str(reason)!r} must be {check.id!r}, a dot, and what is so")
        if reason.fleet is not None and not ours and reason.fleet[0] != check.id:
            raise DeclarationError(f"{check.id} counts in fleet's group of that name alone")
    for cause in check.causes:
        _examine_cause(cause, check, ours=ours)
    if not ours:
        _examine_words(check)


def _examine_types(check: Check) -> None:
    """Look whether everything is of the type that it is annotated with: others' code may not have been checked."""
    fields = {field.name: field.type for field in msgspec.structs.fields(Check)}
    parts: list[tuple[str, object, Mapping[str, Any]]] = [(f"the check {check.id!r}", check, fields)]
    if fits(check.reasons, Sequence[Reason]) and fits(check.causes, Sequence[Cause]):
        hints = get_type_hints(Reason)
        parts += [(f"the reason {str(reason)!r}", reason, hints) for reason in check.reasons]
        fields = {field.name: field.type for field in msgspec.structs.fields(Cause)}
        parts += [(f"the cause {cause.id!r}", cause, fields) for cause in check.causes]
    for what, part, types in parts:
        for name, kind in types.items():
            if not fits(given := getattr(part, name), kind):
                raise DeclarationError(f"{what}: {name} cannot be a {type(given).__name__}")
    numbered = check.code_number is not None or any(c.code_number for c in check.causes)
    if numbered or check.files is not None or check.code_with:
        raise DeclarationError(
            "code_number, code_with and files are for the checks that come with portalcheck"
        )


def _examine_cause(cause: Cause, check: Check, *, ours: bool) -> None:
    told = f"the cause {cause.id!r}"
    own, _, what = cause.id.partition(".")
    if cause.id == INCONCLUSIVE.id:
        if not cause.further:
            raise DeclarationError(f"{told} is the program's own")
    elif not ours and not (own == check.id and _WHAT.fullmatch(what)):
        raise DeclarationError(f"{told} must be {check.id!r}, a dot, and what is wrong")
    elif not cause.note and cause.owner is None:
        raise DeclarationError(f"{told} has no owner")
    if not cause.evidence & {*check.reasons}:
        raise DeclarationError(f"{told} rests on no reason that this check gives")
    own_codes = {
        code for code in cause.evidence | cause.none | cause.explains if str(code).startswith(f"{check.id}.")
    }
    if unknown := own_codes - {*check.reasons}:
        raise DeclarationError(
            f"{told} speaks of {', '.join(sorted(map(str, unknown)))}, which is declared nowhere"
        )
    strange = {ref for ref in (cause.ref, *cause.then) if ref not in refs()} - ({""} if cause.note else set())
    if strange:
        raise DeclarationError(
            f"{told} leads to {', '.join(map(repr, sorted(strange)))}, which is no reference"
        )


def _examine_words(check: Check) -> None:
    try:
        told = load_texts(check.words, ENGLISH)
    except Exception as error:
        raise DeclarationError(f"{ENGLISH}.toml of words={check.words!r} cannot be read: {error}") from None
    for cause in check.causes:
        wanted = {"verdict", "patient", "agent", "it", *(() if cause.note else ("actions",))}
        missing = wanted - told.get("causes", {}).get(cause.id, {}).keys()
        if missing and cause.id != INCONCLUSIVE.id:
            lacks = ", ".join(sorted(missing))
            raise DeclarationError(
                f"{ENGLISH}.toml of {check.words!r} has no {lacks} for the cause {cause.id!r}"
            )
