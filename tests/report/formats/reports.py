"""Reports as runs make them, one for each outcome."""

from __future__ import annotations

import msgspec

from portalcheck.model import (
    Arg,
    Likelihood,
    Outcome,
    Platform,
    PortalName,
    Privacy,
    Report,
    ReportCheck,
    ReportFinding,
    Status,
    Step,
    Tool,
    gravest,
)
from portalcheck.report import checksums
from tests.declared import encode

HIGH, MEDIUM, LOW = Likelihood.HIGH, Likelihood.MEDIUM, Likelihood.LOW
OK, NOTE, WARN, FAIL, SKIP, UNKNOWN = Status


def finding(
    reason: str, status: Status = OK, *, blocked_by: tuple[str, ...] = (), **args: Arg
) -> ReportFinding:
    return ReportFinding(reason, status, args, blocked_by)


def check(name: str, milliseconds: int, *findings: ReportFinding) -> ReportCheck:
    return ReportCheck(name, gravest(tuple(f.status for f in findings)), milliseconds, findings)


def report(
    outcome: Outcome,
    cause: str,
    steps: tuple[Step, ...],
    checks: tuple[ReportCheck, ...],
    *,
    code: int,
    also: tuple[str, ...] = (),
    symptoms: tuple[str, ...] = (),
    complete: bool = True,
    privacy: Privacy | None = None,
    owner: str | None = None,
    system: str = "windows",
) -> Report:
    made = Report(
        tool=Tool("portalcheck", "0.1.0"),
        run_id="5d2f0c9b8e7a46318f0d1c2b3a495867",
        started="2026-11-23T17:34:00Z",
        duration_ms=1412,
        start_ms=380,
        complete=complete,
        portal=PortalName("lab", "Lab portal", "portal.lab.example"),
        platform=Platform(system, "11"),
        outcome=outcome,
        exit_code=code,
        cause=cause,
        owner=owner,
        also=also,
        likely_steps=steps,
        symptoms=symptoms,
        checks=checks,
        privacy=privacy or Privacy("share", {}, {"resolver": 1, "portal": 2}),
        code=encode(cause, system, {c.check: c.status for c in checks}),
    )
    return sealed(made)


def sealed(report: Report) -> Report:
    """A report whose seal is that of its fields as they are now."""
    return msgspec.structs.replace(report, seal=checksums.compute(msgspec.to_builtins(report)))


def healthy() -> Report:
    return report(
        Outcome.OK,
        "none",
        (Step("step-2", HIGH, ("symptom:error-1",)), Step("step-3", MEDIUM, ("symptom:error-1",))),
        (
            check("domain", 0, finding("domain.official", host="portal.lab.example")),
            check("network", 2, finding("network.up", kind="wifi"), finding("network.well")),
            check("dns", 12, finding("dns.resolves", count=2, ms=11)),
            check("tls", 31, finding("tls.valid", version="TLS 1.3")),
            check("clock", 0, finding("clock.correct", skew_s=-2)),
            check("proxy", 1, finding("proxy.none")),
            check("vpn", 4, finding("vpn.none")),
            check("service", 210, finding("service.works", ms=198)),
            check("cookies", 40, finding("cookies.none", NOTE, browser="firefox", profile=1, running=True)),
            check("system", 0, finding("system.current", os="windows", release="11")),
        ),
        code=0,
        symptoms=("error-1",),
    )


def stopped() -> Report:
    """A VPN that breaks the way: a proved fault with an echo, a warning, a note, and something unread."""
    return report(
        Outcome.FAIL,
        "vpn-breaks",
        (Step("step-6", HIGH, ("vpn.breaks",)), Step("step-10", LOW, ("vpn.breaks",))),
        (
            check("domain", 0, finding("domain.official", host="portal.lab.example")),
            check(
                "network",
                340,
                finding("network.up", kind="wifi"),
                finding("network.way-out", reached=2, asked=2),
            ),
            check("dns", 12, finding("dns.resolves", count=1, ms=11)),
            check("tls", 3, finding("tls.not-reached", SKIP, blocked_by=("service.no-connection",))),
            check("clock", 0, finding("clock.off", NOTE, skew_s=95.5)),
            check("proxy", 1, finding("proxy.none")),
            check(
                "vpn",
                1204,
                finding("vpn.active", NOTE, split=False, product="WireGuard"),
                finding("vpn.breaks", FAIL, product="WireGuard"),
            ),
            check("service", 1001, finding("service.no-connection", FAIL, blocked_by=("vpn.breaks",))),
            check(
                "cookies", 40, finding("cookies.unreadable", UNKNOWN, browser="edge", profile=1, why="locked")
            ),
            check(
                "browser", 8, finding("browser.version", WARN, browser="edge", version="98", supported=False)
            ),
        ),
        code=1,
        also=("vpn-active", "software-outdated", "clock-off"),
        owner="you",
        privacy=Privacy("share", {"address": 3, "path": 1}, {"resolver": 1, "portal": 3, "neutral": 2}),
    )


def worrying() -> Report:
    return report(
        Outcome.WARN,
        "cookies-stale",
        (Step("step-4", HIGH, ("cookies.duplicates",)),),
        (
            check("dns", 12, finding("dns.resolves", count=2, ms=11)),
            check("service", 210, finding("service.works", ms=198)),
            check("cookies", 40, finding("cookies.duplicates", WARN, browser="chrome", profile=1)),
        ),
        code=0,
        owner="you",
    )


def unsettled() -> Report:
    return report(
        Outcome.UNKNOWN,
        "inconclusive",
        (Step("step-5", MEDIUM, ("dns.unsettled",)),),
        (
            check("dns", 900, finding("dns.missing", FAIL), finding("dns.unsettled", UNKNOWN)),
            check("tls", 10_000, finding("run.timed-out", UNKNOWN)),
        ),
        code=3,
        complete=False,
    )


def invalid() -> Report:
    """An address that no browser can open: nothing was contacted."""
    return report(
        Outcome.FAIL,
        "name-wrong",
        (Step("step-1", HIGH, ("cause:name-wrong",)),),
        (
            check("domain", 0, finding("domain.invalid", FAIL, host=None, trick="bad_scheme")),
            check("dns", 0, finding("dns.not-asked", SKIP)),
            check("service", 0, finding("service.not-reached", SKIP)),
        ),
        code=1,
    )


ALL = {"healthy": healthy, "stopped": stopped, "worrying": worrying, "unsettled": unsettled}
