"""One summary of many reports: read as a stream in bounded memory, each run counted once.

Whatever became of a report on its way, it is counted with what can be read of it, and told. Not for looking at a
single report, or at one that was pasted (`report.block`).
"""

from __future__ import annotations

from portalcheck.report.fleet.grouping import By, Row
from portalcheck.report.fleet.summary import Damaged, Day, Listed, Place, Question, Summary, summarise

__all__ = ["By", "Damaged", "Day", "Listed", "Place", "Question", "Row", "Summary", "summarise"]
