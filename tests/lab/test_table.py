"""The table of rows itself."""

from __future__ import annotations

from tests.declared import CAUSES
from tests.lab import readme
from tests.lab.rows import FAST, TABLE

_MAY_BE_WARNINGS = {"none", "clock-wrong", "slow", "os-roots-stale", "cookies-stale", "software-outdated"}


def test_rows_speak_of_causes_that_there_are() -> None:
    known = {cause.id for cause in CAUSES} | {"none", "inconclusive"}
    assert {one for row in TABLE for one in row.cause | row.also | row.innocent} <= known


def test_every_cause_has_a_row() -> None:
    causes = {cause.id for cause in CAUSES if not cause.note}
    assert causes - {one for row in TABLE for one in row.cause | row.also} == set()


def test_row_names_are_unique_and_the_fast_ones_exist() -> None:
    assert len({row.id for row in TABLE}) == len(TABLE)
    assert set(FAST) <= {row.id for row in TABLE}


def test_only_warnings_leave_the_exit_code_at_zero() -> None:
    assert all(row.cause & _MAY_BE_WARNINGS for row in TABLE if row.code == 0)


def test_the_page_about_the_lab_is_up_to_date() -> None:
    assert readme.PLACE.read_text("utf-8") == readme.page(), "run: python -m tests.lab.readme"
