"""What a help desk agent reads: a pasted report or a phone code, in the agent's own language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from portalcheck.api.declarations import INCONCLUSIVE, NONE, Cause
from portalcheck.diagnosis.engine import left_open
from portalcheck.diagnosis.steps import OTHER as OTHER_SYMPTOM
from portalcheck.diagnosis.steps import likely_steps
from portalcheck.model import Outcome, Platform, Report, ReportCheck, Status
from portalcheck.report.block import Integrity, RecoveredReport
from portalcheck.report.code import LENGTH, OTHER, CodeProblem, Decoded, ProblemKind, spell
from portalcheck.report.formats.lines import numbered, wrap
from portalcheck.report.guidance import cause_words, for_agent, for_it, guidance
from portalcheck.words.catalog import Catalog

_CODE_PROBLEMS = {
    ProblemKind.CHECK: "code_wrong",
    ProblemKind.NEWER_LAYOUT: "code_version",
    ProblemKind.NOT_A_CODE: "nothing",
}
_TELLING = (Status.FAIL, Status.WARN, Status.NOTE, Status.UNKNOWN)
_MOST_SUGGESTIONS = 3


def render_reports(reports: Sequence[RecoveredReport], catalog: Catalog) -> str:
    """All reports that were found in a text, one after the other."""
    if not reports:
        return catalog.ui("read.nothing") + "\n"
    parts = [] if len(reports) == 1 else [[catalog.ui("read.several", count=len(reports))]]
    for number, report in enumerate(reports, start=1):
        title = [catalog.ui("read.number", number=number, count=len(reports))] if len(reports) > 1 else []
        parts.append([*title, *_report(report, catalog)])
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def _report(report: RecoveredReport, words: Catalog) -> Iterator[str]:
    fields = report.fields
    yield from wrap(words.ui(f"read.{report.integrity.replace('-', '_')}"))
    if report.newer:
        yield from wrap(words.ui("read.newer", version=report.schema_version or report.layout))
    if fields.get("privacy", {}).get("level") == "local":
        yield from wrap(words.ui("read.local"))
    yield from _owner(fields.get("owner"), words)
    if "cause" in fields:
        yield from _cause(report.to_report(), words)
    yield from _checks(report.checks(), words)
    yield from _origin(fields, words)
    yield from _left_out(report, words)
    yield from _checklist(words)


def _owner(owner: object, words: Catalog) -> Iterator[str]:
    """Who must act, which decides whom the call goes on to."""
    if isinstance(owner, str):
        yield from wrap(words.ui("report.owner", owner=owner))


def _origin(fields: Mapping[str, Any], words: Catalog) -> Iterator[str]:
    """Which portal, system and version the report is of, and when it was made; as far as that was recovered."""
    lines = []
    portal, platform = fields.get("portal", {}), fields.get("platform", {})
    if "name" in portal or "host" in portal:
        lines.append(words.ui("report.verdict_portal", portal=portal.get("name"), host=portal.get("host")))
    if "os" in platform:
        lines.append(words.ui("report.system", os=platform["os"], release=platform.get("release") or None))
    if fields.get("started"):
        lines.append(words.ui("report.started", started=fields["started"]))
    if "version" in fields.get("tool", {}):
        lines.append(words.ui("report.tool", version=fields["tool"]["version"]))
    if lines:
        yield from ("", words.ui("heading.origin") + ":")
    for line in lines:
        yield from wrap(line, "  ")


def _cause(report: Report, words: Catalog) -> Iterator[str]:
    """What was found, what it means for the help desk, and what the caller is told to do: the same as there."""
    told = guidance(report, words)
    yield from ("", words.ui("heading.result") + ":")
    yield from wrap(told.verdict[0], "  ")
    yield "  " + words.ui("report.cause", cause=report.cause)
    for other in report.also:
        yield from wrap(cause_words(report, words, other).verdict, "  ")
    for symptom in report.symptoms:
        yield from wrap(f"{words.ui('heading.told')}: {words.symptom(symptom)}", "  ")
    yield from ("", words.ui("heading.agent") + ":")
    for sentence in for_agent(report, words):
        yield from wrap(sentence, "  ")
    if report.cause == NONE.id and set(report.symptoms) <= {OTHER_SYMPTOM}:
        yield from ("", words.ui("heading.ask_next") + ":")
        yield from wrap(words.ui("read.ask_symptom"), "  ")
        yield from numbered(map(words.symptom, words.ids("symptoms")))
    if told.actions:
        yield from ("", words.ui("heading.caller_first") + ":")
        for sentence in told.never:
            yield from wrap(sentence, "  ")
        yield from numbered(told.actions)
        yield from wrap(told.article, "  ")
    if told.further:
        yield from ("", words.ui("heading.then") + ":")
        for step in told.further:
            yield from wrap(step.line, "  ")
    yield from ("", words.ui("heading.details") + ":")
    yield from wrap(for_it(report, words), "  ")


def _checks(checks: Sequence[ReportCheck], words: Catalog) -> Iterator[str]:
    if checks:
        yield from ("", words.ui("heading.checks") + ":")
    for check in checks:
        yield f"  {words.ui(f'status.{check.status.value}')}: {words.check(check.check).name}"
        for line in _findings(check, words):
            yield from wrap(line, "      ")


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


def _left_out(report: RecoveredReport, words: Catalog) -> Iterator[str]:
    if report.missing or report.unproven or report.unknown:
        yield from ("", words.ui("heading.missing") + ":")
    for name in report.missing:
        yield from wrap(name, "  ")
    for line in report.unproven:
        yield from wrap(words.ui("read.unproven", key=line.key, text=line.text), "  ")
    for key in report.unknown:
        yield from wrap(words.ui("read.unknown_line", line=key), "  ")
    withheld = report.fields.get("privacy", {}).get("withheld")
    if withheld:
        kinds = [words.ui(f"privacy.kind.{kind}", count=count) for kind, count in withheld.items()]
        yield ""
        yield from wrap(words.ui("read.withheld", list=kinds))


def _checklist(words: Catalog) -> Iterator[str]:
    """What to have ready, from the article's support checklist, and the rule that keeps the caller safe."""
    yield from ("", words.ui("read.prepare"))
    yield from numbered(words.ref("support-checklist").actions)
    yield from wrap(words.ui("read.verify"))


# ---- codes -------------------------------------------------------------------------------------


def render_code(result: Decoded | CodeProblem, catalog: Catalog) -> str:
    """What a phone code says, or which symbol to ask for again."""
    lines = _decoded(result, catalog) if isinstance(result, Decoded) else _problem(result, catalog)
    return "\n".join(lines) + "\n"


def _decoded(code: Decoded, words: Catalog) -> Iterator[str]:
    yield words.ui("read.code_ok")
    yield words.ui("report.code", code=code.code)
    yield words.ui("report.system", os=code.os)
    rows = words.installed.rows(code.cause or "")
    row = next((each for each in rows if _may_hold(each, code)), rows[-1] if rows else None)
    if not any(each.owner_by for each in rows):  # else the evidence decides, which a code does not hold
        yield from _owner(row.owner if row is not None else None, words)
    if row is not None:
        yield from _cause(_of_code(code, row, words), words)
    else:
        yield from ("", words.ui("heading.result") + ":")
        yield from wrap(words.ui(f"read.code_cause_{'other' if code.cause == OTHER else 'unknown'}"), "  ")
    yield from _checks(_checks_of(code), words)
    yield from _checklist(words)


def _may_hold(row: Cause, code: Decoded) -> bool:
    """Whether a row of a cause fits the statuses of a code: of what it needs nothing is well."""
    return all(
        code.statuses.get(reason.partition(".")[0]) not in (Status.OK, Status.SKIP) for reason in row.all
    )


def _checks_of(code: Decoded) -> tuple[ReportCheck, ...]:
    return tuple(ReportCheck(check, status, 0, ()) for check, status in code.statuses.items())


def _of_code(code: Decoded, row: Cause, words: Catalog) -> Report:
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


def _problem(problem: CodeProblem, words: Catalog) -> Iterator[str]:
    if problem.kind is ProblemKind.LENGTH:
        yield words.ui("read.code_short" if problem.length < LENGTH else "read.code_long")
    elif problem.kind is ProblemKind.SYMBOL:
        for position in problem.positions:
            yield words.ui("read.code_symbol", symbol=problem.given.replace("-", "")[position - 1 : position])
    else:
        yield words.ui(f"read.{_CODE_PROBLEMS[problem.kind]}")
    for suggestion in problem.suggestions[:_MOST_SUGGESTIONS]:
        numbers = [str(position) for position in suggestion.positions]
        yield from wrap(words.ui("read.code_maybe", code=suggestion.code, number=numbers))
        yield from wrap(words.ui("report.code_spoken", words=spell(suggestion.code, words.lang)), "  ")
