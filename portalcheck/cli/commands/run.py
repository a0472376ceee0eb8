"""`portalcheck run`: the straight line from the arguments to the exit code, which other commands walk too."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click

from portalcheck.api.declarations import NONE
from portalcheck.cli import line, questions
from portalcheck.cli.group import refuse_misspelt
from portalcheck.cli.line import Found, Subject
from portalcheck.cli.localized import Command, Invocation
from portalcheck.cli.options import Options, collect, report_options
from portalcheck.cli.progress import Progress
from portalcheck.cli.session import Session, logged, open_session
from portalcheck.diagnosis.steps import OTHER
from portalcheck.model import Diagnosis
from portalcheck.report import history
from portalcheck.report.build import build


def address(_ctx: click.Context, _param: click.Parameter, url: str | None) -> str:
    """The URL without the blanks around it. Raises click.UsageError for what can be none."""
    if url is not None:
        refuse_misspelt(url)
    return (url or "").strip()


@click.command(cls=Command)
@click.argument("url", required=False, callback=address)
@report_options
@click.pass_obj
def run(invocation: Invocation, /, url: str, **given: Any) -> int:
    """Check this computer against a portal (the default command).

    With a URL, that address is judged by its name first; one that imitates the portal is never contacted.
    """
    return straight_line(collect(given), this_computer(url), invocation.began, remember=True)


def this_computer(url: str) -> Callable[[Session], Subject]:
    """What gives this computer and the portal of the settings as the subject; `url` may be another address."""

    def subject(session: Session) -> Subject:
        from portalcheck.machine import this_machine

        settings = session.settings
        return Subject(this_machine(), settings.portal(), settings.network, url)

    return subject


def straight_line(
    options: Options, subject_of: Callable[[Session], Subject], began: float | None, *, remember: bool
) -> int:
    """Options, settings, context, checks, diagnosis, report, text, outputs, exit code.

    `began` is when the program did, on the monotonic clock, None if nobody knows. With `remember` the report is
    compared with the last one of this computer, and kept.
    """
    line.load(began)
    read = time.monotonic()
    session = open_session(options)
    with logged(session):
        subject = subject_of(session)
        spent = time.monotonic() - read
        session.wait()
        progress = Progress(session.words, visible=session.shows_progress)
        found = line.check(session, subject, progress, began and read - began, spent)
        settled_by_leave = session.asks and line.leave_would_settle(session, found)
        if settled_by_leave and questions.leave_to_share(session, subject.address):
            found = line.check(session, subject.sharing_its_name(), progress, began and read - began)
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


def _diagnosis(session: Session, found: Found) -> tuple[Diagnosis, Exception | None]:
    """What follows from what was found; with no cause, from what the person is asked, too."""
    installed, told = session.words.installed, session.symptoms(session.options.symptoms)
    diagnosis, fault = line.diagnosed(found.results, told, installed)
    if fault is None and diagnosis.cause == NONE.id and set(told) <= {OTHER} and session.asks:
        told = questions.symptom(session) or told
        return line.diagnosed(found.results, told, installed) if told else (diagnosis, fault)
    return diagnosis, fault
