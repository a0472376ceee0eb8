"""What single values of the settings may be: addresses, hosts, DNS servers, names.

Every `..._problem` function tells what is wrong with a text, as a clause for an error message that never
repeats an address, or `""` where nothing is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from portalcheck.address.host import LONGEST_HOST, LONGEST_LABEL
from portalcheck.address.literal import is_address
from portalcheck.address.url import HIGHEST_PORT, Address, read, written
from portalcheck.settings.reader import either
from portalcheck.words.interface import _

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")


def _is_unscoped(text: str) -> bool:
    """Whether a text is an IP literal without a zone, which means nothing outside of one computer."""
    return "%" not in text and is_address(text)


def maybe(check: Callable[[str], str]) -> Callable[[str], str]:
    """A check that also takes nothing."""
    return lambda text: check(text) if text else ""


def host_problem(text: str) -> str:
    """A host name (RFC 1123, with the underscore that browsers allow; or IDN, UTS 46) or an IP address."""
    if _is_unscoped(text):
        return ""
    name = text.removesuffix(".")
    if len(name) > LONGEST_HOST:
        return _("has more than {number} characters").format(number=LONGEST_HOST)
    if any(len(label) > LONGEST_LABEL for label in name.split(".")):
        return _("has a part of more than {number} characters between dots").format(number=LONGEST_LABEL)
    address = read(f"https://{text}/") if written(f"//{text}").host == text else None
    # A name that ends in a number is an IPv4 address to a browser, and read here only if it is written as one.
    if not isinstance(address, Address) or address.is_ip or address.suspect:
        return _("is not a host name")
    return "" if all(map(_LABEL.fullmatch, address.host.split("."))) else _("is not a host name")


def url_problem(text: str, schemes: Sequence[str] = ("http", "https")) -> str:
    """An address of one of the schemes that every reader of addresses reads the same way."""
    if not text:
        return _("is empty")
    if not text.isprintable() or any(char.isspace() or char == "\\" for char in text):
        return _("has a blank, a backslash or a character that is not seen")
    url = written(text)
    if not url.scheme or not url.slashes.startswith("//"):
        return _("is not an address")
    if url.scheme not in schemes:
        return _("does not begin with {start}").format(start=either(f"{scheme}://" for scheme in schemes))
    if url.userinfo is not None:
        return _("holds a user name or password")
    if url.port is not None and not re.fullmatch(r"[0-9]*", url.port):
        return _("has no valid host name")
    if url.port is not None and not 1 <= int(url.port or "0") <= HIGHEST_PORT:
        return _("has a port that is not 1 to {number}").format(number=HIGHEST_PORT)
    if url.host.startswith("["):
        return "" if isinstance(read(text), Address) else _("has no valid IPv6 address")
    if not url.host or url.slashes != "//":
        return _("has no host name")
    problem = host_problem(url.host)
    return _("has a host name that {problem}").format(problem=problem) if problem else ""


def host_of(url: str) -> str:
    """The host of an address without problem, as it is written, in lower case, without brackets and last dot."""
    address = read(url)
    if not isinstance(address, Address):
        return ""
    return address.host if address.host in url.lower() else address.display


def canaries_problem(urls: Sequence[str]) -> str:
    """Canaries of one host only could not tell a network from that host."""
    return "" if len({host_of(url) for url in urls}) > 1 else _("names one host only")


def resolver_problem(text: str) -> str:
    """A DNS server: address, address:port, [IPv6]:port, or DNS over HTTPS (RFC 8484)."""
    if _is_unscoped(text):
        return ""
    if "://" in text:
        return url_problem(text, ("https",))
    host, _colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    address = host[1:-1] if bracketed else host
    if not _is_unscoped(address) or bracketed != (":" in address):
        return _("is not the address of a DNS server")
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= HIGHEST_PORT:
        return _("has a port that is not 1 to {number}").format(number=HIGHEST_PORT)
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
