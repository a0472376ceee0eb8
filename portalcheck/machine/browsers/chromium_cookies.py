"""The cookie databases of Chromium's family: schema versions 5 to 24 and, as far as they agree, later ones.

Source: net/extras/sqlite/sqlite_persistent_cookie_store.cc. Values are encrypted, so lengths are estimates.
"""

from __future__ import annotations

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.database import Database, Number
from portalcheck.machine.browsers.matching import Clock, Page, first_time

_NEEDED = frozenset({"host_key", "path", "name", "expires_utc"})
_SECRET = {"cookies": frozenset({"value", "encrypted_value"})}
_CLOCK = Clock(1_000_000, -11_644_473_600)  # from 1601-01-01 on
_CHANGED = ("last_update_utc", "creation_utc")
_NEWEST_KNOWN = 24
_HASHED_FROM = 24  # the SHA-256 of the host stands before the value that is encrypted
_HASH = 32
_TAG = 3  # v10, v11, v20: which key
_NONCE_AND_MARK = 12 + 16  # AES-GCM
_BLOCK = 16  # AES-CBC; an encrypted value is filled up with 1 to 16 bytes


def guard(database: Database, system: str, *, session_ended: bool = False) -> Clock | Unreadable:
    """Define the view that `matching` counts in; the clock of its times, or why the database cannot be read.

    `system` is linux, macos or windows, which decides the cipher of values. Cookies of a session that has ended are
    sent to no path: the browser drops them when it starts.
    """
    columns = database.columns("cookies")
    if not columns >= _NEEDED:
        return Unreadable.UNKNOWN_LAYOUT
    version = _version(database)
    secure = next((name for name in ("is_secure", "secure") if name in columns), "0")
    lasting = next((name for name in ("has_expires", "is_persistent", "persistent") if name in columns), "1")
    lives = f"{lasting} <> 0 AND expires_utc >= 1"
    view = f"""
    SELECT host_key AS host, {f"CASE WHEN {lives} THEN path END" if session_ended else "path"} AS path, name,
      {secure} AS secure, CASE WHEN {lives} THEN expires_utc END AS expires,
      {"top_frame_site_key" if "top_frame_site_key" in columns else "''"} AS jar,
      {"has_cross_site_ancestor" if "has_cross_site_ancestor" in columns else "0"} AS embedded,
      '' AS box, {"top_frame_site_key" if "top_frame_site_key" in columns else "''"} AS within,
      {database.bytes_of("name")} AS name_bytes,
      {_value_bytes(database, version, columns, system)} AS value_bytes,
      {first_time(name for name in _CHANGED if name in columns)} AS changed
    FROM main.cookies NOT INDEXED"""  # noqa: S608 - column names of our own that the table was seen to have
    database.guard(view, _SECRET, {"cookies"})
    return _CLOCK._replace(assumed=version is not None and version > _NEWEST_KNOWN)


def jars(page: Page | None) -> tuple[str, ...]:
    """The partitions whose cookies are sent when a person opens the page: those of its own site (CHIPS)."""
    return () if page is None else tuple(f"{page.scheme}://{domain}" for domain in page.domains)


def _value_bytes(database: Database, version: Number, columns: frozenset[str], system: str) -> str:
    plain = database.bytes_of("value") if "value" in columns else "0"
    if "encrypted_value" not in columns:
        return plain
    length = "length(encrypted_value)"  # of a blob, so in bytes
    fixed = _TAG + (_HASH if _hashes(version, columns) else 0)
    gcm = _beyond(length, fixed + _NONCE_AND_MARK)
    # Known to 16 bytes; the middle is at most 8 off.
    cbc = _beyond(length, fixed + _BLOCK - _BLOCK // 2)
    by_tag = [("v10", "v11", gcm if system == "windows" else cbc), ("v12", "v12", gcm), ("v20", "v20", gcm)]
    known = " ".join(f"WHEN {_tagged(first, last)} THEN {size}" for first, last, size in by_tag)
    return f"CASE {known} WHEN {length} > 0 THEN {length} ELSE {plain} END"


def _tagged(first: str, last: str) -> str:
    """Whether the encrypted value begins with a tag from `first` to `last`; comparing is faster than cutting."""
    after = int.from_bytes(last.encode()) + 1
    return f"encrypted_value BETWEEN x'{first.encode().hex()}' AND x'{after:06x}'"


def _beyond(length: str, fixed: int) -> str:
    return f"CASE WHEN {length} > {fixed} THEN {length} - {fixed} ELSE 0 END"


def _version(database: Database) -> Number:
    """The version of the schema, None if the database does not say."""
    if not database.columns("meta") >= {"key", "value"}:
        return None
    row = database.numbers("SELECT CAST(value AS INTEGER) FROM main.meta WHERE key = 'version'", {})
    return (row[0] or None) if row else None


def _hashes(version: Number, columns: frozenset[str]) -> bool:
    # Else by the youngest column before the change.
    return "has_cross_site_ancestor" in columns if version is None else version >= _HASHED_FROM
