"""The command line: the only room that reads arguments, prints and exits.

Nothing heavy is imported here, so that `--version` and `--help` answer at once.
"""

from portalcheck.cli.main import entry, main

__all__ = ["entry", "main"]
