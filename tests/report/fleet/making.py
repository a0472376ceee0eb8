"""Reports to summarise, as runs write them, and places to put them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portalcheck.report import checksums
from portalcheck.report.fleet import Question, Summary, summarise
from portalcheck.report.formats.json import render
from tests.declared import INSTALLED
from tests.report.formats import reports

BASE: dict[str, Any] = json.loads(render(reports.healthy()))
BASE["checks"].append({"check": "disk", "status": "note", "duration_ms": 1, "findings": []})
_IDS = [{"check": check["check"]} for check in BASE["checks"]]
_WRITTEN: dict[str, str] = {}
"""Fields of the base as JSON, which take more time to write than their checksums."""


Report = dict[str, Any]


def finding(reason: str, **args: Any) -> dict[str, Any]:
    return {"reason": reason, "status": "note", "args": args, "blocked_by": []}


def report(number: int, *findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A healthy report as a run would have made it, with a run id of its own, further findings, and fields changed."""
    made = {**BASE, "run_id": f"{number:032x}", **changes}
    if findings:
        made["checks"] = [*BASE["checks"][:-1], {**BASE["checks"][-1], "findings": [*findings]}]
    return sealed(made)


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    """A report with the checksums of its fields; what is as in the base is not written anew for them."""
    if not isinstance(document["run_id"], str) or not isinstance(document["checks"], list):
        return document
    run = json.dumps(document["run_id"])
    covered = checksums.LAYOUTS[checksums.LAYOUT]
    parts = {name: (value, BASE.get(name)) for name, value in document.items() if name in covered}
    ids = [{"check": check["check"]} for check in document["checks"]]
    parts["checks"] = (_IDS if ids == _IDS else ids, _IDS)
    parts |= {
        f"checks.{own['check']}": (own, other)
        for own, other in zip(document["checks"], BASE["checks"], strict=True)
    }
    seal = {
        name: checksums.checksum(run, f'"{name}"', _written(name, *values)) for name, values in parts.items()
    }
    return {**document, "seal": {"layout": checksums.LAYOUT, **seal}}


def _written(name: str, value: object, usual: object) -> str:
    if value is usual and name in _WRITTEN:
        return _WRITTEN[name]
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    if value is usual:
        _WRITTEN[name] = text
    return text


def line(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def lines(documents: Iterable[object]) -> bytes:
    return b"".join(map(line, documents))


def of_bytes(content: bytes, **question: Any) -> Summary:
    """The summary of what comes by standard input."""
    return summarise(["-"], io.BytesIO(content), INSTALLED, Question(**question))


def of_files(*paths: Path, **question: Any) -> Summary:
    return summarise([str(path) for path in paths], io.BytesIO(), INSTALLED, Question(**question))


def counts(summary: Summary, group: str) -> dict[str | None, int]:
    return {row.value: row.reports for row in summary.groups[group]}


def found(summary: Summary) -> tuple[dict[str | None, int], dict[str | None, int]]:
    """The counts of outcomes and of causes."""
    return counts(summary, "outcome"), counts(summary, "cause")


def everything(**question: Any) -> Summary:
    """A summary that has something of everything, the same each time."""
    intercepted = finding("tls.intercepted", trusted=True, product="Zscaler")
    vpn = finding("vpn.active", split=False, product="WireGuard")
    proxy = finding("proxy.used", kind="pac", scope="all")
    browsers = [
        finding("browser.version", browser=name, version="1") for name in ("edge", "firefox", "chrome")
    ]
    documents: list[object] = [
        *(report(n, started=f"2026-11-{20 + n % 3}T08:00:00Z") for n in range(6)),
        report(0),
        report(10, intercepted, vpn, *browsers, outcome="fail", cause="vpn-breaks", owner="you"),
        report(
            11,
            intercepted,
            proxy,
            outcome="warn",
            cause="slow",
            owner="vendor",
            also=["vpn-breaks"],
            likely_steps=[],
            symptoms=["error-4", "blank", "strange"],
            portal={"profile": "clinic", "name": "Clinic", "host": "portal.clinic.example"},
            platform={"os": "macos", "release": "15"},
        ),
        report(12, outcome="unknown", cause="inconclusive", tool={"name": "portalcheck", "version": "0.2.0"}),
        report(13, outcome="fail", cause="vpn-breaks", owner="you", started="soon"),
        report(14, schema_version=2),
        {"some": "thing"},
        {**report(15), "cause": "slow"},
        {**report(16), "seal": {}},
    ]
    cut = line(report(17, outcome="fail", cause="vpn-breaks", owner="you", started="2026-11-23T17:34:00Z"))[
        :900
    ]
    torn = b'{"schema_version": 1, "outc\n'
    return of_bytes(lines(documents) + torn + cut + b"\nhost | rc=1 >>\n\x00\xff\n", **question)
