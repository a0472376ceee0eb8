"""After public bug reports. Names, and who falsifies them. Played as `row_tests` says."""

from __future__ import annotations

from tests.lab import reports_naming
from tests.lab.row_tests import RowTests

GROUP = reports_naming.ROWS


class TestRows(RowTests):
    """See `RowTests`."""
