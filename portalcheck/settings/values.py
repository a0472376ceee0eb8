"""What single values of the settings may be: addresses, hosts, DNS servers, names.

Every `..._problem` function tells what is wrong with a text, as a clause for an error message that never
repeats an address, or `""` where nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from portalcheck.address.literal import is_address
from portalcheck.settings.reader import either
from portalcheck.words.interface import _

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(?:[/?#].*)?")
_AUTHORITY = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]*))?")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_MAX_LABEL = 63
_MAX_NAME = 253
_MAX_PORT = 65535


def _is_unscoped(text: str) -> bool:
    """Whether a text is an IP literal without a zone, which means nothing outside of one computer."""
    return "%" not in text and is_address(text)


def host_problem(text: str) -> str:
    """A host name (RFC 1123, with the underscore that browsers allow; or IDN, RFC 5890) or an IP address."""
    if _is_unscoped(text):
        return ""
    name = text.removesuffix(".")
    if not name.isascii():
        name = _a_label(name)
    if not name:
        return _("is not a host name")
    if len(name) > _MAX_NAME:
        return _("has more than {number} characters").format(number=_MAX_NAME)
    labels = name.split(".")
    if any(len(label) > _MAX_LABEL for label in labels):
        return _("has a part of more than {number} characters between dots").format(number=_MAX_LABEL)
    # A name that ends in a number is an IPv4 address to a browser (WHATWG URL, "ends in a number").
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        return _("is not a host name")
    return ""


def _a_label(name: str) -> str:
    import idna

    if len(name) > _MAX_NAME or not name.isprintable():
        return ""
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:  # idna.IDNAError is one
        return ""


def maybe_host_problem(text: str) -> str:
    """A host name, or nothing."""
    return host_problem(text) if text else ""


def url_problem(text: str, schemes: Sequence[str] = ("http", "https")) -> str:
    """An address of one of the schemes that every reader of addresses reads the same way."""
    if not text:
        return _("is empty")
    if not text.isprintable() or any(char.isspace() or char == "\\" for char in text):
        return _("has a blank, a backslash or a character that is not seen")
    match = _URL.fullmatch(text)
    if match is None:
        return _("is not an address")
    if match[1].lower() not in schemes:
        return _("does not begin with {start}").format(start=either(f"{scheme}://" for scheme in schemes))
    return _authority_problem(match[2])


def _authority_problem(text: str) -> str:
    if "@" in text:
        return _("holds a user name or password")
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return _("has no valid host name")
    host, port = match[1], match[2]
    if port is not None and not 1 <= int(port or "0") <= _MAX_PORT:
        return _("has a port that is not 1 to {number}").format(number=_MAX_PORT)
    if host.startswith("["):
        return "" if ":" in host and _is_unscoped(host[1:-1]) else _("has no valid IPv6 address")
    if not host:
        return _("has no host name")
    problem = host_problem(host)
    return _("has a host name that {problem}").format(problem=problem) if problem else ""


def host_of(url: str) -> str:
    """The host of an address without problem, in lower case, without brackets and last dot."""
    match = _URL.fullmatch(url)
    authority = _AUTHORITY.fullmatch(match[2]) if match else None
    return authority[1].strip("[]").removesuffix(".").lower() if authority else ""


def maybe_url_problem(text: str) -> str:
    """An address, or nothing."""
    return url_problem(text) if text else ""


def https_url_problem(text: str) -> str:
    """An https address."""
    return url_problem(text, ("https",))


def http_url_problem(text: str) -> str:
    """An address of plain HTTP."""
    return url_problem(text, ("http",))


def canaries_problem(urls: Sequence[str]) -> str:
    """Canaries of one host only could not tell a network from that host."""
    return "" if len({host_of(url) for url in urls}) > 1 else _("names one host only")


def resolver_problem(text: str) -> str:
    """A DNS server: address, address:port, [IPv6]:port, or DNS over HTTPS (RFC 8484)."""
    if _is_unscoped(text):
        return ""
    if "://" in text:
        return https_url_problem(text)
    host, _colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    address = host[1:-1] if bracketed else host
    if not _is_unscoped(address) or bracketed != (":" in address):
        return _("is not the address of a DNS server")
    if not (
        port.isascii() and port.isdigit() and len(port) <= len(str(_MAX_PORT)) and 0 < int(port) <= _MAX_PORT
    ):
        return _("has a port that is not 1 to {number}").format(number=_MAX_PORT)
    return ""


def words_problem(text: str) -> str:
    """One line of text."""
    return maybe_words_problem(text) if text.strip() else _("is empty")


def maybe_words_problem(text: str) -> str:
    """One line of text, or nothing."""
    return "" if text.isprintable() else _("has a character that is not seen")


def path_problem(text: str) -> str:
    """A path that a file system could hold."""
    return _("has a character that no path has") if "\0" in text else ""


def id_problem(text: str) -> str:
    """The id of a check."""
    return "" if text and text.isprintable() and not re.search(r"[\s,]", text) else _("is not a check id")
