"""The reasons of findings on this computer's clock."""

from __future__ import annotations

from portalcheck.api import Reason

CORRECT = Reason("clock.correct", args={"skew_s": int})
OFF = Reason("clock.off", args={"skew_s": int})
WRONG = Reason("clock.wrong", args={"skew_s": int})
BEYOND = Reason("clock.beyond")
UNKNOWN = Reason("clock.unknown")
DISPUTED = Reason("clock.disputed")
