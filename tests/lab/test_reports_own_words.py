"""After public bug reports. Certificates, and what the portal says. Played as `row_tests` says."""

from __future__ import annotations

from tests.lab import reports_own_words
from tests.lab.row_tests import RowTests

GROUP = reports_own_words.ROWS


class TestRows(RowTests):
    """See `RowTests`."""
