"""portalcheck/contract.md as data: its headings, tables and blocks of code."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CELLS = re.compile(r"(?<!\\)\|")
_SPAN = re.compile(r"`([^`]+)`")

Row = dict[str, str]


@cache
def text() -> str:
    """The page as it is installed."""
    return str((files("portalcheck") / "contract.md").read_text("utf-8"))


def headings() -> list[str]:
    """Every heading, in order."""
    return [match[1] for match in _HEADING.finditer(_BLOCK.sub("", text()))]


def section(heading: str) -> str:
    """The text below a heading, up to the next one of any level."""
    assert headings().count(heading) == 1, f"{heading!r} is no heading of contract.md"
    _, below = re.split(rf"^#+ {re.escape(heading)}\n", _masked(), flags=re.MULTILINE)
    return re.split(r"^#+ ", below, flags=re.MULTILINE)[0].replace("\0", "#")


def _masked() -> str:
    """The page without the number signs within blocks, which are no headings."""
    return _BLOCK.sub(lambda match: match[0].replace("#", "\0"), text())


def tables(heading: str) -> list[list[Row]]:
    """The tables of a section: each a list of rows, by the names of the columns."""
    found = re.findall(r"(?:^\|.*\n)+", section(heading), re.MULTILINE)
    return [_rows(lines.splitlines()) for lines in found]


def table(heading: str) -> list[Row]:
    """The only table of a section."""
    (found,) = tables(heading)
    return found


def _rows(lines: list[str]) -> list[Row]:
    names, _, *rows = (
        [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]] for line in lines
    )
    assert all(len(row) == len(names) for row in rows), f"a row of another width under {names}"
    return [dict(zip(names, row, strict=True)) for row in rows]


def spans(cell: str) -> list[str]:
    """What stands in a cell as code."""
    return _SPAN.findall(cell)


def code(cell: str) -> str:
    """The only code of a cell."""
    (found,) = spans(cell)
    return found


def column(rows: list[Row], name: str) -> list[str]:
    """The code in one column, row by row."""
    return [code(row[name]) for row in rows]


def blocks(heading: str, language: str = "") -> list[str]:
    """The blocks of code of a section that are in a language."""
    return [body for lang, body in _BLOCK.findall(section(heading)) if lang == language]


def argument_rows() -> dict[tuple[str, str], Row]:
    """The table of reasons, by reason and argument; an empty cell stands for the reasons above it."""
    found: dict[tuple[str, str], Row] = {}
    reasons: list[str] = []
    for row in table("Reasons and arguments"):
        reasons = spans(row["reason"]) or reasons
        for reason in reasons:
            key = (reason, code(row["argument"]))
            assert key not in found, f"{key} stands twice"
            found[key] = row
    return found


def browsers() -> set[str]:
    """The names of browsers."""
    return set(spans(argument_rows()["cookies.found", "browser"]["values"]))


def causes() -> dict[str, Row]:
    """The rows of causes, by id."""
    rows = table("Causes")
    found = {code(row["cause"]): row for row in rows}
    assert len(found) == len(rows), "a cause stands twice"
    return found


def ends() -> dict[str, tuple[int, int, int, int]]:
    """The exit code of each way to end, as text, nagios, intune and jamf."""
    _, _, rows = tables("Exit codes")
    return {
        row["end"]: (int(row["text"]), int(row["nagios"]), int(row["intune"]), int(row["jamf"]))
        for row in rows
    }


def by_fail_on() -> dict[tuple[str, str], int]:
    """The exit code of a run, by its outcome and `--fail-on`."""
    _, rows, _ = tables("Exit codes")
    return {
        (row["outcome"], code(name).split()[1]): int(cell)
        for row in rows
        for name, cell in row.items()
        if name != "outcome"
    }
