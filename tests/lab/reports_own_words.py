"""After public bug reports. Certificates, and what the portal says."""

from __future__ import annotations

from tests.lab.row import Row

ROWS: tuple[Row, ...] = ()
