"""The way from the person to the sign-in page as a few links, and where it is broken."""

from __future__ import annotations

from collections.abc import Mapping
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
"""Checks of what is on the computer itself, where nothing on the way passes."""
_FELT_AT_THE_PAGE = ("cookies", "browser")
"""Those of them whose faults stop the person at the sign-in page."""
_SEEN_BY = {
    "vpn": ("vpn",),
    "proxy": ("proxy",),
    "name": ("dns",),
    "portal": ("service",),
    "certificate": ("tls",),
}
"""The checks that tell of a link."""
_REACHED = (State.OPEN, State.WORRIED, State.BROKEN)
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
    """The way in order. Echoes of a fault elsewhere break no link; what was seen to be well stays so behind one.

    A fault on the computer itself breaks the link where the browser stops because of it. A proxy is a link only
    where there is one.
    """
    checks = {check.check: check for check in report.checks}
    here = max((_state(checks.get(name)) for name in _HERE), key=_GRAVITY.index)
    proxy = _optional(checks.get("proxy"), "proxy.used")
    way = [
        Node("you", State.WORRIED if here in (State.WORRIED, State.BROKEN) else State.OPEN),
        Node(_link(checks.get("network")), _state(checks.get("network"))),
        Node("vpn", _optional(checks.get("vpn"), "vpn.active")),
        *([Node("proxy", proxy)] if proxy in (State.OPEN, State.WORRIED, State.BROKEN) else []),
        Node("name", _worse(_state(checks.get("domain")), _state(checks.get("dns")))),
        Node("portal", _door(checks.get("service"))),
        Node("certificate", _state(checks.get("tls"))),
        Node("page", _felt(_page(checks.get("service")), checks, _FELT_AT_THE_PAGE)),
    ]
    return tuple(_cut(_passed(way, checks)))


def broken(way: tuple[Node, ...]) -> Node | None:
    """The first broken link."""
    return next((node for node in way if node.state is State.BROKEN), None)


def _passed(way: list[Node], checks: Mapping[str, ReportCheck]) -> list[Node]:
    """Links that had nothing to tell, and behind which the next were reached, were passed.

    Not those of which a check could not tell: that is never shown as well.
    """
    last = max((place for place, node in enumerate(way) if node.state in _REACHED), default=0)
    return [
        Node(node.key, State.OPEN)
        if place < last and node.state is State.UNKNOWN and _had_nothing_to_tell(node.key, checks)
        else node
        for place, node in enumerate(way)
    ]


def _had_nothing_to_tell(key: str, checks: Mapping[str, ReportCheck]) -> bool:
    seen = [checks[name].findings for name in _SEEN_BY.get(key, ()) if name in checks]
    return bool(seen) and all(f.status is not Status.UNKNOWN for findings in seen for f in findings)


def _cut(way: list[Node]) -> list[Node]:
    """One link is the broken one; a fault of its own behind it is worth a look, and stops nobody yet."""
    stop = next((index for index, node in enumerate(way) if node.state is State.BROKEN), len(way))
    return way[: stop + 1] + [
        Node(node.key, State.WORRIED) if node.state is State.BROKEN else node for node in way[stop + 1 :]
    ]


def _felt(state: State, checks: Mapping[str, ReportCheck], names: tuple[str, ...]) -> State:
    """A link's state, broken where a fault on the computer stops the browser there."""
    broken = any(_state(checks.get(name)) is State.BROKEN for name in names)
    return State.BROKEN if broken else state


def _own(check: ReportCheck | None) -> list[ReportFinding]:
    """Findings of a check that echo no other link; what the computer itself causes is felt at the link."""
    return [f for f in check.findings if all(map(_is_here, f.blocked_by))] if check is not None else []


def _is_here(reason: str) -> bool:
    return reason.partition(".")[0] in _HERE


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
