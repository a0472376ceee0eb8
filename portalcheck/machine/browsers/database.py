"""Asking a copy of a database that may have been made to do harm, for numbers only.

A query sees tables, never views, virtual tables or computed columns of the database. It calls a handful of
functions without side effects, and reads the columns that hold cookie values only inside `SIZES`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Set
from typing import TypeVar

from portalcheck.facts import Unreadable
from portalcheck.probe.limits import DATABASE_S

SIZES = "portalcheck_sizes"
"""The one view through which the columns of `guarded` may be read."""

Number = int | float | None

_STEPS = 20_000  # instructions of SQLite's machine between two looks at the clock, about a millisecond
_MAX_LETTERS = 4096
_FUNCTIONS = frozenset(
    {"count", "sum", "min", "max", "length", "substr", "coalesce", "instr", "typeof", "upper"}
)
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 16 * 1024 * 1024,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_WHY = {
    sqlite3.SQLITE_NOTADB: Unreadable.DAMAGED,
    sqlite3.SQLITE_CORRUPT: Unreadable.DAMAGED,
    sqlite3.SQLITE_INTERRUPT: Unreadable.TOO_BIG,
    sqlite3.SQLITE_TOOBIG: Unreadable.TOO_BIG,
    sqlite3.SQLITE_NOMEM: Unreadable.TOO_BIG,
    sqlite3.SQLITE_ERROR: Unreadable.UNKNOWN_LAYOUT,
    sqlite3.SQLITE_AUTH: Unreadable.UNKNOWN_LAYOUT,
}


# UnicodeDecodeError: what SQLite says of a broken schema, which Python could not read.
_REFUSALS = (sqlite3.Error, MemoryError, OverflowError, UnicodeDecodeError)

Answer = TypeVar("Answer")


def ask(image: bytes | bytearray | Unreadable, question: Callable[[Database], Answer]) -> Answer | Unreadable:
    """What a question finds in the image of a database; else why there is no image, or why SQLite refused it."""
    if isinstance(image, Unreadable):
        return image
    connection = sqlite3.connect(":memory:", isolation_level=None)
    until = time.monotonic() + DATABASE_S
    try:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for category, limit in _LIMITS.items():
            connection.setlimit(category, limit)
        connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
        if not hasattr(connection, "deserialize"):  # a Python built without it; a copy on disk is no way out
            return Unreadable.UNKNOWN_LAYOUT
        if image:  # SQLite takes an image of no bytes for a lack of memory
            connection.deserialize(image)
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return question(Database(connection))
    except _REFUSALS as error:
        return _why(error)
    finally:
        connection.close()


def _why(error: BaseException) -> Unreadable:
    if isinstance(error, (MemoryError, OverflowError)):
        return Unreadable.TOO_BIG
    if isinstance(error, UnicodeDecodeError):
        return Unreadable.DAMAGED
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return Unreadable.UNKNOWN_LAYOUT
    return _WHY.get(code & 0xFF, Unreadable.DAMAGED)  # the low byte is the primary result code


class Database:
    """A copy of a database in memory, within `ask`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._guarded: Mapping[str, frozenset[str]] = {}

    def fill(self, table: str, columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
        """Make a table of rows that did not come from a database. Both names must be words of our own."""
        names = tuple(columns)
        self._connection.execute(f"CREATE TABLE main.{table} ({', '.join(names)})")
        marks = ", ".join("?" * len(names))
        self._connection.executemany(f"INSERT INTO main.{table} VALUES ({marks})", rows)  # noqa: S608 - see above

    def columns(self, name: str) -> frozenset[str]:
        """The plain stored columns of a table; empty without such an ordinary table."""
        found = self._connection.execute(
            "SELECT count(*) FROM main.sqlite_master WHERE type = 'table' AND name = ? AND rootpage > 0",
            (name,),
        ).fetchone()
        if not found[0]:  # a view has no root page, and neither has a virtual table
            return frozenset()
        rows = self._connection.execute(f"PRAGMA main.table_info({name})").fetchall()
        return frozenset(str(row[1]).lower() for row in rows)

    def texts(self, table: str, column: str, most: int) -> tuple[str, ...]:
        """The texts in a column of a table, at most so many; empty without such a column.

        For databases without cookies, in place of `guard`. Both names must be words of our own.
        """
        if column.lower() not in self.columns(table):
            return ()
        self._read_only({table.lower()})
        fits = f"typeof({column}) = 'text' AND length({column}) <= {_MAX_LETTERS}"
        query = f"SELECT {column} FROM main.{table} NOT INDEXED WHERE {fits} LIMIT ?"  # noqa: S608 - see above
        return tuple(row[0] for row in self._connection.execute(query, (most,)))

    def pragma(self, name: str) -> str:
        """The value of a PRAGMA as text, such as `UTF-8` for `encoding`."""
        return str(self._connection.execute(f"PRAGMA main.{name}").fetchone()[0])

    def bytes_of(self, column: str) -> str:
        """An expression for the bytes that a column of ASCII text has when it is sent."""
        # In a UTF-16 database these are not those that are stored; the letters are.
        utf16 = self.pragma("encoding") != "UTF-8"
        return f"length({column})" if utf16 else f"length(CAST({column} AS BLOB))"

    def guard(self, view: str, guarded: Mapping[str, frozenset[str]], tables: Iterable[str]) -> None:
        """Make `SIZES` of a SELECT, and from then on allow nothing but to read `tables` and the view.

        The columns that `guarded` names by table can be read inside the view only.
        """
        self._connection.execute(f"CREATE TEMP VIEW {SIZES} AS {view}")
        self._guarded = guarded
        self._read_only({*tables, SIZES})

    def _read_only(self, tables: Set[str]) -> None:
        self._tables = tables
        self._connection.execute("PRAGMA query_only=ON")
        self._connection.set_authorizer(self._allows)

    def numbers(self, query: str, values: Mapping[str, str | int | float]) -> tuple[Number, ...]:
        """The first row of a query, whose columns are numbers or NULL; empty if it has no row.

        Raises TypeError for anything but numbers: a query that lets text out is a mistake in this program.
        """
        row = self._connection.execute(query, dict(values)).fetchone() or ()
        if not all(value is None or isinstance(value, (int, float)) for value in row):
            raise TypeError("a query for numbers selects something else")
        return tuple(row)

    def _allows(
        self, action: int, first: str | None, second: str | None, _database: str | None, inside: str | None
    ) -> int:
        name, detail = (first or "").lower(), (second or "").lower()
        if action == sqlite3.SQLITE_READ:
            secret = detail in self._guarded.get(name, ()) and inside != SIZES
            allowed = name in self._tables and not secret
        else:
            is_plain = action == sqlite3.SQLITE_FUNCTION and detail in _FUNCTIONS
            allowed = action == sqlite3.SQLITE_SELECT or is_plain
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
