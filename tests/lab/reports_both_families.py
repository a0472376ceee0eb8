"""After public bug reports. Both families of addresses, and own routes."""

from __future__ import annotations

from tests.lab.row import Row

ROWS: tuple[Row, ...] = ()
