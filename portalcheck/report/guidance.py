"""What a person is told: what was found, what to do first and next, and what not to do meanwhile.

Every view of a report (text, page, the help desk's) renders this, so that none says something else than another.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from portalcheck.api.declarations import NONE, Layer
from portalcheck.diagnosis.steps import BY_SYMPTOM, NO_MORE_TRIES, OTHER
from portalcheck.facts import ANOTHER
from portalcheck.model import Outcome, Portal, Report, Status, Step
from portalcheck.words.catalog import Catalog, CauseWords, RefWords, Script

_SUPPORT_REFS = frozenset({"step-10", "support-checklist"})
_NO_TRIES = frozenset({"step-1", "step-8", "security", *_SUPPORT_REFS})
_GRAVE = (Status.FAIL, Status.WARN)
_NOT_LOOKED_AT = (Status.SKIP, Status.UNKNOWN)


class NextStep(msgspec.Struct, frozen=True):
    """A step that comes after the first: its title, what to do in it, and `hint`, what is known here of it."""

    title: str
    actions: tuple[str, ...]
    hint: str = ""

    @property
    def line(self) -> str:
        """The step on one line."""
        return f"{self.title}. {self.hint}" if self.hint else self.title


class Guidance(msgspec.Struct, frozen=True, kw_only=True):
    """A report's advice in words. All but `portal`, `source` and `verdict` may be empty.

    `portal` is which portal was checked, `source` where the steps come from, `verdict` what was found and what
    that means, `never` what not to do for now, `article` the step that comes first, `actions` what to do in it,
    `hints` how, `further` the steps that come next, `urgent` whom to call when care cannot wait.
    """

    portal: str
    source: str
    verdict: tuple[str, ...]
    never: tuple[str, ...]
    article: str
    actions: tuple[str, ...]
    hints: tuple[str, ...]
    further: tuple[NextStep, ...]
    urgent: str


def guidance(report: Report, words: Catalog, portal: Portal | None = None) -> Guidance:
    """What a report advises, in the catalogue's language; `portal` tells which number to call."""
    steps = report.likely_steps
    never = tuple(words.ui(f"never.{each}") for each in report.symptoms if each in NO_MORE_TRIES)
    support = tuple(_support(steps, words, portal))
    wise = bool(steps) and may_try(report, words, steps[0].ref)
    one_by_one = (words.ui("step.one_by_one"),) if wise else ()
    return Guidance(
        portal=words.ui(
            "report.which", profile=report.portal.profile, portal=report.portal.name, host=report.portal.host
        ),
        source=words.ui("report.article", url=(portal.article_url if portal else "") or None),
        verdict=verdict(report, words),
        never=never,
        article=article(steps[0], words) if steps else "",
        actions=actions(report, words),
        hints=one_by_one + support,
        further=tuple(_further(report, words)),
        urgent=words.ui("support.urgent"),
    )


def choices(report: Report, words: Catalog) -> tuple[NextStep, ...]:
    """What the sign-in page may say, each with what to do then; empty where there is a cause, or it was told."""
    if report.cause != NONE.id or set(report.symptoms) - {OTHER}:
        return ()
    asked = (
        (each, words.ref(BY_SYMPTOM[each][0], report.platform.os)) for each in BY_SYMPTOM if each != OTHER
    )
    return tuple(NextStep(words.symptom(each), words.actions(texts), "") for each, texts in asked)


def article(step: Step, words: Catalog) -> str:
    """A step as the article calls it, with its reference."""
    return words.ui("step.article", title=words.ref(step.ref).title, ref=step.ref)


def title(step: Step, words: Catalog) -> str:
    """A step's title, with its reference."""
    return words.ui("step.first", title=words.ref(step.ref).title, ref=step.ref)


def cause_words(report: Report, words: Catalog, cause: str = "") -> CauseWords:
    """The words of a report's cause, or of a further one, as the report's own faults and system ask for them."""
    faults = {f.reason for c in report.checks for f in c.findings if f.status in _GRAVE}
    return words.cause(cause or report.cause, faults, report.platform.os)


def not_looked_at(report: Report, words: Catalog) -> tuple[str, ...]:
    """The names of checks that did not come to look at what they are for, or that were left out."""
    told = {check.check: check.status for check in report.checks}
    of_the_page = {check.id for check in words.installed.checks if check.page}
    return tuple(
        words.check(each).name
        for each in words.installed.ids()
        if told.get(each, Status.SKIP) in _NOT_LOOKED_AT and (each in told or each not in of_the_page)
    )


def verdict(report: Report, words: Catalog) -> tuple[str, ...]:
    """What was found, what that means, and what of the trouble was not looked at.

    Without a cause only what was looked at is called well.
    """
    unseen = (words.symptom_unseen(each) for each in report.symptoms)
    return (*_verdict(report, words), *filter(None, unseen))


def _verdict(report: Report, words: Catalog) -> tuple[str, ...]:
    cause = cause_words(report, words)
    if report.cause != NONE.id:
        return cause.verdict, cause.patient
    if report.outcome is Outcome.UNKNOWN or not report.checks:
        return (words.ui(f"outcome.{report.outcome.value}"),)
    unseen = not_looked_at(report, words)
    first = (
        (words.ui("outcome.partly"), words.ui("outcome.unseen", list=unseen)) if unseen else (cause.verdict,)
    )
    if not _was_opened(report, words):
        return first
    return (*first, *(map(words.symptom_means, report.symptoms[:1]) if report.symptoms else (cause.patient,)))


def for_agent(report: Report, words: Catalog) -> tuple[str, ...]:
    """What it means for the help desk: without a cause no more than what was looked at, and what was told."""
    if report.cause != NONE.id:
        return (cause_words(report, words).agent,)
    if report.outcome is Outcome.UNKNOWN:
        return (words.ui("read.unknown"),)
    unseen = not_looked_at(report, words)
    told = tuple(map(words.symptom_agent, report.symptoms))
    if not unseen and not told:
        return (cause_words(report, words).agent,)
    return (words.ui("read.partly", list=unseen) if unseen else words.ui("read.healthy"), *told)


def for_it(report: Report, words: Catalog) -> str:
    """What it means for IT: without a cause no more than what was looked at."""
    if report.cause == NONE.id and report.outcome is Outcome.UNKNOWN:
        return words.ui("outcome.unknown")
    unseen = not_looked_at(report, words) if report.cause == NONE.id else ()
    return words.ui("outcome.unseen", list=unseen) if unseen else cause_words(report, words).it


def scripts(report: Report, words: Catalog) -> tuple[Script, ...]:
    """What the help desk asks: of the cause, and without one of each symptom that was told.

    Symptoms after which nobody should try again come first, and no other symptom beside them.
    """
    grave = [each for each in report.symptoms if each in NO_MORE_TRIES]
    if report.cause == NONE.id:
        return tuple(map(words.symptom_script, grave or report.symptoms))
    faults = {f.reason for c in report.checks for f in c.findings if f.status in _GRAVE}
    return (*map(words.symptom_script, grave), words.script(report.cause, faults))


def _was_opened(report: Report, words: Catalog) -> bool:
    """Whether the portal's front door was seen open."""
    return any(
        finding.status is Status.OK and words.installed.layer(finding.reason) is Layer.SERVICE
        for check in report.checks
        for finding in check.findings
    )


def actions(report: Report, words: Catalog) -> tuple[str, ...]:
    """What the cause asks for, else the likeliest step; in the menus of the browser that it lies in."""
    if not report.likely_steps:
        return ()
    if report.cause != NONE.id and (cause := cause_words(report, words)).actions:
        return words.actions(cause, _browser_of(report, words))
    texts = _ref(report.likely_steps[0], report, words)
    return words.actions(texts, _fresh_browser(report, words), current_browser(report, words))


def _further(report: Report, words: Catalog) -> Iterator[NextStep]:
    """The steps that come next, each with what is known here of it: another browser to try."""
    browser = _fresh_browser(report, words)
    for step in report.likely_steps[1:]:
        texts = _ref(step, report, words)
        doing = words.actions(texts, browser, current_browser(report, words)) or (texts.text,)
        yield NextStep(title(step, words), doing, doing[0] if browser and texts.in_browser else "")


def _ref(step: Step, report: Report, words: Catalog) -> RefWords:
    return words.ref(step.ref, report.platform.os)


def _fresh_browser(report: Report, words: Catalog) -> str:
    """A browser that keeps no data of the portal and takes its cookies; empty if none is known."""
    found = [f for check in report.checks for f in check.findings]
    unfit = {f.args.get("browser") for f in found if f.status in _GRAVE}
    reasons = words.installed.reasons
    names = (f.args.get("browser") for f in found if f.reason in reasons and reasons[f.reason].alternative)
    return next((name for name in names if isinstance(name, str) and name not in {*unfit, ANOTHER}), "")


def current_browser(report: Report, words: Catalog) -> str:
    """The browser that the person uses, where the page was opened in it; empty if that is not known."""
    reasons = words.installed.reasons
    found = (f for check in report.checks for f in check.findings)
    names = (f.args.get("browser") for f in found if f.reason in reasons and reasons[f.reason].current)
    return next((name for name in names if isinstance(name, str) and name != ANOTHER), "")


def _browser_of(report: Report, words: Catalog) -> str:
    """The browser that a cause lies in, by its gravest evidence; for a cause that lies in none, one to try instead."""
    reasons = words.installed.reasons
    evidence = {reason for row in words.installed.rows(report.cause) for reason in row.evidence}
    if not any("browser" in reasons[reason].args for reason in evidence & reasons.keys()):
        return _fresh_browser(report, words)
    found = [f for check in report.checks for f in check.findings if f.reason in evidence]
    for status in _GRAVE:
        for finding in found:
            browser = finding.args.get("browser")
            if finding.status is status and isinstance(browser, str):
                return browser
    return ""


def may_try(report: Report, words: Catalog, ref: str) -> bool:
    """Whether trying to sign in after a step's actions is wise: not on a page, or with an account, that is in doubt."""
    unsafe = any(row.unsafe for row in words.installed.rows(report.cause))
    warned = not set(report.symptoms).isdisjoint(NO_MORE_TRIES)
    return ref not in _NO_TRIES and not unsafe and not warned


def _support(steps: tuple[Step, ...], words: Catalog, portal: Portal | None) -> Iterator[str]:
    """The profile's number and page, if a step is a call; the step itself tells of the number on one's own card."""
    if _SUPPORT_REFS.isdisjoint(step.ref for step in steps):
        return
    known = portal.support if portal is not None else None
    if known and known.phone:
        yield words.ui("support.phone", phone=known.phone)
    if known and known.url:
        yield words.ui("support.url", url=known.url)
