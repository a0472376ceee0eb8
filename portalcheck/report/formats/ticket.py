"""A report, a phone code or what a caller says as six lines of ASCII for a ticket (contract.md, Command line)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from portalcheck.model import Report
from portalcheck.report.code import Decoded
from portalcheck.report.formats import agent
from portalcheck.report.formats.sheet import harmless
from portalcheck.report.guidance import actions, title, verdict
from portalcheck.report.recovered import Integrity, RecoveredReport
from portalcheck.words.catalog import Catalog

_ASCII = str.maketrans(
    {
        "¿": "",
        "¡": "",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
    }
)


def of_report(
    recovered: RecoveredReport,
    words: Catalog,
    symptoms: Sequence[str],
    now: float | None,
    code: Decoded | None = None,
) -> str:
    """The ticket of a report, as far as it was recovered; what is not proved of it is said on its first line.

    The phone `code` of a report whose cause was lost tells that instead.
    """
    report = agent.with_symptoms(recovered.to_report(), symptoms, words)
    told, fields = _Ticket(words), recovered.fields
    row = agent.row_of(code, words) if code is not None else None
    if code is not None and row is not None:
        report = agent.with_symptoms(agent.of_code(code, row, words), symptoms, words)
    known = row is not None or "cause" in fields
    doubt = [] if recovered.integrity is Integrity.COMPLETE else [words.ui(recovered.integrity.words_key)]
    doubt += [words.ui("read.unsealed")] if recovered.unsealed and fields else []
    doubt += [words.ui(f"read.limit.{limit.value}") for limit in recovered.limits]
    told.result = " ".join([*doubt, *(told.cause(report) if known else [])])
    told.owner = fields.get("owner")
    portal = fields.get("portal", {})
    if portal:
        told.portal = words.ui("ticket.portal", name=portal.get("name"), host=portal.get("host"))
    if "platform" in fields:
        platform = recovered.to_report().platform
        told.system = words.ui("report.system", os=platform.os, release=platform.release or None)
    if fields.get("started"):
        told.system = " ".join(
            filter(
                None,
                [
                    told.system and f"{told.system}.",
                    agent.made(recovered.to_report(), words, now, "ticket.made"),
                ],
            )
        )
    told.code = fields.get("code", "") or (code.code if code is not None else "")
    told.first = told.step(report) if known else ""
    return told.written()


def of_code(code: Decoded, words: Catalog, symptoms: Sequence[str]) -> str:
    """The ticket of a phone code, which tells neither the portal nor when it was made."""
    told, row = _Ticket(words), agent.row_of(code, words)
    told.owner, told.code = agent.owner_of(code, words), code.code
    told.system = words.ui("report.system", os=code.os)
    if row is not None:
        report = agent.with_symptoms(agent.of_code(code, row, words), symptoms, words)
        told.result, told.first = " ".join(told.cause(report)), told.step(report)
    return told.written()


def of_symptoms(symptoms: Sequence[str], words: Catalog) -> str:
    """The ticket of a caller who can run nothing."""
    told, report = _Ticket(words), agent.of_symptoms(symptoms)
    labels = words.write([words.symptom(each) for each in report.symptoms])
    told.result = words.ui("ticket.says", symptoms=labels)
    told.first = told.step(report)
    return told.written()


def ascii_only(text: str) -> str:
    """A text in ASCII: letters without their accents, and what has no such letter as `?`."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return "".join(c for c in plain if not unicodedata.combining(c)).encode("ascii", "replace").decode()


class _Ticket:
    """The lines of a ticket; what is not known is said to be so."""

    def __init__(self, words: Catalog) -> None:
        self._words = words
        self.result = self.portal = self.system = self.code = self.first = ""
        self.owner: str | None = None

    def cause(self, report: Report) -> list[str]:
        """What was found, and what the caller says beside."""
        told = [f"{report.cause}: {verdict(report, self._words)[0]}"]
        if report.symptoms:
            labels = self._words.write([self._words.symptom(each) for each in report.symptoms])
            told.append(f"{self._words.ui('heading.told')}: {labels}.")
        return told

    def step(self, report: Report) -> str:
        """The first step of the article, and the first thing to do in it."""
        if not report.likely_steps:
            return ""
        return " ".join([f"{title(report.likely_steps[0], self._words)}.", *actions(report, self._words)[:1]])

    def written(self) -> str:
        lines = map(ascii_only, self._lines())
        return harmless("\n".join(lines) + "\n")

    def _lines(self) -> Iterator[str]:
        words, unknown = self._words, self._words.ui("ticket.unknown")
        owner = words.term("owner", self.owner) if self.owner else unknown
        yield f"{words.ui('heading.result')}: {self.result or unknown}"
        yield words.ui("ticket.owner", owner=owner)
        yield self.portal or words.ui("ticket.no_portal")
        yield self.system or words.ui("ticket.no_system")
        yield words.ui("report.code", code=self.code or unknown)
        yield f"{words.ui('heading.first')}: {self.first or unknown}"
