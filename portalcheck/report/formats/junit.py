"""JUnit XML in the dialect of Jenkins' junit-10.xsd, which Surefire's and GitLab's readers take too.

The first test case is the verdict, the others are the checks. A `failure` is a finding, an `error` is what
could not be run, and an echo of another finding is skipped. The text is ASCII with character references, so
that no console and no redirection can spoil it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from portalcheck.model import Outcome, Report, ReportCheck, ReportFinding, Status
from portalcheck.report import guidance
from portalcheck.report.formats import wording as words
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

Element = ElementTree.Element

_LONGEST = 4000
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0 (section 2.2), not even as a reference."""
_UTC = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")


def render(report: Report, catalog: Catalog) -> str:
    """The report as an XML document with one test suite."""
    cases = [_verdict(report, catalog), *(_case(check, catalog) for check in report.checks)]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
    shared = {"name": "portalcheck", **counts, "time": _seconds(report.duration_ms)}
    root = _element("testsuites", **shared)
    skipped = str(sum(case.find("skipped") is not None for case in cases))
    # The schema of Ant demands a host name, and says `localhost` where none is told.
    suite = _element("testsuite", **shared, skipped=skipped, hostname="localhost", **_started(report))
    root.append(suite)
    suite.append(_properties(report))
    suite.extend(cases)
    ElementTree.indent(root)
    text = str(ElementTree.tostring(root, "us-ascii"), "ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _verdict(report: Report, catalog: Catalog) -> Element:
    """The run as a whole: red if its exit code is 1 or 3, or a cause was found, and only then."""
    verdict = guidance.verdict(report, catalog)[0]
    case = _element("testcase", classname="portalcheck", name="verdict", time=_seconds(report.duration_ms))
    advice = "\n".join(_advice(report, catalog))
    kind = _result(report)
    if kind is not None:
        case.append(_element(kind, advice, type=report.cause, message=verdict))
    else:
        case.append(_element("system-out", f"{verdict}\n{advice}"))
    return case


def _result(report: Report) -> str | None:
    if report.outcome is Outcome.UNKNOWN:
        return "error"
    return "failure" if report.outcome is Outcome.FAIL or report.exit_code == 1 else None


def _advice(report: Report, catalog: Catalog) -> Iterator[str]:
    told = guidance.guidance(report, catalog)
    yield guidance.for_it(report, catalog)
    yield from told.never
    if report.likely_steps:
        yield f"{catalog.ui('heading.first')}: {guidance.title(report.likely_steps[0], catalog)}"
        yield from (f"{number}. {action}" for number, action in enumerate(told.actions, start=1))
    yield from (f"{catalog.ui('heading.then')}: {step.line}" for step in told.further)
    for cause in report.also:
        yield f"{catalog.ui('heading.also')}: {guidance.cause_words(report, catalog, cause).verdict}"


def _case(check: ReportCheck, catalog: Catalog) -> Element:
    time = _seconds(check.duration_ms)
    case = _element("testcase", classname="portalcheck.checks", name=check.check, time=time)
    lines = "\n".join(_lines(check, catalog))
    kind = {Status.FAIL: "failure", Status.UNKNOWN: "error"}.get(check.status)
    finding = next((f for f in check.findings if f.status is check.status and not f.blocked_by), None)
    echoed = [reason for finding in check.findings for reason in finding.blocked_by]
    if kind is not None and (finding is not None or not echoed):
        case.append(_element(kind, lines, **_type_and_message(check, finding, catalog)))
        return case
    if kind is not None or check.status is Status.SKIP:
        case.append(_element("skipped", message=_why_not(check, echoed, catalog)))
    case.append(_element("system-out", lines))
    return case


def _type_and_message(check: ReportCheck, finding: ReportFinding | None, catalog: Catalog) -> dict[str, str]:
    if finding is None:
        return {"type": check.check, "message": words.status(check.status, catalog)}
    return {"type": finding.reason, "message": words.sentence(finding, catalog)}


def _why_not(check: ReportCheck, echoed: list[str], catalog: Catalog) -> str:
    """Why a check says nothing of its own: the findings that it echoes, or its own words."""
    if echoed:
        return catalog.ui("step.echo", reasons=list(dict.fromkeys(echoed)))
    return _type_and_message(check, next(iter(check.findings), None), catalog)["message"]


def _lines(check: ReportCheck, catalog: Catalog) -> Iterator[str]:
    for finding in check.findings:
        text = words.sentence(finding, catalog)
        yield clean(f"{words.status(finding.status, catalog)}: {text} ({finding.reason})", _LONGEST)


def _properties(report: Report) -> Element:
    facts = {
        "tool": f"{report.tool.name} {report.tool.version}",
        "schema_version": str(report.schema_version),
        "run_id": report.run_id,
        "portal": report.portal.profile,
        "portal_name": report.portal.name,
        "portal_host": report.portal.host,
        "os": report.platform.os,
        "os_release": report.platform.release,
        "outcome": report.outcome.value,
        "exit_code": str(report.exit_code),
        "complete": str(report.complete).lower(),
        "cause": report.cause,
        "also": " ".join(report.also),
        "likely_steps": " ".join(step.ref for step in report.likely_steps),
        "symptoms": " ".join(report.symptoms),
        "privacy": report.privacy.level,
        "code": report.code,
    }
    properties = _element("properties")
    properties.extend(_element("property", name=name, value=value) for name, value in facts.items())
    return properties


def _started(report: Report) -> dict[str, str]:
    """When the run started, in UTC and without a zone, as Ant's schema has it."""
    found = _UTC.fullmatch(report.started)
    return {"timestamp": found[1]} if found else {}


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.3f}"


def _element(tag: str, text: str | None = None, /, **attributes: str) -> Element:
    element = Element(tag, {name: clean(_legal(value), _LONGEST) for name, value in attributes.items()})
    element.text = None if text is None else _legal(text)
    return element


def _legal(text: str) -> str:
    return _NO_CHARACTER.sub("?", text)
