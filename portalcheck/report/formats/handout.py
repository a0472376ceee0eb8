"""A topic of `explain` as a sheet to print for the front desk: what to ask, what to do, whom to hand on to."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.diagnosis.steps import BY_SYMPTOM
from portalcheck.report.explain import explain
from portalcheck.report.formats import agent
from portalcheck.report.formats.sheet import Item, Line, Section, Sheet, Steps, as_page
from portalcheck.report.guidance import guidance
from portalcheck.words.catalog import Catalog


def render(topic: str | None, words: Catalog) -> str | None:
    """The page; None for an unknown topic."""
    sheet = _sheet(topic.strip().casefold() if topic else None, words)
    return None if sheet is None else as_page(sheet.title, [sheet], words)


def _sheet(topic: str | None, words: Catalog) -> Sheet | None:
    installed = words.installed
    if topic is not None and topic in (*installed.cause_ids(), *installed.cause_ids(notes=True)):
        return Sheet(f"{words.cause(topic).verdict} ({topic})", tuple(_cause(topic, words)))
    if topic is not None and topic in BY_SYMPTOM:
        return Sheet(f"{words.symptom(topic)} ({topic})", tuple(_symptom(topic, words)))
    text = explain(topic, words)
    if text is None:
        return None
    first, _, rest = text.partition("\n")
    return Sheet(first, tuple(_plain(rest)))


def _cause(cause: str, words: Catalog) -> Iterator[Section]:
    told, script = words.cause(cause), words.script(cause)
    rows = words.installed.rows(cause)
    yield _heading("explain.patient", words, Line(told.patient))
    yield _heading("explain.agent", words, Line(told.agent))
    yield from agent.questions([script], words)
    if told.actions:
        yield _heading("explain.actions", words, Steps(told.actions))
    refs = dict.fromkeys(ref for row in rows for ref in (row.ref, *row.then) if ref)
    if refs:
        lines = [Line(f"{words.ref(ref).title} ({ref})") for ref in refs]
        yield _heading("explain.article", words, *lines)
    owners = dict.fromkeys(row.owner.value for row in rows if row.owner is not None)
    handed = [Line(words.ui("report.owner", owner=owner)) for owner in owners] if len(owners) == 1 else []
    yield from _last([*handed, *([Line(script.hand_on)] if script.hand_on else [])], words)


def _symptom(symptom: str, words: Catalog) -> Iterator[Section]:
    script = words.symptom_script(symptom)
    told = guidance(agent.of_symptoms((symptom,)), words)
    yield _heading("explain.agent", words, Line(words.symptom_agent(symptom)))
    yield from agent.questions([script], words)
    yield _heading("explain.actions", words, *map(Line, told.never), Steps(told.actions), Line(told.article))
    if told.further:
        yield Section(words.ui("heading.then") + ":", tuple(Line(step.line) for step in told.further))
    yield from _last([Line(script.hand_on)], words)


def _last(handed: list[Line], words: Catalog) -> Iterator[Section]:
    """Whom to hand on to, and the rules that hold on every call."""
    if handed:
        yield Section(words.ui("heading.hand_on") + ":", tuple(handed))
    yield Section(words.ui("read.prepare"), (Steps(words.ref("support-checklist").actions),))
    yield Section("", (Line(words.ui("read.verify")), Line(words.ui("support.urgent"))))


def _heading(key: str, words: Catalog, *items: Item) -> Section:
    return Section(words.ui(key), items)


def _plain(text: str) -> Iterator[Section]:
    """The paragraphs of a page of plain text: what is not indented heads what is."""
    for paragraph in text.strip("\n").split("\n\n"):
        lines = paragraph.splitlines()
        heading = lines.pop(0) if lines and not lines[0].startswith(" ") else ""
        yield Section(heading, tuple(Line(line.strip()) for line in lines))
