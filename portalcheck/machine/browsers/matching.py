"""Which cookies a browser would send (RFC 6265, 5.4), counted inside a database.

Every family offers its rows in one form, the view `database.SIZES` with the columns `COLUMNS`; names and
hosts are compared there and never leave it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from portalcheck.machine.browsers.database import SIZES, Database, Number
from portalcheck.machine.hostnames import a_label, address

COLUMNS = (
    "host",
    "path",
    "name",
    "secure",
    "expires",
    "jar",
    "embedded",
    "name_bytes",
    "value_bytes",
    "changed",
)
"""What the view must offer: `host` with a leading dot for a domain cookie, without one for a host-only one;
`expires` and `changed` in seconds since the epoch, NULL for none; `jar` `''` for the ordinary one, else how
the browser writes the partition or container that keeps the cookie apart; `embedded` 1 where that is a frame
within another site's."""
MAX_INTEGER = 2**63 - 1
"""SQLite's largest integer. Text and blobs sort behind numbers: a BETWEEN with it holds for numbers only."""

MAX_HOSTS = 100
MAX_SEGMENTS = 100
_PORTS = {"http": 80, "https": 443}


class Target(msgspec.Struct, frozen=True):
    """The page that cookies would be sent to: an address of scheme http or https, its host in A-labels."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def domains(self) -> tuple[str, ...]:
        """The host and its parent domains; an IP address has no parents."""
        if address(self.host) is not None:
            return (self.host,)
        labels = self.host.split(".")
        return tuple(".".join(labels[at:]) for at in range(len(labels)))

    def origin(self, host: str) -> str:
        """The origin of a host at the page's scheme and port, as browsers write it."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        name = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{name}{port}"

    @property
    def secure(self) -> bool:
        """Whether Secure cookies are sent: over https, and to this computer itself."""
        ip = address(self.host)
        own = self.domains[-1] == "localhost" or (ip is not None and ip.is_loopback)
        return self.scheme == "https" or own


def target(url: str) -> Target | None:
    """The target that a URL names, None where it names none."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    ip = address(host)
    host = str(ip) if ip is not None else a_label(host)
    if parts.scheme not in _PORTS or not host:
        return None
    path = parts.path if parts.path.startswith("/") else "/"
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


class Totals(NamedTuple):
    """What a store keeps for a portal. Sizes in bytes, times in seconds since the epoch."""

    live: int
    expired: int
    session: int
    sent: int
    duplicates: int
    header_bytes: int
    partitioned: int
    on_site: int
    oldest: Number
    newest: Number


class _Values:
    """Values bound to a query, each under a name of its own."""

    def __init__(self) -> None:
        self.bound: dict[str, str | int | float] = {}

    def one(self, value: str | float) -> str:
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"

    def many(self, values: Iterable[str]) -> str:
        return "(" + ", ".join(self.one(value) for value in values) + ")"


def totals(
    database: Database, page: Target | None, hosts: Iterable[str], now: float, own_jars: Iterable[str]
) -> Totals:
    """Count what a guarded database keeps for `hosts` and would send to `page` at the time `now`.

    `own_jars` are those beside the ordinary one whose cookies are sent too. What SQLite refuses leaves the
    database's `with` block as `database.Refused`.
    """
    names = _names(page, hosts)
    values = _Values()
    sent = values.many(_sent_hosts(page))
    # LIMIT keeps SQLite from merging the SELECTs, which would work every column out anew for each use; CASE,
    # unlike AND, leaves out what no longer matters. `kind` is 0 expired, 1 kept apart, 2 not sent, 3 sent.
    query = f"""
    SELECT sum(kind > 0), sum(kind = 0), sum(expires IS NULL),
      sum(kind = 3), count(DISTINCT CASE kind WHEN 3 THEN name END), sum(CASE kind WHEN 3 THEN bytes END),
      sum(kind = 1), sum(CASE kind WHEN 0 THEN 0 ELSE near END), min(changed), max(changed)
    FROM (
      SELECT name, changed, expires, bytes, near,
        CASE WHEN expires <= {values.one(now)} THEN 0 WHEN apart THEN 1 WHEN fits THEN 3 ELSE 2 END AS kind
      FROM (
        SELECT name, changed, expires,
          name_bytes + value_bytes + (name_bytes > 0) AS bytes,
          CASE WHEN {_under(_site(page, names), values)} THEN 1 ELSE 0 END AS near,
          CASE WHEN jar = '' OR jar IS NULL THEN 0 WHEN embedded = 1 THEN 1
            WHEN jar IN {values.many(own_jars)} THEN 0 ELSE 1 END AS apart,
          CASE WHEN path IN {_paths(page, values)} AND host IN {sent} AND {_secure_fits(page)}
            THEN 1 ELSE 0 END AS fits
        FROM temp.{SIZES}
        WHERE host IN {sent} OR ({_quick(names, values)} AND {_under(names, values)})
        LIMIT -1
      )
      LIMIT -1
    )"""  # noqa: S608 - every value is bound; what is put together here are our own words
    row = database.numbers(query, values.bound)
    live, expired, session, fits, different, size, apart, near = (int(value or 0) for value in row[:8])
    separators = 2 * max(fits - 1, 0)  # "; " between two
    return Totals(
        live, expired, session, fits, fits - different, size + separators, apart, near, row[8], row[9]
    )


def _names(page: Target | None, hosts: Iterable[str]) -> tuple[str, ...]:
    named = {page.host} if page is not None else set()
    named |= {name for host in hosts if (name := a_label(host.strip().strip(".")))}
    return tuple(sorted(named))[:MAX_HOSTS]


def _sent_hosts(page: Target | None) -> tuple[str, ...]:
    if page is None:
        return ()
    ip = address(page.host)
    if ip is not None:
        return (page.host, f"[{page.host}]") if ip.version == 6 else (page.host,)
    return (page.host, *("." + domain for domain in page.domains))


def _site(page: Target | None, names: Iterable[str]) -> tuple[str, ...]:
    """The widest name that the page lies under: browsers limit the cookies of a site, not of a host."""
    if page is None:
        return ()
    return (min((name for name in names if name in page.domains), key=len, default=page.host),)


def _under(names: Iterable[str], values: _Values) -> str:
    """Whether `host` is one of the names or a subdomain of one, as an expression."""
    by_length: dict[int, list[str]] = {}
    for name in names:
        by_length.setdefault(len(name), []).append(name)
    tests = [
        f"(host IN {values.many(same)} OR substr(host, {-1 - size}) IN {values.many('.' + n for n in same)})"
        for size, same in by_length.items()
    ]
    return "(" + (" OR ".join(tests) or "0") + ")"


def _quick(names: Iterable[str], values: _Values) -> str:
    """A test that spares most rows of a large store the exact one: do the last letters fit?"""
    names = tuple(names)
    length = min(map(len, names), default=0)
    return f"substr(host, {-length}) IN {values.many({name[-length:] for name in names})}" if length else "0"


def _paths(page: Target | None, values: _Values) -> str:
    """The cookie paths that match (RFC 6265, 5.1.4): the path, and what of it ends before or at a slash."""
    path = page.path if page is not None else "/"
    slashes = [at for at, letter in enumerate(path) if letter == "/"][:MAX_SEGMENTS]
    return values.many({path, *(path[:at] for at in slashes), *(path[: at + 1] for at in slashes)})


def _secure_fits(page: Target | None) -> str:
    return "1" if page is not None and page.secure else "(secure = 0)"
