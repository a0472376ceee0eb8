"""All that the author of a check imports: facts, declarations, and what a check may ask. Not for running checks.

A check is a function from a `Context` to findings, and what it declares: reasons, causes, words. It asks the context
for facts, and judges them in a pure function of its own. It opens no socket, prints nothing, and never sees another
check. See checks/README.md for a complete one, and `portalcheck.testing` for its tests.
"""

from __future__ import annotations

from portalcheck import facts
from portalcheck.address import Kind, Verdict
from portalcheck.address.domains import within
from portalcheck.address.literal import is_address
from portalcheck.address.nat64 import embedded, is_translated
from portalcheck.api.declarations import (
    INCONCLUSIVE,
    Cause,
    Check,
    EvidenceError,
    EvidenceTypes,
    Explained,
    Layer,
    Link,
    Reason,
    behind,
    fail,
    note,
    ok,
    reasons_in,
    skip,
    unknown,
    warn,
)
from portalcheck.api.proof import is_proven
from portalcheck.api.protocols import Context, Egress, Machine, ThirdParties
from portalcheck.facts import *  # noqa: F403  all facts are for authors
from portalcheck.model import Arg, Finding, Owner, Portal, Status

__all__ = [
    *facts.__all__,
    "INCONCLUSIVE",
    "Arg",
    "Cause",
    "Check",
    "Context",
    "Egress",
    "EvidenceError",
    "EvidenceTypes",
    "Explained",
    "Finding",
    "Kind",
    "Layer",
    "Link",
    "Machine",
    "Owner",
    "Portal",
    "Reason",
    "Status",
    "ThirdParties",
    "Verdict",
    "behind",
    "embedded",
    "fail",
    "is_address",
    "is_proven",
    "is_translated",
    "note",
    "ok",
    "reasons_in",
    "skip",
    "unknown",
    "warn",
    "within",
]
