"""Portal profiles, put together from the layers of the settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from portalcheck.address.domains import within
from portalcheck.model import Portal, Support
from portalcheck.settings.model import Fact
from portalcheck.settings.origin import Entry, Origin, SettingsError
from portalcheck.settings.sources import Trouble, read_bytes
from portalcheck.settings.values import host_of
from portalcheck.words.interface import _

FOLDER = Path(__file__).parent / "portals"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile: the portal as checks see it, facts known of it, and the places that set it, lowest first."""

    portal: Portal
    origins: tuple[Origin, ...]
    facts: tuple[Fact, ...] = ()


def profile_of(key: str) -> str:
    """The profile that a key belongs to, `""` for a key of none."""
    table, _, rest = key.partition(".")
    return rest.partition(".")[0] if table == "portals" else ""


def make(
    name: str, entries: Mapping[str, Entry], origins: tuple[Origin, ...], *, official_locked: bool
) -> Profile:
    """A profile from the keys that are set of it.

    The host of its address is always official, unless the official list is locked: then a user's address
    cannot make itself so. Raises SettingsError where there is no address.
    """
    prefix = f"portals.{name}."
    own: dict[str, Any] = {
        key.removeprefix(prefix): e.value for key, e in entries.items() if key.startswith(prefix)
    }
    if "url" not in own:
        expected = _("an address, which a new profile needs")
        raise SettingsError(origins[0], f"{prefix}url", _("missing"), expected)
    host = host_of(own["url"])
    identity = own.get("identity", ())
    official = tuple(dict.fromkeys((*(own.get("official") or (host,)), *own.get("also_official", ()))))
    if not official_locked and not within(host, (*official, *identity)):
        official = (*official, host)
    portal = Portal(
        profile=name,
        name=own.get("name", name),
        url=own["url"],
        official=official,
        identity=identity,
        protect=own.get("protect") or tuple(dict.fromkeys((*official, *identity))),
        known_other=own.get("known_other", ()),
        issuers=own.get("issuers", ()),
        ca_file=whole_path(entries.get(f"{prefix}ca_file")),
        status_url=own.get("status_url", ""),
        article_url=own.get("article_url", ""),
        support=Support(phone=own.get("support.phone", ""), url=own.get("support.url", "")),
    )
    return Profile(portal=portal, origins=origins, facts=own.get("facts", ()))


def whole_path(entry: Entry | None) -> str:
    """The whole path of a file that a setting names; a relative one is beside the settings file that names it."""
    if entry is None or not entry.value:
        return ""
    path = Path(os.path.expanduser(str(entry.value)))  # noqa: PTH111  # Path.expanduser raises where there is no home
    return str(entry.origin.file.parent.absolute() / path) if entry.origin.file else str(path)


def check_ca_file(portal: Portal, entries: Mapping[str, Entry]) -> None:
    """Make sure that a profile's CA file holds certificates (PEM, RFC 7468). Raises SettingsError."""
    if not portal.ca_file:
        return
    from portalcheck.machine.pem import certificates

    key, expected = f"portals.{portal.profile}.ca_file", _("a file of certificates in PEM")
    data = read_bytes(Path(portal.ca_file))
    problem = (
        _(data) if isinstance(data, Trouble) else ("" if certificates(data) else _("holds no certificate"))
    )
    if problem:
        raise SettingsError(entries[key].origin, key, problem, expected)
