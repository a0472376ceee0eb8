"""The report as plain text: the verdict first, one thing to do, then all the rest, linear and without marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portalcheck.catalog import Catalog
from portalcheck.model import Outcome, Portal, Report, ReportCheck, ReportFinding, Status, Step
from portalcheck.paste.writing import write
from portalcheck.phonecode import spell
from portalcheck.render import way
from portalcheck.render.lines import numbered, wrap

_SUPPORT_REFS = {"step-10", "support-checklist"}


class TextReport:
    """Writes one report.

    `verbose` adds every check's findings in full, `portal` whom to call, `previous` what has changed since.
    """

    def __init__(
        self,
        report: Report,
        catalog: Catalog,
        *,
        portal: Portal | None = None,
        previous: Report | None = None,
        verbose: bool = False,
    ) -> None:
        self.report, self.words, self.portal = report, catalog, portal
        self.previous, self.verbose = previous, verbose

    def render(self) -> str:
        """The whole text; ends with the phone code."""
        sections = (
            self._verdict(),
            self._first(),
            self._then(),
            self._changes(),
            self._also(),
            self._not_checked(),
            self._way(),
            self._checks(),
            self._looked(),
            self._block(),
            self._code(),
        )
        return "\n\n".join("\n".join(lines) for section in sections if (lines := list(section))) + "\n"

    def _heading(self, key: str) -> str:
        return self.words.ui(f"heading.{key}") + ":"

    def _verdict(self) -> Iterator[str]:
        if self.report.cause == "none" and not self._door_was_tried():
            # Whoever leaves checks out is not told that the page loads.
            yield from wrap(self.words.ui(f"outcome.{self.report.outcome.value}"))
            return
        cause = self.words.cause(self.report.cause)
        yield from wrap(cause.verdict)
        yield from wrap(cause.patient)

    def _door_was_tried(self) -> bool:
        return any(f.reason == "service.works" for c in self.report.checks for f in c.findings)

    def _first(self) -> Iterator[str]:
        """One step, with its reference and numbered actions: the cause's own where it has some, else the step's."""
        steps = self.report.likely_steps
        if not steps:
            return
        ref = self.words.ref(steps[0].ref)
        cause = self.words.cause(self.report.cause)
        actions = cause.actions if self._names_a_fault() and cause.actions else ref.actions
        yield self._heading("first")
        yield from wrap(self._article(steps[0]), "  ")
        yield from numbered(actions)
        yield from wrap(self.words.ui("step.one_by_one"), "  ")
        if steps[0].ref in _SUPPORT_REFS:
            yield from self._support()

    def _names_a_fault(self) -> bool:
        return self.report.cause != "none"

    def _article(self, step: Step) -> str:
        return self.words.ui("step.article", title=self.words.ref(step.ref).title, ref=step.ref)

    def _support(self) -> Iterator[str]:
        support = self.portal.support if self.portal is not None else None
        if support is not None and support.phone:
            yield from wrap(self.words.ui("support.phone", phone=support.phone), "  ")
        else:
            yield from wrap(self.words.ui("support.card"), "  ")
        if support is not None and support.url:
            yield from wrap(self.words.ui("support.url", url=support.url), "  ")

    def _then(self) -> Iterator[str]:
        steps = self.report.likely_steps[1:]
        if steps:
            yield self._heading("then")
            for step in steps:
                yield from wrap(self._article(step), "  ")
            yield "  " + self.words.ui("step.more", topic=steps[0].ref)

    def _changes(self) -> Iterator[str]:
        if self.previous is None or self.previous.portal != self.report.portal:
            return
        yield self._heading("changed")
        before, now = self.previous.cause, self.report.cause
        if before == now:
            yield from wrap(self.words.ui("changes.same"), "  ")
            return
        verdicts = {"before": self.words.cause(before).verdict, "now": self.words.cause(now).verdict}
        yield from wrap(self.words.ui("changes.changed", **verdicts), "  ")

    def _also(self) -> Iterator[str]:
        if self.report.also:
            yield self._heading("also")
            for cause in self.report.also:
                yield from wrap(self.words.cause(cause).verdict, "  ")

    def _not_checked(self) -> Iterator[str]:
        unseen = [
            (check, finding)
            for check in self.report.checks
            for finding in check.findings
            if finding.status is Status.UNKNOWN
        ]
        if unseen:
            yield self._heading("not_checked")
            for check, finding in unseen:
                yield from wrap(f"{self.words.check(check.check).name}: {self._sentence(finding)}", "  ")
        if not self.report.complete:
            yield from wrap(self.words.ui("step.incomplete"), "  ")

    def _way(self) -> Iterator[str]:
        if not self.report.checks:
            return
        nodes = way.nodes(self.report)
        yield self._heading("path")
        yield from wrap(f" {self.words.ui('path.arrow')} ".join(map(self._node, nodes)), "  ")
        stop = way.broken(nodes)
        if stop is not None:
            yield "  " + self.words.ui("path.stops", node=self.words.ui(f"path.{stop.key}"))
        elif self.report.outcome in (Outcome.OK, Outcome.WARN):
            yield "  " + self.words.ui("path.whole")

    def _node(self, node: way.Node) -> str:
        name = self.words.ui(f"path.{node.key}")
        return name if node.state is way.State.OPEN else self.words.ui(f"path.{node.state.value}", node=name)

    def _checks(self) -> Iterator[str]:
        yield self._heading("checks")
        if not self.report.checks:
            yield "  " + self.words.ui("report.none_selected")
        for check in self.report.checks:
            name = self.words.check(check.check).name
            yield f"  {self.words.ui(f'status.{check.status.value}')}: {name}"
            for finding in _shown(check, verbose=self.verbose):
                yield from wrap(self._sentence(finding), "      ")
                if finding.blocked_by and self.verbose:
                    yield from wrap(self.words.ui("step.echo", reasons=finding.blocked_by), "      ")

    def _sentence(self, finding: ReportFinding) -> str:
        return self.words.reason(finding.reason, finding.args, finding.status.value)

    def _looked(self) -> Iterator[str]:
        privacy = self.report.privacy
        yield self._heading("looked")
        known = [self._contact(role, count) for role, count in privacy.contacts.items()]
        if known:
            yield from wrap(self.words.ui("privacy.contacted", list=known), "  ")
        else:
            yield "  " + self.words.ui("privacy.nobody")
        for key in ("looked", "no_password", "no_upload"):
            yield from wrap(self.words.ui(f"privacy.{key}"), "  ")
        if privacy.level == "local":
            yield from wrap(self.words.ui("privacy.local_level"), "  ")
        elif privacy.withheld:
            left_out = [self._kind(kind, count) for kind, count in privacy.withheld.items()]
            yield from wrap(self.words.ui("privacy.withheld", list=left_out), "  ")
            yield from wrap(self.words.ui("privacy.include_local"), "  ")
        else:
            yield "  " + self.words.ui("privacy.nothing_withheld")

    def _contact(self, role: str, count: int) -> str:
        key = f"privacy.contact.{role}"
        words = self.words.ui(key)
        return words if words != key else self.words.ui("privacy.contact.other", role=role, count=count)

    def _kind(self, kind: str, count: int) -> str:
        key = f"privacy.kind.{kind}"
        words = self.words.ui(key, count=count)
        return words if words != key else self.words.ui("privacy.kind.other", count=count)

    def _block(self) -> Iterator[str]:
        yield self._heading("block")
        yield ""
        yield write(self.report).rstrip("\n")

    def _code(self) -> Iterator[str]:
        yield from wrap(self.words.ui("report.code_hint"))
        if self.verbose:
            yield from wrap(
                self.words.ui("report.code_spoken", words=spell(self.report.code, self.words.lang))
            )
        yield self.words.ui("report.code", code=self.report.code)


def _shown(check: ReportCheck, *, verbose: bool) -> Iterable[ReportFinding]:
    """A line for every finding, but one enough for what is fine, and none for what echoes another, unless asked."""
    if verbose:
        return check.findings
    telling = [f for f in check.findings if f.status in (Status.FAIL, Status.WARN, Status.NOTE)]
    return telling or check.findings[:1]


def render(
    report: Report,
    catalog: Catalog,
    *,
    portal: Portal | None = None,
    previous: Report | None = None,
    verbose: bool = False,
) -> str:
    """The report as text in the catalogue's language."""
    return TextReport(report, catalog, portal=portal, previous=previous, verbose=verbose).render()
