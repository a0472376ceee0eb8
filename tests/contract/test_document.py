"""The page itself: every citation of it is right, and nothing on it waits for what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.contract.reading import headings, text

ROOT = Path(__file__).resolve().parents[2]
CITED = re.compile(r"contract\.md, ([A-Z][A-Za-z ]*[a-z])")
BY_NUMBER = re.compile(r"contract,? +\(?section|section [0-9]+ of the contract", re.IGNORECASE)


def sources() -> Iterator[Path]:
    for place in ("portalcheck", "checks", "tests"):
        for pattern in ("*.py", "*.toml", "*.md", "*.j2"):
            yield from (ROOT / place).rglob(pattern)
    yield from ROOT.glob("*.md")


def test_every_section_that_is_cited_is_a_heading() -> None:
    cited = {
        (name, str(path.relative_to(ROOT)))
        for path in sources()
        for name in CITED.findall(" ".join(path.read_text("utf-8").split()))
    }

    assert len(cited) > 10
    assert {each for each in cited if each[0] not in headings()} == set()


def test_no_section_is_cited_by_its_number() -> None:
    here = Path(__file__)
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path != here and path.name != "CHANGELOG.md" and BY_NUMBER.search(path.read_text("utf-8"))
    ]

    assert found == []


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in headings()}

    assert set(re.findall(r"\]\(#([^)]+)\)", text())) <= anchors
