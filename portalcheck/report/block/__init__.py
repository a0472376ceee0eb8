"""The pasted report: written so that it survives mail, chat and tickets, and read after they mangled it.

`write` gives the block that stands in the text report; `read` finds every block (or JSON report) in a text
and says how much of it can be relied on. The layout of the block is in `portalcheck.report.block.layout`. Pure: no
input, no output. A run only writes, so what reads is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portalcheck.report.block.reading import read
    from portalcheck.report.block.recovered import Integrity, Recovered, Unproven
    from portalcheck.report.block.writing import write

__all__ = ["Integrity", "Recovered", "Unproven", "read", "write"]

_HOMES = {"read": "reading", "write": "writing"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"portalcheck.report.block.{_HOMES.get(name, 'recovered')}"), name)
