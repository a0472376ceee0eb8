"""The clock and certificates. The rows of group E, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "E"


class TestRows(RowTests):
    """See `RowTests`."""
