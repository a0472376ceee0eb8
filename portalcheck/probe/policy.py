"""Who may be contacted, and the ledger of who was."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from portalcheck.probe.aliases import Aliases

_log = logging.getLogger(__name__)


class Role(StrEnum):
    """In what capacity a host is contacted."""

    RESOLVER = "resolver"
    PORTAL = "portal"
    PROXY = "proxy"
    NEUTRAL = "neutral"
    NEUTRAL_RESOLVER = "neutral-resolver"
    ISSUER = "issuer"


class Contact(msgspec.Struct, frozen=True):
    """One contact: the role, the host or server, and the name that was asked for or told (SNI), if any."""

    role: Role
    host: str
    told: str = ""


class Ledger:
    """Every contact of the run, in order; `aliases` are what the log calls the hosts."""

    def __init__(self, aliases: Aliases | None = None) -> None:
        from portalcheck.probe.aliases import Aliases  # the settings, which load this module, need none

        self.aliases = aliases or Aliases()
        self._lock = threading.Lock()
        self._contacts: list[Contact] = []

    def record(self, role: Role, host: str, told: str = "") -> None:
        """Note a contact, before the first byte is sent."""
        with self._lock:
            self._contacts.append(Contact(role, host, told))
        name = self.aliases.told("" if told == host else told, before=" for ")
        _log.debug("contact %s %s%s", role, self.aliases.told(host), name)

    def contacts(self) -> tuple[Contact, ...]:
        """All contacts so far."""
        with self._lock:
            return tuple(self._contacts)

    def counts(self) -> dict[str, int]:
        """How many contacts each role had, for the report."""
        return dict(sorted(Counter(contact.role.value for contact in self.contacts()).items()))


class Network(msgspec.Struct, frozen=True):
    """The settings that bound what may be contacted (contract.md, Settings)."""

    contact: str = "on-trouble"
    canaries: tuple[str, ...] = ()
    captive: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    share_portal_name: bool = False

    def neutral_allowed(self, trouble: bool) -> bool:
        """Whether third parties may be contacted, given whether there is trouble (contract.md, Rulings)."""
        return self.contact == "always" or (self.contact == "on-trouble" and trouble)
