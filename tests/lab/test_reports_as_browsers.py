"""After public bug reports. What a browser sends is tried first. Played as `row_tests` says."""

from __future__ import annotations

from tests.lab import reports_as_browsers
from tests.lab.row_tests import RowTests

GROUP = reports_as_browsers.ROWS


class TestRows(RowTests):
    """See `RowTests`."""
