"""`portalcheck last`: the last report of this computer again, without a new run."""

from __future__ import annotations

import time
from typing import Any

import click

from portalcheck.cli import console, options
from portalcheck.cli.exit_codes import OK, UNKNOWN
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.outputs import cannot_write
from portalcheck.cli.session import Session, open_session
from portalcheck.model import Outcome
from portalcheck.report import history


@click.command(cls=Command)
@options.format_of_report
@options.outputs
@options.config
@options.profiles
@options.lang
@options.no_color
@click.option("--forget", cls=Option, is_flag=True, help="Forget the last report instead.")
def last(forget: bool, **given: Any) -> int:
    """Show the last report of this computer again, in any form, without a new run.

    Its exit code is that of the report; 3 if there is none.
    """
    session = open_session(options.collect(given), runs=False)
    words, place = session.words, history.folder()
    if forget:
        try:
            _tell(session, words.ui("last.forgotten" if history.forget(place) else "last.none"), "ok")
        except OSError as error:
            raise click.ClickException(cannot_write(words, {history.NAME: error})) from error
        return session.form.exit_code(OK, Outcome.OK)
    report = history.last(place)
    if report is None:
        _tell(session, words.ui("last.none"), "unknown")
        return session.form.exit_code(UNKNOWN)
    age = history.age(report, time.time())
    if age is not None:
        session.say(words.ui("last.age", age=age))
    profile = session.settings.profiles.get(report.portal.profile)
    portal = profile.portal if profile is not None else None
    return session.hand_out(report, portal, session.render(report, portal), logged=False)


def _tell(session: Session, text: str, state: str) -> None:
    """A message in the place of a report."""
    if session.form.one_line:
        console.result(session.form.message(text, state))
    else:
        session.say(text)
