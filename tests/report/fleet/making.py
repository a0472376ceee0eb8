"""Reports to summarise, as runs write them, and places to put them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portalcheck.report.fleet import Summary, summarise
from portalcheck.report.formats.json import render
from tests.declared import INSTALLED
from tests.report.formats import reports

BASE: dict[str, Any] = json.loads(render(reports.healthy()))


def finding(reason: str, **args: Any) -> dict[str, Any]:
    return {"reason": reason, "status": "note", "args": args, "blocked_by": []}


def report(number: int, *findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A healthy report with a run id of its own, further findings, and fields changed."""
    checks = [*BASE["checks"], {"check": "vpn", "status": "note", "duration_ms": 1, "findings": [*findings]}]
    return {**BASE, "run_id": f"{number:032x}", "checks": checks, **changes}


def line(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def lines(documents: Iterable[object]) -> bytes:
    return b"".join(map(line, documents))


def of_bytes(content: bytes) -> Summary:
    """The summary of what comes by standard input."""
    return summarise(["-"], io.BytesIO(content), INSTALLED.fleet)


def of_files(*paths: Path) -> Summary:
    return summarise([str(path) for path in paths], io.BytesIO(), INSTALLED.fleet)


def counts(summary: Summary, group: str) -> dict[str | None, int]:
    return {row.value: row.reports for row in summary.groups[group]}


def everything() -> Summary:
    """A summary that has something of everything, the same each time."""
    intercepted = finding("tls.intercepted", trusted=True, product="Zscaler")
    vpn = finding("vpn.active", split=False, product="WireGuard")
    proxy = finding("proxy.used", kind="pac", scope="all")
    documents: list[object] = [
        *(report(n, started=f"2026-11-{20 + n % 3}T08:00:00Z") for n in range(6)),
        report(0),
        report(10, intercepted, vpn, outcome="fail", cause="vpn-breaks", owner="you"),
        report(
            11,
            intercepted,
            proxy,
            outcome="warn",
            cause="slow",
            owner="vendor",
            platform={"os": "macos", "release": "15"},
        ),
        report(12, outcome="unknown", cause="inconclusive", tool={"name": "portalcheck", "version": "0.2.0"}),
        report(13, outcome="fail", cause="vpn-breaks", owner="you", started="soon"),
        report(14, schema_version=2),
        {"some": "thing"},
    ]
    return of_bytes(lines(documents) + b'{"schema_version": 1, "outc\n' + b"\x00\xff\n")
