"""The stores of a run and the chains judged against them, each chain once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from portalcheck.api.protocols import Machine
from portalcheck.facts import Chain, Hop, RootStore
from portalcheck.machine.files import read_bounded
from portalcheck.model import Portal
from portalcheck.probe.memo import Memo

if TYPE_CHECKING:
    from portalcheck.probe.tls.chain import TrustStore

MAX_ISSUER_BYTES = 64 * 1024
_MAX_CA_FILE = 1024 * 1024
_MAX_CA_CERTIFICATES = 500


class ChainVerifier:
    """Judges the chains that hops brought. `fetch` gets a missing intermediate, None where it must not."""

    def __init__(
        self, machine: Machine, portal: Portal, shared: Memo, fetch: Callable[[str], bytes | None]
    ) -> None:
        self._machine, self._portal, self._shared, self._fetch = machine, portal, shared, fetch

    def prepare(self) -> None:
        """Have at hand what judging needs; best done while answers are awaited."""
        self._shared.get("stores", self._stores)

    def judge(self, hop: Hop) -> Chain | None:
        """The chain of a hop, None where it has none."""
        if hop.tls is None or not hop.tls.chain:
            return None
        sent = hop.tls.chain
        return self._shared.get(("chain", hop.host, sent), lambda: self._judge(sent, hop.host))

    def _judge(self, sent: tuple[bytes, ...], host: str) -> Chain:
        from portalcheck.probe.tls import chain as chains
        from portalcheck.probe.tls.certificate import certificates_in

        first = self._with(sent, host, ())
        if not first.readable or first.trusted_by or not first.incomplete:
            return self._ask_system(first, sent, host)
        for url in chains.missing_issuer_urls(sent):
            data = self._shared.get(("issuer", url), lambda url=url: self._fetch(url))  # type: ignore[misc]  # mypy cannot type a lambda's default
            extra = certificates_in(data) if data else ()
            if extra:
                return self._ask_system(self._with(sent, host, extra), sent, host)
        return self._ask_system(first, sent, host)

    def _with(self, sent: tuple[bytes, ...], host: str, extra: tuple[bytes, ...]) -> Chain:
        from portalcheck.probe.tls import chain as chains

        stores, complete = self._shared.get("stores", self._stores)
        return chains.judge(
            sent,
            host,
            stores,
            now=self._machine.now(),
            issuers=self._portal.issuers,
            extra=extra,
            system_complete=complete,
        )

    def _ask_system(self, chain: Chain, sent: tuple[bytes, ...], host: str) -> Chain:
        """Windows and macOS know more roots than they list: their yes counts, their no may be about dates."""
        if RootStore.SYSTEM in chain.trusted_by or not self._machine.system_trusts(sent, host):
            return chain
        return msgspec.structs.replace(chain, trusted_by=chain.trusted_by | {RootStore.SYSTEM})

    def _stores(self) -> tuple[dict[RootStore, TrustStore], bool]:
        from portalcheck.probe.tls.certificate import certificates_in
        from portalcheck.probe.tls.chain import TrustStore

        system = self._machine.system_roots()
        stores = {
            RootStore.SYSTEM: TrustStore(system.certificates),
            RootStore.MOZILLA: TrustStore(self._machine.mozilla_roots().certificates),
        }
        if self._portal.ca_file:
            data = read_bounded(Path(self._portal.ca_file), _MAX_CA_FILE) or b""
            stores[RootStore.PROFILE] = TrustStore(certificates_in(data, _MAX_CA_CERTIFICATES))
        return stores, system.complete
