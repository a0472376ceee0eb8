"""After public bug reports. What a browser sends is tried first. Played as `row_tests` says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lab import reports_as_browsers
from tests.lab.row_tests import RowTests

GROUP = reports_as_browsers.ROWS


class TestRows(RowTests):
    """See `RowTests`."""


@pytest.mark.slow
@pytest.mark.parametrize("row_id", [row.id for row in GROUP if row.chromium is not None])
def test_chromium_sees_the_same(row_id: str, browse: Callable[[str], bool]) -> None:
    expected = {row.id: row.chromium for row in GROUP}[row_id]
    assert browse(row_id) == expected
