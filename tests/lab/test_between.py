"""Inspection, proxies, VPNs. The rows of group F, played as `row_tests` says."""

from __future__ import annotations

from tests.lab.row_tests import RowTests

GROUP = "F"


class TestRows(RowTests):
    """See `RowTests`."""
