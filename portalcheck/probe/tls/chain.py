"""A certificate chain judged offline on three separate axes: time, name, trust (RFC 5280, RFC 9525).

OpenSSL gives one error a handshake, and not the one at the root. Here each axis is asked by itself: trust at
a time inside the windows of the certificates and for no name at all, so that neither dates nor names can hide
it; the window of validity from the path that was found; the name by comparing.
The policy is that of browsers rather than that of the CA/Browser Forum: an old corporate root without a key
identifier is accepted where a browser accepts it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from portalcheck.facts import Chain, RootStore
from portalcheck.probe.tls.certificate import (
    READ_ERRORS,
    attribute,
    for_servers,
    is_www_twin,
    issuer_urls,
    key_digest,
    load,
    matches,
    subject_names,
)
from portalcheck.probe.tls.quiet import quietly

_MAX_DEPTH = 10
_MAX_NAMES = 200
_UNREADABLE = Chain(name_matches=False, trusted_by=frozenset(), not_before=0.0, not_after=0.0, readable=False)


class TrustStore:
    """The trust anchors of one store. Of some 150, only those that hold a name that is looked for are parsed."""

    def __init__(self, certificates: Iterable[bytes]) -> None:
        self._der = dict.fromkeys(certificates)

    def __contains__(self, der: object) -> bool:
        return der in self._der

    def above(self, certificates: Sequence[x509.Certificate]) -> list[x509.Certificate]:
        """The anchors whose subject is the issuer, or the subject, of one of the certificates."""
        wanted = {name.public_bytes() for c in certificates for name in (c.issuer, c.subject)}
        near = (load(der) for der in self._der if any(name in der for name in wanted))
        return [anchor for anchor in near if anchor is not None and anchor.subject.public_bytes() in wanted]


def judge(
    chain: Sequence[bytes],
    host: str,
    stores: Mapping[RootStore, TrustStore],
    *,
    now: float,
    issuers: Sequence[str] = (),
    extra: Sequence[bytes] = (),
    system_complete: bool = True,
) -> Chain:
    """Judge a chain (DER, leaf first) for a host. `extra` are intermediates fetched from elsewhere.

    `stores` maps each store to its anchors; `issuers` are the organisations expected.
    """
    loaded = [certificate for certificate in map(load, chain) if certificate is not None]
    if not loaded or load(chain[0]) is None:
        return _UNREADABLE
    leaf, sent = loaded[0], loaded[1:]
    fetched = [certificate for certificate in map(load, extra) if certificate is not None]
    try:
        names = subject_names(leaf)
        serves = for_servers(leaf)
        found = {
            store: path
            for store, anchors in stores.items()
            if serves and (path := _path(leaf, [*sent, *fetched], anchors, chain[0], now)) is not None
        }
        holding = {store: path for store, (path, holds) in found.items() if holds}
        # A path that held in the past counts only where none holds now: its root may have lapsed.
        paths = holding or {store: path for store, (path, _) in found.items()}
        return _describe(leaf, sent, fetched, paths, names, host, issuers, system_complete)
    except READ_ERRORS:
        return _UNREADABLE


def _describe(
    leaf: x509.Certificate,
    sent: list[x509.Certificate],
    fetched: list[x509.Certificate],
    paths: Mapping[RootStore, list[x509.Certificate]],
    names: tuple[str, ...],
    host: str,
    issuers: Sequence[str],
    system_complete: bool,
) -> Chain:
    path = next(iter(paths.values()), None) or _claimed_path(leaf, [*sent, *fetched])
    # An anchor is trusted by being in the store (RFC 5280, 6.1); one that expired before the leaf is no path's.
    dated = path[:-1] if paths and len(path) > 1 else path
    self_signed = leaf.issuer == leaf.subject
    organisation = attribute(leaf.issuer, NameOID.ORGANIZATION_NAME)
    return Chain(
        name_matches=matches(host, names),
        trusted_by=frozenset(paths),
        not_before=max(c.not_valid_before_utc.timestamp() for c in dated),
        not_after=min(c.not_valid_after_utc.timestamp() for c in dated),
        self_signed=self_signed,
        incomplete=not self_signed and not _leads_up(leaf, sent, paths),
        completed=bool(paths) and any(c in fetched for c in path),
        system_complete=system_complete,
        issuer_organisation=organisation,
        issuer_name=attribute(leaf.issuer, NameOID.COMMON_NAME),
        issuer=path[1].public_bytes(Encoding.DER) if len(path) > 1 else b"",
        names=names[:_MAX_NAMES],
        www_twin=is_www_twin(host, names),
        key=key_digest(leaf),
        expected_issuer=_expected(issuers, organisation, path),
    )


def _expected(issuers: Sequence[str], organisation: str, path: Sequence[x509.Certificate]) -> bool:
    """Whether the leaf's issuer, or one above it, is among the expected organisations (none: all are)."""
    if not issuers:
        return True
    found = {organisation, *(attribute(c.issuer, NameOID.ORGANIZATION_NAME) for c in path)}
    wanted = {issuer.casefold() for issuer in issuers}
    return any(name.casefold() in wanted for name in found if name)


# ---- trust -------------------------------------------------------------------------------------


def _path(
    leaf: x509.Certificate,
    intermediates: list[x509.Certificate],
    anchors: TrustStore,
    leaf_der: bytes,
    now: float,
) -> tuple[list[x509.Certificate], bool] | None:
    """The path from the leaf to an anchor of the store, whatever the time and name, and whether it holds now.

    None without one.
    """
    if leaf_der in anchors:
        window = leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp()
        return [leaf], window[0] <= now <= window[1]
    roots = anchors.above([leaf, *intermediates])
    if not roots:
        return None
    for moment in _moments(leaf, intermediates, now):
        path = _verify(leaf, intermediates, roots, moment)
        if path is not None:
            return path, abs(moment.timestamp() - now) < 1
    return None


def _moments(leaf: x509.Certificate, others: Sequence[x509.Certificate], now: float) -> list[dt.datetime]:
    """Times to try: now, within all windows where they overlap, and in the middle of the leaf's own.

    Now comes first, so that of two paths the one that holds today is found.
    """
    moments = []
    with contextlib.suppress(ValueError, OverflowError, OSError):
        moments.append(dt.datetime.fromtimestamp(now, dt.UTC))
    dated = [leaf, *(c for c in others if c.issuer != c.subject)]
    start = max(c.not_valid_before_utc for c in dated)
    end = min(c.not_valid_after_utc for c in dated)
    if start <= end:
        moments.append(start + (end - start) / 2)
    moments.append(leaf.not_valid_before_utc + (leaf.not_valid_after_utc - leaf.not_valid_before_utc) / 2)
    return moments


def _verify(
    leaf: x509.Certificate,
    intermediates: list[x509.Certificate],
    roots: list[x509.Certificate],
    moment: dt.datetime,
) -> list[x509.Certificate] | None:
    authority = ExtensionPolicy.permit_all().require_present(
        x509.BasicConstraints, Criticality.AGNOSTIC, None
    )
    builder = (
        PolicyBuilder()
        .store(Store(roots))
        .time(moment.replace(tzinfo=None))
        .max_chain_depth(_MAX_DEPTH)
        .extension_policies(ca_policy=authority, ee_policy=ExtensionPolicy.permit_all())
    )
    try:
        with quietly():
            return list(builder.build_client_verifier().verify(leaf, intermediates).chain)
    except VerificationError:
        return None


def _claimed_path(leaf: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The path that the certificates' own names make, without a self-signed one at its end."""
    path = [leaf]
    while len(path) <= _MAX_DEPTH:
        issuer = next(
            (c for c in others if c.subject == path[-1].issuer and c not in path and c.issuer != c.subject),
            None,
        )
        if issuer is None:
            return path
        path.append(issuer)
    return path


def _leads_up(
    leaf: x509.Certificate,
    sent: Sequence[x509.Certificate],
    paths: Mapping[RootStore, list[x509.Certificate]],
) -> bool:
    """Whether the server sent all intermediates that a path, or the leaf's own address for one, asks for."""
    top = _claimed_path(leaf, sent)[-1]
    if any(c.subject == top.issuer for c in sent):
        return True
    for path in paths.values():
        if all(c in sent for c in path[1:-1]):
            return True
    return not paths and not issuer_urls(top)


def missing_issuer_urls(chain: Sequence[bytes]) -> tuple[str, ...]:
    """Where the issuer of the highest certificate that was sent can be had."""
    loaded = [certificate for certificate in map(load, chain) if certificate is not None]
    return issuer_urls(_claimed_path(loaded[0], loaded[1:])[-1]) if loaded else ()
