"""The one reader of URLs: as browsers read them (WHATWG URL, by ada-url), http and https, and as a person types them.

What browsers do silently is noted: backslashes count as slashes, tabs and line ends go, percent-encoding in
the host is undone. `Address.suspect` holds those that other programs read differently; an address with one of
them is never official.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

import msgspec

from portalcheck.address.host import Unreadable, invalid_idn, refusal, spelling, wrong_length

if TYPE_CHECKING:
    import ada_url

LONGEST = 65_536
"""Characters of an address that are looked at; a longer one is refused."""

HIGHEST_PORT = 65_535
DEFAULT_PORTS = {"http": 80, "https": 443}
SUSPECT = frozenset({"backslash", "control", "encoded", "invisible"})

_WRITTEN = re.compile(
    # `optum.com:8443/` has no scheme
    r"(?:(?!(?:[A-Za-z0-9\-]+\.[A-Za-z0-9.\-]+|localhost):[0-9]+(?:[/\\?#]|$))(?P<scheme>[A-Za-z][A-Za-z0-9+.\-]*):)?"
    r"(?P<slashes>[/\\]*)(?:(?P<userinfo>[^/\\?#]*)@)?"
    r"(?P<host>(?:\[[^\]/\\?#]*\])?[^:/\\?#]*)(?::(?P<port>[^/\\?#]*))?(?P<tail>.*)",
    re.DOTALL | re.IGNORECASE | re.ASCII,
)
_REMOVED = "\t\n\r"
_AROUND = "".join(map(chr, range(0x21))) + "\u00a0\u00ad\u200b\u2028\u2029\u2060\u3000\ufeff"
_QUOTES = ("<>", '""', "''", "\u201c\u201d", "\u2018\u2019", "\u00ab\u00bb", "()")
_MOST_QUOTES = 4


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address that a browser would open.

    `host` has A-labels, `display` U-labels; neither has a final dot, nor an IPv6 address brackets. `url` is the
    address without user name, password and fragment. `userinfo` is kept for judging only. `target` is path and
    query. `naive` is the host that a reader takes who does not know that browsers treat a backslash as a slash;
    else empty.
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


class Written(NamedTuple):
    """The parts of a URL as they were written, nothing decoded and nothing checked.

    `scheme` is empty if none was typed, `userinfo` and `port` are None if they are not there at all; `tail` is path,
    query and fragment.
    """

    scheme: str
    slashes: str
    userinfo: str | None
    host: str
    port: str | None
    tail: str


def written(text: str) -> Written:
    """Take a URL apart, of any scheme or none. Never raises."""
    found = _WRITTEN.match(text)
    assert found is not None
    parts = found.groupdict()
    return Written(**{**parts, "scheme": (parts["scheme"] or "").lower()})


def read(text: str) -> Address | Unreadable:
    """Read an address; without a scheme it is taken as https. Never raises."""
    if len(text) > LONGEST:
        return Unreadable("too_long")
    text = _bare(_encodable(text))
    if not text:
        return Unreadable("empty")
    kept = "".join(c for c in text if c not in _REMOVED)
    parts = written(kept)
    if (parts.scheme or "https") not in DEFAULT_PORTS:
        return Unreadable("bad_scheme")
    if not parts.scheme and kept[0] in "/\\?#" and not kept.startswith("//"):
        return Unreadable("not_a_url")
    import ada_url

    try:
        browser = ada_url.URL(kept if parts.scheme else f"https:{kept}")
    except ValueError:
        return Unreadable(_why_unreadable(parts))
    tail = len(kept) - len(parts.tail)
    notes = []
    if "\\" in parts.slashes or parts.tail.startswith("\\"):
        notes.append("backslash")
    if any(c in _REMOVED for c in text[:tail]):
        notes.append("control")
    return _address(parts, browser, notes)


def join(base: Address, reference: str) -> Address | Unreadable:
    """The address that a browser goes to from `base`, say for a Location header (RFC 9110, 10.2.2)."""
    import ada_url

    try:
        browser = ada_url.URL(_encodable(reference), base.url)
    except ValueError:
        return Unreadable("not_a_url")
    return read(browser.href) if browser.protocol in ("http:", "https:") else Unreadable("bad_scheme")


def _encodable(text: str) -> str:
    """With lone surrogates replaced, as browsers do (WHATWG Infra: scalar value string)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _bare(text: str) -> str:
    """Without the blanks, invisible letters and quotation marks that copying leaves around an address."""
    for _ in range(_MOST_QUOTES):
        text = text.strip(_AROUND)
        if len(text) < 2 or text[0] + text[-1] not in _QUOTES:
            break
        text = text[1:-1]
    return text.strip(_AROUND)


def _why_unreadable(parts: Written) -> str:
    port = parts.port or ""
    if port.strip("0123456789") or int(port.lstrip("0")[:6] or "0") > HIGHEST_PORT:
        return "bad_port"
    if not parts.host:
        return "no_host"
    return "bad_ipv6" if parts.host.startswith("[") else refusal(unquote(parts.host))


def _address(parts: Written, browser: ada_url.URL, notes: list[str]) -> Address | Unreadable:
    """What a browser makes of an address, with all that is to be noted; its names must be such as DNS carries."""
    import ada_url

    name = browser.hostname.removesuffix(".")
    host = name.strip("[]")
    display = ada_url.idna.decode(host) if "xn--" in host else host
    trouble = wrong_length(host.split(".")) or invalid_idn(host, display)
    if trouble:
        return Unreadable(trouble)
    is_ip = browser.host_type != ada_url.HostType.DEFAULT
    if is_ip and not parts.scheme and not frozenset(parts.host) & frozenset(".["):
        return Unreadable("single_label")  # a bare number that someone typed, like a telephone number
    browser.hostname, browser.username, browser.password = name, "", ""
    del browser.hash
    scheme = browser.protocol.removesuffix(":")
    url = browser.href.replace("\\", "%5C")
    odd = {
        "userinfo": bool((parts.userinfo or "").strip(":")),
        "http": scheme == "http",
        "port": bool(browser.port),
        "ip-literal": is_ip,
    }
    return Address(
        url=url,
        scheme=scheme,
        host=host,
        display=display,
        port=int(browser.port or DEFAULT_PORTS[scheme]),
        is_ip=is_ip,
        notes=(
            *notes,
            *(note for note, holds in odd.items() if holds),
            *spelling(parts.host, unquote(parts.host), host),
        ),
        userinfo=parts.userinfo or "",
        target=url.removeprefix(f"{scheme}://{browser.host}"),
        typed_scheme=bool(parts.scheme),
        naive=_naive_host(parts) if "backslash" in notes else "",
    )


def _naive_host(parts: Written) -> str:
    """The host by RFC 3986, to which a backslash is no delimiter; may hold anything."""
    port = "" if parts.port is None else f":{parts.port}"
    authority = re.split(r"[/?#]", parts.host + port + parts.tail, maxsplit=1)[0]
    return authority.rpartition("@")[2].partition(":")[0].lower()
