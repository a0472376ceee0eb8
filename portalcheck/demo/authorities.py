"""The certificate authorities of a practice world, each minted when it is first used."""

from __future__ import annotations

from functools import cached_property

from portalcheck.demo import plan
from portalcheck.demo.certificates import DAY_S, Issued, Minted, mint
from portalcheck.demo.plan import Plan, Signer

_YEARS_S = 5 * 365 * DAY_S
_USUAL_DAYS = (Plan().not_before_days, Plan().not_after_days)


class Authorities:
    """Roots, an intermediate, and the leaves that they sign. `now` is the true time in epoch seconds."""

    def __init__(self, now: float) -> None:
        self._now = now

    @cached_property
    def root(self) -> Issued:
        """The root that stands for the public ones."""
        return self._authority(plan.PUBLIC_CA, "Practice Root R1")

    @cached_property
    def intermediate(self) -> Issued:
        """The public root's intermediate, which signs servers."""
        return self._authority(plan.PUBLIC_CA, "Practice TLS CA 1", self.root)

    @cached_property
    def inspection(self) -> Issued:
        """The root of a product that inspects TLS."""
        return self._authority(plan.INSPECTION_CA, "Practice Web Shield Root")

    @cached_property
    def private(self) -> Issued:
        """A root that nobody in the practice world trusts."""
        return self._authority(plan.PRIVATE_CA, "Internal Root")

    def signer(self, who: Signer) -> Issued:
        """The authority that signs leaves."""
        match who:
            case Signer.PUBLIC:
                return self.intermediate
            case Signer.INSPECTION:
                return self.inspection
            case Signer.PRIVATE:
                return self.private

    def leaf(
        self,
        names: tuple[str, ...],
        who: Signer = Signer.PUBLIC,
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
            issuer_url=f"http://{plan.AIA}{plan.ISSUER_PATH}" if who is Signer.PUBLIC else "",
            responder_url=f"http://{plan.RESPONDER}/" if names_responder else "",
        )
        return mint(minted, self.signer(who), send_issuer=send_issuer)

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
