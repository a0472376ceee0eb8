"""After public bug reports. What stands in between."""

from __future__ import annotations

from tests.lab.row import Row

ROWS: tuple[Row, ...] = ()
