"""`portalcheck last`: the last report of this computer again, without a new run."""

from __future__ import annotations

import time
from typing import Any

import click

from portalcheck.cli import console, options
from portalcheck.cli.exit_codes import OK, UNKNOWN
from portalcheck.cli.localized import Command, Option
from portalcheck.cli.session import open_session
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
    session = open_session(options.collect(given))
    words, place = session.words, history.folder()
    if forget:
        console.say(words.ui("last.forgotten" if history.forget(place) else "last.none"))
        return OK
    report = history.last(place)
    if report is None:
        if session.form.one_line:
            console.result(session.form.message(words.ui("last.none")))
        session.say(words.ui("last.none"))
        return session.form.exit_code(UNKNOWN)
    age = history.age(report, time.time())
    if age is not None:
        session.say(words.ui("last.age", age=age))
    portal = session.settings.portal()
    texts = session.render(report, portal if portal.profile == report.portal.profile else None)
    return session.hand_out(report, portal, texts)
