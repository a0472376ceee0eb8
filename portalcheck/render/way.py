"""The way from the person to the sign-in page as a few links, and where it is broken."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from portalcheck.model import Report, ReportCheck, ReportFinding, Status


class State(StrEnum):
    """How a link of the way is."""

    OPEN = "open"
    OFF = "off"
    WORRIED = "worried"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Node(msgspec.Struct, frozen=True):
    """A link of the way: its key in the texts (`ui.path`), and its state."""

    key: str
    state: State


_HERE = ("clock", "system", "cookies", "browser")
_AT_THE_DOOR = frozenset(
    {"service.refused-connection", "service.no-connection", "service.no-answer", "service.next-name"}
)
_BY_STATUS = {
    Status.OK: State.OPEN,
    Status.NOTE: State.OPEN,
    Status.WARN: State.WORRIED,
    Status.FAIL: State.BROKEN,
    Status.UNKNOWN: State.UNKNOWN,
    Status.SKIP: State.UNKNOWN,
}
_GRAVITY = (State.UNKNOWN, State.OPEN, State.WORRIED, State.BROKEN)


def nodes(report: Report) -> tuple[Node, ...]:
    """The way in order. Echoes of a fault elsewhere break no link; what lies behind a broken one is unknown."""
    checks = {check.check: check for check in report.checks}
    here = max((_state(checks.get(name)) for name in _HERE), key=_GRAVITY.index)
    way = [
        Node("you", State.OPEN if here is State.UNKNOWN else here),
        Node(_link(checks.get("network")), _state(checks.get("network"))),
        Node("vpn", _optional(checks.get("vpn"), "vpn.active")),
        Node("proxy", _optional(checks.get("proxy"), "proxy.used")),
        Node("name", _worse(_state(checks.get("domain")), _state(checks.get("dns")))),
        Node("portal", _door(checks.get("service"))),
        Node("certificate", _state(checks.get("tls"))),
        Node("page", _page(checks.get("service"))),
    ]
    return tuple(_cut(way))


def broken(way: tuple[Node, ...]) -> Node | None:
    """The first broken link."""
    return next((node for node in way if node.state is State.BROKEN), None)


def _cut(way: list[Node]) -> list[Node]:
    stop = next((index for index, node in enumerate(way) if node.state is State.BROKEN), len(way))
    return way[: stop + 1] + [
        node if node.state is State.OFF else Node(node.key, State.UNKNOWN) for node in way[stop + 1 :]
    ]


def _own(check: ReportCheck | None) -> list[ReportFinding]:
    return [f for f in check.findings if not f.blocked_by] if check is not None else []


def _state(check: ReportCheck | None) -> State:
    states = [_BY_STATUS[finding.status] for finding in _own(check)]
    return max(states, key=_GRAVITY.index, default=State.UNKNOWN)


def _worse(one: State, other: State) -> State:
    return max(one, other, key=_GRAVITY.index) if State.BROKEN in (one, other) else other


def _link(check: ReportCheck | None) -> str:
    kinds = [finding.args.get("kind") for finding in _own(check) if finding.reason == "network.up"]
    return {"wifi": "wifi", "ethernet": "wired"}.get(str(kinds[0]) if kinds else "", "network")


def _optional(check: ReportCheck | None, used: str) -> State:
    """A link that need not be there: off unless it is in use."""
    if check is not None and not any(finding.reason == used for finding in check.findings):
        return State.OFF if _state(check) is State.OPEN else _state(check)
    return _state(check)


def _door(check: ReportCheck | None) -> State:
    findings = _own(check)
    if any(finding.reason in _AT_THE_DOOR for finding in findings):
        return State.BROKEN
    reached = any(
        finding.status is not Status.SKIP and not finding.reason.startswith("run.") for finding in findings
    )
    return State.OPEN if reached else State.UNKNOWN


def _page(check: ReportCheck | None) -> State:
    findings = [finding for finding in _own(check) if finding.reason not in _AT_THE_DOOR]
    return max((_BY_STATUS[f.status] for f in findings), key=_GRAVITY.index, default=State.UNKNOWN)
