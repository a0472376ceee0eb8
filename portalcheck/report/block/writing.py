"""The report written as a block."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from portalcheck.model import Report, ReportCheck, ReportFinding, Status, Step, Tried
from portalcheck.report.block import layout, values

_STARTED = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.0+)?(?:Z|\+00:00)", re.ASCII)
_STATUSES = frozenset(status.value for status in Status)
_SAFE_KEY = 32
_ENOUGH = 10

_Line = tuple[str, list[str]]


def write(report: Report, built_in: Collection[str]) -> str:
    """The block of a report, from its begin line to its end line, with a line end after each.

    It holds every field of the report. `built_in` are the checks that come with portalcheck. A report of the
    privacy level `local` is written with its local evidence.
    """
    writer = _Writer()
    logical = [
        *writer.head(report),
        *writer.checks(report.checks, built_in),
        ("code", [values.write_text(report.code)]),
    ]
    logical = [(key, writer.without_markers(items)) for key, items in logical]
    if writer.omitted:
        logical.append(("omitted", [str(writer.omitted)]))
    count = 0
    lines: list[tuple[str, str]] = []
    while count != len(lines) or not lines:
        count = len(lines) or 1 + len(logical)
        first = (layout.LAYOUT_KEY, [str(layout.LAYOUT), f"schema/{report.schema_version}", f"lines/{count}"])
        lines = [physical for key, items in (first, *logical) for physical in _physical(key, items)]
    return "\n".join(_closed(lines)) + "\n"


def _closed(lines: Sequence[tuple[str, str]]) -> Iterator[str]:
    closing = layout.closing_check(lines)
    tag = closing[: layout.TAG_SYMBOLS]
    yield layout.BEGIN
    for key, value in lines:
        yield f"{key}: {value}, {layout.mark(tag, key, value)};"
    yield f"{layout.CLOSING_KEY}: {closing};"
    yield layout.END


class _Writer:
    """Turns fields into keys and items, and counts what the block cannot hold."""

    def __init__(self) -> None:
        self.omitted = 0

    def head(self, report: Report) -> Iterator[_Line]:
        text = values.write_text
        yield "tool", [text(report.tool.name), f"version/{text(report.tool.version)}"]
        yield "run", [text(report.run_id)]
        start = [] if report.start_ms is None else [f"start/{values.write(report.start_ms)}"]
        yield "started", [_started(report.started), f"ms/{values.write(report.duration_ms)}", *start]
        yield "portal", [text(report.portal.profile), f"host/{text(report.portal.host)}"]
        yield "name", [text(report.portal.name)]
        yield "platform", [text(report.platform.os), f"release/{text(report.platform.release)}"]
        exit_code, complete = values.write(report.exit_code), values.write(report.complete)
        yield "outcome", [report.outcome.value, f"exit/{exit_code}", f"complete/{complete}"]
        yield "cause", [text(report.cause)]
        if report.owner is not None:
            yield "owner", [text(report.owner)]
        yield "also", self._codes(report.also) or [layout.NOTHING]
        yield "symptoms", self._codes(report.symptoms) or [layout.NOTHING]
        yield "steps", [item for step in report.likely_steps for item in self._step(step)] or [layout.NOTHING]
        if report.led_through:
            items = [item for tried in report.led_through for item in self._tried(tried)]
            yield "tried", items or [layout.NOTHING]
        yield "privacy", [text(report.privacy.level), *self._counts(report.privacy.withheld)]
        yield "contacts", [*self._counts(report.privacy.contacts)] or [layout.NOTHING]

    def checks(self, checks: Sequence[ReportCheck], built_in: Collection[str]) -> Iterator[_Line]:
        for check in checks:
            if not self._is_code(check.check, layout.CHECK_ID, _SAFE_KEY):
                continue
            key = check.check if check.check in built_in else layout.FOREIGN + check.check
            items = [check.status.value, f"ms/{values.write(check.duration_ms)}"]
            for finding in check.findings:
                items += self._finding(check, finding)
            yield key, items

    def without_markers(self, items: list[str]) -> list[str]:
        """Items that together do not read as the begin or end of a block, whatever a server called itself."""
        if not layout.MARKER.search(" ".join(items)):
            return items
        kept = [item for item in items if "/" not in item or "report" not in item.lower()]
        self.omitted += len(items) - len(kept)
        return kept

    def _finding(self, check: ReportCheck, finding: ReportFinding) -> Iterator[str]:
        if not self._is_code(finding.reason, layout.REASON):
            return
        if finding.status is not check.status:
            yield finding.status.value
        yield _short(check.check, finding.reason)
        for name, value in finding.args.items():
            if layout.ARGUMENT.fullmatch(name) and len(name) <= _SAFE_KEY:
                yield f"{name.replace('_', '-')}/{values.write(value)}"
            else:
                self.omitted += 1
        blockers = self._codes(finding.blocked_by)
        if blockers:
            yield "/".join([layout.BLOCKED_BY, *blockers])

    def _step(self, step: Step) -> Iterator[str]:
        if not self._is_code(step.ref):
            return
        yield step.ref
        yield step.likelihood.value
        for because in step.because:
            kind, colon, name = because.rpartition(":")
            if self._is_code(name) and (not colon or self._is_code(kind)) and kind != "reason":
                yield f"{kind or 'reason'}/{name}"

    def _tried(self, tried: Tried) -> Iterator[str]:
        if self._is_code(tried.ref):
            yield f"{tried.ref}/{tried.outcome.value}"

    def _counts(self, counts: Mapping[str, int]) -> Iterator[str]:
        for name, count in counts.items():
            if self._is_code(name):
                yield f"{name}/{values.write(count)}"

    def _codes(self, codes: Iterable[str]) -> list[str]:
        return [code for code in codes if self._is_code(code)]

    def _is_code(
        self, code: str, pattern: re.Pattern[str] = layout.CODE, longest: int = values.LONGEST
    ) -> bool:
        good = bool(pattern.fullmatch(code)) and len(code) <= longest and not layout.MARKER.search(code)
        self.omitted += not good
        return good


def _started(started: str) -> str:
    found = _STARTED.fullmatch(started)
    return f"{found[1]} {found[2]}.{found[3]}.{found[4]} UTC" if found else "none"


def _short(check: str, reason: str) -> str:
    """A reason without its check's id, unless a reader could then take it for something else."""
    short = reason.removeprefix(check + ".")
    unclear = short == reason or "." in short or short in _STATUSES
    return reason if unclear else short


# ---- lines -------------------------------------------------------------------------------------


def _physical(key: str, items: Sequence[str]) -> list[tuple[str, str]]:
    """The lines that hold the items of a key."""
    whole = ", ".join(items)
    if len(whole) <= _room(key):
        return [(key, whole)]
    digits = 1
    while True:
        parts = list(_parts(items, _room(f"{key}/{'9' * digits}/{'9' * digits}")))
        if len(str(len(parts))) <= digits:
            return [(f"{key}/{number}/{len(parts)}", part) for number, part in enumerate(parts, start=1)]
        digits = len(str(len(parts)))


def _room(key: str) -> int:
    return layout.COLUMNS - len(f"{key}: , {'m' * layout.MARK_SYMBOLS};")


def _parts(items: Sequence[str], room: int) -> Iterator[str]:
    """Items joined by commas, in parts of at most `room` columns; a longer item is cut, with a slash."""
    part = ""
    for item in items:
        joined = f"{part}, {item}" if part else item
        if len(joined) <= room:
            part = joined
            continue
        if part:
            yield part
        while len(item) > room:
            place = _place_to_cut(item, room - 1)
            yield item[:place] + "/"
            item = item[place:]
        part = item
    yield part


def _place_to_cut(item: str, most: int) -> int:
    """Between two letters or digits if that can be had, else before one."""
    inside = (p for p in range(most, most - _ENOUGH, -1) if item[p - 1].isalnum() and item[p].isalnum())
    before = (p for p in range(most, 0, -1) if item[p].isalnum())
    return next(inside, None) or next(before)
