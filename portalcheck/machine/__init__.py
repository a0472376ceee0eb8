"""What this computer says of itself: system, interfaces, DNS servers, hosts file, proxies, trust stores, browsers.

One module for each operating system, with the same functions; `Environment` is all that they read from. Not for what
needs a connection (`probe`), nor for judging what was read (the checks).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from portalcheck.facts import (
    BrowserProfile,
    CookieStore,
    DnsServer,
    InstalledBrowser,
    Interface,
    LocalRoute,
    ProxySettings,
    Roots,
    System,
)
from portalcheck.machine.environment import Environment

if TYPE_CHECKING:
    from portalcheck.machine.browsers.profile import Profile
    from portalcheck.machine.platforms import PlatformReader
    from portalcheck.machine.proxies.rules import ProxyRules

__all__ = ["Environment", "ThisMachine", "this_machine"]


class ThisMachine:
    """`portalcheck.api.Machine` for the computer and user that an environment describes."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    @cached_property
    def _reader(self) -> PlatformReader:
        from portalcheck.machine.platforms import reader

        return reader(self.environment.os)

    @cached_property
    def _browser_rules(self) -> ProxyRules | None:
        """Kept, because every hop of a walk asks, and some systems start a program for the answer."""
        return self._reader.browser_rules(self.environment)

    @cached_property
    def _profiles(self) -> tuple[Profile, ...]:
        """Kept, because looking for them goes through many folders."""
        from portalcheck.machine.browsers import found

        return found(self.environment)

    def system(self) -> System:
        """The operating system and its release."""
        return self._reader.system(self.environment)

    def now(self) -> float:
        """The wall clock, seconds since the epoch."""
        return time.time()

    def interfaces(self) -> tuple[Interface, ...]:
        """All network interfaces, up or down."""
        from portalcheck.machine.interfaces import interfaces

        return interfaces(self.environment, self._reader)

    def route(self, address: str) -> LocalRoute | None:
        """Where this computer's own routes send an address; None if that cannot be told."""
        return self._reader.route(self.environment, address)

    def dns_servers(self) -> tuple[DnsServer, ...]:
        """The DNS servers that this computer is set to ask, in order."""
        return self._reader.dns_servers(self.environment)

    def hosts_file(self, host: str) -> tuple[str, ...]:
        """The addresses that the hosts file gives for a name, one of each family at most; empty if it names none."""
        return self._reader.hosts_file(self.environment, host)

    def resolve(self, host: str, family: int) -> tuple[str, ...]:
        """The addresses of a name as programs see them; raises OSError (socket.gaierror) like getaddrinfo."""
        from portalcheck.machine.resolver import resolve

        return resolve(host, family)

    def proxies(self, url: str) -> ProxySettings:
        """The proxies that are set for a URL, exception lists applied."""
        from portalcheck.machine.proxies import variables

        programs, programs_bypassed = variables.choose(self.environment.environ, url)
        if not programs and not programs_bypassed:
            programs, programs_bypassed = self._reader.program_rules(self.environment).choose(url)
        rules = self._browser_rules
        if rules is not None:
            browser, browser_bypassed = rules.choose(url)
        else:
            browser = ""
            # Without settings of their own, browsers go by the variables, which they read in their own way.
            browser_bypassed = bool(programs) and variables.browsers_go_direct(self.environment.environ, url)
        return ProxySettings(
            programs=programs,
            programs_bypassed=programs_bypassed,
            browser=browser,
            browser_known=rules is not None or browser_bypassed,
            browser_bypassed=browser_bypassed,
            pac_url=rules.pac_url if rules else "",
            auto_detect=rules.auto_detect if rules else False,
        )

    def system_roots(self) -> Roots:
        """The trust store of the system."""
        return self._reader.system_roots(self.environment)

    def mozilla_roots(self) -> Roots:
        """Mozilla's trust store, for comparison."""
        from portalcheck.machine.mozilla import roots

        return roots()

    def system_trusts(self, chain: Sequence[bytes], host: str) -> bool:
        """Whether the system itself accepts a chain (DER, leaf first) now; False also if it gives no verdict."""
        from portalcheck.machine.trust import system_trusts

        return system_trusts(chain, host)

    def endpoint(self, address: str, port: int) -> tuple[str, int]:
        """Where to connect for an address and port: themselves."""
        return address, port

    def browsers(self) -> tuple[InstalledBrowser, ...]:
        """The browsers that this user has profiles of."""
        from portalcheck.machine import browsers

        return browsers.installed(self.environment, profiles=self._profiles)

    def browser_profiles(self, url: str, identity: Sequence[str] = ()) -> tuple[BrowserProfile, ...]:
        """The cookie-related settings and extensions of each profile, as they bear on a URL and on identity hosts."""
        from portalcheck.machine import browsers

        return browsers.profiles(self.environment, url, identity, self._profiles)

    def cookie_stores(
        self, url: str, hosts: Sequence[str], identity: Sequence[str] = ()
    ) -> tuple[CookieStore, ...]:
        """What each profile's cookie store keeps for the hosts, and would send to the URL; numbers only.

        `identity` are those of the hosts that sign people in.
        """
        from portalcheck.machine import browsers

        return browsers.cookie_stores(
            self.environment, url, hosts, identity=identity, profiles=self._profiles
        )


def this_machine() -> ThisMachine:
    """This computer, for the user who runs the program."""
    from portalcheck.machine.local import this_environment

    return ThisMachine(this_environment())
