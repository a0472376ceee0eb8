"""Healthy networks, and odd ones that work: nothing is blamed. The rows of group A, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "A"


class TestRows(RowTests):
    """See `RowTests`."""
