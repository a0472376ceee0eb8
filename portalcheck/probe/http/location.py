"""The URLs that are asked for over HTTP, and where a redirect leads from one of them."""

from __future__ import annotations

from portalcheck.address.host import Unreadable
from portalcheck.address.url import Address, join, read


def url_of(text: str) -> Address | None:
    """An absolute http or https URL without user name, password and fragment; None for any other text.

    Hosts that a browser refuses make no URL; IPv4 addresses in odd notation become plain ones.
    """
    address = read(text)
    return None if isinstance(address, Unreadable) else address


def target_of(base: Address, location: str) -> Address | None:
    """The URL that a browser goes to from `base` for a Location header, or None if it goes nowhere."""
    address = join(base, location)
    return None if isinstance(address, Unreadable) else address
