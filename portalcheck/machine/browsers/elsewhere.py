"""The largest Cookie headers that would be sent beyond the sign-in page: to other paths, to identity, in containers.

A server that turns a long header away is mostly the one that people come back from or go to, not the first page.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from portalcheck.facts import CookieHeader, CookieRole
from portalcheck.machine.browsers.database import SIZES, Database

MOST = 400
"""How many cookies are reckoned with; no browser keeps more than 180 of a site. Of more only great ones count."""
_GREAT_BYTES = 1000
_HOSTS = (
    (CookieRole.PORTAL, True),
    (CookieRole.IDENTITY, True),
    (CookieRole.PORTAL, False),
)
_CAN_ASK = sqlite3.sqlite_version_info >= (
    3,
    35,
)  # before, a table of a query is made anew for each of its rows


def headers(
    database: Database,
    bound: Mapping[str, str | int | float],
    conditions: tuple[str, str, str, str],
    rows: int,
) -> tuple[CookieHeader, ...]:
    """What a guarded database would send, without the hosts that nothing is sent to.

    The conditions are expressions of a row: the page's host, whether it is sent to the page's host, whether it is of
    identity, and whether it is the portal's, alive, and sent when its own site is opened. `rows` is how many live.
    """
    if not _CAN_ASK:
        return ()
    told = [(*where, contained) for contained in (False, True) for where in _HOSTS]
    return tuple(
        CookieHeader(role=role, header_bytes=int(size), of_sign_in=of_sign_in, contained=contained)
        for (role, of_sign_in, contained), size in zip(
            told, database.numbers(_query(*conditions, great=rows > MOST), bound), strict=True
        )
        if size
    )


def _query(page_host: str, to_page: str, of_identity: str, kept: str, *, great: bool) -> str:
    """A query for the bytes to the page's host, to identity and to others, ordinary then in containers."""
    bare = "CASE WHEN substr(host, 1, 1) = '.' THEN substr(host, 2) ELSE host END"
    place = f"CASE WHEN {to_page} THEN 0 WHEN {of_identity} THEN 1 ELSE 2 END"
    columns = [
        f"max(CASE WHEN place = {number} AND (box <> '') = {boxed} THEN size END)"
        for boxed in (0, 1)
        for number in range(len(_HOSTS))
    ]
    matches = """k.box = t.box
      AND (k.host = t.target OR (substr(k.host, 1, 1) = '.' AND substr('.' || t.target, -length(k.host)) = k.host))
      AND (k.path = t.path OR (substr(t.path, 1, length(k.path)) = k.path
        AND (substr(k.path, -1) = '/' OR substr(t.path, length(k.path) + 1, 1) = '/')))"""
    return f"""WITH kept AS MATERIALIZED (
      SELECT host, path, box, {place} AS place, {bare} AS bare,
        name_bytes + (name <> '') + value_bytes + 2 AS bytes
      FROM temp.{SIZES} WHERE {f"value_bytes > {_GREAT_BYTES} AND " if great else ""}{kept} LIMIT {MOST}),
    targets AS MATERIALIZED (
      SELECT DISTINCT CASE WHEN place = 0 THEN {page_host} ELSE bare END AS target, path, box, place FROM kept)
    SELECT {", ".join(columns)} FROM (SELECT t.place AS place, t.box AS box,
      (SELECT sum(k.bytes) - 2 FROM kept AS k WHERE {matches}) AS size FROM targets AS t)"""  # noqa: S608 - our words
