"""The practice portal: small real servers on the loopback, certificates minted on the spot, faults by name.

`FAULTS` is data; `practice` loads what it needs (dnspython, cryptography) when it is called.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from portalcheck.demo.faults import FAULTS, Fault

if TYPE_CHECKING:
    from portalcheck.demo.portal import Practice

__all__ = ["FAULTS", "Fault", "practice"]


def practice(fault: str) -> AbstractContextManager[Practice]:
    """Run the practice world of a fault until the context ends. Raises KeyError for an unknown fault."""
    from portalcheck.demo.portal import practice as run

    return run(fault)
