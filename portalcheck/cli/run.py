"""`portalcheck run` and `portalcheck demo`: one straight line from the arguments to the exit code."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
import msgspec

from portalcheck import __version__
from portalcheck.api.declarations import INCONCLUSIVE, NONE
from portalcheck.cli import complete, out
from portalcheck.cli.language import say
from portalcheck.cli.options import collect, report_options
from portalcheck.cli.progress import Progress
from portalcheck.cli.settled import Settled, settle
from portalcheck.diagnosis.engine import diagnose
from portalcheck.diagnosis.runner import Crash
from portalcheck.model import CheckResult, Diagnosis, Outcome, Portal
from portalcheck.report.build import RunFacts, build
from portalcheck.turn import TURN
from portalcheck.words.catalog import Catalog

if TYPE_CHECKING:
    from portalcheck.api.protocols import Machine
    from portalcheck.diagnosis.registry import Installed
    from portalcheck.probe.policy import Network


class Subject(msgspec.Struct, frozen=True):
    """What is checked: a computer, a portal, and who may be contacted."""

    machine: Machine
    portal: Portal
    network: Network
    url: str = ""


class _Clock:
    """When the arguments had been read, from which `--timeout` counts, and what the start took before that."""

    def __init__(self) -> None:
        self._read = time.monotonic()
        self.start_ms = None if TURN.spent is None else round(TURN.spent * 1000)

    def spent(self) -> float:
        """Seconds of the run so far."""
        return time.monotonic() - self._read


@click.command()
@click.argument("url", required=False)
@report_options
def run(url: str | None, **given: Any) -> int:
    """Check this computer against a portal (the default command).

    With a URL, that address is judged by its name first; one that imitates the portal is never contacted.
    """
    clock = _Clock()
    settled = settle(collect(given))
    return _execute(settled, _this_computer(settled, url or ""), clock, remember=True)


@click.command()
@click.option(
    "--fault",
    metavar="NAME",
    default="healthy",
    help="What is broken in the practice portal.",
    shell_complete=complete.faults,
)
@click.option(
    "--list", "list_faults", is_flag=True, help="Show the faults and the cause each must come out as."
)
@report_options
def demo(fault: str, list_faults: bool, **given: Any) -> int:
    """Practice on a portal of small servers on this computer, offline: healthy, or broken on purpose."""
    from portalcheck.demo import FAULTS, practice

    clock = _Clock()
    settled = settle(collect(given))
    if list_faults:
        out.result(_fault_list(settled.words))
        return 0
    if fault not in FAULTS:
        raise click.UsageError(say(f"There is no fault {fault!r}. Faults: {', '.join(FAULTS)}."))
    with ExitStack() as stack:
        world = stack.enter_context(practice(fault))
        return _execute(settled, _practice_computer(world), clock, remember=False)


def _fault_list(words: Catalog) -> str:
    """A line a fault: its name, the cause and reference that must come out, and what is broken in words."""
    from portalcheck.demo import FAULTS
    from portalcheck.words.phrases import say as in_language

    rows = [tuple(in_language(heading, words.lang) for heading in ("fault", "cause", "first reference"))]
    for fault in FAULTS.values():
        rows.append((fault.name, fault.cause, f"{fault.ref}  {words.write(fault.name, 'fault')}"))
    return "".join(f"{name:<26} {cause:<22} {rest}\n" for name, cause, rest in rows)


def _this_computer(settled: Settled, url: str) -> Subject:
    from portalcheck.machine import this_machine

    return Subject(this_machine(), settled.portal, settled.network, url)


def _practice_computer(world: Any) -> Subject:
    from portalcheck.probe.policy import Network

    network = Network(world.contact, world.canaries, world.captive, world.resolvers, world.share_portal_name)
    return Subject(world.machine, world.portal, network)


def _execute(settled: Settled, subject: Subject, clock: _Clock, *, remember: bool) -> int:
    """Context, checks, diagnosis, report, output, exit code; questions come last and may run it once more."""
    TURN.end()
    spent = clock.spent()
    settled.wait()
    try:
        return _checked(settled, subject, spent, clock.start_ms, remember=remember)
    except click.ClickException:
        raise
    except Exception as error:
        settled.log_fault(error)
        raise


def _checked(
    settled: Settled, subject: Subject, spent: float, start_ms: int | None, *, remember: bool
) -> int:
    facts = _check(settled, subject, start_ms, spent)
    if settled.asks and _leave_would_settle_it(facts, settled.installed) and _ask_to_share(settled, subject):
        wider = msgspec.structs.replace(subject.network, share_portal_name=True)
        facts = _check(settled, msgspec.structs.replace(subject, network=wider), start_ms)
    if facts.diagnosis.cause == NONE.id and not settled.symptoms and settled.asks:
        symptom = settled.ask_symptom()
        if symptom:
            diagnosis = diagnose(facts.results, (symptom,), settled.installed)
            facts = msgspec.structs.replace(facts, diagnosis=diagnosis)
    report = build(facts.run, facts.results, facts.diagnosis, settled.installed.numbers)
    settled.explain_crashes(facts.crashes)
    code = settled.hand_out(report, subject.portal, remember=remember)
    if facts.fault is not None:
        raise facts.fault
    return code


class _Facts(msgspec.Struct, frozen=True):
    """A run that has ended, before words are made of it."""

    run: RunFacts
    results: tuple[CheckResult, ...]
    diagnosis: Diagnosis
    crashes: tuple[Crash, ...]
    fault: Exception | None = None


def _check(settled: Settled, subject: Subject, start_ms: int | None, spent: float = 0.0) -> _Facts:
    """Run the checks and diagnose what they found. `spent` seconds of the run went into its settings."""
    from portalcheck.diagnosis import runner
    from portalcheck.diagnosis.starvation import Watchdog, mark_starved
    from portalcheck.probe.context import RunContext
    from portalcheck.probe.deadline import Deadline, OutOfTime
    from portalcheck.probe.threads import Future

    deadline = Deadline(settled.timeout, spent)
    started = subject.machine.now()
    context = RunContext(subject.portal, subject.machine, subject.network, deadline, url=subject.url)
    progress = Progress(settled.words, visible=settled.shows_progress)
    progress.start(subject.portal.name)
    Future(settled.prepare)
    with Watchdog() as pulse:
        results, crashes = runner.run(
            settled.checks,
            settled.broken,
            context,
            deadline.at,
            late=OutOfTime,
            on_result=progress.result,
            on_wait=progress.waiting,
        )
        results = mark_starved(results, settled.installed) if pulse.starved else results
    progress.end()
    facts = RunFacts(
        version=__version__,
        started=started,
        start_ms=start_ms,
        duration_ms=round((time.monotonic() - deadline.started) * 1000),
        portal=subject.portal,
        host=context.host or context.portal_host,
        system=subject.machine.system(),
        contacts=context.ledger.counts(),
        include_local=settled.options.include_local,
        fail_on=settled.fail_on,
    )
    try:
        return _Facts(facts, results, diagnose(results, settled.symptoms, settled.installed), crashes)
    except Exception as fault:
        # What was found is worth more than silence; the bug is told after it, and in the exit code.
        unknown = Diagnosis(cause=INCONCLUSIVE.id, outcome=Outcome.UNKNOWN, also=(), likely_steps=())
        return _Facts(facts, results, unknown, crashes, fault)


def _leave_would_settle_it(facts: _Facts, installed: Installed) -> bool:
    """Whether asking an independent DNS server for the portal's name would tell what is wrong."""
    found = {finding.reason for result in facts.results for finding in result.findings}
    by_leave = (installed.reasons[reason].settled_by_leave for reason in found & installed.reasons.keys())
    return facts.diagnosis.cause == INCONCLUSIVE.id and any(by_leave)


def _ask_to_share(settled: Settled, subject: Subject) -> bool:
    question = settled.words.ui(
        "question.share_name", host=urlsplit(subject.url or subject.portal.url).hostname
    )
    return out.ask(question + " ").lower() in settled.words.ui("question.yes").split()
