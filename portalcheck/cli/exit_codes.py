"""The exit codes (contract.md, Exit codes)."""

OK, FINDING, USAGE, UNKNOWN, BUG, INTERRUPTED = 0, 1, 2, 3, 4, 130
