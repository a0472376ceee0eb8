"""Wi-Fi networks that want a sign-in. The rows of group D, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "D"


class TestRows(RowTests):
    """See `RowTests`."""
