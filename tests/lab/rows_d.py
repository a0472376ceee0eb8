"""Group D: Wi-Fi networks that want a sign-in first."""

from __future__ import annotations

from portalcheck.demo import web
from tests.lab import names, steps
from tests.lab.boxes import all_names_to, gateway, login_page, network_login, to_login
from tests.lab.row import QUIET, TROUBLE, Row, cause
from tests.lab.servers import Application
from tests.lab.world import World, status

CLOSED_DNS = steps.block(f"incoming ip daddr {names.NEUTRAL_DNS_4} drop")
HERE = TROUBLE | {"gateway"}
NOT_GUILTY = cause(
    "dns-hijacked", "cert-wrong-name", "cert-untrusted", "tcp-blocked", "tls-blocked", "no-internet"
)


def captive(row_id: str, what: str, *fault: steps.Step, shows: tuple[str, ...] = ("open network",)) -> Row:
    """A row whose cause is the sign-in page."""
    return Row(
        id=row_id,
        what=what,
        fault=fault,
        shows=shows,
        cause=cause("captive-portal"),
        innocent=NOT_GUILTY,
        ref="error-4",
        contacts=HERE,
    )


def session_ends(world: World) -> None:
    """The gateway comes into the way when the portal's first answer is given."""
    usual: Application = world.apps[names.PORTAL]

    def answer(asked: web.Asked) -> web.Page:
        gateway(to_login, "certificate")(world)
        return usual(asked)

    world.at_run.append(lambda: world.apps.update({names.PORTAL: answer}))


PORTAL_SPARED = (names.PORTAL_4, names.PORTAL_6, names.IDENTITY_4, names.IDENTITY_6)

ROWS = (
    captive("D01", "plain HTTP is redirected to a sign-in page", gateway(to_login, "reset"), CLOSED_DNS),
    captive(
        "D02",
        "plain HTTP gets a sign-in page in place of every page",
        gateway(login_page, "reset"),
        CLOSED_DNS,
    ),
    captive(
        "D01a",
        "plain HTTP is redirected to an address, by HTTPS",
        gateway(lambda asked: web.redirect("https://192.0.2.1/login"), "reset"),
        CLOSED_DNS,
        steps.network(captive=[f"http://{names.OPEN_4}/generate_204"]),
    ),
    captive("D02a", "plain HTTP gets status 511", gateway(network_login, "reset"), CLOSED_DNS),
    captive(
        "D04",
        "every name leads to the gateway",
        gateway(to_login, "reset"),
        all_names_to(names.GATE_4, independent=True),
        shows=("name portal", "open network"),
    ),
    captive(
        "D05",
        "the gateway answers for every host with its own certificate",
        gateway(to_login, "certificate"),
        shows=("tls portal", "open network"),
    ),
    captive(
        "D05a",
        "every name leads to the gateway, which has its own certificate",
        gateway(login_page, "certificate"),
        all_names_to(names.GATE_4, independent=True),
        shows=("tls portal", "name portal"),
    ),
    captive(
        "D07",
        "port 443 is silent, port 80 redirected",
        gateway(to_login, "reset"),
        steps.block("incoming iifname w0 tcp dport 443 drop"),
        CLOSED_DNS,
        shows=(f"tcp {names.PORTAL_4}", "open network"),
    ),
    captive("D08", "port 443 speaks HTTP", gateway(to_login, "http"), shows=("tls portal", "open network")),
    Row(
        id="D09",
        what="the network lets people to the portal without a sign-in",
        fault=(gateway(to_login, "certificate", spared=PORTAL_SPARED),),
        shows=("tls canary", "open network"),
        cause=cause("none"),
        ref="step-2",
        code=0,
        contacts=QUIET,
    ),
    Row(
        id="D09a",
        what="the network lets people to the portal, which answers 503",
        fault=(
            gateway(to_login, "certificate", spared=PORTAL_SPARED),
            steps.application(names.PORTAL, status(503)),
        ),
        shows=("tls canary", "open network", "page portal"),
        cause=cause("portal-error"),
        innocent=cause("captive-portal"),
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="D10",
        what="the gateway forges the answer 204, and has its own certificate for every host",
        fault=(gateway(web.open_network, "certificate"), CLOSED_DNS),
        shows=("tls portal", "tls canary"),
        cause=cause("captive-portal"),
        innocent=cause("cert-wrong-name", "cert-untrusted", "dns-hijacked", "intercept-untrusted"),
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="D10a",
        what="the gateway forges the answer 204, and breaks every secure connection off",
        fault=(gateway(web.open_network, "reset"), CLOSED_DNS),
        shows=("tls portal", "tls canary"),
        cause=cause("tcp-blocked"),
        innocent=cause("tls-blocked", "portal-unreachable", "no-internet"),
        ref="step-6",
        contacts=HERE,
    ),
    captive(
        "D10b",
        "the gateway lets the probes through, and has its own certificate for every other host",
        gateway(to_login, "certificate", spared=(names.OPEN_4, names.OPEN_6)),
        CLOSED_DNS,
        shows=("tls portal", "tls canary"),
    ),
    Row(
        id="D11",
        what="the sign-in of the Wi-Fi ends while the tool is at work",
        fault=(session_ends,),
        shows=(),
        cause=cause("captive-portal"),
        innocent=NOT_GUILTY,
        ref="error-4",
        contacts=HERE,
    ),
    Row(
        id="D12",
        what="errors of the probe do not make a sign-in page: port 80 answers 404, port 443 is silent",
        fault=(
            gateway(status(404), "ignore"),
            CLOSED_DNS,
        ),
        shows=("open network", "tls portal"),
        cause=cause("inconclusive"),
        innocent=cause("captive-portal"),
        ref="step-5",
        code=3,
        contacts=HERE,
    ),
)
