"""The report as plain text, linear and without marks: what to do, all the rest, and the block for the help desk.

In a pipe or a file what to do comes first, and the verdict again at the end. On a terminal the reader sees the end
first: there it comes last, with the phone code, and fits on one screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from portalcheck.model import Portal, Report, Status
from portalcheck.report.block.writing import write
from portalcheck.report.code import spell
from portalcheck.report.formats import route_diagram
from portalcheck.report.formats import wording as words
from portalcheck.report.formats.lines import numbered, wrap
from portalcheck.report.guidance import Guidance, NextStep, cause_words, guidance
from portalcheck.words.catalog import Catalog

_IN = "  "
_DEEP = "      "
_NO_BREAK = "\u00a0"
SCREEN = 22
"""Lines of a screen of 24 that are free: the shell's prompt, and the command before a first blank line, stay."""


def render(
    report: Report,
    catalog: Catalog,
    *,
    portal: Portal | None = None,
    previous: Report | None = None,
    verbose: bool = False,
    quiet: bool = False,
    on_terminal: bool = False,
) -> str:
    """The report in the catalogue's language; it ends with the phone code.

    `portal` tells whom to call, `previous` what has changed since. `verbose` adds every finding of every check,
    `quiet` leaves out all but the advice, the block and the code.
    """
    told = guidance(report, catalog, portal)
    details = () if quiet else _details(report, catalog, previous, verbose=verbose)
    block = _block(report, catalog)
    if on_terminal:
        sections = (*details, block, _screen(told, report, catalog))
    else:
        sections = (
            *_advice(told, catalog),
            *details,
            block,
            _closing(told, report, catalog, verbose=verbose),
        )
    return "\n\n".join("\n".join(lines) for section in sections if (lines := list(section))) + "\n"


def _advice(told: Guidance, catalog: Catalog) -> Iterator[list[str]]:
    """What was found, what to do first, what next, and whom to call; a list of lines each."""
    yield [line for sentence in (*told.verdict, *told.never) for line in wrap(sentence)]
    yield [line for sentence in (told.portal, told.source) for line in wrap(sentence)]
    if told.actions:
        inside = [*numbered(told.actions), *(line for hint in told.hints for line in wrap(hint, _IN))]
        yield [_heading("first", catalog), *wrap(told.article, _IN), *inside]
    yield list(_listed("then", (step.line for step in told.further), catalog))
    yield wrap(told.urgent)


def _screen(told: Guidance, report: Report, catalog: Catalog) -> list[str]:
    """The same on one screen: where it is short of lines without blank ones, hints, and the last of the steps."""
    top = [*wrap(told.portal), "", *(line for each in (*told.verdict, *told.never) for line in wrap(each))]
    first = (
        [_heading("first", catalog), *numbered(told.actions), *wrap(told.article, _IN)]
        if told.actions
        else []
    )
    hints = [line for hint in told.hints for line in wrap(hint, _IN)]
    end = [*wrap(told.urgent), catalog.ui("report.code", code=report.code)]
    for hinted, then in _shorter(told.further):
        parts = (
            top,
            [*first, *(hints if hinted else [])],
            list(_listed("then", (step.line for step in then), catalog)),
            end,
        )
        for between in ([""], []):
            lines = _joined(parts, between)
            if len(lines) <= SCREEN:
                return lines
    return lines


def _shorter(further: Sequence[NextStep]) -> Iterator[tuple[bool, Sequence[NextStep]]]:
    """Ways to show the further steps, and whether with hints, the longest first."""
    for most in range(len(further), 0, -1):
        yield True, further[:most]
    for most in range(min(2, len(further)), -1, -1):
        yield False, further[:most]


def _joined(parts: Iterable[Sequence[str]], between: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for part in filter(None, parts):
        lines += [*(between if lines else ()), *part]
    return lines


def _closing(told: Guidance, report: Report, catalog: Catalog, *, verbose: bool) -> Iterator[str]:
    """The code, and the verdict once more for those who come from below."""
    yield from wrap(catalog.ui("report.code_hint"))
    if verbose:
        yield from wrap(catalog.ui("report.code_spoken", words=spell(report.code, catalog.lang)))
    yield from wrap(f"{catalog.ui('heading.result')}: {told.verdict[0]}")
    yield catalog.ui("report.code", code=report.code)


def _details(
    report: Report, catalog: Catalog, previous: Report | None, *, verbose: bool
) -> tuple[Iterable[str], ...]:
    return (
        _listed("symptoms", map(catalog.symptom, report.symptoms), catalog),
        _listed("tried", words.tried(report, catalog), catalog),
        _changes(report, previous, catalog),
        _listed("also", (cause_words(report, catalog, each).verdict for each in report.also), catalog),
        _route(report, catalog),
        _checks(report, catalog, verbose=verbose),
        _local(report, catalog),
        _listed("looked", words.contacts(report, catalog), catalog),
    )


def _heading(key: str, catalog: Catalog) -> str:
    return catalog.ui(f"heading.{key}") + ":"


def _listed(key: str, sentences: Iterable[str], catalog: Catalog) -> Iterator[str]:
    """Sentences below a heading; nothing without a sentence."""
    lines = [line for sentence in sentences for line in wrap(sentence, _IN)]
    if lines:
        yield from (_heading(key, catalog), *lines)


def _changes(report: Report, previous: Report | None, catalog: Catalog) -> Iterator[str]:
    if previous is None or previous.portal != report.portal:
        return
    yield _heading("changed", catalog)
    if previous.cause == report.cause:
        yield from wrap(catalog.ui("changes.same"), _IN)
        return
    before, now = (catalog.cause(cause).verdict for cause in (previous.cause, report.cause))
    yield from wrap(catalog.ui("changes.changed", before=before, now=now), _IN)


def _route(report: Report, catalog: Catalog) -> Iterator[str]:
    if not report.checks:
        return
    links = route_diagram.nodes(report, catalog.installed)
    verdict = words.route_verdict(report, links, catalog)
    yield _heading("path", catalog)
    if not verdict or route_diagram.broken(links):
        # A link's name stays on one line.
        whole = [words.node(link, catalog).replace(" ", _NO_BREAK) for link in links]
        line = f" {catalog.ui('path.arrow')} ".join(whole)
        yield from (part.replace(_NO_BREAK, " ") for part in wrap(line, _IN))
    if verdict:
        yield from wrap(verdict, _IN)


def _checks(report: Report, catalog: Catalog, *, verbose: bool) -> Iterator[str]:
    """A line for all that is well or was skipped, a line and its findings for each other check; all with `verbose`."""
    yield _heading("checks", catalog)
    if not report.checks:
        yield _IN + catalog.ui("report.none_selected")
    short = () if verbose else (Status.OK, Status.SKIP)
    for status in short:
        names = [catalog.check(check.check).name for check in report.checks if check.status is status]
        if names:
            yield from wrap(f"{words.status(status, catalog)}: {catalog.write(names)}", _IN)
    for check in report.checks:
        if check.status in short:
            continue
        yield f"{_IN}{words.status(check.status, catalog)}: {catalog.check(check.check).name}"
        if not verbose:
            for line in words.check_lines(check, catalog):
                yield from wrap(line, _DEEP)
            continue
        for finding in check.findings:
            yield from wrap(words.sentence(finding, catalog), _DEEP)
            if finding.blocked_by:
                yield from wrap(catalog.ui("step.echo", reasons=finding.blocked_by), _DEEP)
    if words.is_incomplete(report):
        yield from wrap(catalog.ui("step.incomplete"), _IN)


def _local(report: Report, catalog: Catalog) -> Iterator[str]:
    """All evidence as it is, if the person asked for what stays on this computer."""
    if report.privacy.level != "local":
        return
    yield from wrap(_heading("local", catalog))
    for finding in (finding for check in report.checks for finding in check.findings if finding.args):
        yield from wrap(f"{finding.reason}:", _IN)
        for name, value in finding.args.items():
            yield from wrap(f"{name}: {catalog.write(value)}", _DEEP)


def _block(report: Report, catalog: Catalog) -> Iterator[str]:
    yield from wrap(_heading(words.block_heading(report), catalog))
    for line in words.block_warning(report, catalog):
        yield from wrap(line, _IN)
    yield ""
    yield write(report, catalog.installed.numbers.built_in).rstrip("\n")
