"""After public bug reports. Both families of addresses, and own routes. Played as `row_tests` says."""

from __future__ import annotations

from tests.lab import reports_both_families
from tests.lab.row_tests import RowTests

GROUP = reports_both_families.ROWS


class TestRows(RowTests):
    """See `RowTests`."""
