"""The phone code: a report's outcome in ten symbols that can be said aloud, such as `7K4M-9QXC-T2`.

The symbols are Crockford's base 32, `0123456789ABCDEFGHJKMNPQRSTVWXYZ`, worth 0 to 31 in this order. When
read, case, blanks, dashes and punctuation count for nothing, O is 0, and I and L are 1. Written in groups of
four, four and two:

    symbol   1  2  3  4 - 5  6  7  8 - 9 10
             data, most significant first   check

**Data**: symbols 1 to 8 are one number of 40 bits, combined by exclusive or with the number written
`7K4M9QXR`, so that a healthy computer's code is no row of zeros. The number is N = ((S * 94 + cause) * 4 +
os) * 8 + layout, of which

- layout = N mod 8: the version of this layout, 1. It is the lowest digit, which no later layout moves;
- os: 0 linux, 1 macos, 2 windows, 3 any other;
- cause: the number that its declaration gives it for good; 93 is a cause without one, as added checks bring;
- S: one base-6 digit for each of eleven checks by their declared numbers, 0 the most significant: 0 ok, 1 note,
  2 warn, 3 fail, 4 skip, 5 unknown. A check that was not run counts as skip,
  and one that could not be loaded as unknown. Where a check is declared to share another's place, the graver stands.

**Check**: symbols 9 and 10 make both running sums zero, one with the multiplier 2, one with the multiplier 3:
h = 0; for each symbol d: h = h * m + d, in the field GF(32) of x^5 + x^2 + 1. One such sum, closed as Damm
closes his (Damm, 2004), catches every wrong symbol and every swap of neighbours; two of them with different
multipliers form a Reed-Solomon code of distance 3, which also catches every two wrong symbols, wherever they
stand.

The code tells nothing about a person or computer. Two runs with the same results have the same code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import combinations, product

import msgspec

from portalcheck.api.declarations import Numbers
from portalcheck.model import Status, gravest
from portalcheck.report.code.alphabet import ALIKE, SAME, SYMBOLS, WORDS
from portalcheck.report.code.reed_solomon import check_symbols, syndromes

LAYOUT = 1
LENGTH = 10
DATA_SYMBOLS = 8
OTHER = "other"

OS_ORDER = ("linux", "macos", "windows", OTHER)
STATUS_ORDER = (Status.OK, Status.NOTE, Status.WARN, Status.FAIL, Status.SKIP, Status.UNKNOWN)
CHECK_PLACES = 11
_CAUSE_ROOM = 94
_UNNUMBERED = _CAUSE_ROOM - 1
_LAYOUT_ROOM = 8
_MASK_VALUES = tuple(SYMBOLS.index(symbol) for symbol in "7K4M9QXR")
_GROUPS = (slice(0, 4), slice(4, 8), slice(8, None))
_MOST_GIVEN = 64
_MOST_SUGGESTED = 4


class Decoded(msgspec.Struct, frozen=True, kw_only=True):
    """What a code says, of the checks that are known here.

    `cause` is `other` for one without a number, None for a number that this version does not know.
    """

    code: str
    layout: int
    os: str
    cause: str | None
    statuses: dict[str, Status]


class ProblemKind(StrEnum):
    """Why a code cannot be read."""

    LENGTH = "length"
    SYMBOL = "symbol"
    CHECK = "check"
    NEWER_LAYOUT = "newer-layout"
    NOT_A_CODE = "not-a-code"


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A code that may have been meant, not to be taken as right. Ask for the symbols at `positions` (from 1) again."""

    code: str
    positions: tuple[int, ...]


class CodeProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a code was not read, the symbols that were given (grouped), and which codes may have been meant, the
    likeliest first.

    `length` is the number of symbols given; `positions` (from 1) are letters that no code has; `layout` is
    the version of a code whose check is right and whose layout this version does not know.
    """

    kind: ProblemKind
    given: str
    length: int
    positions: tuple[int, ...] = ()
    layout: int | None = None
    suggestions: tuple[Suggestion, ...] = ()


def encode(cause: str, os: str, statuses: Mapping[str, Status], numbers: Numbers) -> str:
    """The code, grouped. Checks that the code has no place for are left out, missing ones count as skip."""
    statuses = placed(statuses, numbers)
    number = 0
    for place in range(CHECK_PLACES):
        check = numbers.checks.get(place)
        status = Status.UNKNOWN if check is None else statuses.get(check, Status.SKIP)
        number = number * len(STATUS_ORDER) + STATUS_ORDER.index(status)
    number = number * _CAUSE_ROOM + next(
        (n for n, name in numbers.causes.items() if name == cause), _UNNUMBERED
    )
    number = number * len(OS_ORDER) + OS_ORDER.index(os if os in OS_ORDER else OTHER)
    number = number * _LAYOUT_ROOM + LAYOUT
    data = [
        ((number >> shift) & 31) ^ mask for shift, mask in zip(range(35, -1, -5), _MASK_VALUES, strict=True)
    ]
    return _written([*data, *check_symbols(data)])


def placed(statuses: Mapping[str, Status], numbers: Numbers) -> dict[str, Status]:
    """The statuses of checks by their places: of those that share one, the graver."""
    told = dict(statuses)
    for check, place in numbers.beside.items():
        if check in told:
            own = told.pop(check)
            told[place] = gravest((told[place], own)) if place in told else own
    return told


def decode(text: str, numbers: Numbers) -> Decoded | CodeProblem:
    """What a code says, or why it cannot be read; `text` may be anything at all."""
    given = _symbols(text)
    wrong = tuple(place for place, symbol in enumerate(given, start=1) if symbol not in SYMBOLS)
    values = [max(SYMBOLS.find(symbol), 0) for symbol in given]
    near: Iterable[_Near]
    if len(given) != LENGTH:
        kind, near = ProblemKind.LENGTH, _other_lengths(values) if not wrong else ()
    elif wrong:
        kind, near = ProblemKind.SYMBOL, _in_place_of_letters(values, wrong)
    elif syndromes(values) == (0, 0):
        return _meaning(values, numbers)
    else:
        kind, near = ProblemKind.CHECK, _near(values)
    return CodeProblem(
        kind=kind,
        given=_grouped(given),
        length=len(given),
        positions=wrong,
        suggestions=_suggestions(near, numbers),
    )


def reported(text: str, numbers: Numbers) -> tuple[str, ...]:
    """The checks that a code has a result of, those that were not run left out; none where it cannot be read."""
    code = decode(text, numbers)
    if isinstance(code, CodeProblem):
        return ()
    return tuple(check for check, status in code.statuses.items() if status is not Status.SKIP)


def spell(code: str, lang: str = "en") -> str:
    """The code in words, group by group: `7 Kilo 4 Mike, 9 Quebec X-ray Charlie, Tango 2`."""
    words = WORDS.get(lang, WORDS["en"])
    groups = (
        " ".join(words.get(symbol, symbol) for symbol in group)
        for group in _grouped(_symbols(code)).split("-")
    )
    return ", ".join(groups)


# ---- numbers -----------------------------------------------------------------------------------


def _meaning(values: Sequence[int], numbers: Numbers) -> Decoded | CodeProblem:
    number = 0
    for value, mask in zip(values[:DATA_SYMBOLS], _MASK_VALUES, strict=True):
        number = number * 32 + (value ^ mask)
    code = _written(values)
    number, layout = divmod(number, _LAYOUT_ROOM)
    if layout != LAYOUT:
        kind = ProblemKind.NEWER_LAYOUT if layout > LAYOUT else ProblemKind.NOT_A_CODE
        return CodeProblem(kind=kind, given=code, length=LENGTH, layout=layout)
    number, os = divmod(number, len(OS_ORDER))
    number, cause = divmod(number, _CAUSE_ROOM)
    statuses: dict[str, Status] = {}
    for place in reversed(range(CHECK_PLACES)):
        number, status = divmod(number, len(STATUS_ORDER))
        if place in numbers.checks:
            statuses[numbers.checks[place]] = STATUS_ORDER[status]
    if number:
        return CodeProblem(kind=ProblemKind.NOT_A_CODE, given=code, length=LENGTH)
    return Decoded(
        code=code,
        layout=layout,
        os=OS_ORDER[os],
        cause=OTHER if cause == _UNNUMBERED else numbers.causes.get(cause),
        statuses=dict(reversed(statuses.items())),
    )


# ---- text --------------------------------------------------------------------------------------


def _symbols(text: str) -> str:
    """The letters and digits of a text in upper case, O as 0, I and L as 1; at most `_MOST_GIVEN` of them."""
    plain = unicodedata.normalize("NFKC", text[: 4 * _MOST_GIVEN]).upper().translate(SAME)
    return re.sub(r"[\W_]+", "", plain)[:_MOST_GIVEN]


def _grouped(symbols: str) -> str:
    return "-".join(filter(None, (symbols[group] for group in _GROUPS)))


def _written(values: Sequence[int]) -> str:
    return _grouped("".join(SYMBOLS[value] for value in values))


# ---- what may have been meant ------------------------------------------------------------------


_Near = tuple[list[int], tuple[int, ...]]


def _suggestions(near: Iterable[_Near], numbers: Numbers) -> tuple[Suggestion, ...]:
    """Those of the codes that have a meaning, in their order, each once."""
    found: dict[str, Suggestion] = {}
    for values, places in near:
        if syndromes(values) == (0, 0) and isinstance(meaning := _meaning(values, numbers), Decoded):
            positions = tuple(place + 1 for place in places)
            found.setdefault(meaning.code, Suggestion(code=meaning.code, positions=positions))
    return tuple(found.values())[:_MOST_SUGGESTED]


def _near(given: Sequence[int]) -> Iterator[_Near]:
    """Codes that differ from the given one as listeners and readers err, the likeliest kind first."""
    for place in range(LENGTH - 1):
        swapped = list(given)
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        yield swapped, (place, place + 1)
    for place in range(LENGTH):
        for value in _alikes(given[place]):
            yield _changed(given, {place: value}), (place,)
    for place in range(LENGTH):
        for value in range(32):
            yield _changed(given, {place: value}), (place,)
    for one, other in combinations(range(LENGTH), 2):
        for value in _alikes(given[one]):
            for second in _alikes(given[other]):
                yield _changed(given, {one: value, other: second}), (one, other)


def _other_lengths(given: Sequence[int]) -> Iterator[_Near]:
    """One symbol more where one is missing, one less where one is too many."""
    if len(given) == LENGTH - 1:
        for place in range(LENGTH):
            for value in range(32):
                yield [*given[:place], value, *given[place:]], (place,)
    if len(given) == LENGTH + 1:
        for place in range(LENGTH + 1):
            yield [*given[:place], *given[place + 1 :]], (place,)


def _in_place_of_letters(given: Sequence[int], wrong: Sequence[int]) -> Iterator[_Near]:
    """Any symbols in place of one or two letters that no code has, such as U."""
    places = tuple(position - 1 for position in wrong)
    for values in product(range(32), repeat=len(places)) if len(places) <= 2 else ():
        yield _changed(given, dict(zip(places, values, strict=True))), places


def _alikes(value: int) -> list[int]:
    return [SYMBOLS.index(symbol) for symbol in ALIKE[SYMBOLS[value]]]


def _changed(given: Sequence[int], changes: Mapping[int, int]) -> list[int]:
    return [changes.get(place, value) for place, value in enumerate(given)]
