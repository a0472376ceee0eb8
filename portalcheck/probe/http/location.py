"""Where a redirect leads, as browsers read its Location header (WHATWG URL; RFC 9110, 10.2.2)."""

from __future__ import annotations

import re

from portalcheck.address.host import Unreadable
from portalcheck.address.url import Address, read

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_SLASHES = "/\\"
_TWO_SLASHES = re.compile(r"[/\\]{2,}")
_REMOVED = str.maketrans("", "", "\t\r\n")
_AROUND = "".join(map(chr, range(0x21)))


def url_of(text: str) -> Address | None:
    """An absolute http or https URL without user name, password and fragment; None for any other text.

    Hosts that a browser refuses make no URL; IPv4 addresses in odd notation become plain ones.
    """
    address = read(text)
    return None if isinstance(address, Unreadable) else address


def target_of(base: Address, location: str) -> Address | None:
    """The URL that a browser goes to from `base`, or None where it goes nowhere."""
    rest = location.strip(_AROUND).translate(_REMOVED)
    found = _SCHEME.match(rest)
    if found is not None:
        scheme, rest = found[1].lower(), rest[found.end() :]
        if scheme != base.scheme:
            # What follows a scheme of another kind is an authority, whatever the number of slashes.
            return _absolute(scheme, rest) if scheme in ("http", "https") else None
    if _TWO_SLASHES.match(rest):
        return _absolute(base.scheme, rest)
    return _absolute(base.scheme, base.netloc + _target(base, rest))


def _absolute(scheme: str, rest: str) -> Address | None:
    # The final # keeps the reader from taking away what it takes for remains of copying.
    return url_of(f"{scheme}://{rest.lstrip(_SLASHES)}#")


def _target(base: Address, reference: str) -> str:
    """Path and query of a reference without scheme and host (RFC 3986, 5.2.2)."""
    reference = reference.partition("#")[0]
    path, mark, query = reference.partition("?")
    path = path.replace("\\", "/")
    own_path, _, own_query = base.target.partition("?")
    if path.startswith("/"):
        return path + mark + query
    if path:
        return own_path.rpartition("/")[0] + "/" + path + mark + query
    return own_path + (mark + query if mark else f"?{own_query}" if own_query else "")
