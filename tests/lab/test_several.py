"""Several faults at once. The rows of group H, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "H"


class TestRows(RowTests):
    """See `RowTests`."""
