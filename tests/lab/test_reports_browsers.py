"""After public bug reports. A browser's own network settings. Played as `row_tests` says."""

from __future__ import annotations

from tests.lab import reports_browsers
from tests.lab.row_tests import RowTests

GROUP = reports_browsers.ROWS


class TestRows(RowTests):
    """See `RowTests`."""
