"""The small world of the path, for tests of the run's context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.probe.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """Servers on the loopback, ended with the test."""
    with ExitStack() as stack:
        yield World(stack)
