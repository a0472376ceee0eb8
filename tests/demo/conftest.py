"""Practice worlds that several tests of a file share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portalcheck.demo import practice
from portalcheck.demo.portal import Practice


@pytest.fixture(scope="module")
def healthy() -> Iterator[Practice]:
    with practice("healthy") as running:
        yield running
