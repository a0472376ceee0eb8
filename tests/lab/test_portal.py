"""The portal's front door and the browser. The rows of group G, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "G"


class TestRows(RowTests):
    """See `RowTests`."""
