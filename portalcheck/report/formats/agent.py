"""What a help desk agent reads: a pasted report, a phone code, or what a caller says; in the agent's own language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.diagnosis.engine import left_open
from portalcheck.diagnosis.steps import OTHER as OTHER_SYMPTOM
from portalcheck.diagnosis.steps import in_order, likely_steps
from portalcheck.model import Outcome, Platform, Report, ReportCheck, Status
from portalcheck.report.code import LENGTH, OTHER, CodeProblem, Decoded, ProblemKind, spell
from portalcheck.report.formats.sheet import Item, Line, Questions, Section, Sheet, Steps
from portalcheck.report.formats.wording import clock_skew, tried
from portalcheck.report.guidance import cause_words, for_agent, for_it, guidance, scripts
from portalcheck.report.json_text import Limit
from portalcheck.report.recovered import Integrity, RecoveredReport
from portalcheck.words.catalog import Catalog, Script

_CODE_PROBLEMS = {
    ProblemKind.CHECK: "code_wrong",
    ProblemKind.NEWER_LAYOUT: "code_version",
    ProblemKind.NOT_A_CODE: "nothing",
}
_TELLING = (Status.FAIL, Status.WARN, Status.NOTE, Status.UNKNOWN)
_MOST_SUGGESTIONS = 3
_CLOCK_IS_WRONG_S = 60
"""Seconds from which on a clock's error matters to when a report was made."""


def report_sheets(
    reports: Sequence[RecoveredReport],
    words: Catalog,
    limits: Sequence[Limit] = (),
    *,
    symptoms: Sequence[str] = (),
    now: float | None = None,
) -> list[Sheet]:
    """A sheet for each report; `symptoms` are what the caller says beside, `now` seconds since the epoch."""
    if not reports:
        lines = [Line(words.ui("read.nothing")), *_limits(limits, words)]
        return [Sheet("", (Section("", tuple(lines)),))]
    count = len(reports)
    sheets = [] if count == 1 else [Sheet(words.ui("read.several", count=count), ())]
    for number, report in enumerate(reports, start=1):
        title = words.ui("read.number", number=number, count=count) if count > 1 else ""
        sheets.append(Sheet(title, tuple(_report(report, words, symptoms, now))))
    return sheets


def code_sheet(
    result: Decoded | CodeProblem, words: Catalog, symptoms: Sequence[str] = (), *, with_report: bool = False
) -> Sheet:
    """A phone code as a sheet; `with_report` says that it stood in a report that could not be read."""
    if isinstance(result, CodeProblem):
        return Sheet("", (Section("", tuple(_problem(result, words))),))
    return Sheet("", tuple(_decoded(result, words, symptoms, with_report=with_report)))


def symptom_sheet(symptoms: Sequence[str], words: Catalog) -> Sheet:
    """What to ask and do for a caller who cannot run anything, by what they see."""
    told = in_order(symptoms)
    report = of_symptoms(told)
    intro = Section("", (Line(words.ui("read.no_report")), Line(words.ui("read.no_report_ask"))))
    said = Section(words.ui("heading.told") + ":", tuple(Line(words.symptom(each)) for each in told))
    means = Section(words.ui("heading.agent") + ":", tuple(Line(words.symptom_agent(each)) for each in told))
    return Sheet("", (intro, said, means, *_advice(report, words), *_checklist(words)))


def of_symptoms(symptoms: Sequence[str]) -> Report:
    """As much of a report as what a caller sees tells."""
    told = in_order(symptoms)
    return msgspec.structs.replace(
        RecoveredReport(integrity=Integrity.COMPLETE, source="symptom", fields={}).to_report(),
        cause=NONE.id,
        outcome=Outcome.UNKNOWN,
        symptoms=told,
        likely_steps=likely_steps(NONE, (), told),
    )


def with_symptoms(report: Report, symptoms: Sequence[str], words: Catalog) -> Report:
    """A report with what the caller says beside: its steps are those that a run would give with these symptoms."""
    told = in_order((*report.symptoms, *symptoms))
    rows = words.installed.rows(report.cause)
    if not symptoms or not rows:
        return report
    others = [row for each in report.also for row in words.installed.rows(each)[:1] if not row.note]
    steps = likely_steps(rows[0], others, told)
    first = report.likely_steps[:1] if report.cause != NONE.id else ()
    kept = [*first, *(step for step in steps if step.ref not in {each.ref for each in first})]
    return msgspec.structs.replace(report, symptoms=told, likely_steps=tuple(kept))


# ---- reports -------------------------------------------------------------------------------------


def _report(
    report: RecoveredReport, words: Catalog, symptoms: Sequence[str], now: float | None
) -> Iterator[Section]:
    fields = report.fields
    intro = [Line(words.ui(report.integrity.words_key))]
    if report.unsealed and report.fields and not report.newer:
        intro.append(Line(words.ui("read.unsealed")))
    intro += _limits(report.limits, words)
    if report.newer:
        intro.append(Line(words.ui("read.newer", version=report.schema_version or report.layout)))
    if fields.get("privacy", {}).get("level") == "local":
        intro.append(Line(words.ui("read.local")))
    yield Section("", (*intro, *_owner(fields.get("owner"), words)))
    if "cause" in fields:
        yield from _cause(with_symptoms(report.to_report(), symptoms, words), words)
    yield from _checks(report.checks(), words)
    yield from _origin(report, words, now)
    yield from _left_out(report, words)
    yield from _checklist(words)


def _limits(limits: Sequence[Limit], words: Catalog) -> Iterator[Line]:
    """What was not read of a text, and why."""
    for limit in limits:
        yield Line(words.ui(f"read.limit.{limit.value}"))


def _owner(owner: object, words: Catalog) -> Iterator[Line]:
    """Who must act, which decides whom the call goes on to."""
    if isinstance(owner, str):
        yield Line(words.ui("report.owner", owner=owner))


def _origin(recovered: RecoveredReport, words: Catalog, now: float | None) -> Iterator[Section]:
    """Which portal, system and version the report is of, and when it was made; as far as that was recovered."""
    fields = recovered.fields
    lines = []
    portal, platform = fields.get("portal", {}), fields.get("platform", {})
    if "name" in portal or "host" in portal:
        lines.append(words.ui("report.verdict_portal", portal=portal.get("name"), host=portal.get("host")))
    if "os" in platform:
        lines.append(words.ui("report.system", os=platform["os"], release=platform.get("release") or None))
    if fields.get("started"):
        lines.append(made(recovered.to_report(), words, now))
    if "version" in fields.get("tool", {}):
        lines.append(words.ui("report.tool", version=fields["tool"]["version"]))
    if lines:
        yield Section(words.ui("heading.origin") + ":", tuple(map(Line, lines)))


def made(report: Report, words: Catalog, now: float | None, key: str = "read.made") -> str:
    """When a report was made, in the reader's time zone, and how long ago that is.

    Where the report knows that its computer's clock is wrong, the true time counts. Without `now` the time is told as
    the report has it. `key` is the sentence for a report whose clock and the reader's agree.
    """
    try:
        started = dt.datetime.fromisoformat(report.started)
        skew = clock_skew(report) or 0
        off = abs(skew) >= _CLOCK_IS_WRONG_S
        here = (started - dt.timedelta(seconds=skew if off else 0)).astimezone()
    except (ValueError, OverflowError, OSError):
        here = None
    if now is None or here is None or started.tzinfo is None:
        return words.ui("report.started", started=report.started)
    age = now - here.timestamp()
    zone = f"UTC{here.isoformat()[-6:]}" if here.utcoffset() else None
    told = {"started": here.isoformat(timespec="seconds"), "age": abs(age), "zone": zone}
    if age < -_CLOCK_IS_WRONG_S:
        return words.ui("read.made_ahead", **told)
    return words.ui("read.made_corrected" if off else key, **told)


def _cause(report: Report, words: Catalog) -> Iterator[Section]:
    """What was found, what it means for the help desk, and what the caller is told to do: the same as there."""
    told = guidance(report, words)
    result = [told.verdict[0], words.ui("report.cause", cause=report.cause)]
    result += [cause_words(report, words, other).verdict for other in report.also]
    result += [f"{words.ui('heading.told')}: {words.symptom(symptom)}" for symptom in report.symptoms]
    yield Section(words.ui("heading.result") + ":", tuple(map(Line, result)))
    if report.led_through:
        yield Section(words.ui("heading.tried") + ":", tuple(map(Line, tried(report, words))))
    yield from _advice(report, words)
    yield Section(words.ui("heading.details") + ":", (Line(for_it(report, words)),))


def _advice(report: Report, words: Catalog) -> Iterator[Section]:
    """What to ask, what the caller should do, and when to hand on."""
    told = guidance(report, words)
    if report.checks or report.cause != NONE.id:
        yield Section(words.ui("heading.agent") + ":", tuple(map(Line, for_agent(report, words))))
    if report.cause == NONE.id and set(report.symptoms) <= {OTHER_SYMPTOM}:
        listed = Steps(tuple(map(words.symptom, words.ids("symptoms"))))
        asked_for = (Line(words.ui("read.ask_symptom")), listed, Line(words.ui("read.ask_again")))
        yield Section(words.ui("heading.ask_next") + ":", asked_for)
    asked = scripts(report, words)
    yield from questions(asked, words)
    if told.actions:
        items: list[Item] = [*map(Line, told.never), Steps(told.actions), Line(told.article)]
        yield Section(words.ui("heading.caller_first") + ":", tuple(items))
    if told.further:
        yield Section(words.ui("heading.then") + ":", tuple(Line(step.line) for step in told.further))
    yield from _hand_on(asked, words)


def questions(asked: Sequence[Script], words: Catalog) -> Iterator[Section]:
    """What to ask, each question once."""
    listed = tuple(dict.fromkeys(each for script in asked for each in script.questions))
    if listed:
        yield Section(words.ui("heading.script") + ":", (Questions(listed),))


def _hand_on(asked: Sequence[Script], words: Catalog) -> Iterator[Section]:
    lines = tuple(Line(script.hand_on) for script in asked if script.hand_on)
    if lines:
        yield Section(words.ui("heading.hand_on") + ":", lines)


def _checks(checks: Sequence[ReportCheck], words: Catalog) -> Iterator[Section]:
    items: list[Item] = []
    for check in checks:
        items.append(Line(f"{words.ui(f'status.{check.status.value}')}: {words.check(check.check).name}"))
        items += [Line(line, deep=True) for line in _findings(check, words)]
    if items:
        yield Section(words.ui("heading.checks") + ":", tuple(items))


def _findings(check: ReportCheck, words: Catalog) -> Iterator[str]:
    """What a check found that is not well; echoes of a fault elsewhere are named as such."""
    behind: set[str] = set()
    for finding in check.findings:
        if finding.blocked_by:
            behind |= {reason.partition(".")[0] for reason in finding.blocked_by} - {check.check}
        elif finding.status in _TELLING:
            yield words.reason(finding.reason, finding.args, finding.status.value)
    if behind:
        yield words.ui("step.echo", reasons=[words.check(name).name for name in sorted(behind)])


def _left_out(report: RecoveredReport, words: Catalog) -> Iterator[Section]:
    lines = [*report.missing]
    lines += [words.ui("read.unproven", key=line.key, text=line.text) for line in report.unproven]
    lines += [words.ui("read.unknown_line", line=key) for key in report.unknown]
    if lines:
        yield Section(words.ui("heading.missing") + ":", tuple(map(Line, lines)))
    withheld = report.fields.get("privacy", {}).get("withheld")
    if withheld:
        kinds = [words.ui(f"privacy.kind.{kind}", count=count) for kind, count in withheld.items()]
        yield Section("", (Line(words.ui("read.withheld", list=kinds)),))


def _checklist(words: Catalog) -> Iterator[Section]:
    """What to have ready, from the article's support checklist, and the rule that keeps the caller safe."""
    yield Section(words.ui("read.prepare"), (Steps(words.ref("support-checklist").actions),))
    yield Section("", (Line(words.ui("read.verify")),))


# ---- codes -------------------------------------------------------------------------------------


def _decoded(
    code: Decoded, words: Catalog, symptoms: Sequence[str], *, with_report: bool
) -> Iterator[Section]:
    intro = [words.ui("read.code_in_report")] if with_report else []
    intro += [
        words.ui("read.code_ok"),
        words.ui("report.code", code=code.code),
        words.ui("report.system", os=code.os),
    ]
    row = row_of(code, words)
    yield Section("", (*map(Line, intro), *_owner(owner_of(code, words), words)))
    if row is not None:
        yield from _cause(with_symptoms(of_code(code, row, words), symptoms, words), words)
    else:
        unnamed = words.ui(f"read.code_cause_{'other' if code.cause == OTHER else 'unknown'}")
        yield Section(words.ui("heading.result") + ":", (Line(unnamed),))
    yield from _checks(_checks_of(code), words)
    yield from _checklist(words)


def row_of(code: Decoded, words: Catalog) -> Cause | None:
    """The row of a code's cause that fits its statuses; None for a cause that is not known here."""
    rows = words.installed.rows(code.cause or "")
    return next((each for each in rows if _may_hold(each, code)), rows[-1] if rows else None)


def owner_of(code: Decoded, words: Catalog) -> str | None:
    """Who needs to act; None where the evidence decides, which a code does not hold."""
    row = row_of(code, words)
    if row is None or row.owner is None or any(each.owner_by for each in words.installed.rows(row.id)):
        return None
    return row.owner


def _may_hold(row: Cause, code: Decoded) -> bool:
    """Whether a row of a cause fits the statuses of a code: of what it needs nothing is well."""
    return all(
        code.statuses.get(reason.partition(".")[0]) not in (Status.OK, Status.SKIP) for reason in row.all
    )


def _checks_of(code: Decoded) -> tuple[ReportCheck, ...]:
    return tuple(ReportCheck(check, status, 0, ()) for check, status in code.statuses.items())


def of_code(code: Decoded, row: Cause, words: Catalog) -> Report:
    """As much of a report as its code tells."""
    checks = _checks_of(code)
    needed = (each for each in checks if (check := words.installed.check(each.check)) and check.needed)
    open_still = row is INCONCLUSIVE or any(left_open(each, words.installed) for each in needed)
    return msgspec.structs.replace(
        RecoveredReport(integrity=Integrity.COMPLETE, source="code", fields={}).to_report(),
        cause=row.id,
        outcome=Outcome.UNKNOWN if open_still else Outcome.OK,
        platform=Platform(code.os, ""),
        checks=checks,
        likely_steps=likely_steps(row, (), ()),
        code=code.code,
    )


def _problem(problem: CodeProblem, words: Catalog) -> Iterator[Item]:
    if problem.kind is ProblemKind.LENGTH:
        yield Line(words.ui("read.code_short" if problem.length < LENGTH else "read.code_long"))
    elif problem.kind is ProblemKind.SYMBOL:
        for position in problem.positions:
            symbol = problem.given.replace("-", "")[position - 1 : position]
            yield Line(words.ui("read.code_symbol", symbol=symbol))
    else:
        yield Line(words.ui(f"read.{_CODE_PROBLEMS[problem.kind]}"))
    for suggestion in problem.suggestions[:_MOST_SUGGESTIONS]:
        numbers = [str(position) for position in suggestion.positions]
        yield Line(words.ui("read.code_maybe", code=suggestion.code, number=numbers))
        yield Line(words.ui("report.code_spoken", words=spell(suggestion.code, words.lang)), deep=True)
