"""Where the built program starts."""

import sys

from portalcheck.turn import take

stopped = not take(sys.argv[1:])

from portalcheck.cli.alone import entry  # noqa: E402  nothing is loaded before its turn

entry(stopped=stopped)
