"""Who names hosts at addresses of other people's networks, where something listens that must never be contacted."""

from __future__ import annotations

from portalcheck.demo import web
from portalcheck.demo.certificates import Minted, mint
from portalcheck.demo.servers import Peer
from tests.hostile.behaviour import Behaviour
from tests.hostile.stage import Stage, Step, instead_of_tls
from tests.lab import names
from tests.lab.world import redirect

INSIDE, ADDRESS = "intranet.lab-inside.example", "10.9.9.9"
_DAY_S = 86_400
_MANY_BYTES = 100 * 1024 * 1024


def _listens(stage: Stage) -> None:
    """A host of somebody's network, by a name that anybody may give it; in no role of the lab's, so that it is seen."""
    stage.world.zone[INSIDE] = (ADDRESS,)
    stage.world.shell(f"ip address replace {ADDRESS}/32 dev lo")


def _redirects(stage: Stage) -> None:
    _listens(stage)
    stage.world.apps[names.PORTAL] = redirect(f"https://{INSIDE}/")


def _names_its_issuer(stage: Stage) -> None:
    _listens(stage)
    world = stage.world
    for host in (names.PORTAL, names.IDENTITY):
        usual = Minted(
            common_name=host,
            organisation="Lab Portal",
            not_before=world.pki.now - _DAY_S,
            not_after=world.pki.now + 60 * _DAY_S,
            names=(host,),
            issuer_url=f"http://{INSIDE}/aia",
            responder_url=f"http://{INSIDE}/ocsp",
        )
        world.show(host, mint(usual, world.pki.intermediate, send_issuer=False))


def _status_page(stage: Stage) -> None:
    """The portal is down, and its status page is of a hundred megabytes."""
    page = web.Page(body=b" " * _MANY_BYTES)
    stage.world.canaries.application = lambda asked: (
        page if asked.target == "/status" else web.page("Nothing")
    )
    stage.world.patient.settings["portals"]["lab"]["status_url"] = f"https://{names.CANARIES[0]}/status"


def _named_by_the_profile(stage: Stage) -> None:
    _redirects(stage)
    stage.world.patient.settings["portals"]["lab"]["identity"] = [names.IDENTITY, INSIDE]


def _row(row_id: str, who: str, what: str, *steps: Step, cause: str) -> Behaviour:
    return Behaviour(id=row_id, who=who, what=what, steps=steps, cause=frozenset(cause.split()))


ROWS = (
    _row(
        "inside-redirect",
        "portal",
        "redirects to a name at a private address",
        _redirects,
        cause="inconclusive",
    ),
    _row(
        "inside-issuer",
        "issuer",
        "a certificate whose issuer is at a private address, by a name",
        _names_its_issuer,
        cause="none cert-untrusted inconclusive",
    ),
    _row(
        "status-page-100mb",
        "status page",
        "a page of 100 MB",
        instead_of_tls(Peer.reset),
        _status_page,
        cause="portal-unreachable tls-blocked inconclusive portal-error",
    ),
)
PLANTED = (
    _row(
        "planted-contact", "portal", "a contact that the profile allows", _named_by_the_profile, cause="none"
    ),
)
"""What the sweep must see: it is in no table."""
