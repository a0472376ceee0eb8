"""Where the built program starts."""

from portalcheck.cli.alone import entry

entry()
