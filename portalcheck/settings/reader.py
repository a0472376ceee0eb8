"""Checks what was read against the annotations of `settings.model`, value by value.

Because every value is checked on its own, an error knows its key path without reading another error's text.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from portalcheck.settings.origin import Origin, Problems, SettingsError
from portalcheck.words.interface import _

_MAX_ECHO = 60
_MAX_NUMBER = 10**15


@functools.cache
def fields(table: type[msgspec.Struct]) -> Mapping[str, Any]:
    """The fields of a table and their annotations."""
    return get_type_hints(table, include_extras=True)


def bare(annotation: Any) -> tuple[Any, msgspec.Meta]:
    """A type without its annotation, and the annotation."""
    if get_origin(annotation) is not Annotated:
        return annotation, msgspec.Meta()
    base, meta = get_args(annotation)
    return base, meta


def is_table(annotation: Any) -> bool:
    """Whether a field holds a table."""
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct)


def annotation_at(table: type[msgspec.Struct], path: str) -> Any:
    """The annotation of a dotted key path, None where there is no such key. Any profile name will do."""
    found: Any = table
    for name in path.split("."):
        if is_table(found):
            found = fields(found).get(name)
        elif get_origin(found) is dict:
            found = get_args(found)[1]
        else:
            return None
    return found


class Reader:
    """Checks the values of one place. Every method raises SettingsError for a value that cannot be used.

    If `problems` keeps errors, `table` leaves such a value out and goes on.
    """

    def __init__(self, origin: Origin, problems: Problems | None = None) -> None:
        self.origin, self.problems = origin, problems or Problems()

    def error(self, key: str, problem: str, expected: str, suggestion: str = "") -> SettingsError:
        """What is wrong with a key of this place."""
        return SettingsError(self.origin, key, problem, expected, suggestion=suggestion)

    def table(self, table: type[msgspec.Struct], value: object, key: str = "") -> Iterator[tuple[str, Any]]:
        """The leaves of a table and their key paths; a list is one leaf."""
        known = fields(table)
        for name, item in self._items(value, key):
            with self.problems:
                path = _join(key, name)
                if name not in known:
                    raise self.error(path, _("unknown key"), either(known), closest(name, known))
                annotation = known[name]
                if is_table(annotation):
                    yield from self.table(annotation, item, path)
                elif get_origin(annotation) is dict:
                    yield from self._named_tables(annotation, item, path)
                else:
                    yield path, self.leaf(annotation, item, path)

    def _items(self, value: object, key: str) -> Iterable[tuple[str, object]]:
        if not isinstance(value, Mapping):
            raise self.error(key, _got(value), _("a table"))
        return value.items()

    def _named_tables(self, annotation: Any, value: object, key: str) -> Iterator[tuple[str, Any]]:
        name_type, table = get_args(annotation)
        for name, item in self._items(value, key):
            with self.problems:
                path = _join(key, name)
                self.leaf(name_type, name, path)
                yield from self.table(table, item, path)

    def leaf(self, annotation: Any, value: object, key: str) -> Any:
        """A checked value. Lists become tuples, whole numbers become floats where a float is wanted."""
        base, meta = bare(annotation)
        if get_origin(base) is tuple:
            return self._list(get_args(base)[0], meta, value, key)
        try:
            checked = msgspec.convert(value, annotation)
        except msgspec.ValidationError:
            choices = [choice for choice in get_args(base) if choice]
            hint = closest(value, choices) if isinstance(value, str) and choices else ""
            raise self.error(key, _got(value), _(meta.description or ""), hint) from None
        self._judge(meta, checked, key)
        return checked

    def _list(self, item_type: Any, meta: msgspec.Meta, value: object, key: str) -> Any:
        expected = _(meta.description or "")
        if not isinstance(value, list | tuple):
            raise self.error(key, _got(value), expected)
        longest = len(value) if meta.max_length is None else meta.max_length
        if not (meta.min_length or 0) <= len(value) <= longest:
            raise self.error(key, _("has {number}").format(number=len(value)), expected)
        items = tuple(self._item(item_type, item, f"{key}[{index}]") for index, item in enumerate(value))
        self._judge(meta, items, key)
        return items

    def _item(self, item_type: Any, item: object, key: str) -> Any:
        if not is_table(item_type):
            return self.leaf(item_type, item, key)
        return item_type(
            **{path.removeprefix(f"{key}."): leaf for path, leaf in self.table(item_type, item, key)}
        )

    def _judge(self, meta: msgspec.Meta, value: object, key: str) -> None:
        check = (meta.extra or {}).get("check")
        problem = check(value) if check else ""
        if problem:
            raise self.error(key, problem, _(meta.description or ""))


# ---- words for errors --------------------------------------------------------------------------


def _join(key: str, name: str) -> str:
    plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum() and len(name) <= _MAX_ECHO
    return ".".join(part for part in (key, name if plain else quoted(name)) if part)


def quoted(text: str) -> str:
    """A text in quotes, short, on one line and in ASCII, whatever it holds."""
    cut = text if len(text) <= _MAX_ECHO else f"{text[:_MAX_ECHO]}..."
    return json.dumps(cut).replace("\x7f", "\\u007f")


def _got(value: object) -> str:
    return _("got {value}").format(value=_repeated(value))


def _repeated(value: object) -> str:
    """A wrong value, as far as an error repeats it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            if len(value) <= _MAX_ECHO:
                return quoted(value)
            return _("a text of {number} characters").format(number=len(value))
        case int() | float():
            return repr(value) if -_MAX_NUMBER < value < _MAX_NUMBER else _("a number out of range")
        case list() | tuple():
            return _("a list")
        case Mapping():
            return _("a table")
    return _("a date or time")


def either(names: Iterable[str]) -> str:
    """Names as a choice: `a, b or c`."""
    *first, last = sorted(names)
    return _("{names} or {last}").format(names=", ".join(first), last=last) if first else last


def closest(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known name that a wrong one resembles (1 is the same), `""` where none does."""
    import difflib

    return next(iter(difflib.get_close_matches(name[:_MAX_ECHO], list(known), n=1, cutoff=likeness)), "")
