"""Ways. The rows of group C, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "C"


class TestRows(RowTests):
    """See `RowTests`."""
