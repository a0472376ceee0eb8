"""The block: a report as text that survives mail, chat and ticket systems.

`write` makes the block of a text report; `read` finds every block or JSON report in a text, and says how far each can
be relied on. Not for the words that an agent reads of it (`formats.agent`). No input or output: text in, text out.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portalcheck.report.block.reading import read
    from portalcheck.report.block.recovered_report import Integrity, RecoveredReport, Unproven
    from portalcheck.report.block.writing import write

__all__ = ["Integrity", "RecoveredReport", "Unproven", "read", "write"]

# A run only writes: what reads is imported when it is first used.
_HOMES = {"read": "reading", "write": "writing"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"portalcheck.report.block.{_HOMES.get(name, 'recovered_report')}"), name)
