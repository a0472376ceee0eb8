"""`portalcheck guide` on the practice portal, as a program of its own: `python -m tests.guide.practised FAULT LANG`.

Its second line on stderr is where the practice portal really listens, so that a browser can be led there.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

from portalcheck.cli import streams
from portalcheck.cli.commands.guide import guided
from portalcheck.cli.line import Subject
from portalcheck.cli.options import Options
from portalcheck.cli.session import Session
from portalcheck.demo import plan, practice
from portalcheck.probe.policy import Network


def main(fault: str, lang: str) -> int:
    with ExitStack() as stack:

        def subject(_session: Session) -> Subject:
            world = stack.enter_context(practice(fault))
            network = Network(
                world.contact, world.canaries, world.captive, world.resolvers, world.share_portal_name
            )
            front = world.machine.ports.get((plan.PORTAL_4, 443), ("127.0.0.1", 9))
            sys.stderr.write(f"front {front[1]}\n")
            return Subject(world.machine, world.portal, network)

        options = Options(flags={"lang": lang}, format="json")
        return guided(options, subject, None, opened=False)


if __name__ == "__main__":
    streams.prepare()
    sys.exit(main(*sys.argv[1:]))
