"""Reports changed at random: cut, spliced with another, edited, with lines and members left out, moved and put in.

`python -m tests.report.pasted.random_changes 30000` looks for a change after which a report is called complete, or a
value proved, that is not as it was written.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from portalcheck.report.recovered import Integrity, RecoveredReport
from tests.declared import read_paste, write_block
from tests.report.block_reports import (
    SAMPLE,
    lost_values,
    make_report,
    wrong_json_values,
    wrong_values,
)
from tests.report.formats import reports
from tests.report.formats.reports import sealed
from tests.report.pasted.mangled import DOCUMENT

Change = Callable[[random.Random, str, str], str]

_LETTERS = '0123456789abcxyzABCXYZ ,.;:/-\n{}[]"\\'
_WORDS = (
    "none",
    "ok",
    "fail",
    "true",
    "null",
    "3",
    "-1",
    "you",
    "vpn-breaks",
    "{}",
    "[]",
    '""',
    "1e3",
    "NaN",
)

REPORTS = tuple(
    map(sealed, (SAMPLE, reports.stopped(), reports.healthy(), *(make_report(seed) for seed in range(3))))
)
"""What is changed. No two of their blocks have the same tag, by which lines of two reports are told apart."""
BLOCKS = tuple(map(write_block, REPORTS))
DOCUMENTS: tuple[dict[str, Any], ...] = (
    DOCUMENT,
    *(msgspec.json.decode(msgspec.json.encode(report)) for report in REPORTS),
)


# ---- changes of a text ---------------------------------------------------------------------------


def _cut(chance: random.Random, text: str, _other: str) -> str:
    one, two = sorted(chance.randrange(len(text) + 1) for _ in range(2))
    return chance.choice((text[:one], text[two:], text[one:two], text[:one] + text[two:]))


def _splice(chance: random.Random, text: str, other: str) -> str:
    one, two = chance.randrange(len(text) + 1), chance.randrange(len(other) + 1)
    if chance.random() < 0.5:
        return text[:one] + other[two:]
    three = min(len(other), two + chance.randrange(400))
    return text[:one] + other[two:three] + text[one + chance.choice((0, three - two)) :]


def _edit(chance: random.Random, text: str, _other: str) -> str:
    place = chance.randrange(len(text))
    put = chance.choice((chance.choice(_LETTERS), chance.choice(_WORDS), ""))
    return text[:place] + put + text[place + chance.choice((0, 1, len(put))) :]


def _swap_words(chance: random.Random, text: str, _other: str) -> str:
    words = text.split(" ")
    if len(words) > 1:
        place = chance.randrange(len(words))
        words[place] = chance.choice((*_WORDS, chance.choice(words)))
    return " ".join(words)


def _move_lines(chance: random.Random, text: str, other: str) -> str:
    lines = text.splitlines()
    place = chance.randrange(len(lines))
    line = lines.pop(place)
    if chance.random() < 0.7:
        put = line if chance.random() < 0.6 else chance.choice(other.splitlines())
        for _ in range(chance.choice((1, 1, 2))):
            lines.insert(chance.randrange(len(lines) + 1), put)
    return "\n".join(lines)


CHANGES: tuple[Change, ...] = (_cut, _splice, _edit, _swap_words, _move_lines)


# ---- changes of a document -----------------------------------------------------------------------


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and its name or number there."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, name
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _restructured(chance: random.Random, document: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        places = [*_places(changed)]
        if not places:
            break
        holder, name = chance.choice(places)
        kind = chance.random()
        if kind < 0.45:
            del holder[name]
        elif kind < 0.6 and isinstance(other.get(name) if isinstance(name, str) else None, str | dict | list):
            holder[name] = copy.deepcopy(other[name])
        elif kind < 0.75:
            source, at = chance.choice(places)
            holder[name] = copy.deepcopy(source[at])
        else:
            holder[name] = chance.choice(("none", "ok", "fail", True, None, 3, -1, 0.5, [], {}, "portal"))
    return changed


def _changed(chance: random.Random, text: str, other: str) -> str:
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        text = chance.choice(CHANGES)(chance, text, other) or text
    return text


# ---- what must hold ------------------------------------------------------------------------------


def wrong_after_block(chance: random.Random) -> str | None:
    """A text made of a block by random changes, if reading it gives anything that its report did not say."""
    one, other = chance.sample(range(len(REPORTS)), 2)
    text = _changed(chance, BLOCKS[one], BLOCKS[other])
    for recovered in read_paste(text):
        if not any(_is_of(recovered, number) for number in (one, other)):
            return text
    return None


def _is_of(recovered: RecoveredReport, number: int) -> bool:
    whole = recovered.integrity is Integrity.COMPLETE
    report = REPORTS[number]
    return not wrong_values(recovered, report) and not (whole and lost_values(recovered, report))


def wrong_after_json(chance: random.Random) -> str | None:
    """A text made of a JSON report by random changes, if reading it gives anything that it did not say."""
    one, other = chance.sample(DOCUMENTS, 2)
    indent = chance.choice((None, 2))
    if chance.random() < 0.5:
        text = json.dumps(_restructured(chance, one, other), indent=indent)
    else:
        text = _changed(chance, json.dumps(one, indent=indent), json.dumps(other, indent=indent))
    for recovered in read_paste(text):
        if not any(_is_proved_of(recovered, document) for document in (one, other)):
            return text
    return None


def _is_proved_of(recovered: RecoveredReport, document: dict[str, Any]) -> bool:
    if recovered.unsealed:
        return recovered.integrity is not Integrity.COMPLETE
    told = msgspec.structs.replace(recovered, fields=_without_seal(recovered.fields))
    same = _without_seal(document)
    complete = recovered.integrity is Integrity.COMPLETE
    return not wrong_json_values(told, same) and not (complete and told.fields.keys() != same.keys())


def _without_seal(document: dict[str, Any]) -> dict[str, Any]:
    """What is sealed: the checks as a list, since which there are is sealed too, and in what order."""
    return {name: value for name, value in document.items() if name != "seal"}


def main(number: int, seed: int) -> int:
    """Try so many changes, half of them of blocks; prints the first that goes wrong."""
    chance = random.Random(seed)
    for tried in range(number):
        wrong = (wrong_after_block, wrong_after_json)[tried % 2](chance)
        if wrong is not None:
            sys.stdout.write(f"change {tried} of seed {seed}:\n{wrong}\n")
            return 1
    sys.stdout.write(f"{number} changes, none of which went wrong\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 19))
