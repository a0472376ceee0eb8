"""What the addresses alone say."""

from __future__ import annotations

from portalcheck.api import EvidenceTypes, Layer, Reason

_IMITATION: EvidenceTypes = {"host": str, "trick": str, "target": str | None, "marked": str}

OFFICIAL = Reason("domain.official", args={"host": str, "notes": tuple})
LOOKALIKE = Reason("domain.lookalike", layer=Layer.ADDRESS, args={**_IMITATION, "notes": tuple})
UNRELATED = Reason(
    "domain.unrelated",
    layer=Layer.ADDRESS,
    args={"host": str, "notes": tuple, "leads_to": str, "leads_to_kind": str},
)
INVALID = Reason("domain.invalid", layer=Layer.ADDRESS, args={"host": str, "trick": str, "notes": tuple})
REDIRECT_OFFICIAL = Reason("domain.redirect-official", args={"hosts": tuple})
REDIRECT_UNLISTED = Reason("domain.redirect-unlisted", local={"host": "name"})
REDIRECT_LOOKALIKE = Reason("domain.redirect-lookalike", layer=Layer.ADDRESS, args=_IMITATION)
CERTIFICATE_LOOKALIKE = Reason("domain.certificate-lookalike", args=_IMITATION)
