"""The cookie databases of Chromium's family: schema versions 5 to 24 and, as far as they agree, later ones.

Source: net/extras/sqlite/sqlite_persistent_cookie_store.cc. Values are encrypted, so lengths are estimates.
"""

from __future__ import annotations

from portalcheck.machine.browsers.database import Database
from portalcheck.machine.browsers.matching import MAX_INTEGER, Target
from portalcheck.machine.browsers.reading import Why

_NEEDED = frozenset({"host_key", "path", "name", "expires_utc"})
_SECRET = {"cookies": frozenset({"value", "encrypted_value"})}
_EPOCH_S = 11_644_473_600  # from 1601 to 1970
_HASHED_FROM = 24  # the SHA-256 of the host stands before the value that is encrypted
_HASH = 32
_TAG = 3  # v10, v11, v20: which key
_NONCE_AND_MARK = 12 + 16  # AES-GCM
_BLOCK = 16  # AES-CBC; an encrypted value is filled up with 1 to 16 bytes


def guard(database: Database, system: str) -> Why | None:
    """Offer the rows to `matching`; `system` is the operating system, which decides the cipher."""
    columns = database.columns("cookies")
    if not columns >= _NEEDED:
        return Why.UNKNOWN_LAYOUT
    utf16 = database.pragma("encoding") != "UTF-8"
    secure = next((name for name in ("is_secure", "secure") if name in columns), "0")
    lasting = next((name for name in ("has_expires", "is_persistent", "persistent") if name in columns), "1")
    view = f"""
    SELECT host_key AS host, path, name, {secure} AS secure,
      CASE WHEN expires_utc BETWEEN 1 AND {MAX_INTEGER} AND {lasting} <> 0
        THEN expires_utc / 1000000 - {_EPOCH_S} END AS expires,
      {"top_frame_site_key" if "top_frame_site_key" in columns else "''"} AS jar,
      {"has_cross_site_ancestor" if "has_cross_site_ancestor" in columns else "0"} AS embedded,
      {_bytes("name", utf16)} AS name_bytes,
      {_value_bytes(database, columns, system, utf16)} AS value_bytes,
      {_changed(columns)} AS changed
    FROM main.cookies NOT INDEXED"""  # noqa: S608 - column names of our own that the table was seen to have
    database.guard(view, _SECRET, {"cookies"})
    return None


def jars(page: Target | None) -> tuple[str, ...]:
    """The partitions whose cookies are sent when a person opens the page: those of its own site (CHIPS)."""
    return () if page is None else tuple(f"{page.scheme}://{domain}" for domain in page.domains)


def _bytes(column: str, utf16: bool) -> str:
    # In a UTF-16 database the bytes are not those that are sent; the letters, which are ASCII, are.
    return f"length({column})" if utf16 else f"length(CAST({column} AS BLOB))"


def _changed(columns: frozenset[str]) -> str:
    times = [name for name in ("last_update_utc", "creation_utc") if name in columns]
    cases = " ".join(
        f"WHEN {name} BETWEEN 1 AND {MAX_INTEGER} THEN {name} / 1000000 - {_EPOCH_S}" for name in times
    )
    return f"CASE {cases} END" if cases else "NULL"


def _value_bytes(database: Database, columns: frozenset[str], system: str, utf16: bool) -> str:
    plain = _bytes("value", utf16) if "value" in columns else "0"
    if "encrypted_value" not in columns:
        return plain
    length = "length(encrypted_value)"  # of a blob, so in bytes
    tag = f"substr(encrypted_value, 1, {_TAG})"
    hashed = _HASH if _hashes(database, columns) else 0
    gcm = f"{length} - {_TAG + _NONCE_AND_MARK + hashed}"
    # Known to 16 bytes; the middle is at most 8 off.
    cbc = f"{length} - {_TAG + _BLOCK + hashed} + {_BLOCK // 2}"
    gcm_tags = ("v10", "v11", "v12", "v20") if system == "windows" else ("v12", "v20")
    cbc_tags = () if system == "windows" else ("v10", "v11")
    return f"""CASE WHEN {length} > 0
      THEN CASE {tag} {_each(gcm_tags, f"max({gcm}, 0)")} {_each(cbc_tags, f"max({cbc}, 0)")}
        ELSE {length} END
      ELSE {plain} END"""


def _each(tags: tuple[str, ...], size: str) -> str:
    return " ".join(f"WHEN x'{tag.encode().hex()}' THEN {size}" for tag in tags)


def _hashes(database: Database, columns: frozenset[str]) -> bool:
    if database.columns("meta") >= {"key", "value"}:
        row = database.numbers("SELECT CAST(value AS INTEGER) FROM main.meta WHERE key = 'version'", {})
        if row and row[0]:
            return row[0] >= _HASHED_FROM
    return "has_cross_site_ancestor" in columns  # the youngest column before the change
