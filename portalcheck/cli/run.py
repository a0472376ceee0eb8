"""`portalcheck run` and `portalcheck demo`: one straight line from the arguments to the exit code."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
import msgspec

from portalcheck import __version__
from portalcheck.catalog import Catalog
from portalcheck.cli import complete, out
from portalcheck.cli.language import say
from portalcheck.cli.options import collect, report_options
from portalcheck.cli.progress import Progress
from portalcheck.cli.settled import Settled, settle
from portalcheck.diagnosis import diagnose, doubted
from portalcheck.model import CheckResult, Diagnosis, Outcome, Portal, Report
from portalcheck.report import RunFacts, build
from portalcheck.runner import Crash
from portalcheck.turn import TURN

if TYPE_CHECKING:
    from portalcheck.api import Machine
    from portalcheck.path.policy import Network


class Subject(msgspec.Struct, frozen=True):
    """What is checked: a computer, a portal, and who may be contacted."""

    machine: Machine
    portal: Portal
    network: Network
    url: str = ""


@click.command()
@click.argument("url", required=False)
@report_options
def run(url: str | None, **given: Any) -> int:
    """Check this computer against a portal (the default command).

    With a URL, that address is judged by its name first; one that imitates the portal is never contacted.
    """
    settled = settle(collect(given))
    return _execute(settled, _this_computer(settled, url or ""), remember=True)


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

    settled = settle(collect(given))
    if list_faults:
        out.result(_fault_list(settled.words))
        return 0
    if fault not in FAULTS:
        raise click.UsageError(say(f"There is no fault {fault!r}. Faults: {', '.join(FAULTS)}."))
    with ExitStack() as stack:
        world = stack.enter_context(practice(fault))
        return _execute(settled, _practice_computer(world), remember=False)


def _fault_list(words: Catalog) -> str:
    """A line a fault: its name, the cause and reference that must come out, and what is broken in words."""
    from portalcheck.demo import FAULTS
    from portalcheck.phrases import say as in_language

    rows = [tuple(in_language(heading, words.lang) for heading in ("fault", "cause", "first reference"))]
    for fault in FAULTS.values():
        rows.append((fault.name, fault.cause, f"{fault.ref}  {words.write(fault.name, 'fault')}"))
    return "".join(f"{name:<26} {cause:<22} {rest}\n" for name, cause, rest in rows)


def _this_computer(settled: Settled, url: str) -> Subject:
    from portalcheck.machine import this_machine

    return Subject(this_machine(), settled.portal, settled.network, url)


def _practice_computer(world: Any) -> Subject:
    from portalcheck.path.policy import Network

    network = Network(world.contact, world.canaries, world.captive, world.resolvers, world.share_portal_name)
    return Subject(world.machine, world.portal, network)


def _execute(settled: Settled, subject: Subject, *, remember: bool) -> int:
    """Context, checks, diagnosis, report, output, exit code; questions come last and may run it once more."""
    spent = TURN.end()
    settled.wait()
    try:
        return _checked(settled, subject, spent, remember=remember)
    except click.ClickException:
        raise
    except Exception as error:
        settled.log_fault(error)
        raise


def _checked(settled: Settled, subject: Subject, spent: float, *, remember: bool) -> int:
    facts = _check(settled, subject, spent)
    if _may_settle_by_asking(facts) and settled.asks and _ask_to_share(settled, subject):
        wider = msgspec.structs.replace(subject.network, share_portal_name=True)
        facts = _check(settled, msgspec.structs.replace(subject, network=wider))
    if facts.diagnosis.cause == "none" and not settled.symptoms and settled.asks:
        symptom = settled.ask_symptom()
        if symptom:
            facts = facts.with_symptoms((symptom,))
    report = facts.report()
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

    def with_symptoms(self, symptoms: tuple[str, ...]) -> _Facts:
        return msgspec.structs.replace(self, diagnosis=diagnose(self.results, symptoms))

    def report(self) -> Report:
        return build(self.run, self.results, self.diagnosis)


def _check(settled: Settled, subject: Subject, spent: float = 0.0) -> _Facts:
    """Run the checks and diagnose what they found. `spent` seconds of the run went into its start."""
    from portalcheck import runner
    from portalcheck.context import RunContext
    from portalcheck.path.waiting import Deadline, Later, OutOfTime
    from portalcheck.pulse import Pulse

    deadline = Deadline(settled.timeout, spent)
    started = subject.machine.now()
    context = RunContext(subject.portal, subject.machine, subject.network, deadline, url=subject.url)
    progress = Progress(settled.words, visible=settled.shows_progress)
    progress.start(subject.portal.name)
    Later(settled.prepare)
    with Pulse() as pulse:
        results, crashes = runner.run(
            settled.checks,
            context,
            deadline.at,
            late=OutOfTime,
            on_result=progress.result,
            on_wait=progress.waiting,
        )
        results = doubted(results) if pulse.starved else results
    progress.end()
    facts = RunFacts(
        version=__version__,
        started=started,
        duration_ms=round((time.monotonic() - deadline.started) * 1000),
        portal=subject.portal,
        host=context.host or context.portal_host,
        system=subject.machine.system(),
        contacts=context.ledger.counts(),
        include_local=settled.options.include_local,
        fail_on=settled.fail_on,
    )
    try:
        return _Facts(facts, results, diagnose(results, settled.symptoms), crashes)
    except Exception as fault:
        # What was found is worth more than silence; the bug is told after it, and in the exit code.
        unknown = Diagnosis(cause="inconclusive", outcome=Outcome.UNKNOWN, also=(), likely_steps=())
        return _Facts(facts, results, unknown, crashes, fault)


def _may_settle_by_asking(facts: _Facts) -> bool:
    """Whether asking an independent DNS server for the portal's name would tell what is wrong."""
    reasons = {finding.reason for result in facts.results for finding in result.findings}
    return facts.diagnosis.cause == "inconclusive" and "dns.unsettled" in reasons


def _ask_to_share(settled: Settled, subject: Subject) -> bool:
    question = settled.words.ui(
        "question.share_name", host=urlsplit(subject.url or subject.portal.url).hostname
    )
    return out.ask(question + " ").lower() in settled.words.ui("question.yes").split()
