"""After public bug reports. Names, and who falsifies them."""

from __future__ import annotations

from tests.lab.row import Row

ROWS: tuple[Row, ...] = ()
