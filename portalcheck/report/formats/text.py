"""The report as plain text: the verdict first, one thing to do, then all the rest, linear and without marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portalcheck.model import Portal, Report
from portalcheck.report.block.writing import write
from portalcheck.report.code import spell
from portalcheck.report.formats import route_diagram
from portalcheck.report.formats import wording as words
from portalcheck.report.formats.lines import numbered, wrap
from portalcheck.words.catalog import Catalog

_IN = "  "
_DEEP = "      "
_NO_BREAK = "\u00a0"


def render(
    report: Report,
    catalog: Catalog,
    *,
    portal: Portal | None = None,
    previous: Report | None = None,
    verbose: bool = False,
) -> str:
    """The report in the catalogue's language; it ends with the phone code.

    `portal` tells whom to call, `previous` what has changed since, `verbose` adds every finding of every check.
    """
    sections = (
        _verdict(report, catalog),
        _first_step(report, catalog, portal),
        _further_steps(report, catalog),
        _listed("symptoms", map(catalog.symptom, report.symptoms), catalog),
        _changes(report, previous, catalog),
        _listed("also", (words.cause_words(report, catalog, each).verdict for each in report.also), catalog),
        _listed("not_checked", words.not_checked(report, catalog), catalog),
        _route(report, catalog),
        _checks(report, catalog, verbose=verbose),
        _local(report, catalog),
        _listed("looked", words.contacts(report, catalog), catalog),
        _block(report, catalog),
        _code(report, catalog, verbose=verbose),
    )
    return "\n\n".join("\n".join(lines) for section in sections if (lines := list(section))) + "\n"


def _heading(key: str, catalog: Catalog) -> str:
    return catalog.ui(f"heading.{key}") + ":"


def _listed(key: str, sentences: Iterable[str], catalog: Catalog) -> Iterator[str]:
    """Sentences below a heading; nothing without a sentence."""
    lines = [line for sentence in sentences for line in wrap(sentence, _IN)]
    if lines:
        yield from (_heading(key, catalog), *lines)


def _verdict(report: Report, catalog: Catalog) -> Iterator[str]:
    for sentence in words.verdict(report, catalog):
        yield from wrap(sentence)


def _first_step(report: Report, catalog: Catalog, portal: Portal | None) -> Iterator[str]:
    """One step, with its reference and numbered actions."""
    if not report.likely_steps:
        return
    yield _heading("first", catalog)
    yield from wrap(words.article(report.likely_steps[0], catalog), _IN)
    yield from numbered(words.first_actions(report, catalog))
    if words.may_try(report, catalog):
        yield from wrap(catalog.ui("step.one_by_one"), _IN)
    for line in words.support(report, catalog, portal):
        yield from wrap(line, _IN)


def _further_steps(report: Report, catalog: Catalog) -> Iterator[str]:
    steps = report.likely_steps[1:]
    if steps:
        yield _heading("then", catalog)
        for step in steps:
            yield from wrap(words.article(step, catalog), _IN)
            yield from wrap(words.browser_hint(step, report, catalog), _DEEP)
        yield from wrap(catalog.ui("step.more", topic=steps[0].ref), _IN)


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
    yield _heading("path", catalog)
    # A link's name stays on one line.
    whole = [words.node(link, catalog).replace(" ", _NO_BREAK) for link in links]
    line = f" {catalog.ui('path.arrow')} ".join(whole)
    yield from (part.replace(_NO_BREAK, " ") for part in wrap(line, _IN))
    verdict = words.route_verdict(report, links, catalog)
    if verdict:
        yield from wrap(verdict, _IN)


def _checks(report: Report, catalog: Catalog, *, verbose: bool) -> Iterator[str]:
    yield _heading("checks", catalog)
    if not report.checks:
        yield _IN + catalog.ui("report.none_selected")
    for check in report.checks:
        yield f"{_IN}{words.status(check.status, catalog)}: {catalog.check(check.check).name}"
        if not verbose:
            for line in words.check_lines(check, catalog):
                yield from wrap(line, _DEEP)
            continue
        for finding in check.findings:
            yield from wrap(words.sentence(finding, catalog), _DEEP)
            if finding.blocked_by:
                yield from wrap(catalog.ui("step.echo", reasons=finding.blocked_by), _DEEP)


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
    yield write(report, catalog.installed.numbers.checks.values()).rstrip("\n")


def _code(report: Report, catalog: Catalog, *, verbose: bool) -> Iterator[str]:
    yield from wrap(catalog.ui("report.code_hint"))
    if verbose:
        yield from wrap(catalog.ui("report.code_spoken", words=spell(report.code, catalog.lang)))
    yield catalog.ui("report.code", code=report.code)
