"""The parts of a report in words, for all formats: what to say, in the language of a catalogue, and in which order."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.api.declarations import NONE, Layer
from portalcheck.diagnosis.registry import TIMED_OUT
from portalcheck.model import Outcome, Portal, Report, ReportCheck, ReportFinding, Status, Step
from portalcheck.report.formats import route_diagram
from portalcheck.words.catalog import Catalog, CauseWords

_SUPPORT_REFS = frozenset({"step-10", "support-checklist"})
_NO_TRIES = frozenset({"step-1", "step-8"})
_GRAVE = (Status.FAIL, Status.WARN)
_TELLING = frozenset({Status.FAIL, Status.WARN, Status.NOTE})


def cause_words(report: Report, words: Catalog, cause: str = "") -> CauseWords:
    """The words of a report's cause, or of a further one, as the report's own faults ask for them."""
    faults = {f.reason for c in report.checks for f in c.findings if f.status in _GRAVE}
    return words.cause(cause or report.cause, faults)


def verdict(report: Report, words: Catalog) -> tuple[str, ...]:
    """What was found, and what that means; only the outcome if the front door was not tried at all."""
    cause = cause_words(report, words)
    opened = any(
        finding.status is Status.OK and words.installed.layer(finding.reason) is Layer.SERVICE
        for check in report.checks
        for finding in check.findings
    )
    if report.cause != NONE.id or (opened and report.outcome is not Outcome.UNKNOWN):
        return cause.verdict, cause.patient
    return (words.ui(f"outcome.{report.outcome.value}"),)


def first_actions(report: Report, words: Catalog) -> tuple[str, ...]:
    """What to do first, in order: what the cause asks for, else the likeliest step; empty if no step is likely."""
    if not report.likely_steps:
        return ()
    likeliest = words.ref(report.likely_steps[0].ref)
    return cause_actions(report, words) or words.actions(likeliest, fresh_browser(report, words))


def cause_actions(report: Report, words: Catalog) -> tuple[str, ...]:
    """What the cause asks for, in order, in the menus of the browser that it lies in; empty for no cause."""
    if report.cause == NONE.id:
        return ()
    browser = _browser_of(report, words)
    return words.actions(cause_words(report, words), browser)


def browser_hint(step: Step, report: Report, words: Catalog) -> str:
    """What is known on this computer of a further step, as one line: another browser to try; else empty."""
    texts, browser = words.ref(step.ref), fresh_browser(report, words)
    return words.actions(texts, browser)[0] if browser and texts.in_browser else ""


def fresh_browser(report: Report, words: Catalog) -> str:
    """A browser that keeps no data of the portal and takes its cookies; empty if none is known."""
    found = [f for check in report.checks for f in check.findings]
    unfit = {f.args.get("browser") for f in found if f.status in _GRAVE}
    reasons = words.installed.reasons
    names = (f.args.get("browser") for f in found if f.reason in reasons and reasons[f.reason].alternative)
    return next((name for name in names if isinstance(name, str) and name not in unfit), "")


def _browser_of(report: Report, words: Catalog) -> str:
    """The browser that a cause lies in, by its gravest evidence; for a cause that lies in none, one to try instead."""
    reasons = words.installed.reasons
    evidence = {reason for row in words.installed.rows(report.cause) for reason in row.evidence}
    if not any("browser" in reasons[reason].args for reason in evidence & reasons.keys()):
        return fresh_browser(report, words)
    found = [f for check in report.checks for f in check.findings if f.reason in evidence]
    for status in _GRAVE:
        for finding in found:
            browser = finding.args.get("browser")
            if finding.status is status and isinstance(browser, str):
                return browser
    return ""


def may_try(report: Report, words: Catalog) -> bool:
    """Whether trying to sign in after each action is wise: not on a page, or with an account, that is in doubt."""
    steps = report.likely_steps
    unsafe = any(row.unsafe for row in words.installed.rows(report.cause))
    return bool(steps) and steps[0].ref not in _NO_TRIES and not unsafe


def article(step: Step, words: Catalog) -> str:
    """A step as the article calls it, with its reference."""
    return words.ui("step.article", title=words.ref(step.ref).title, ref=step.ref)


def title(step: Step, words: Catalog) -> str:
    """A step's title, with its reference."""
    return words.ui("step.first", title=words.ref(step.ref).title, ref=step.ref)


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
    if any(finding.reason == TIMED_OUT for check in report.checks for finding in check.findings):
        yield words.ui("step.incomplete")


def support(report: Report, words: Catalog, portal: Portal | None) -> Iterator[str]:
    """Whom to call, if the first step is a call."""
    if not report.likely_steps or report.likely_steps[0].ref not in _SUPPORT_REFS:
        return
    known = portal.support if portal is not None else None
    yield words.ui("support.phone", phone=known.phone) if known and known.phone else words.ui("support.card")
    if known and known.url:
        yield words.ui("support.url", url=known.url)


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
    yield from (words.ui(f"privacy.{key}") for key in ("looked", "no_password", "no_upload"))
    if report.privacy.level == "local":
        yield words.ui("privacy.local_level")
    elif report.privacy.withheld:
        left_out = [_counted("kind", kind, count, words) for kind, count in report.privacy.withheld.items()]
        yield words.ui("privacy.withheld", list=left_out)
        yield words.ui("privacy.include_local")
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
