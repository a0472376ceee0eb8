"""The exit codes of the formats whose readers have their own (contract.md, Exit codes)."""

from __future__ import annotations

from portalcheck.model import Outcome

_NAGIOS = {Outcome.OK: 0, Outcome.WARN: 1, Outcome.FAIL: 2, Outcome.UNKNOWN: 3}
_NAGIOS_UNKNOWN = 3
_ENDED_WITH_A_REPORT = frozenset({0, 1, 3})


def adapted(format: str, code: int, outcome: Outcome | None) -> int:
    """The exit code in a format; `code` is that of `text`, `outcome` is None if no report was made.

    nagios: by outcome, whatever `--fail-on` says of the code; 3 for all that is no report (usage, bug, help,
    Ctrl-C).
    intune: 1 for every code but 0, since Intune takes any other one for health.
    jamf: 0, since Jamf drops the text of a script that fails. Every other format: `code` as it is.
    """
    if format == "nagios":
        reported = outcome is not None and code in _ENDED_WITH_A_REPORT
        return _NAGIOS[outcome] if outcome is not None and reported else _NAGIOS_UNKNOWN
    if format == "intune":
        return int(code != 0)
    return 0 if format == "jamf" else code
