"""`portalcheck guide`: the page in the person's own browser, which checks there and leads through the steps."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

from portalcheck.cli import console, line
from portalcheck.cli.commands.run import address, straight_line, this_computer
from portalcheck.cli.exit_codes import OK
from portalcheck.cli.interrupt import Interrupt
from portalcheck.cli.line import Found, Subject
from portalcheck.cli.localized import Command, Invocation
from portalcheck.cli.options import Options, collect, no_open, or_report, report_options
from portalcheck.cli.session import Session, logged, open_session
from portalcheck.model import Report
from portalcheck.report import history
from portalcheck.report.build import build

if TYPE_CHECKING:
    from pathlib import Path

    from portalcheck.facts import OpenPage
    from portalcheck.guide.trail import Trail
    from portalcheck.probe.threads import Future
    from portalcheck.words.catalog import Catalog

_PREPARED_S = 5.0
_LAST_WORDS_S = 2.0
"""How long pages are given to take the word that this ends."""


@click.command(cls=Command)
@click.argument("url", required=False, callback=address)
@report_options
@no_open
@or_report
@click.pass_obj
def guide(invocation: Invocation, /, url: str, not_opened: bool, or_report: bool, **given: Any) -> int:
    """Open a page in your browser that checks, tests that browser, and leads you through the steps.

    The page is served on this computer alone. It ends when it is closed; the exit code is that of the last check.
    """
    return guided(
        collect(given), this_computer(url), invocation.began, opened=not not_opened, or_report=or_report
    )


def guided(
    options: Options,
    subject_of: Callable[[Session], Subject],
    began: float | None,
    *,
    opened: bool,
    or_report: bool = False,
) -> int:
    """The straight line, walked again at each *Check again* on the page; without a browser, once as `run` does.

    With `or_report` the report is shown in the browser where the settings forbid the page; without it, that raises
    click.UsageError.
    """
    from portalcheck.guide.opening import browser_is_there
    from portalcheck.probe.threads import Future

    started = time.monotonic()
    session = open_session(options)
    if or_report and not session.settings.guide.enabled:
        shown = msgspec.structs.replace(options, open=True)
        return straight_line(shown, subject_of, began, remember=True)
    _refuse_where_forbidden(session)
    if opened and not browser_is_there(os.environ):
        session.say(session.words.ui("guide.no_browser"))
        return straight_line(options, subject_of, began, remember=True)
    with logged(session):
        prepared = Future(_prepare)
        walked = GuidedLine(session, subject_of(session), began and started - began)
        report = _served(walked, session, prepared, opened=opened)
        texts = session.render(report, walked.portal)
        return session.hand_out(report, walked.portal, texts)


class GuidedLine:
    """The line of a run as the page walks it (`portalcheck.guide.controller.Line`)."""

    def __init__(self, session: Session, subject: Subject, start_s: float | None) -> None:
        from portalcheck.address import judge

        self._session, self._subject, self._start_s = session, subject, start_s
        portal = self.portal = subject.portal
        official = (*portal.official, *portal.identity)
        judged = judge(
            subject.address, official=official, protect=portal.protect, known_other=portal.known_other
        )
        self.url = judged.url if judged.contactable else ""
        self.host = judged.host
        self.checks = (*(each.id for each in session.checks), *(each.id for each in session.broken))
        self.place: Path | None = history.folder() if session.settings.history.keep else None

    def check(self, watcher: line.Watcher, stopped: Callable[[], bool]) -> Found:
        """Run all checks anew."""
        return line.check(self._session, self._subject, watcher, self._start_s, stopped=stopped)

    def look(self, run: Found, pages: Sequence[OpenPage]) -> Found:
        """What follows from the open pages, added to what was found."""
        return line.look(self._session, self._subject, run, pages)

    def report(self, run: Found, trail: Trail) -> Report:
        """The report of a round. Raises what the diagnosis raised, if it did."""
        installed = self._session.words.installed
        diagnosis, fault = line.diagnosed(run.results, trail.symptoms, installed)
        if fault is not None:
            raise fault
        return build(run.run, run.results, diagnosis, installed.numbers, trail.tried)

    def settled_by_leave(self, run: Found) -> bool:
        """Whether leave to ask others for the portal's name would tell what is wrong."""
        return line.leave_would_settle(self._session, run)

    def give_leave(self) -> None:
        """Give it for the rounds to come."""
        self._subject = self._subject.sharing_its_name()

    def keep(self, report: Report, trail: Trail) -> None:
        """Keep what was found and tried."""
        from portalcheck.guide import trail as trails

        history.keep(self.place, report)
        trails.keep(self.place, trail)


def _prepare() -> None:
    """Load what the first page needs."""
    from portalcheck.guide import site, views

    del site
    views.prepare()


def _served(walked: GuidedLine, session: Session, prepared: Future[None], *, opened: bool) -> Report:
    """Serve the page until it ends; the last report. Raises KeyboardInterrupt where there is none yet.

    The checks begin when all is `prepared` for the page: both at once take longer than one after the other.
    """
    from portalcheck.guide.access import Purpose
    from portalcheck.guide.opening import Opener
    from portalcheck.guide.site import Site

    site = Site(walked, session.words, walked.place, session.symptoms(session.options.symptoms))
    opener = Opener(site.is_open)
    interrupted = False
    try:
        site.serve()
        url = site.pages.address(Purpose.HERE)
        if opened:
            opener.open(url)
            session.say(session.words.ui("guide.console_open"))
        else:
            console.say(session.words.ui("guide.console_address", url=url))
        prepared.wait(_PREPARED_S)
        line.load(None)
        site.controller.begin()
        site.controller.wait_for_end()
    except KeyboardInterrupt:
        interrupted = Interrupt.taken = True
    finally:
        opener.close()
        site.end(_LAST_WORDS_S)
    report = site.controller.state().report
    if site.fault is not None:
        raise site.fault
    if report is None:
        if interrupted:
            raise KeyboardInterrupt
        raise click.ClickException(session.words.ui("guide.failed"))
    return report


def desk(options: Options, understood: Callable[[str, Catalog], str]) -> int:
    """The help desk's page, until it is closed; `understood` says what a text means. Raises click.UsageError."""
    from portalcheck.guide.desk import Desk
    from portalcheck.guide.opening import Opener, browser_is_there

    session = open_session(options, runs=False)
    _refuse_where_forbidden(session)
    page = Desk(session.words, lambda text: understood(text, session.words))
    opener = Opener(page.is_open)
    try:
        url = page.start()
        if browser_is_there(os.environ):
            opener.open(url)
            session.say(session.words.ui("guide.console_open"))
        else:
            console.say(session.words.ui("guide.console_address", url=url))
        page.wait_for_end()
    except KeyboardInterrupt:
        Interrupt.taken = True
    finally:
        opener.close()
        page.end()
    if page.fault is not None:
        raise page.fault
    return OK


def _refuse_where_forbidden(session: Session) -> None:
    """Raise click.UsageError where the settings forbid the page, and say whose settings."""
    if not session.settings.guide.enabled:
        origin = session.settings.origin("guide.enabled")
        raise click.UsageError(session.words.ui("guide.forbidden", origin=str(origin)))
