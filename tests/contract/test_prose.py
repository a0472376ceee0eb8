"""The numbers and names in contract.md's sentences are those of the program."""

from __future__ import annotations

import pytest

from portalcheck.api import SLOW_MS
from portalcheck.report import code
from portalcheck.report.block.layout import BEGIN, COLUMNS, END
from portalcheck_checks.cookies.check import LARGE_BYTES, TOO_LARGE_BYTES
from tests.contract.reading import causes, section
from tests.declared import INSTALLED

NUMBERS = {10: "ten"}
NEEDED = [f"`{check.id}`" for check in INSTALLED.checks if check.needed]


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("Pasted report and phone code", f"from `{BEGIN}` to `{END}`"),
        ("Pasted report and phone code", f"at most {COLUMNS} columns"),
        ("Pasted report and phone code", f"The phone code has {NUMBERS[code.LENGTH]} symbols"),
        ("JSON report", f"built-in ones {', '.join(NEEDED[:-1])} and {NEEDED[-1]} do"),
        ("Rulings", f"is not there after {SLOW_MS // 1000} s"),
    ],
)
def test_a_section_says_it_as_it_is_built(heading: str, sentence: str) -> None:
    assert sentence in " ".join(section(heading).split())


def test_a_slow_page_and_a_long_cookie_header_begin_where_the_document_says() -> None:
    large, too_large = LARGE_BYTES // 1024, TOO_LARGE_BYTES // 1024

    assert f"needs more than {SLOW_MS // 1000} s" in causes()["slow"]["meaning"]
    assert f"over {large} KiB (warn), over {too_large} KiB" in causes()["cookies-stale"]["meaning"]
