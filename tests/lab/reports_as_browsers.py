"""After public bug reports. What a browser sends is tried first."""

from __future__ import annotations

from tests.lab.row import Row

ROWS: tuple[Row, ...] = ()
