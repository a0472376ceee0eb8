"""`portalcheck run`: the straight line from the arguments to the exit code, which other commands walk too."""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from portalcheck import __version__
from portalcheck.api.declarations import INCONCLUSIVE, NONE, Layer
from portalcheck.cli import questions
from portalcheck.cli.group import refuse_misspelt
from portalcheck.cli.localized import Command, Invocation
from portalcheck.cli.options import Options, collect, report_options
from portalcheck.cli.outputs import cannot_write, named
from portalcheck.cli.progress import Progress
from portalcheck.cli.session import Session, open_session
from portalcheck.diagnosis.engine import diagnose
from portalcheck.diagnosis.runner import Crash
from portalcheck.diagnosis.steps import OTHER
from portalcheck.model import CheckResult, Diagnosis, Outcome, Portal, Status
from portalcheck.probe.limits import AGAIN_S, SLOW_START_S
from portalcheck.report import history
from portalcheck.report.build import RunFacts, build
from portalcheck.shortage import need_memory

if TYPE_CHECKING:
    from portalcheck.api.protocols import Machine
    from portalcheck.diagnosis.registry import Installed
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
    """What the checks found, and the facts of the run that found it.

    `spoilt` says that the program was stopped meanwhile, or the clock set: another try may find something else.
    """

    run: RunFacts
    results: tuple[CheckResult, ...]
    crashes: tuple[Crash, ...]
    spoilt: bool = False


def _address(_ctx: click.Context, _param: click.Parameter, url: str | None) -> str:
    """The URL without the blanks around it. Raises click.UsageError for what can be none."""
    if url is not None:
        refuse_misspelt(url)
    return (url or "").strip()


@click.command(cls=Command)
@click.argument("url", required=False, callback=_address)
@report_options
@click.pass_obj
def run(invocation: Invocation, /, url: str, **given: Any) -> int:
    """Check this computer against a portal (the default command).

    With a URL, that address is judged by its name first; one that imitates the portal is never contacted.
    """

    def this_computer(session: Session) -> Subject:
        from portalcheck.machine import this_machine

        settings = session.settings
        return Subject(this_machine(), settings.portal(), settings.network, url)

    return straight_line(collect(given), this_computer, invocation.began, remember=True)


def straight_line(
    options: Options, subject_of: Callable[[Session], Subject], began: float | None, *, remember: bool
) -> int:
    """Options, settings, context, checks, diagnosis, report, text, outputs, exit code.

    `began` is when the program did, on the monotonic clock, None if nobody knows. With `remember` the report is
    compared with the last one of this computer, and kept.
    """
    _load(began)
    read = time.monotonic()
    session = open_session(options)
    with _debug_log(session), _told_when_it_fails(session):
        subject = subject_of(session)
        spent = time.monotonic() - read
        session.wait()
        found = _check(session, subject, began and read - began, spent)
        if _leave_would_settle(session, found) and questions.leave_to_share(session, subject.address):
            found = _check(session, subject.sharing_its_name(), began and read - began)
        diagnosis, fault = _diagnosis(session, found)
        report = build(found.run, found.results, diagnosis, session.words.installed.numbers)
        session.explain_crashes(found.crashes)
        place = history.folder() if remember and session.remembers else None
        texts = session.render(report, subject.portal, history.last(place))
        code = session.hand_out(report, subject.portal, texts)
        history.keep(place, report)
    if fault is not None:
        raise fault
    return code


def _load(began: float | None) -> None:
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


def _check(session: Session, subject: Subject, start_s: float | None, spent: float = 0.0) -> Found:
    """Run the checks as `_check_once`; once more if a stop or the clock spoilt them, where the time is enough."""
    since = time.monotonic() - spent
    found = _check_once(session, subject, start_s, spent)
    spent = time.monotonic() - since
    if found.spoilt and session.settings.run.timeout - spent > AGAIN_S:
        return _check_once(session, subject, start_s, spent)
    return found


def _check_once(session: Session, subject: Subject, start_s: float | None, spent: float) -> Found:
    """Run the checks in a context of their own.

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
    progress = Progress(session.words, visible=session.shows_progress)
    progress.start(subject.portal.name)
    Future(session.form.renderer)
    with Watchdog() as watchdog:
        results, crashes = runner.run(
            session.checks,
            session.broken,
            context,
            deadline.at,
            late=OutOfTime,
            on_result=progress.result,
            on_wait=progress.waiting,
        )
        results, spoilt = watchdog.judge(results, session.words.installed)
    progress.end()
    facts = RunFacts(
        version=__version__,
        started=started,
        start_ms=None if start_s is None else round(start_s * 1000),
        duration_ms=round((time.monotonic() - deadline.started) * 1000),
        portal=subject.portal,
        host=context.host or context.portal_host,
        system=subject.machine.system(),
        contacts={} if _is_cut_off(results, session.words.installed) else context.ledger.counts(),
        include_local=session.options.include_local,
        fail_on=session.settings.run.fail_on,
    )
    return Found(facts, results, crashes, spoilt)


def _is_cut_off(results: Sequence[CheckResult], installed: Installed) -> bool:
    """Whether this computer is on no network: nothing that it tried to send has left it then."""
    findings = (finding for result in results for finding in result.findings)
    return any(f.status is Status.FAIL and installed.layer(f.reason) is Layer.LINK for f in findings)


def _diagnosis(session: Session, found: Found) -> tuple[Diagnosis, Exception | None]:
    """What follows from what was found; with no cause, from what the person is asked, too."""
    installed, told = session.words.installed, session.symptoms(session.options.symptoms)
    try:
        diagnosis = diagnose(found.results, told, installed)
        if diagnosis.cause == NONE.id and set(told) <= {OTHER} and session.asks:
            told = questions.symptom(session) or told
            diagnosis = diagnose(found.results, told, installed) if told else diagnosis
    except Exception as fault:
        # What was found is worth more than silence; the bug is told after it, and in the exit code.
        unknown = Diagnosis(cause=INCONCLUSIVE.id, outcome=Outcome.UNKNOWN, also=(), likely_steps=())
        return unknown, fault
    return diagnosis, None


def _leave_would_settle(session: Session, found: Found) -> bool:
    """Whether asking others for the portal's name would tell what is wrong, and the person can be asked."""
    if not session.asks:
        return False
    installed = session.words.installed
    reasons = {finding.reason for result in found.results for finding in result.findings}
    by_leave = (installed.reasons[reason].settled_by_leave for reason in reasons & installed.reasons.keys())
    return any(by_leave) and diagnose(found.results, (), installed).cause == INCONCLUSIVE.id


@contextlib.contextmanager
def _debug_log(session: Session) -> Iterator[None]:
    """All that is logged goes to the file that `--debug` names. Raises click.UsageError if it cannot be opened."""
    with contextlib.ExitStack() as stack:
        path = session.options.debug
        if path is not None:
            from portalcheck.probe.debug_log import write_to

            try:
                stack.enter_context(write_to(path))
            except OSError as error:
                told = {named(path, session.form): error}
                raise click.UsageError(cannot_write(session.words, told)) from error
        yield


@contextlib.contextmanager
def _told_when_it_fails(session: Session) -> Iterator[None]:
    """A run that ends by a fault of ours is in the log of runs too."""
    try:
        yield
    except click.ClickException:
        raise
    except Exception as error:
        session.log.fault(error)
        raise
