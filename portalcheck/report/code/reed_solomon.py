"""The check symbols of the phone code: a Reed-Solomon code of distance 3 over GF(32). Values are 0 to 31."""

from __future__ import annotations

from collections.abc import Sequence

_MULTIPLIERS = (2, 3)


def _times(a: int, b: int) -> int:
    """The product in GF(32) = GF(2)[x] / (x^5 + x^2 + 1)."""
    result = 0
    while b:
        if b & 1:
            result ^= a
        a = (a << 1) ^ (0b100101 if a & 16 else 0)
        b >>= 1
    return result


_PRODUCTS = tuple(tuple(_times(multiplier, value) for value in range(32)) for multiplier in _MULTIPLIERS)
_QUOTIENT = next(v for v in range(32) if _times(v, _MULTIPLIERS[0] ^ _MULTIPLIERS[1]) == 1)


def syndromes(values: Sequence[int]) -> tuple[int, int]:
    """The two syndromes of a code, which are both zero if its check symbols are right."""
    first, second = 0, 0
    for value in values:
        first, second = _PRODUCTS[0][first] ^ value, _PRODUCTS[1][second] ^ value
    return first, second


def check_symbols(data: Sequence[int]) -> tuple[int, int]:
    """The two symbols x, y with x * m + y equal to what each sum needs to become zero."""
    first, second = syndromes([*data, 0, 0])
    x = _times(first ^ second, _QUOTIENT)
    return x, first ^ _PRODUCTS[0][x]
