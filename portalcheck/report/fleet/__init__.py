"""Many reports in one summary: read as a stream, each run counted once, whatever is damaged counted and named."""

from __future__ import annotations

from portalcheck.report.fleet.summary import Damaged, Day, Row, Summary, summarise

__all__ = ["Damaged", "Day", "Row", "Summary", "summarise"]
