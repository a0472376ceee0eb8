"""The small world that the tests of the path share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tests.probe.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """Servers on the loopback, ended with the test."""
    with contextlib.ExitStack() as stack:
        yield World(stack)
