"""Addresses that only lead on to another one, which their own text names. Nothing is contacted to find it.

Formats are those of Microsoft Safe Links, Proofpoint URL Defense (v1 to v3), Barracuda, Mimecast, Cisco,
Sophos, Check Point, Google, Facebook and others, and the common parameters of tracking links.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote, unquote_plus

from portalcheck.address.tables import REDIRECT_PARAMETERS, WRAPPERS
from portalcheck.address.url import Address

_MOST_FIELDS = 64
_PROOFPOINT3 = re.compile(r"/v3/__(?P<url>.+?)__(?:;(?P<replaced>[A-Za-z0-9_\-=]*))?(?:!|$)", re.DOTALL)
_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_IN_PATH = re.compile(r"https?(?::|%3a)/?(?:/|%2f)", re.IGNORECASE)
_AVANAN = re.compile(r"/v2/(?:r0\d/)?___(?P<url>.+?)___(?:\.|$)", re.DOTALL)
_ABSOLUTE = re.compile(r"\s*(?:https?:|www\.)", re.IGNORECASE)


def unwrap(address: Address) -> str | None:
    """The address that another one leads on to: None if it leads nowhere, empty if its text does not tell."""
    path, _, query = address.target.partition("?")
    for host, prefix, form, parameter in WRAPPERS:
        if (address.host == host or address.host.endswith("." + host)) and path.startswith(prefix):
            found = _read(form, path, query, parameter)
            if found or prefix:
                return found
    if _is_google(address.host) and path == "/url":
        return _parameter(query, "q") or _parameter(query, "url")
    return _tracked(query)


def _read(form: str, path: str, query: str, parameter: str) -> str:
    match form:
        case "query":
            return _parameter(query, parameter)
        case "proofpoint2":
            return unquote(_parameter(query, parameter).replace("-", "%").replace("_", "/"))
        case "proofpoint3":
            return _proofpoint3(path + ("?" + query if query else ""))
        case "bing":
            return _base64(_parameter(query, parameter).removeprefix("a1"))
        case "path":
            found = _IN_PATH.search(path)
            return unquote(path[found.start() :]) if found else ""
        case _:
            wrapped = _AVANAN.search(path + ("?" + query if query else ""))
            return wrapped["url"] if wrapped else ""


def _proofpoint3(text: str) -> str:
    """Version 3 puts the characters that it replaced in base64 behind the address; `**A` stands for two."""
    found = _PROOFPOINT3.search(text)
    if found is None:
        return ""
    replaced = iter(_base64(found["replaced"] or ""))

    def restore(mark: re.Match[str]) -> str:
        count = _RUNS.index(mark[1]) + 2 if mark[1] else 1
        return "".join(next(replaced, "*") for _ in range(count))

    # Proxies on the way make one slash of two.
    address = re.sub(
        r"\*(?:\*(.))?", lambda mark: restore(mark) if (mark[1] or "A") in _RUNS else mark[0], found["url"]
    )
    return re.sub(r"^(https?:)/(?!/)", r"\1//", address)


def _base64(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _fields(query: str) -> list[tuple[str, str]]:
    pairs = (field.partition("=") for field in re.split("[&;]", query, maxsplit=_MOST_FIELDS)[:_MOST_FIELDS])
    return [
        (unquote_plus(name).lower().removeprefix("amp;"), unquote_plus(value)) for name, _, value in pairs
    ]


def _parameter(query: str, name: str) -> str:
    return next((value for field, value in _fields(query) if field == name and value), "")


def _is_google(host: str) -> bool:
    labels = host.removeprefix("www.").split(".")
    return labels[0] == "google" and 2 <= len(labels) <= 3


def _tracked(query: str) -> str | None:
    """The target that a tracking link names by a common parameter, if that is a whole address."""
    if not query:
        return None
    fields = dict(reversed(_fields(query)))
    for name in REDIRECT_PARAMETERS:
        value = fields.get(name, "")
        if _ABSOLUTE.match(value):
            return value
        decoded = unquote(value)
        if _ABSOLUTE.match(decoded):
            return decoded
    return None
