"""The page as HTML: whole for a browser that loads it, and in parts for a page whose script shows what changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portalcheck.api.declarations import NONE
from portalcheck.diagnosis.article import refs
from portalcheck.diagnosis.engine import diagnose
from portalcheck.diagnosis.steps import is_safe
from portalcheck.guide.access import Purpose, Window
from portalcheck.guide.controller import Seen, State
from portalcheck.guide.server import Response
from portalcheck.model import Portal, Report, ReportCheck, Status
from portalcheck.report import code as phonecode
from portalcheck.report.build import reported
from portalcheck.report.formats import wording
from portalcheck.report.formats.html import pasted_lines, picture
from portalcheck.report.formats.pages import own_file, template
from portalcheck.report.guidance import cause_words, current_browser, guidance, may_try, title
from portalcheck.report.recovered import Integrity, RecoveredReport
from portalcheck.words.catalog import Catalog

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

PACKAGE = "portalcheck.guide"
_LONGEST = 4000
NAMES = ("result", "steps", "browser", "tell", "help", "way", "more")
"""The parts, in their order on the page."""
_AT_FIRST = ("result", "browser", "way")
"""Those that there are before the first report."""
_TELLING = (Status.FAIL, Status.WARN, Status.NOTE)
_VOLATILE = frozenset({"ms", "skew_s", "age_s", "count", "expired", "session", "sent", "header_bytes"})
"""Arguments that differ from round to round without anything having changed."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step as it is shown: whether it is the one to do now, and what became of it, empty if it was not tried."""

    ref: str
    title: str
    actions: tuple[str, ...]
    open: bool
    outcome: str
    may_try: bool


class Views:
    """Renders the page. `checks` are the ids of those that run, `url` the sign-in page, empty if none may be opened."""

    def __init__(self, catalog: Catalog, portal: Portal, checks: tuple[str, ...], url: str) -> None:
        self._catalog, self._portal, self._checks, self._url = catalog, portal, checks, url

    def page(self, state: State, window: Window, seen: Seen) -> str:
        """The whole page, which also works without its script."""
        catalog = self._catalog
        shown = template("page.html.j2", _LONGEST, PACKAGE).render(
            lang=catalog.lang,
            title=self.title(state),
            heading=self._catalog.ui("guide.title", portal=self._portal.name),
            which=self._which(),
            path=window.path,
            secret=window.secret,
            round=state.round,
            reload=(state.checking or state.testing) and not state.over,
            scripts_off="" if seen.alive else catalog.ui("guide.no_scripts"),
            copied=catalog.ui("html.copied"),
            copy_failed=catalog.ui("html.copy_failed"),
            lost=catalog.ui("guide.lost"),
            parts=[(name, self._part(name, self._view(state, window, seen))) for name in NAMES],
        )
        return shown + "\n"

    def parts(self, state: State, window: Window, seen: Seen, plan: Mapping[str, object]) -> dict[str, str]:
        """The parts of the page, what a screen reader is told, and what its script is to test."""
        view = self._view(state, window, seen)
        return {
            **{name: str(self._part(name, view)).strip() for name in NAMES},
            "title": self.title(state),
            "said": self._said(state),
            "tests": json.dumps(plan),
        }

    def title(self, state: State) -> str:
        """The title of the page, which tells how it stands."""
        if state.checking or state.report is None:
            return self._catalog.ui("guide.title", portal=self._portal.name)
        told = guidance(state.report, self._catalog, self._portal)
        return self._catalog.ui("html.title", verdict=told.verdict[0])

    def _which(self) -> str:
        text = "guide.lead" if self._url else "guide.lead_nowhere"
        return self._catalog.ui(text, portal=self._portal.name)

    def _part(self, name: str, view: Mapping[str, Any]) -> Markup:
        from markupsafe import Markup

        if view["told"] is None and name not in _AT_FIRST:
            return Markup()
        return Markup(_template(name).render(v=view))  # noqa: S704  what our own templates have escaped

    def _said(self, state: State) -> str:
        """What is said to those who do not see the page change."""
        ui = self._catalog.ui
        if state.over:
            return ui("guide.over")
        if state.checking:
            if state.testing:
                return ui("guide.testing")
            return self._awaited(state) or ui("guide.checking")
        if state.trail.solved:
            return ui("guide.solved", title=self._catalog.ref(state.trail.solved).title)
        if state.report is None:
            return ui("guide.failed")
        return guidance(state.report, self._catalog, self._portal).verdict[0]

    def refs(self) -> frozenset[str]:
        """The references that may be tried."""
        return frozenset(refs())

    def symptoms(self) -> frozenset[str]:
        """The symptoms that may be told."""
        return frozenset(self._catalog.ids("symptoms"))

    # ---- what a view holds ---------------------------------------------------------------------

    def _view(self, state: State, window: Window, seen: Seen) -> dict[str, Any]:
        catalog, report = self._catalog, state.report
        view: dict[str, Any] = {
            "state": state,
            "ui": catalog.ui,
            "catalog": catalog,
            "path": window.path,
            "secret": window.secret,
            "lines": list(self._lines(state)),
            "awaited": self._awaited(state),
            "picture": picture(self._so_far(state), catalog),
            "solved": catalog.ref(state.trail.solved).title if state.trail.solved else "",
            "told": None,
            "steps": [],
            **self._of_browser(report, seen),
        }
        if report is not None:
            view |= self._of_report(report, state)
        return view

    def _lines(self, state: State) -> Iterator[tuple[str, str, str]]:
        """Each check's name, and its status as a code and as a word, empty as long as it goes on."""
        ended = {result.check: result.status for result in state.ended}
        for check in self._checks:
            status = ended.get(check)
            word = self._catalog.ui(f"status.{status.value}") if status else ""
            yield self._catalog.check(check).name, status.value if status else "", word

    def _awaited(self, state: State) -> str:
        if not state.checking or not state.awaited:
            return ""
        return self._catalog.ui("progress.waiting", check=self._catalog.check(state.awaited).name)

    def _so_far(self, state: State) -> Report:
        """The report or, as long as a round goes on, as much of one as what has ended."""
        if state.report is not None and not state.checking:
            return state.report
        installed = self._catalog.installed
        diagnosis = diagnose(state.ended, (), installed)
        ended = {result.check: reported(result, diagnosis) for result in state.ended}
        checks = (ended.get(each, ReportCheck(each, Status.UNKNOWN, 0, ())) for each in self._checks)
        blank = RecoveredReport(integrity=Integrity.COMPLETE, source="page", fields={}).to_report()
        return msgspec.structs.replace(blank, checks=tuple(checks))

    def _of_report(self, report: Report, state: State) -> dict[str, Any]:
        catalog = self._catalog
        return {
            "report": report,
            "outcome": report.outcome.value,
            "told": guidance(report, catalog, self._portal),
            "changes": self._changes(state.before, report) if state.before is not None else [],
            "steps": list(self._steps(report, state)),
            "share": catalog.ui("guide.share_name", host=report.portal.host),
            "spoken": phonecode.spell(report.code, catalog.lang),
            "block": pasted_lines(report, catalog),
            "block_heading": wording.block_heading(report),
            "block_warning": list(wording.block_warning(report, catalog)),
            "also": [cause_words(report, catalog, cause).verdict for cause in report.also],
            "tried": list(wording.tried(report, catalog)),
            "check_lines": wording.check_lines,
            "contacts": list(wording.contacts(report, catalog)),
            **self._of_symptoms(report),
        }

    def _of_symptoms(self, report: Report) -> dict[str, Any]:
        catalog = self._catalog
        chosen = [catalog.symptom(each) for each in report.symptoms]
        return {
            "symptoms": [
                (each, catalog.symptom(each), each in report.symptoms) for each in catalog.ids("symptoms")
            ],
            "symptoms_line": catalog.write(chosen) if chosen else catalog.ui("guide.tell_line"),
            "symptoms_open": not chosen and not report.led_through and report.cause == NONE.id,
        }

    def _steps(self, report: Report, state: State) -> Iterator[StepView]:
        """The steps that likely help, then the others of the article; the first that was not tried is open."""
        catalog, trail = self._catalog, state.trail
        current = current_browser(report, catalog)
        told = guidance(report, catalog, self._portal)
        likely = {
            step.ref: (title(step, catalog), actions)
            for step, actions in zip(
                report.likely_steps, (told.actions, *(next_.actions for next_ in told.further)), strict=False
            )
        }
        others = {
            ref.id: (
                catalog.ref(ref.id).title,
                catalog.actions(catalog.ref(ref.id, report.platform.os), "", current),
            )
            for ref in refs().values()
            if ref.kind == "step" and is_safe(ref.id, report.symptoms)
        }
        opened = False
        further = {ref: other for ref, other in others.items() if ref not in likely}
        for ref, (name, actions) in {**likely, **further}.items():
            outcome = trail.outcome(ref)
            now = outcome is None and not opened
            opened = opened or now
            yield StepView(
                ref=ref,
                title=name,
                actions=actions,
                open=now,
                outcome=catalog.ui(f"tried.{outcome.value}") if outcome else "",
                may_try=may_try(report, catalog, ref),
            )

    def _of_browser(self, report: Report | None, seen: Seen) -> dict[str, Any]:
        catalog, page = self._catalog, seen.page
        menu = catalog.term("menu_private", page.browser)
        return {
            "sign_in": self._url,
            "seen": page.sign_in_seen,
            "no_scripts": page.scripts is False,
            "own_lines": list(self._own_lines(report)) if report is not None else [],
            "address": seen.address,
            "address_other": seen.address_for is Purpose.OTHER,
            "menu_private": menu if menu != page.browser else catalog.ui("guide.menu_private"),
        }

    def _own_lines(self, report: Report) -> Iterator[str]:
        """What the checks that need the page have found."""
        of_the_page = {check.id for check in self._catalog.installed.checks if check.page}
        for check in report.checks:
            if check.check in of_the_page:
                yield from (wording.sentence(finding, self._catalog) for finding in check.findings)

    def _changes(self, before: Report, now: Report) -> list[str]:
        """What a round found that the one before did not, and what it does not find any more."""
        ui, catalog = self._catalog.ui, self._catalog
        old, new = (dict(_findings(report, catalog)) for report in (before, now))
        lines = [ui("guide.now", text=text) for key, text in new.items() if key not in old]
        checks = {key[0].partition(".")[0] for key in new.keys() - old.keys()}
        lines += [
            ui("guide.no_longer", text=text)
            for key, text in old.items()
            if key not in new and key[0].partition(".")[0] not in checks
        ]
        return lines or [ui("guide.no_change")]


def prepare() -> None:
    """Load what the first page needs, which takes a part of a healthy run's time; best done beside other work."""
    template("page.html.j2", _LONGEST, PACKAGE)
    for name in _AT_FIRST:
        _template(name)


def _template(name: str) -> Template:
    return template(f"parts/{name}.html.j2", _LONGEST, PACKAGE)


def _findings(report: Report, catalog: Catalog) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each finding by what tells it from others, and in words."""
    for check in report.checks:
        for finding in check.findings:
            told = sorted(f"{name}={value}" for name, value in finding.args.items() if name not in _VOLATILE)
            yield (finding.reason, finding.status.value, *told), wording.sentence(finding, catalog)


def style() -> Response:
    """The page's style sheet: that of reports, and what the page has besides."""
    text = own_file("formats/report.css") + own_file("page.css", PACKAGE)
    return Response(body=text.encode(), kind="text/css; charset=utf-8")


def script() -> Response:
    """The page's script."""
    return Response(body=own_file("page.js", PACKAGE).encode(), kind="text/javascript; charset=utf-8")
