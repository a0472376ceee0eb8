"""What may leave this computer: an allow-list by construction, decided where each fact is made.

A finding's `args` are shared; its `local` evidence is left out and counted, unless the person asked for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from portalcheck.model import Arg, Finding

SHARE = "share"
LOCAL = "local"
"""The names of the levels in the report."""


def evidence(finding: Finding, include_local: bool) -> dict[str, Arg]:
    """The evidence of a finding that may be handed out at a level."""
    if not include_local:
        return dict(finding.args)
    return {**finding.args, **{name: local.value for name, local in finding.local.items()}}


def withheld(findings: Iterable[Finding], include_local: bool) -> dict[str, int]:
    """How many facts of each kind were left out."""
    if include_local:
        return {}
    kinds: Counter[str] = Counter()
    for finding in findings:
        for local in finding.local.values():
            kinds[local.kind] += len(local.value) if isinstance(local.value, tuple) else 1
    return {kind: count for kind, count in sorted(kinds.items()) if count}
