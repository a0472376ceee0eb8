"""`portalcheck demo`: a run against the practice portal."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import click

from portalcheck.cli import completers, console
from portalcheck.cli.commands.run import straight_line
from portalcheck.cli.line import Subject
from portalcheck.cli.localized import Command, Invocation, Option
from portalcheck.cli.options import collect, report_options
from portalcheck.cli.session import Session, open_session
from portalcheck.words.catalog import Catalog
from portalcheck.words.interface import _


@click.command(cls=Command)
@click.option(
    "--fault",
    cls=Option,
    metavar="NAME",
    default="healthy",
    help="What is broken in the practice portal.",
    shell_complete=completers.faults,
)
@click.option(
    "--list",
    "list_faults",
    cls=Option,
    is_flag=True,
    help="Show the faults and the cause each must come out as.",
)
@report_options
@click.pass_obj
def demo(invocation: Invocation, /, fault: str, list_faults: bool, **given: Any) -> int:
    """Practice on a portal of small servers on this computer, offline: healthy, or broken on purpose."""
    from portalcheck.demo import FAULTS, practice
    from portalcheck.probe.policy import Network

    options = collect(given)
    if list_faults:
        console.result(_fault_list(open_session(options).words))
        return 0
    if fault not in FAULTS:
        open_session(options)
        text = _("There is no fault {name!r}. Faults: {list}.")
        raise click.UsageError(text.format(name=fault, list=", ".join(FAULTS)))
    with ExitStack() as stack:

        def practice_computer(_session: Session) -> Subject:
            world = stack.enter_context(practice(fault))
            network = Network(
                world.contact, world.canaries, world.captive, world.resolvers, world.share_portal_name
            )
            return Subject(world.machine, world.portal, network)

        return straight_line(options, practice_computer, invocation.began, remember=False)


def _fault_list(words: Catalog) -> str:
    """A line a fault: its name, the cause and reference that must come out, and what is broken in words."""
    from portalcheck.demo import FAULTS

    rows = [(_("fault"), _("cause"), _("first reference"))]
    for fault in FAULTS.values():
        ref = next(row.ref for row in words.installed.rows(fault.cause) if not row.further)
        rows.append((fault.name, fault.cause, f"{ref}  {words.write(fault.name, 'fault')}"))
    return "".join(f"{name:<26} {cause:<22} {rest}\n" for name, cause, rest in rows)
