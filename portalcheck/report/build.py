"""The report of a run, made of its parts; and the exit code, which no renderer can change."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.facts import System
from portalcheck.model import (
    CheckResult,
    Diagnosis,
    Ended,
    Outcome,
    Platform,
    Portal,
    PortalName,
    Privacy,
    Report,
    ReportCheck,
    ReportFinding,
    Tool,
    Tried,
)
from portalcheck.report import checksums, privacy
from portalcheck.report import code as phonecode

TOOL_NAME = "portalcheck"
_CODES = {Outcome.OK: 0, Outcome.WARN: 0, Outcome.FAIL: 1, Outcome.UNKNOWN: 3}


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says of the run itself. `started` is in seconds since the epoch, by this computer's clock."""

    version: str
    started: float
    duration_ms: int
    start_ms: int | None = None
    portal: Portal
    host: str
    system: System
    contacts: Mapping[str, int]
    include_local: bool = False
    fail_on: str = "fail"


def exit_code(outcome: Outcome, fail_on: str) -> int:
    """The exit code of a run (contract.md, Exit codes); `fail_on` is never, fail or warn."""
    if outcome is Outcome.FAIL and fail_on == "never":
        return 0
    if outcome is Outcome.WARN and fail_on == "warn":
        return 1
    return _CODES[outcome]


def build(
    run: RunFacts,
    results: Sequence[CheckResult],
    diagnosis: Diagnosis,
    numbers: Numbers,
    tried: Sequence[Tried] = (),
) -> Report:
    """The report; echoes carry `blocked_by`, local evidence is left out and counted."""
    findings = [finding for result in results for finding in result.findings]
    report = Report(
        tool=Tool(TOOL_NAME, run.version),
        run_id=secrets.token_hex(16),
        started=_timestamp(run.started),
        duration_ms=run.duration_ms,
        start_ms=run.start_ms,
        complete=all(result.ended is Ended.FINISHED for result in results),
        portal=PortalName(run.portal.profile, run.portal.name, run.host),
        platform=Platform(run.system.os, run.system.release),
        outcome=diagnosis.outcome,
        exit_code=exit_code(diagnosis.outcome, run.fail_on),
        cause=diagnosis.cause,
        owner=diagnosis.owner,
        also=diagnosis.also,
        likely_steps=diagnosis.likely_steps,
        symptoms=diagnosis.symptoms,
        checks=tuple(reported(result, diagnosis, run.include_local) for result in results),
        tried=tuple(tried) or msgspec.UNSET,
        privacy=Privacy(
            privacy.LOCAL if run.include_local else privacy.SHARE,
            privacy.withheld(findings, run.include_local),
            dict(run.contacts),
        ),
        code=phonecode.encode(diagnosis.cause, run.system.os, {r.check: r.status for r in results}, numbers),
    )
    return msgspec.structs.replace(report, seal=checksums.compute(msgspec.to_builtins(report)))


def _timestamp(seconds: float) -> str:
    """RFC 3339 in UTC; the epoch for a clock beyond the range of dates."""
    try:
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError):
        moment = dt.datetime.fromtimestamp(0, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def reported(result: CheckResult, diagnosis: Diagnosis, include_local: bool = False) -> ReportCheck:
    """A check's result as it is handed out, its echoes marked as such."""
    findings = (
        ReportFinding(
            each.reason,
            each.status,
            privacy.evidence(each, include_local),
            diagnosis.echoes.get(each.reason, ()),
        )
        for each in result.findings
    )
    return ReportCheck(result.check, result.status, result.duration_ms, tuple(findings))
