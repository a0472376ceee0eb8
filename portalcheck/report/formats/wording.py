"""The parts of a report in words, for all formats: what to say, in the language of a catalogue, and in which order."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.diagnosis.registry import TIMED_OUT
from portalcheck.model import Outcome, Report, ReportCheck, ReportFinding, Status
from portalcheck.report.formats import route_diagram
from portalcheck.words.catalog import Catalog

_TELLING = frozenset({Status.FAIL, Status.WARN, Status.NOTE})


def sentence(finding: ReportFinding, words: Catalog) -> str:
    """A finding in words."""
    return words.reason(finding.reason, finding.args, finding.status.value)


def status(value: Status | Outcome, words: Catalog) -> str:
    """The word for a status or an outcome."""
    return words.ui(f"status.{value.value}")


def check_lines(check: ReportCheck, words: Catalog) -> tuple[str, ...]:
    """What a reader needs of a check: all that is not well of itself, else the first finding that echoes nothing.

    Echoes of a fault elsewhere are named as such.
    """
    own = [f for f in check.findings if not f.blocked_by]
    lines = [sentence(finding, words) for finding in [f for f in own if f.status in _TELLING] or own[:1]]
    behind = {reason.partition(".")[0] for finding in check.findings for reason in finding.blocked_by}
    behind.discard(check.check)
    if behind:
        names = [words.check(name).name for name in sorted(behind)]
        lines.append(words.ui("step.echo", reasons=names))
    return tuple(lines)


def not_checked(report: Report, words: Catalog) -> Iterator[str]:
    """What could not be checked, and why."""
    for check in report.checks:
        for finding in check.findings:
            if finding.status is Status.UNKNOWN:
                yield f"{words.check(check.check).name}: {sentence(finding, words)}"
    if is_incomplete(report):
        yield words.ui("step.incomplete")


def tried(report: Report, words: Catalog) -> Iterator[str]:
    """What the person was led through, and what became of each step."""
    for each in report.led_through:
        outcome = words.ui(f"tried.{each.outcome.value}")
        yield words.ui("tried.line", title=words.ref(each.ref).title, ref=each.ref, outcome=outcome)


def is_incomplete(report: Report) -> bool:
    """Whether a check was not done in time."""
    return any(finding.reason == TIMED_OUT for check in report.checks for finding in check.findings)


def node(link: route_diagram.Node, words: Catalog) -> str:
    """A link of the route diagram with its state."""
    name = words.ui(f"path.{link.key}")
    return name if link.state is route_diagram.State.OPEN else words.ui(f"path.{link.state.value}", node=name)


def route_line(links: tuple[route_diagram.Node, ...], words: Catalog) -> str:
    """The route diagram as one line."""
    return f" {words.ui('path.arrow')} ".join(node(link, words) for link in links)


def route_verdict(report: Report, links: tuple[route_diagram.Node, ...], words: Catalog) -> str:
    """Where the route is broken, or that it is open; empty if a link is unknown."""
    stop = route_diagram.broken(links)
    if stop is not None:
        return words.ui("path.stops", node=words.ui(f"path.{stop.key}"))
    seen = all(link.state is not route_diagram.State.UNKNOWN for link in links)
    return words.ui("path.whole") if seen and report.outcome in (Outcome.OK, Outcome.WARN) else ""


def contacts(report: Report, words: Catalog) -> Iterator[str]:
    """Whom the run contacted, what it read, and what was left out of the report."""
    contacts = [_counted("contact", role, count, words) for role, count in report.privacy.contacts.items()]
    yield words.ui("privacy.contacted", list=contacts) if contacts else words.ui("privacy.nobody")
    yield from (words.ui(f"privacy.{key}") for key in ("no_password", "no_upload"))
    if report.privacy.level == "local":
        yield words.ui("privacy.local_level")
    elif report.privacy.withheld:
        left_out = [_counted("kind", kind, count, words) for kind, count in report.privacy.withheld.items()]
        yield words.ui("privacy.withheld", list=left_out)
    else:
        yield words.ui("privacy.nothing_withheld")


def block_heading(report: Report) -> str:
    """The heading of the pasted block, as a key of `ui.heading`: who the block is for."""
    return "block_local" if report.privacy.level == "local" else "block"


def block_warning(report: Report, words: Catalog) -> Iterator[str]:
    """Who may see the block, if it holds local evidence; its line `privacy` has the level too."""
    if report.privacy.level == "local":
        yield words.ui("privacy.local_block")


def _counted(table: str, name: str, count: int, words: Catalog) -> str:
    """How many there are of a role or kind; one of a later version has a general word."""
    key = f"privacy.{table}.{name}"
    known = words.ui(key, count=count)
    return known if known != key else words.ui(f"privacy.{table}.other", role=name, count=count)


def clock_skew(report: Report) -> float | None:
    """Seconds that this computer's clock is ahead of the true time; None if it is not known."""
    for check in report.checks:
        for finding in check.findings:
            skew = finding.args.get("skew_s")
            if isinstance(skew, int | float) and not isinstance(skew, bool) and abs(skew) < 1e12:
                return skew
    return None
