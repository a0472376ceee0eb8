"""Strings that a server, a setting or a forged report may hold, and all fields where they may stand."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from portalcheck.model import Arg, Report, ReportCheck, ReportFinding, Status
from tests.report.formats import reports

STRINGS = {
    "terminal escapes": "\x1b[31mred\x1b]0;title\x07\x1b[2J",
    "C1 controls": "\x9b31m\x90\x9c",
    "delete and backspace": "good\x7f\x08\x08\x08\x08evil",
    "bidi": "\u202egpj.exe\u2066\u2069\u200f\u061c",
    "zero width": "a\u200bb\u2060\ufeff\u00ad",
    "line ends": "one\r\ntwo\rthree\nfour\u2028five\u2029six\x85seven\x0beight\x0cnine",
    "NUL": "a\x00b",
    "no XML character": "\ufffe\uffff\U0001ffff",
    "surrogates": "\ud800\udfff\udc80",
    "script": "</script><script>alert(1)</script>",
    "ends of style, pre and title": "</style></pre></title></text></svg><b>",
    "markup": "<img src=x onerror=alert(1)>\"'><!--",
    "attribute": '" onload="alert(1)" x=\'',
    "references": "&lt;script&gt;&#0;&amp;&nosuch;",
    "CDATA": "]]><![CDATA[<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hosts'>]>&e;",
    "label": 'x"} 1\nevil_metric{a="b"} 2\n# TYPE x counter\n',
    "backslashes": 'back\\slash\\n\\"',
    "performance data": "a | 'b'=1;2;3;4;5 'c'=6s",
    "result": "</result><result>fine</result>",
    "template": "{{ 7*7 }}{% for x in y %}{# #}{host}{0.__class__}",
    "shell": "`id` $(id) ${HOME} %s %n ; & > /tmp/x",
    "JSON": '", "exit_code": 0, "x": "',
    "spreadsheet": "=HYPERLINK(1)",
    "long": "x" * 20_000,
    "long of many bytes": "\U0001f600" * 5_000,
    "blank": "  \t ",
    "empty": "",
}
HARMLESS = "harmless"

_replace = msgspec.structs.replace


def _finding(report: Report, change: Callable[[ReportFinding], ReportFinding]) -> Report:
    """The report with its first finding that is no echo changed; its checks' statuses stay."""

    def changed(check: ReportCheck) -> ReportCheck:
        return _replace(check, findings=tuple(map(change, check.findings)))

    return _replace(report, checks=tuple(map(changed, report.checks)))


def _args(report: Report, change: Callable[[dict[str, Arg]], dict[str, Arg]]) -> Report:
    return _finding(report, lambda finding: _replace(finding, args=change(finding.args)))


def _privacy(report: Report, **changes: object) -> Report:
    return _replace(report, privacy=_replace(report.privacy, **changes))


def _with_unseen(report: Report, text: str) -> Report:
    finding = ReportFinding("custom.unseen", Status.UNKNOWN, {text: text, "list": (text, text)}, ())
    return _replace(report, checks=(*report.checks, ReportCheck("custom", Status.UNKNOWN, 1, (finding,))))


FIELDS: dict[str, Callable[[Report, str], Report]] = {
    "tool.name": lambda r, s: _replace(r, tool=_replace(r.tool, name=s)),
    "tool.version": lambda r, s: _replace(r, tool=_replace(r.tool, version=s)),
    "run_id": lambda r, s: _replace(r, run_id=s),
    "started": lambda r, s: _replace(r, started=s),
    "portal.profile": lambda r, s: _replace(r, portal=_replace(r.portal, profile=s)),
    "portal.name": lambda r, s: _replace(r, portal=_replace(r.portal, name=s)),
    "portal.host": lambda r, s: _replace(r, portal=_replace(r.portal, host=s)),
    "platform.os": lambda r, s: _replace(r, platform=_replace(r.platform, os=s)),
    "platform.release": lambda r, s: _replace(r, platform=_replace(r.platform, release=s)),
    "cause": lambda r, s: _replace(r, cause=s),
    "also": lambda r, s: _replace(r, also=(s, *r.also)),
    "steps.ref": lambda r, s: _replace(r, likely_steps=tuple(_replace(x, ref=s) for x in r.likely_steps)),
    "steps.because": lambda r, s: _replace(
        r, likely_steps=tuple(_replace(x, because=(s,)) for x in r.likely_steps)
    ),
    "symptoms": lambda r, s: _replace(r, symptoms=(s,)),
    "check": lambda r, s: _replace(r, checks=(*r.checks[:-1], _replace(r.checks[-1], check=s))),
    "reason": lambda r, s: _finding(r, lambda f: _replace(f, reason=s)),
    "args.name": lambda r, s: _args(r, lambda args: {**args, s: "value"}),
    "args.value": lambda r, s: _args(r, lambda args: dict.fromkeys(args, s)),
    "args.list": lambda r, s: _args(r, lambda args: dict.fromkeys(args, (s, "second"))),
    "unseen": _with_unseen,
    "blocked_by": lambda r, s: _finding(r, lambda f: _replace(f, blocked_by=(s,)) if f.blocked_by else f),
    "privacy.level": lambda r, s: _privacy(r, level=s),
    "privacy.withheld": lambda r, s: _privacy(r, withheld={s: 2}),
    "privacy.contacts": lambda r, s: _privacy(r, contacts={s: 2}),
    "code": lambda r, s: _replace(r, code=s),
}


def report(field: str, text: str) -> Report:
    return FIELDS[field](reports.stopped(), text)


def everywhere(text: str) -> Report:
    """A report that holds a text in every field at once."""
    made = reports.stopped()
    for change in FIELDS.values():
        made = change(made, text)
    return made
