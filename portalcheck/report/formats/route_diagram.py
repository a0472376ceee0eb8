"""The route from the person to the sign-in page as a diagram of a few links, and where it is broken."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from portalcheck.api.declarations import Check, Layer, Link
from portalcheck.diagnosis.registry import Installed
from portalcheck.model import Report, ReportCheck, ReportFinding, Status


class State(StrEnum):
    """How a link of the diagram is: passed, not in use, with a warning, broken, or not known."""

    OPEN = "open"
    OFF = "off"
    WORRIED = "worried"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Node(msgspec.Struct, frozen=True):
    """A link of the diagram: its key in the catalogue (`ui.path`), and its state."""

    key: str
    state: State


_REACHED = (State.OPEN, State.WORRIED, State.BROKEN)
_BY_STATUS = {
    Status.OK: State.OPEN,
    Status.NOTE: State.OPEN,
    Status.WARN: State.WORRIED,
    Status.FAIL: State.BROKEN,
    Status.UNKNOWN: State.UNKNOWN,
    Status.SKIP: State.UNKNOWN,
}
_GRAVITY = (State.UNKNOWN, State.OPEN, State.WORRIED, State.BROKEN)


def nodes(report: Report, installed: Installed) -> tuple[Node, ...]:
    """The links in order, from the person to the page. Echoes of a fault elsewhere break no link.

    A fault on the computer itself breaks the link at which the browser stops because of it; where that is the browser
    itself, it is a link of its own before the page. There is a link for a proxy only if one is in use.
    """
    return _Diagram(report, installed).nodes()


def broken(links: tuple[Node, ...]) -> Node | None:
    """The first broken link, None if none is."""
    return next((node for node in links if node.state is State.BROKEN), None)


def _cut(links: list[Node]) -> list[Node]:
    """The first broken link stays; further ones behind it become worries, since they stop nothing yet."""
    stop = next((index for index, node in enumerate(links) if node.state is State.BROKEN), len(links))
    return links[: stop + 1] + [
        Node(node.key, State.WORRIED) if node.state is State.BROKEN else node for node in links[stop + 1 :]
    ]


class _Diagram:
    """What a report's checks say, by the links that their declarations name."""

    def __init__(self, report: Report, installed: Installed) -> None:
        self._installed = installed
        self._seen: dict[Link, list[tuple[Check, ReportCheck]]] = {link: [] for link in Link}
        reported = {check.check: check for check in report.checks}
        for check in installed.checks:
            if check.link is not None and check.id in reported:
                self._seen[check.link].append((check, reported[check.id]))

    def nodes(self) -> tuple[Node, ...]:
        stopped = self._stopped_in_browser()
        here = _gravest([finding for finding in self._own(Link.YOU) if finding not in stopped])
        proxy, page = self._optional(Link.PROXY), self._page()
        if proxy is State.BROKEN and page is State.OPEN:  # the browser goes without it
            proxy = State.WORRIED
        links = [
            Node("you", State.WORRIED if here in (State.WORRIED, State.BROKEN) else State.OPEN),
            Node(self._kind_of_network(), self._state(Link.NETWORK)),
            Node("vpn", self._optional(Link.VPN)),
            *([Node("proxy", proxy)] if proxy in _REACHED else []),
            Node("name", self._name()),
            Node("portal", self._door()),
            Node("certificate", self._state(Link.CERTIFICATE)),
            *([Node("browser", State.BROKEN)] if stopped else []),
            Node("page", page),
        ]
        return tuple(_cut(self._passed(links)))

    def _own(self, link: Link) -> list[ReportFinding]:
        return [finding for _, check in self._seen[link] for finding in self._echo_nothing(check)]

    def _echo_nothing(self, check: ReportCheck) -> list[ReportFinding]:
        """Findings of a check that echo no other link; what the computer itself causes is stopped at the link."""
        return [finding for finding in check.findings if all(map(self._is_here, finding.blocked_by))]

    def _is_here(self, reason: str) -> bool:
        check = self._installed.check(reason.partition(".")[0])
        return check is not None and check.link is Link.YOU

    def _layer(self, finding: ReportFinding) -> Layer | None:
        return self._installed.layer(finding.reason)

    def _state(self, link: Link) -> State:
        return _gravest(self._own(link))

    def _kind_of_network(self) -> str:
        kinds = [f.args.get("kind") for f in self._own(Link.NETWORK) if self._layer(f) is Layer.LINK]
        return {"wifi": "wifi", "ethernet": "wired"}.get(str(kinds[0]) if kinds else "", "network")

    def _optional(self, link: Link) -> State:
        """A link that need not be there: off unless it is in use."""
        state, reasons = self._state(link), self._installed.reasons
        in_use = any(reasons[f.reason].in_use for f in self._own(link) if f.reason in reasons)
        return State.OFF if self._seen[link] and state is State.OPEN and not in_use else state

    def _name(self) -> State:
        """What was found of the name itself; of the address by its text alone, only that it is false."""
        states = [_gravest(self._echo_nothing(reported)) for _, reported in self._seen[Link.NAME]]
        own = [_gravest(self._echo_nothing(reported)) for reported in self._looked_up()]
        return State.BROKEN if State.BROKEN in states else max(own, key=_GRAVITY.index, default=State.UNKNOWN)

    def _looked_up(self) -> list[ReportCheck]:
        """Those checks of the name that speak of more than the text of an address."""
        named = self._seen[Link.NAME]
        return [reported for check, reported in named if any(r.layer is Layer.NAME for r in check.reasons)]

    def _door(self) -> State:
        own = self._own(Link.PORTAL)
        if any(self._layer(f) is Layer.CONNECTION and _BY_STATUS[f.status] is State.BROKEN for f in own):
            return State.BROKEN
        reached = any(
            finding.status is not Status.SKIP and finding.reason in check.reasons
            for check, reported in self._seen[Link.PORTAL]
            for finding in self._echo_nothing(reported)
        )
        return State.OPEN if reached else State.UNKNOWN

    def _stopped_in_browser(self) -> list[ReportFinding]:
        return [f for f in self._own(Link.YOU) if self._layer(f) is Layer.BROWSER and f.status is Status.FAIL]

    def _page(self) -> State:
        """What was found past the front door."""
        return _gravest([f for f in self._own(Link.PORTAL) if self._layer(f) is not Layer.CONNECTION])

    def _passed(self, links: list[Node]) -> list[Node]:
        """Links that no finding tells of, and behind which others were reached, were passed.

        Not those of which a check could not tell: that is never shown as well.
        """
        last = max((place for place, node in enumerate(links) if node.state in _REACHED), default=0)
        return [
            Node(node.key, State.OPEN)
            if place < last and node.state is State.UNKNOWN and self._was_passed_over(node.key)
            else node
            for place, node in enumerate(links)
        ]

    def _was_passed_over(self, key: str) -> bool:
        if key == Link.NAME:
            seen = self._looked_up()
        elif key in set(Link) - {Link.NETWORK}:
            seen = [reported for _, reported in self._seen[Link(key)]]
        else:
            return False
        return bool(seen) and all(
            f.status is not Status.UNKNOWN for reported in seen for f in reported.findings
        )


def _gravest(findings: Sequence[ReportFinding]) -> State:
    return max((_BY_STATUS[f.status] for f in findings), key=_GRAVITY.index, default=State.UNKNOWN)
