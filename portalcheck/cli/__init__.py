"""The command line: the only room that reads arguments, prints and exits.

One file a command in `commands/`; the straight line from arguments to exit code stands in `commands/run.py`.
Nothing heavy is imported here, so that `--version` and `--help` answer at once.
"""

from portalcheck.cli.main import entry, main

__all__ = ["entry", "main"]
