"""Names. The rows of group B, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "B"


class TestRows(RowTests):
    """See `RowTests`."""
