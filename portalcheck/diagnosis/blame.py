"""The order of blame: rows of causes sorted by their layers, or beside the cause that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from portalcheck.api.declarations import AuthorError, Cause, Layer

_BEFORE, _ITSELF, _AFTER = -1, 0, 1


class CircleError(AuthorError):
    """Causes each of which names the next one as its neighbour; the text names them."""


def in_order(
    by_check: Iterable[Sequence[Cause]], layer_of: Callable[[str], Layer | None]
) -> tuple[Cause, ...]:
    """The rows of all checks in the order of blame, notes at the end. Raises CircleError.

    A row has its place by its layer, then by its check, then by the order in which that declares its rows; one that
    names a neighbour stands right beside that one's own row.
    """
    placed = [(row, (check, index)) for check, rows in enumerate(by_check) for index, row in enumerate(rows)]
    own = {row.id: (row, turn) for row, turn in reversed(placed) if not row.further}

    def place(row: Cause, turn: tuple[int, int], *met: str) -> tuple[int, ...]:
        neighbour = own.get(row.before or row.after)
        if neighbour is None:
            return (row.note, _layer(row, layer_of), *turn)
        if neighbour[0].id in met:
            raise CircleError(f"after and before go in a circle: {', '.join(met)}")
        side = _BEFORE if row.before else _AFTER
        return (*place(*neighbour, *met, neighbour[0].id), side, *turn)

    return tuple(row for row, turn in sorted(placed, key=lambda each: (*place(*each), _ITSELF)))


def _layer(row: Cause, layer_of: Callable[[str], Layer | None]) -> Layer:
    if row.at is not None:
        return row.at
    return max(filter(None, map(layer_of, row.evidence)), default=Layer.APART)
