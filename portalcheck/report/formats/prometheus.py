"""Gauges for node_exporter's textfile collector (text exposition format 0.0.4).

No sample has a timestamp, which the collector forbids; the time of the run is a gauge. Every sample names the
portal's profile, so that files of several portals can lie in one folder. Help texts are in English in every
language: the collector refuses two files that describe one metric differently.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from portalcheck.model import Outcome, Report, Status
from portalcheck.report.formats.wording import clock_skew
from portalcheck.words.catalog import Catalog
from portalcheck.words.text import clean

Labels = Mapping[str, str]
Samples = Iterable[tuple[Labels, float]]

_HELP = {
    "last_run_timestamp_seconds": "Start of the last run by this computer's clock, seconds since the epoch.",
    "run_duration_seconds": "How long the run took.",
    "run_complete": "1 if no check timed out or crashed.",
    "exit_code": "The exit code of the run: 0 nothing found, 1 a cause found, 3 could not tell.",
    "info": "The tool, the layout of its report, and the kind of system.",
    "outcome": "1 for the outcome of the run, 0 for the others.",
    "cause": "1 for the cause that stops sign-in, or none or inconclusive.",
    "also": "1 for each further cause or note that holds.",
    "likely_step_rank": "The place of each part of the article that likely helps; 1 is the first.",
    "check_status": "1 for the status of a check, 0 for the others.",
    "check_duration_seconds": "How long a check took.",
    "clock_skew_seconds": "How far this computer's clock is ahead of the true time.",
}


def render(report: Report, catalog: Catalog) -> str:
    """All metrics of a report; the catalogue is not used, since metrics hold codes only."""
    del catalog
    return "".join(_family(name, report.portal.profile, samples) for name, samples in _metrics(report))


def _metrics(report: Report) -> Iterator[tuple[str, Samples]]:
    yield "last_run_timestamp_seconds", _plain(_epoch(report.started))
    yield "run_duration_seconds", _plain(report.duration_ms / 1000)
    yield "run_complete", _plain(float(report.complete))
    yield "exit_code", _plain(report.exit_code)
    about = {
        "version": report.tool.version,
        "schema_version": str(report.schema_version),
        "os": report.platform.os,
        "release": report.platform.release,
    }
    yield "info", [(about, 1)]
    yield "outcome", [({"outcome": o.value}, float(o is report.outcome)) for o in Outcome]
    yield "cause", [({"cause": report.cause}, 1)]
    yield "also", [({"cause": cause}, 1) for cause in report.also]
    yield (
        "likely_step_rank",
        [({"ref": step.ref}, rank) for rank, step in enumerate(report.likely_steps, start=1)],
    )
    yield (
        "check_status",
        [
            ({"check": check.check, "status": status.value}, float(status is check.status))
            for check in report.checks
            for status in Status
        ],
    )
    yield "check_duration_seconds", [({"check": c.check}, c.duration_ms / 1000) for c in report.checks]
    yield "clock_skew_seconds", _plain(clock_skew(report))


def _plain(value: float | None) -> Samples:
    return [] if value is None else [({}, value)]


def _family(name: str, profile: str, samples: Samples) -> str:
    """A metric with its HELP and TYPE lines; nothing without a sample. No series comes twice."""
    metric = f"portalcheck_{name}"
    series = {_series(metric, {"portal": profile, **labels}): value for labels, value in samples}
    if not series:
        return ""
    head = f"# HELP {metric} {_HELP[name]}\n# TYPE {metric} gauge\n"
    return head + "".join(f"{key} {_number(value)}\n" for key, value in series.items())


def _series(name: str, labels: Labels) -> str:
    written = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
    return f"{name}{{{written}}}"


def _escaped(value: str) -> str:
    """A label's value; of the three characters that are escaped, `clean` leaves no line feed."""
    return clean(value).replace("\\", r"\\").replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _epoch(started: str) -> float | None:
    try:
        moment = dt.datetime.fromisoformat(started)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
