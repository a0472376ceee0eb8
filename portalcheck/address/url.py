"""A URL as browsers read it (WHATWG URL), for the schemes http and https, and as a person types it.

What browsers do silently is done here too, and noted: backslashes count as slashes, tabs and line ends go,
percent-encoding in the host is undone. `Address.suspect` holds those that other programs read differently; an
address with one of them is never official.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from portalcheck.address.host import Unreadable, parse_host

LONGEST = 65_536
"""Characters of an address that are looked at; a longer one is refused."""

DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_HOST_AND_PORT = re.compile(
    r"(?:[A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+|localhost):[0-9]+(?:[/\\?#]|$)", re.IGNORECASE
)
_AUTHORITY = re.compile(r"[^/\\?#]*")
_REMOVED = "\t\n\r"
_AROUND = "".join(map(chr, range(0x21))) + "\u00a0\u00ad\u200b\u2028\u2029\u2060\u3000\ufeff"
_QUOTES = ("<>", '""', "''", "\u201c\u201d", "\u2018\u2019", "\u00ab\u00bb", "()")
_MOST_QUOTES = 4
_PATH_SAFE = "/%:@!$&'()*+,;=-._~[]|"
_QUERY_SAFE = _PATH_SAFE + "?"
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
SUSPECT = frozenset({"backslash", "control", "encoded", "invisible"})


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address that a browser would open.

    `host` has A-labels, `display` U-labels; neither has a final dot. `url` is the address without user name,
    password and fragment. `userinfo` is kept for judging only. `target` is path and query. `naive` is the
    host that a reader takes who does not know that browsers treat a backslash as a slash; else empty.
    """

    url: str
    scheme: str
    host: str
    display: str
    port: int
    is_ip: bool
    notes: tuple[str, ...]
    userinfo: str
    target: str
    typed_scheme: bool
    naive: str = ""

    @property
    def netloc(self) -> str:
        """Host and port as they stand in the address and in a Host header (RFC 9110, 7.2)."""
        return self.url.partition("://")[2].removesuffix(self.target)

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    @property
    def suspect(self) -> str:
        """The gravest note for which programs differ about the host, or nothing; `encoded` is the mildest."""
        return min(SUSPECT.intersection(self.notes), key=lambda note: (note == "encoded", note), default="")


def read(text: str) -> Address | Unreadable:
    """Read an address; without a scheme it is taken as https. Never raises."""
    if len(text) > LONGEST:
        return Unreadable("too_long")
    text = _bare(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if not text:
        return Unreadable("empty")
    kept = "".join(c for c in text if c not in _REMOVED)
    scheme, start = _scheme(kept)
    if scheme not in DEFAULT_PORTS:
        return Unreadable("bad_scheme")
    if start == 0 and kept[:1] in ("/", "\\", "?", "#") and kept[:2] != "//":
        return Unreadable("not_a_url")
    slashes = len(kept) - len(kept[start:].lstrip("/\\")) - start
    begin = start + slashes
    authority = _AUTHORITY.match(kept, begin)
    assert authority is not None
    notes = []
    if "\\" in kept[start:begin] or kept[authority.end() : authority.end() + 1] == "\\":
        notes.append("backslash")
    if any(c in _REMOVED for c in text[: authority.end()]):
        notes.append("control")
    return _with_authority(scheme, authority[0], kept[authority.end() :], notes, typed_scheme=start > 0)


def _bare(text: str) -> str:
    """Without the blanks, invisible letters and quotation marks that copying leaves around an address."""
    for _ in range(_MOST_QUOTES):
        text = text.strip(_AROUND)
        if len(text) < 2 or text[0] + text[-1] not in _QUOTES:
            break
        text = text[1:-1]
    return text.strip(_AROUND)


def _scheme(text: str) -> tuple[str, int]:
    """The scheme in lower case and where the rest begins; `optum.com:8443/` has none and so is https."""
    found = _SCHEME.match(text)
    if found is None or _HOST_AND_PORT.match(text):
        return "https", 0
    return found[1].lower(), found.end()


def _with_authority(
    scheme: str, authority: str, tail: str, notes: list[str], *, typed_scheme: bool
) -> Address | Unreadable:
    userinfo, at, host_and_port = authority.rpartition("@")
    host_text, port = _split_port(host_and_port)
    if port is not None and not 0 <= port <= _HIGHEST_PORT:
        return Unreadable("bad_port")
    if not host_text:
        return Unreadable("no_host")
    host = parse_host(host_text)
    if isinstance(host, Unreadable):
        return host
    if host.is_ip and not typed_scheme and not frozenset(host_text) & frozenset(".["):
        return Unreadable("single_label")  # a bare number that someone typed, like a telephone number
    if at and userinfo.strip(":"):
        notes.append("userinfo")
    if scheme == "http":
        notes.append("http")
    port = DEFAULT_PORTS[scheme] if port is None else port
    where = f"[{host.name}]" if ":" in host.name else host.name
    if port != DEFAULT_PORTS[scheme]:
        notes.append("port")
        where = f"{where}:{port}"
    if host.is_ip:
        notes.append("ip-literal")
    target = _target(tail)
    return Address(
        url=f"{scheme}://{where}{target}",
        scheme=scheme,
        host=host.name,
        display=host.display,
        port=port,
        is_ip=host.is_ip,
        notes=(*notes, *host.notes),
        userinfo=userinfo,
        target=target,
        typed_scheme=typed_scheme,
        naive=_naive_host(authority + tail) if "backslash" in notes else "",
    )


def _split_port(text: str) -> tuple[str, int | None]:
    """Host and port; the port is None where none is given and -1 where it is no number."""
    end = text.find("]") + 1 if text.startswith("[") else 0
    host, colon, digits = text[:end], *text[end:].partition(":")[1:]
    host += text[end:].partition(":")[0]
    if not colon or not digits:
        return host, None
    if digits.strip("0123456789"):
        return host, -1
    return host, int(digits.lstrip("0")[:6] or "0")


def _target(tail: str) -> str:
    """Path and query, as sent: backslashes of the path as slashes, odd characters percent-encoded."""
    before, mark, query = tail.partition("#")[0].partition("?")
    path = _without_dots(quote(before.replace("\\", "/"), safe=_PATH_SAFE))
    return (path or "/") + mark + quote(query, safe=_QUERY_SAFE)


def _without_dots(path: str) -> str:
    """A path without `.` and `..`, which may be percent-encoded."""
    if not _DOTS.search(path):
        return path
    kept: list[str] = []
    for segment in path.removeprefix("/").split("/"):
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
    if plain in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _naive_host(rest: str) -> str:
    """The host by RFC 3986, to which a backslash is no delimiter; may hold anything."""
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()
