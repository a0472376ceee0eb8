"""The whole output of each format, for a run of each outcome, in both languages."""

from __future__ import annotations

import pytest

from tests.report.formats import golden


@pytest.mark.parametrize("case", list(golden.cases()), ids="-".join)
def test_the_output_is_the_one_that_was_looked_at_and_kept(case: tuple[str, str, str]) -> None:
    assert golden.output(*case) == golden.path(*case).read_text(encoding="utf-8")


def test_no_file_is_kept_that_no_test_compares() -> None:
    assert {file.name for file in golden.FOLDER.iterdir()} == {
        golden.path(*case).name for case in golden.cases()
    }
