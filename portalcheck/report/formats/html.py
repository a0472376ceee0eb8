"""The report as one HTML page that needs nothing else: no network, no script, no file beside it.

Its policy forbids everything but the one style sheet and the one script that are written into it, told by
their hashes. The script adds comfort (copying, printing) and shows its buttons itself.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from portalcheck.model import Portal, Report
from portalcheck.report.formats import route_diagram
from portalcheck.report.formats import wording as words
from portalcheck.report.formats.pages import own_file, template
from portalcheck.report.formats.pages import policy as policy_of
from portalcheck.report.guidance import cause_words, choices, for_it, guidance
from portalcheck.words.catalog import Catalog

if TYPE_CHECKING:
    from markupsafe import Markup

_LONGEST = 4000
_GAP = 38
"""Units of the picture from dot to dot."""
_LINE = 28
"""Characters that fit beside a dot on one line."""


def pasted_lines(report: Report, catalog: Catalog) -> list[Markup]:
    """The lines of the pasted report, as markup: in all other text of a page its markers are broken."""
    from markupsafe import escape

    from portalcheck.report.block.writing import write

    return [escape(line) for line in write(report, catalog.installed.numbers.built_in).splitlines()]


def render(report: Report, catalog: Catalog, portal: Portal | None = None) -> str:
    """The page in the catalogue's language; `portal` tells whom to call."""
    from markupsafe import Markup

    from portalcheck.report import code as phonecode

    style, script = own_file("formats/report.css"), own_file("formats/report.js")
    page = template("formats/report.html.j2", _LONGEST).render(
        lang=catalog.lang,
        ui=catalog.ui,
        # Both are our own files; their end tags cannot occur in them (a test holds it).
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=policy_of(style, script),
        outcome=report.outcome.value,
        cause=report.cause,
        for_it=for_it(report, catalog),
        told=guidance(report, catalog, portal),
        choices=choices(report, catalog),
        picture=picture(report, catalog),
        also=[cause_words(report, catalog, cause).verdict for cause in report.also],
        not_checked=list(words.not_checked(report, catalog)),
        tried=list(words.tried(report, catalog)),
        symptoms=[catalog.symptom(symptom) for symptom in report.symptoms],
        checks=report.checks,
        catalog=catalog,
        check_lines=words.check_lines,
        detail_heading="heading.local" if report.privacy.level == "local" else "heading.details",
        evidence=list(_evidence(report)),
        block_heading=words.block_heading(report),
        block_warning=list(words.block_warning(report, catalog)),
        block=pasted_lines(report, catalog),
        code=report.code,
        spoken=phonecode.spell(report.code, catalog.lang),
        contacts=list(words.contacts(report, catalog)),
        origin=list(_origin(report, catalog)),
    )
    return page.lstrip() + "\n"


def picture(report: Report, catalog: Catalog) -> dict[str, object]:
    """The route diagram from top to bottom, and in words for those who do not see it; no dots without a check.

    A dot is its state, its lines of text, and whether the line to the next dot is drawn as interrupted.
    """
    links = route_diagram.nodes(report, catalog.installed) if report.checks else ()
    verdict = words.route_verdict(report, links, catalog)
    unknown = [link.state is route_diagram.State.UNKNOWN for link in links]
    dots = [
        (
            link.state.value,
            textwrap.wrap(words.node(link, catalog), _LINE),
            link.state is route_diagram.State.BROKEN or any(unknown[place : place + 2]),
        )
        for place, link in enumerate(links)
    ]
    title = catalog.ui("path.picture", summary=verdict) if verdict else catalog.ui("heading.path")
    line = words.route_line(links, catalog)
    return {"dots": dots, "gap": _GAP, "title": title, "line": line, "way": verdict}


def _evidence(report: Report) -> Iterator[str]:
    """Every finding as codes: `vpn.active note split=false product=WireGuard`."""
    for check in report.checks:
        for finding in check.findings:
            args = (f"{name}={_value(value)}" for name, value in finding.args.items())
            yield " ".join([finding.reason, finding.status.value, *args])


def _value(value: object) -> str:
    """A value as in JSON, but a text without quotation marks."""
    if isinstance(value, tuple):
        return ",".join(map(_value, value))
    return value if isinstance(value, str) else json.dumps(value)


def _origin(report: Report, catalog: Catalog) -> Iterator[str]:
    """Of which portal, when, on what kind of system and by which version the report was made."""
    yield catalog.ui("report.verdict_portal", portal=report.portal.name, host=report.portal.host)
    yield catalog.ui("report.started", started=report.started)
    yield catalog.ui("report.system", os=report.platform.os, release=report.platform.release)
    yield catalog.ui("report.took", ms=report.duration_ms)
    yield catalog.ui("report.tool", version=report.tool.version)
