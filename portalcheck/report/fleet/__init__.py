"""One summary of many reports: read as a stream in bounded memory, each run counted once, damaged places named.

Not for reports that were pasted or mangled on the way (`report.block`), nor for looking at a single one.
"""

from __future__ import annotations

from portalcheck.report.fleet.summary import Damaged, Day, Row, Summary, summarise

__all__ = ["Damaged", "Day", "Row", "Summary", "summarise"]
