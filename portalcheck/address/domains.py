"""Which hosts stand in a list of domains."""

from __future__ import annotations

from collections.abc import Iterable


def within(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of the domains or below one. Compares whole labels; case and outer dots do not count."""
    name = _plain(host)
    return any(name == domain or name.endswith(f".{domain}") for domain in map(_plain, domains) if domain)


def _plain(name: str) -> str:
    return name.lower().strip(".")
