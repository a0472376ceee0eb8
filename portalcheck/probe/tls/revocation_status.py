"""What is known of a certificate's revocation: by the staple that came with it, else by whom it names for that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from portalcheck.facts import CertStatus, Chain, Hop, Revocation, RevocationSource
from portalcheck.probe.memo import Memo

if TYPE_CHECKING:
    from portalcheck.probe.tls.revocation import Pair

Ask = Callable[[str, bytes], bytes | None]
"""Fetches what an address says: a question (DER) is posted, without one the address is read. None for no answer."""


class RevocationStatus:
    """Each certificate is asked about once. `ask` respects the limits of the run and who may be visited."""

    def __init__(self, shared: Memo, ask: Ask) -> None:
        self._shared, self._ask = shared, ask

    def of(
        self, hop: Hop, chain: Chain, now: Callable[[], float], allowed: Callable[[], bool]
    ) -> Revocation | None:
        """The revocation of a hop's certificate, None where none is known.

        `now` is the true time, and `allowed` says whether third parties may be asked; both are called only if needed.
        """
        if hop.tls is None or not hop.tls.chain or not chain.issuer:
            return None
        leaf, staple = hop.tls.chain[0], hop.tls.staple
        said = None
        if staple:
            said = self._shared.get(
                ("staple", leaf, chain.issuer, staple),
                lambda: self._read_staple(leaf, chain.issuer, staple, now()),
            )
        if said is None and allowed():
            said = self._shared.get(
                ("revocation", leaf, chain.issuer), lambda: self._fetch(leaf, chain.issuer, now())
            )
        return said if said is not None and said.status is CertStatus.REVOKED else None

    def _read_staple(self, leaf: bytes, issuer: bytes, staple: bytes, now: float) -> Revocation | None:
        from portalcheck.probe.tls.revocation import read_ocsp

        pair = _pair(leaf, issuer)
        return None if pair is None else _as(RevocationSource.STAPLE, read_ocsp(pair, staple, now))

    def _fetch(self, leaf: bytes, issuer: bytes, now: float) -> Revocation | None:
        """The first word that counts: of the responder, then of the lists (RFC 5280, 4.2.2.1 and 4.2.1.13)."""
        from portalcheck.probe.tls.certificate import crl_urls, responder_urls
        from portalcheck.probe.tls.revocation import read_crl, read_ocsp

        pair = _pair(leaf, issuer)
        if pair is None:
            return None
        sources = [
            *(
                (RevocationSource.OCSP, url, pair.question_bytes(), partial(read_ocsp, pair))
                for url in responder_urls(pair.leaf)
            ),
            *((RevocationSource.CRL, url, b"", partial(read_crl, pair)) for url in crl_urls(pair.leaf)),
        ]
        for source, url, question, read in sources:
            data = self._shared.get(("revocation-answer", url, question), partial(self._ask, url, question))
            said = None if data is None else _as(source, read(data, now))
            if said is not None:
                return said
        return None


def _pair(leaf: bytes, issuer: bytes) -> Pair | None:
    from portalcheck.probe.tls.revocation import Pair

    try:
        return Pair(leaf, issuer)
    except ValueError:
        return None


def _as(source: RevocationSource, said: Revocation) -> Revocation | None:
    return None if said.status is CertStatus.UNKNOWN else msgspec.structs.replace(said, source=source)
