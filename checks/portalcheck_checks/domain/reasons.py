"""What the addresses alone say."""

from __future__ import annotations

from portalcheck.api import EvidenceTypes, Layer, Reason

_IMITATED: EvidenceTypes = {"trick": str, "target": str | None}
_IMITATION: EvidenceTypes = {"host": str, "marked": str, **_IMITATED}
_NAMED_BY_ITSELF = {"host": "name", "marked": "name"}
"""A name that a server or a certificate gives may tell of a person, and is no name that somebody typed here."""

OFFICIAL = Reason("domain.official", args={"host": str, "notes": tuple})
LOOKALIKE = Reason("domain.lookalike", layer=Layer.ADDRESS, args={**_IMITATION, "notes": tuple})
UNRELATED = Reason(
    "domain.unrelated",
    layer=Layer.ADDRESS,
    args={"host": str, "notes": tuple, "leads_to": str, "leads_to_kind": str},
)
INVALID = Reason("domain.invalid", layer=Layer.ADDRESS, args={"host": str, "trick": str, "notes": tuple})
REDIRECT_OFFICIAL = Reason("domain.redirect-official", args={"hosts": tuple, "further": int})
REDIRECT_UNLISTED = Reason("domain.redirect-unlisted", local={"host": "name"})
REDIRECT_LOOKALIKE = Reason(
    "domain.redirect-lookalike", layer=Layer.ADDRESS, args=_IMITATED, local=_NAMED_BY_ITSELF
)
CERTIFICATE_LOOKALIKE = Reason("domain.certificate-lookalike", args=_IMITATED, local=_NAMED_BY_ITSELF)
