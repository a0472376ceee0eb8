"""However a report is cut, spliced, edited or taken apart, nothing is called complete or proved that it did not say."""

from __future__ import annotations

import random

import pytest

from tests.report.pasted.random_changes import BLOCKS, wrong_after_block, wrong_after_json

TRIED = 1500


def test_no_two_of_the_reports_have_the_same_tag() -> None:
    tags = [block.splitlines()[-2].partition(": ")[2][:2] for block in BLOCKS]
    assert len(set(tags)) == len(tags)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [wrong_after_block, wrong_after_json])
def test_no_random_change_makes_a_report_complete_or_a_value_proved_that_it_did_not_say(
    wrong: object,
) -> None:
    assert callable(wrong)
    chance = random.Random(19)
    assert [text for _ in range(TRIED) if (text := wrong(chance)) is not None] == []
