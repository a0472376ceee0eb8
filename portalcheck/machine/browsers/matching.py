"""Which cookies a browser would send (RFC 6265, 5.4), counted inside a database.

Every family offers its rows in one form, the view `database.SIZES`, whose columns are host, path, name, secure,
expires, jar, embedded, box, within, name_bytes, value_bytes and changed; names and hosts are compared there and never
leave it. `host` has a leading dot for a domain cookie; `expires` and `changed` are by the clock of the database, NULL
for none; `jar` is empty for the ordinary one, else how the browser writes the partition or container that keeps the
cookie apart, of which `box` is the container alone and `within` the rest; `embedded` is 1 where that is a frame within
another site's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from portalcheck.facts import CookieHeader
from portalcheck.machine.browsers import elsewhere as beyond
from portalcheck.machine.browsers.database import SIZES, Database, Number
from portalcheck.machine.hostnames import DEFAULT_PORTS, Destination, a_label, destination_of

_MAX_INTEGER = 2**63 - 1
MAX_HOSTS = 100
MAX_SEGMENTS = 100
_FEW = 8


class Clock(NamedTuple):
    """How a database writes times: in `per_second` parts of a second since `start`, in seconds since the epoch.

    `assumed` says that its schema is newer than the ones known here, and was read as the newest of these.
    """

    per_second: int = 1
    start: int = 0
    assumed: bool = False

    def reading(self, seconds: float) -> float:
        """A time in seconds since the epoch, as the database writes times."""
        return (seconds - self.start) * self.per_second

    def seconds(self, reading: Number) -> Number:
        """A time of the database in seconds since the epoch; None for none."""
        return None if reading is None else reading / self.per_second + self.start


class Page(Destination, frozen=True):
    """A page that cookies would be sent to, by http or https."""

    path: str
    query: str = ""

    @property
    def domains(self) -> tuple[str, ...]:
        """The host and its parent domains; an IP address has no parents."""
        if self.address is not None:
            return (self.host,)
        labels = self.host.split(".")
        return tuple(".".join(labels[at:]) for at in range(len(labels)))

    def origin(self, host: str) -> str:
        """The origin of a host at the page's scheme and port, as browsers write it."""
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        name = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{name}{port}"

    @property
    def secure(self) -> bool:
        """Whether Secure cookies are sent: over https, and to this computer itself."""
        ip = self.address
        own = self.domains[-1] == "localhost" or (ip is not None and ip.is_loopback)
        return self.scheme == "https" or own


def page_of(url: str) -> Page | None:
    """The page at a URL; None for a URL that is not http or https, or has no host."""
    found = destination_of(url.strip())
    if found is None or found.scheme not in ("http", "https"):
        return None
    parts = urlsplit(url.strip())
    return Page(found.scheme, str(found.address or found.host), found.port, parts.path or "/", parts.query)


def first_time(columns: Iterable[str], part: int = 1) -> str:
    """An expression for the first of some times that is set, divided by `part`; NULL if none is."""
    # Text and blobs sort behind numbers, so that a BETWEEN holds for numbers only.
    cases = " ".join(f"WHEN {name} BETWEEN 1 AND {_MAX_INTEGER} THEN {name} / {part}" for name in columns)
    return f"CASE {cases} END" if cases else "NULL"


Jars = Callable[[Page | None], tuple[str, ...]]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a store keeps for a portal, by the names of `facts.CookieStore`."""

    count: int = 0
    expired: int = 0
    session: int = 0
    sent: int = 0
    duplicates: int = 0
    header_bytes: int = 0
    partitioned: int = 0
    on_site: int = 0
    oldest: Number = None
    newest: Number = None
    newer_schema: bool = False
    elsewhere: tuple[CookieHeader, ...] = ()


class _Values:
    """Values bound to queries, each under a name of its own."""

    def __init__(self) -> None:
        self.bound: dict[str, str | int | float] = {}

    def one(self, value: str | float) -> str:
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return f":{name}"

    def many(self, values: Iterable[str]) -> str:
        return "(" + ", ".join(self.one(value) for value in values) + ")"

    def matches(self, column: str, values: Sequence[str]) -> str:
        """Whether a column is one of the values. A few comparisons, the likeliest first, are faster than a list."""
        tests = [f"{column} = {self.one(value)}" for value in values[:_FEW]]
        if values[_FEW:]:
            tests.append(f"{column} IN {self.many(values[_FEW:])}")
        return "(" + (" OR ".join(tests) or "0") + ")"


def totals(
    database: Database,
    clock: Clock,
    page: Page | None,
    hosts: Iterable[str],
    now: float,
    jars: Jars,
    identity: Iterable[str] = (),
) -> Totals:
    """Count what a guarded database keeps for `hosts` and would send to `page` at the time `now`.

    `clock` is that of the database's times. `jars` tells those beside the ordinary one whose cookies are sent too
    when a person opens a page. `identity` are those of the hosts that sign people in. What SQLite refuses ends
    `database.ask`.
    """
    names, to_page = _names(page, hosts), _sent_hosts(page)
    values = _Values()
    sendable = values.matches("host", to_page)
    expired = _expired(clock, now, values)
    own = f"(jar = '' OR jar IS NULL OR (embedded IS NOT 1 AND jar IN {values.many(jars(page))}))"
    near = _near(to_page, _site(page, names), values)
    portals = f"({sendable} OR ({_quick(names, values)} AND {_under(names, values)}))"
    kept = _kept_query(portals, expired, own, near)
    rows, old, lasting, apart, on_site, oldest, newest = database.numbers(kept, values.bound)
    tests = [sendable, values.matches("path", _paths(page)), _secure_fits(page)]
    if old or apart:  # else all are live, and none is apart
        tests += [f"({expired}) IS NOT 1", own]
    sent, different, size = _sent(database, " AND ".join(tests), values.bound) if rows else (0, 0, 0)
    alive = int(rows or 0) - int(old or 0)
    some_stay = alive > max(sent, 1)  # else all that are kept are sent to the page as well
    lives = f"{portals} AND ({expired}) IS NOT 1 AND path IS NOT NULL AND {_secure_fits(page)}"
    return Totals(
        count=alive,
        expired=int(old or 0),
        session=int(rows or 0) - int(lasting or 0),
        sent=sent,
        duplicates=sent - different,
        header_bytes=size + 2 * max(sent - 1, 0),  # "; " between two
        partitioned=int(apart or 0),
        on_site=int(on_site or 0),
        oldest=clock.seconds(oldest),
        newest=clock.seconds(newest),
        newer_schema=clock.assumed,
        elsewhere=_elsewhere(database, page, identity, jars, values, lives, alive) if some_stay else (),
    )


def _expired(clock: Clock, now: float, values: _Values) -> str:
    # Whole, as the databases' times are: comparing with a fraction takes SQLite longer.
    return f"expires <= {values.one(math.floor(clock.reading(now)))}"


def _kept_query(portals: str, expired: str, own: str, near: str) -> str:
    """Counts of the rows that are the portal's, by conditions."""
    # Several short queries: in one, SQLite would work the same conditions out anew for each column. FILTER and
    # CASE stop at the first condition that decides and spare the call of the aggregate; plain values do neither.
    return f"""SELECT count(*), count(*) FILTER (WHERE {expired}), count(expires),
      count(*) FILTER (WHERE CASE WHEN {own} OR {expired} THEN 0 ELSE 1 END),
      count(*) FILTER (WHERE CASE WHEN {expired} THEN 0 WHEN {near} THEN 1 ELSE 0 END),
      min(changed), max(changed)
    FROM temp.{SIZES} WHERE {portals}"""  # noqa: S608 - every value is bound; what is put together are our own words


def _sent(database: Database, condition: str, bound: Mapping[str, str | float]) -> tuple[int, int, int]:
    """How many rows fit, how many different names they have, and the bytes of their names, `=` and values."""
    rows = f"FROM temp.{SIZES} WHERE {condition}"
    sizes = f"SELECT count(*), sum(name_bytes + (name <> '') + value_bytes) {rows}"
    sent, size = (int(value or 0) for value in database.numbers(sizes, bound))
    if sent < 2:
        return sent, sent, size
    # By itself, so that SQLite sorts the names alone; it is also faster than `count(DISTINCT name)`.
    names = f"SELECT count(*) FROM (SELECT 1 {rows} GROUP BY name)"  # noqa: S608 - as above
    return sent, int(database.numbers(names, bound)[0] or 0), size


def _elsewhere(
    database: Database,
    page: Page | None,
    identity: Iterable[str],
    jars: Jars,
    values: _Values,
    lives: str,
    rows: int,
) -> tuple[CookieHeader, ...]:
    """What would be sent to other places than the page, of the `rows` that live."""
    names = _names(None, identity)
    of_identity = f"({_quick(names, values)} AND {_under(names, values)})"
    others = values.many(jar for name in names for jar in jars(page_of(f"https://{name}/")))
    to_page = values.matches("host", _sent_hosts(page))
    on_page = f"{to_page} AND within IN {values.many(jars(page))}"
    apart = f"embedded IS NOT 1 AND (({on_page}) OR ({of_identity} AND within IN {others}))"
    sent = f"{lives} AND (within = '' OR within IS NULL OR ({apart}))"
    host = values.one(page.host if page is not None else "")
    return beyond.headers(database, values.bound, (host, to_page, of_identity, sent), rows)


def _names(page: Page | None, hosts: Iterable[str]) -> tuple[str, ...]:
    named = {page.host} if page is not None else set()
    named |= {name for host in hosts if (name := a_label(host.strip().strip(".")))}
    return tuple(sorted(named))[:MAX_HOSTS]


def _sent_hosts(page: Page | None) -> tuple[str, ...]:
    if page is None:
        return ()
    ip = page.address
    if ip is not None:
        return (page.host, f"[{page.host}]") if ip.version == 6 else (page.host,)
    wider = ["." + domain for domain in page.domains]
    return (*wider[:-1], page.host, wider[-1])


def _site(page: Page | None, names: Iterable[str]) -> tuple[str, ...]:
    """The widest name that the page lies under: browsers limit the cookies of a site, not of a host."""
    if page is None:
        return ()
    return (min((name for name in names if name in page.domains), key=len, default=page.host),)


def _near(to_page: Iterable[str], site: Iterable[str], values: _Values) -> str:
    """Whether `host` lies under the site; the hosts that cookies are sent from are looked at first."""
    suffixes = tuple("." + name for name in site)
    first = [host for host in to_page if f".{host.removeprefix('.')}".endswith(suffixes)]
    return f"({values.matches('host', first)} OR {_under(site, values)})"


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


def _paths(page: Page | None) -> tuple[str, ...]:
    """The cookie paths that match (RFC 6265, 5.1.4): the path, and what of it ends before or at a slash."""
    path = page.path if page is not None else "/"
    slashes = [at for at, letter in enumerate(path) if letter == "/"][:MAX_SEGMENTS]
    found = (*(path[: at + 1] for at in slashes), *(path[:at] for at in slashes), path)
    return tuple(dict.fromkeys(found))


def _secure_fits(page: Page | None) -> str:
    return "1" if page is not None and page.secure else "(secure = 0)"
