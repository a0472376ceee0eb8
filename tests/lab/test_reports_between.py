"""After public bug reports. What stands in between. Played as `row_tests` says."""

from __future__ import annotations

from tests.lab import reports_between
from tests.lab.row_tests import RowTests

GROUP = reports_between.ROWS


class TestRows(RowTests):
    """See `RowTests`."""
