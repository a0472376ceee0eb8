"""The calls of the straight line: checks, diagnosis, report. `run` walks it once, `guide` at each *Check again*."""

from __future__ import annotations

import importlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import msgspec

from portalcheck import __version__
from portalcheck.api.declarations import INCONCLUSIVE, Layer
from portalcheck.cli.session import Session
from portalcheck.diagnosis.engine import diagnose
from portalcheck.diagnosis.runner import Crash
from portalcheck.model import CheckResult, Diagnosis, Outcome, Portal, Status
from portalcheck.probe.limits import AGAIN_S, SLOW_START_S
from portalcheck.report.build import RunFacts
from portalcheck.shortage import need_memory

if TYPE_CHECKING:
    from portalcheck.api.declarations import Check
    from portalcheck.api.protocols import Machine
    from portalcheck.diagnosis.registry import Installed
    from portalcheck.facts import OpenPage, Trace
    from portalcheck.probe.context import RunContext
    from portalcheck.probe.policy import Network


_LOADED_LATER = (
    "portalcheck.machine.browsers",
    "portalcheck.probe.dns.exchange",
    "portalcheck.probe.http.page",
    "portalcheck.probe.third_parties.client",
    "portalcheck.probe.tls.certificate",
    "portalcheck.probe.tls.openssl",
    "portalcheck.probe.tls.quiet",
)


class Subject(msgspec.Struct, frozen=True):
    """What is checked: a computer, a portal, and who may be contacted."""

    machine: Machine
    portal: Portal
    network: Network
    url: str = ""

    @property
    def address(self) -> str:
        """The address that is checked."""
        return self.url or self.portal.url

    def sharing_its_name(self) -> Subject:
        """The same, with leave to ask independent DNS servers for the portal's own name."""
        network = msgspec.structs.replace(self.network, share_portal_name=True)
        return msgspec.structs.replace(self, network=network)


class Found(msgspec.Struct, frozen=True):
    """What the checks found, the facts of the run that found it, and the way that it went to the portal, if it did.

    `spoilt` says that the program was stopped meanwhile, or the clock set: another try may find something else.
    """

    run: RunFacts
    results: tuple[CheckResult, ...]
    crashes: tuple[Crash, ...]
    spoilt: bool = False
    trace: Trace | None = None


class Watcher(Protocol):
    """Who is told how the checks of a run get on."""

    def start(self, portal: str) -> None:
        """The checks begin; nothing was contacted yet."""

    def ended(self, result: CheckResult) -> None:
        """A check has ended, in whatever order."""

    def result(self, result: CheckResult) -> None:
        """A check is done, in the order in which checks are shown."""

    def waiting(self, check: Check) -> None:
        """A check is waited for; again and again."""

    def end(self) -> None:
        """All are done."""


def load(began: float | None) -> None:
    """Load what every run needs; what that takes (a cold disk, a scanner on access) is the start's, not the checks'.

    What the first question to a server needs is loaded while others are waited for, unless the start was slow.
    """
    from portalcheck import settings
    from portalcheck.diagnosis import registry, runner, starvation
    from portalcheck.machine import local
    from portalcheck.probe import context

    del settings, runner, starvation, local, context
    registry.installed()
    if began is not None and time.monotonic() - began > SLOW_START_S:
        for name in _LOADED_LATER:
            importlib.import_module(name)


def check(
    session: Session,
    subject: Subject,
    watcher: Watcher,
    start_s: float | None,
    spent: float = 0.0,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> Found:
    """Run the checks as `_check_once`; once more if a stop or the clock spoilt them, where the time is enough."""
    since = time.monotonic() - spent
    found = _check_once(session, subject, watcher, start_s, spent, stopped)
    spent = time.monotonic() - since
    if found.spoilt and not stopped() and session.settings.run.timeout - spent > AGAIN_S:
        return _check_once(session, subject, watcher, start_s, spent, stopped)
    return found


def _check_once(
    session: Session,
    subject: Subject,
    watcher: Watcher,
    start_s: float | None,
    spent: float,
    stopped: Callable[[], bool],
) -> Found:
    """Run the checks in a context of their own; when `stopped` says so, with what is there by then.

    `start_s` seconds went into the program's start, None if nobody knows, and `spent` of the run into its settings.
    Raises ShortageError where there is no memory for it.
    """
    from portalcheck.diagnosis import runner
    from portalcheck.diagnosis.starvation import Watchdog
    from portalcheck.probe.context import RunContext
    from portalcheck.probe.deadline import Deadline, OutOfTime
    from portalcheck.probe.threads import Future

    need_memory()
    deadline = Deadline(session.settings.run.timeout, spent)
    started = subject.machine.now()
    context = RunContext(subject.portal, subject.machine, subject.network, deadline, url=subject.url)
    watcher.start(subject.portal.name)
    Future(session.form.renderer)
    with Watchdog() as watchdog:
        results, crashes = runner.run(
            session.checks,
            session.broken,
            context,
            deadline.at,
            late=OutOfTime,
            on_end=watcher.ended,
            on_result=watcher.result,
            on_wait=watcher.waiting,
            stopped=stopped,
        )
        results, spoilt = watchdog.judge(results, session.words.installed)
    watcher.end()
    run = _facts(session, subject, context, started, start_s)
    if _is_cut_off(results, session.words.installed):
        run = msgspec.structs.replace(run, contacts={})
    return Found(run, results, crashes, spoilt, context.walked())


def _facts(
    session: Session, subject: Subject, context: RunContext, started: float, start_s: float | None
) -> RunFacts:
    return RunFacts(
        version=__version__,
        started=started,
        start_ms=None if start_s is None else round(start_s * 1000),
        duration_ms=round((time.monotonic() - context.deadline.started) * 1000),
        portal=subject.portal,
        host=context.host or context.portal_host,
        system=subject.machine.system(),
        contacts=context.ledger.counts(),
        include_local=session.options.include_local,
        fail_on=session.settings.run.fail_on,
    )


def look(session: Session, subject: Subject, found: Found, pages: Sequence[OpenPage]) -> Found:
    """The same as was found, and what follows from the pages that are open in browsers."""
    from portalcheck.diagnosis import runner
    from portalcheck.probe.context import RunContext
    from portalcheck.probe.deadline import Deadline, OutOfTime

    deadline = Deadline(session.settings.run.timeout)
    context = RunContext(
        subject.portal, subject.machine, subject.network, deadline, url=subject.url, pages=pages
    )
    results, crashes = runner.run(session.page_checks, (), context, deadline.at, late=OutOfTime)
    seen = {result.check for result in results}
    kept = tuple(result for result in found.results if result.check not in seen)
    contacts = Counter(found.run.contacts) + Counter(context.ledger.counts())
    run = msgspec.structs.replace(found.run, contacts=dict(sorted(contacts.items())))
    return msgspec.structs.replace(
        found, run=run, results=(*kept, *results), crashes=(*found.crashes, *crashes)
    )


def _is_cut_off(results: Sequence[CheckResult], installed: Installed) -> bool:
    """Whether this computer is on no network: nothing that it tried to send has left it then."""
    findings = (finding for result in results for finding in result.findings)
    return any(f.status is Status.FAIL and installed.layer(f.reason) is Layer.LINK for f in findings)


def diagnosed(
    results: Sequence[CheckResult], told: Sequence[str], installed: Installed
) -> tuple[Diagnosis, Exception | None]:
    """What follows from what was found, and from the symptoms that were told; and a fault of ours, if there was one."""
    try:
        return diagnose(results, told, installed), None
    except Exception as fault:
        # What was found is worth more than silence; the bug is told after it, and in the exit code.
        unknown = Diagnosis(cause=INCONCLUSIVE.id, outcome=Outcome.UNKNOWN, also=(), likely_steps=())
        return unknown, fault


def leave_would_settle(session: Session, found: Found) -> bool:
    """Whether leave to ask others for the portal's name would tell what is wrong."""
    installed = session.words.installed
    reasons = {finding.reason for result in found.results for finding in result.findings}
    by_leave = (installed.reasons[reason].settled_by_leave for reason in reasons & installed.reasons.keys())
    return any(by_leave) and diagnose(found.results, (), installed).cause == INCONCLUSIVE.id
