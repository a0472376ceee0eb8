"""Does the operating system still get updates? By a table that is shipped with a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import tomli

from portalcheck.api import Check, Context, Finding, Link, Roots, System, note, ok, reasons_in, warn
from portalcheck_checks.system import reasons

TABLE_IS_GOOD_FOR = dt.timedelta(days=366)
ROOTS_ARE_OLD = dt.timedelta(days=3 * 365)


@cache
def support_table() -> Mapping[str, Any]:
    """The table: `dated`, and for each system the last days of support by release, or by release and edition."""
    return tomli.loads(files("portalcheck_checks.system").joinpath("support.toml").read_text("utf-8"))


def system(ctx: Context) -> Iterable[Finding]:
    """The system's release against the end of its support, the age of its trust store, and the TLS in use here."""
    now = ctx.machine.now()
    yield judge(ctx.machine.system(), support_table(), dt.datetime.fromtimestamp(now, dt.UTC).date())
    yield from judge_roots(ctx.machine.system_roots(), now)
    yield ok(reasons.TLS_LIBRARY, library=tls_library())


def tls_library() -> str:
    """Name and version of what secure connections are tried with: OpenSSL as cryptography brings it, not Python's."""
    from OpenSSL import SSL

    return " ".join(SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode("ascii").split()[:2])


def judge_roots(roots: Roots, now: float) -> Iterator[Finding]:
    """How long ago the list of trusted authorities was last changed; years mean that no update came."""
    if roots.newest is not None and roots.newest <= now:
        age = dt.timedelta(seconds=now - roots.newest)
        say = note if age > ROOTS_ARE_OLD else ok
        yield say(reasons.ROOTS_AGE, days=age.days)


def judge(system: System, table: Mapping[str, Any], today: dt.date) -> Finding:
    """Outdated only by a date in the table; a table that is itself a year old outdates nothing."""
    ends = _ends_of(system, table)
    evidence = {"os": system.os, "release": system.release}
    age = today - table["dated"]
    # A clock that is far behind the table's own date says nothing about support either.
    if not ends or not dt.timedelta(0) <= age <= TABLE_IS_GOOD_FOR:
        return ok(reasons.SUPPORT_UNKNOWN, **evidence)
    if all(today <= free for free, _ in ends):
        return ok(reasons.CURRENT, **evidence)
    if all(today > last for _, last in ends):
        return warn(reasons.OUTDATED, **evidence)
    if all(today > free for free, _ in ends):
        return note(reasons.EXTENDED_ONLY, **evidence)
    return ok(reasons.SUPPORT_UNKNOWN, **evidence)


def _ends_of(system: System, table: Mapping[str, Any]) -> tuple[tuple[dt.date, dt.date], ...]:
    """The last days of the longest entry that the release begins with, word by word.

    Free of charge, and for those who have joined extended updates; of each edition, if it is not known which it is.
    """
    releases: Mapping[str, Any] = table.get(system.os, {})
    wanted = f"{system.release.casefold()} "
    fitting = [name for name in releases if wanted.startswith((f"{name} ", f"{name}."))]
    if not fitting:
        return ()
    name = max(fitting, key=len)
    found, rest = releases[name], wanted.removeprefix(name).strip()
    if isinstance(found, dict):
        named = [end for words, end in found.items() if rest in words.split()]
        return tuple(map(_pair, named or found.values()))
    return (_pair(found),)


def _pair(end: dt.date | list[dt.date]) -> tuple[dt.date, dt.date]:
    return (end[0], end[-1]) if isinstance(end, list) else (end, end)


CHECK = Check(
    "system",
    run=system,
    reasons=reasons_in(reasons),
    words="portalcheck_checks.system",
    link=Link.YOU,
    code_number=10,
)
