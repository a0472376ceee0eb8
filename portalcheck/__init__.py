"""Finds out, on the patient's own computer, why a patient portal cannot be reached or signed in to."""

__version__ = "0.1.0"


def _hold_the_clock() -> None:
    """Let a clock that is set beyond April 2262 read as that, for all libraries: CPython can hold no later time."""
    import time

    try:
        time.time()
    except OverflowError:
        time.time = lambda: 9_223_372_036.0  # the last second of 2**63 nanoseconds


_hold_the_clock()
