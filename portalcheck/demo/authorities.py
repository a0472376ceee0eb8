"""The certificate authorities of a practice world."""

from __future__ import annotations

from portalcheck.demo import plan
from portalcheck.demo.certificates import DAY_S, Issued, Minted, mint
from portalcheck.demo.plan import Plan

_YEARS_S = 5 * 365 * DAY_S
_USUAL_DAYS = (Plan().not_before_days, Plan().not_after_days)


class Authorities:
    """Roots, an intermediate, and the leaves that they sign. `now` is the true time in epoch seconds.

    `root` stands for the public ones, `inspection` is that of a product that inspects TLS, and nobody in the
    practice world trusts `private`. `signers` are those that sign servers.
    """

    def __init__(self, now: float) -> None:
        self._now = now
        self.root = self._authority(plan.PUBLIC_CA, "Practice Root R1")
        self.inspection = self._authority(plan.INSPECTION_CA, "Practice Web Shield Root")
        self.private = self._authority(plan.PRIVATE_CA, "Internal Root")
        self.signers: dict[plan.Signer, Issued] = {
            "public": self._authority(plan.PUBLIC_CA, "Practice TLS CA 1", self.root),
            "inspection": self.inspection,
            "private": self.private,
        }

    def leaf(
        self,
        names: tuple[str, ...],
        who: plan.Signer = "public",
        *,
        days: tuple[float, float] = _USUAL_DAYS,
        send_issuer: bool = True,
        names_responder: bool = False,
    ) -> Issued:
        """A server's certificate, valid from and to so many days from now."""
        minted = Minted(
            common_name=names[0],
            organisation="Practice Portal",
            not_before=self._now + days[0] * DAY_S,
            not_after=self._now + days[1] * DAY_S,
            names=names,
            issuer_url=f"http://{plan.AIA}{plan.ISSUER_PATH}" if who == "public" else "",
            responder_url=f"http://{plan.RESPONDER}/" if names_responder else "",
        )
        return mint(minted, self.signers[who], send_issuer=send_issuer)

    def imitation(self, name: str) -> Issued:
        """A certificate for a name that nobody but itself vouches for."""
        minted = Minted(
            common_name=name,
            organisation=plan.PRIVATE_CA,
            not_before=self._now + _USUAL_DAYS[0] * DAY_S,
            not_after=self._now + _USUAL_DAYS[1] * DAY_S,
            names=(name,),
        )
        return mint(minted)

    def _authority(self, organisation: str, common_name: str, issuer: Issued | None = None) -> Issued:
        minted = Minted(
            common_name=common_name,
            organisation=organisation,
            not_before=self._now - _YEARS_S,
            not_after=self._now + _YEARS_S,
            path_length=0 if issuer else None,
        )
        # Public servers do not send the root along with the intermediate.
        return mint(minted, issuer, send_issuer=False)
