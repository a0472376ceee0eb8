"""Databases with a table `moz_cookies`: Epiphany's and Firefox's, schema versions 2 to 17 and later ones.

Sources: netwerk/cookie/CookiePersistentStorage.cpp; libsoup's soup-cookie-jar-db.c. Session cookies are kept
elsewhere.
"""

from __future__ import annotations

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.database import Database
from portalcheck.machine.browsers.matching import Clock, Page, first_time

_NEEDED = frozenset({"host", "path", "name", "value", "expiry", "issecure"})
_SECRET = {"moz_cookies": frozenset({"value"})}
_MILLISECONDS_FROM = 16
_NEWEST_KNOWN = 17
_CONTAINER = "^userContextId="
_MICROSECONDS = 1_000_000  # in which all other times are


def guard(database: Database) -> Clock | Unreadable:
    """Define the view that `matching` counts in; the clock of its times, or why the database cannot be read."""
    columns = database.columns("moz_cookies")
    if not columns >= _NEEDED:
        return Unreadable.UNKNOWN_LAYOUT
    version = int(database.pragma("user_version"))
    clock = Clock(1000 if version >= _MILLISECONDS_FROM else 1, assumed=version > _NEWEST_KNOWN)
    times = [name for name in ("updateTime", "creationTime") if name.lower() in columns]
    has_jars = "originattributes" in columns
    jar = "originAttributes" if has_jars else "''"
    boxed = f"substr({jar}, 1, {len(_CONTAINER)}) = '{_CONTAINER}'"  # always the first of the attributes
    more = f"instr({jar}, '&')"
    private = "privateBrowsingId="  # cookies of a private window that a crash left behind; never sent again
    marks = " AND ".join(f"instr({jar}, '{before}{private}') = 0" for before in "^&")
    kept = f"({jar} = '' OR {jar} IS NULL OR ({marks}))" if has_jars else "1"
    view = f"""
    SELECT host, path, name, isSecure AS secure,
      expiry AS expires, {jar} AS jar, 0 AS embedded,
      CASE WHEN NOT {boxed} THEN '' WHEN {more} THEN substr({jar}, 1, {more} - 1) ELSE {jar} END AS box,
      CASE WHEN NOT {boxed} THEN {jar} WHEN {more} THEN '^' || substr({jar}, {more} + 1) ELSE '' END AS within,
      {database.bytes_of("name")} AS name_bytes, {database.bytes_of("value")} AS value_bytes,
      {first_time(times, _MICROSECONDS // clock.per_second)} AS changed
    FROM main.moz_cookies NOT INDEXED WHERE {kept}"""  # noqa: S608 - column names of our own, no outside text
    database.guard(view, _SECRET, {"moz_cookies"})
    return clock


def jars(page: Page | None) -> tuple[str, ...]:
    """The origin attributes whose cookies are sent when a person opens the page in an ordinary tab.

    Those of its own partition, with the port where it is not the scheme's, and of first-party isolation.
    """
    if page is None:
        return ()
    partitions = [
        f"^partitionKey=%28{page.scheme}%2C{domain}{port}%29"
        for domain in page.domains
        for port in ("", f"%2C{page.port}")
    ]
    return (*partitions, *(f"^firstPartyDomain={domain}" for domain in page.domains))
