"""Reports to write and read: one that has something of everything, and a strategy for all the others."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from portalcheck.model import (
    SCHEMA_VERSION,
    Likelihood,
    Outcome,
    Owner,
    Platform,
    PortalName,
    Privacy,
    Report,
    ReportCheck,
    ReportFinding,
    Status,
    Step,
    Tool,
)
from portalcheck.report import code as phonecode
from portalcheck.report.block import values
from portalcheck.report.build import exit_code
from portalcheck.report.recovered import RecoveredReport
from tests.declared import CAUSE_ORDER, CHECK_ORDER, encode

_STATUSES = {
    "domain": Status.OK, "network": Status.OK, "dns": Status.FAIL, "tls": Status.SKIP, "clock": Status.NOTE,
    "proxy": Status.OK, "vpn": Status.FAIL, "service": Status.SKIP, "cookies": Status.NOTE, "browser": Status.NOTE,
    "system": Status.OK,
}  # fmt: skip
_COOKIES: dict[str, Any] = {
    "profile": 1, "count": 12, "expired": 0, "session": None, "sent": 3, "duplicates": 0, "header_bytes": 400,
}  # fmt: skip
_LONG_HOST = "sign-in." + "verify." * 6 + "portal-lab-example.accounts-of-the-clinic.example"


def as_report(recovered: RecoveredReport) -> Report | None:
    """The recovered fields as a report; None if one is missing or the schema is another one."""
    if recovered.fields.get("schema_version") != SCHEMA_VERSION:
        return None
    try:
        return msgspec.convert(recovered.fields, Report)
    except msgspec.ValidationError:
        return None


def _check(check: str, *findings: ReportFinding) -> ReportCheck:
    return ReportCheck(check, _STATUSES.get(check, Status.UNKNOWN), 3, findings)


def _finding(reason: str, status: Status, /, *blocked_by: str, **args: Any) -> ReportFinding:
    return ReportFinding(reason, status, args, blocked_by)


SAMPLE = Report(
    tool=Tool("portalcheck", "0.1.0"),
    run_id="3f2a9c117d0b4e55a1c2d3e4f5061728",
    started="2026-11-23T17:34:09Z",
    duration_ms=412,
    complete=False,
    portal=PortalName("lab", "Lab's portal", "portal.lab.example"),
    platform=Platform("windows", "11"),
    outcome=Outcome.FAIL,
    exit_code=1,
    cause="vpn-breaks",
    owner="you",
    start_ms=380,
    also=("cookies-stale", "vpn-active"),
    likely_steps=(
        Step("step-6", Likelihood.HIGH, ("cause:vpn-breaks",)),
        Step("step-2", Likelihood.MEDIUM, ("symptom:error-1", "dns.silent")),
    ),
    symptoms=("error-1",),
    checks=(
        _check("domain", _finding("domain.official", Status.OK, host=_LONG_HOST)),
        _check("network", _finding("network.up", Status.OK, kind="wifi")),
        _check(
            "dns",
            _finding("dns.silent", Status.FAIL, "vpn.breaks", "network.no-way-out", servers=2),
            _finding("dns.other-answers", Status.OK),
        ),
        _check("tls", _finding("tls.not-reached", Status.SKIP)),
        _check("clock", _finding("clock.off", Status.NOTE, skew_s=-70)),
        _check(
            "proxy", _finding("proxy.wants-login", Status.NOTE, schemes=("basic", "negotiate"), share=0.25)
        ),
        _check(
            "vpn",
            _finding("vpn.breaks", Status.FAIL, product="Palo Alto, Inc."),
            _finding("vpn.active", Status.NOTE, split=False, product="unknown"),
        ),
        _check("service", _finding("service.not-reached", Status.SKIP)),
        _check(
            "cookies",
            _finding("cookies.found", Status.OK, browser="chrome", **_COOKIES),
            _finding("cookies.none", Status.NOTE, browser="firefox", profile=2, running=True),
        ),
        _check(
            "browser",
            _finding("browser.version", Status.OK, browser="edge", version="128.0", supported="unknown"),
        ),
        _check("system", _finding("system.current", Status.OK, os="windows", release="11")),
        _check("acme-check", _finding("run.timed-out", Status.UNKNOWN)),
    ),
    privacy=Privacy("share", {"address": 3, "path": 1}, {"portal": 1, "resolver": 2, "neutral-resolver": 4}),
    code=encode("vpn-breaks", "windows", _STATUSES),
)


# ---- what must come back -----------------------------------------------------------------------


def expected(report: Report) -> dict[str, Any]:
    """The report as JSON, with its texts reduced to what a block can hold, and without the seal of its JSON form."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(report))
    del fields["seal"]
    for optional in ("owner", "start_ms"):
        if fields[optional] is None:
            del fields[optional]
    reduced: dict[str, Any] = _reduced(fields)
    reduced["run_id"] = values.reduce(report.run_id)
    for name in ("started", "code"):
        reduced[name] = fields[name]
    for step, original in zip(reduced["likely_steps"], report.likely_steps, strict=True):
        step["because"] = list(original.because)
    return reduced


def _reduced(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reduced(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_reduced(item) for item in value]
    return values.reduce(value) if isinstance(value, str) else value


def wrong_values(recovered: RecoveredReport, report: Report) -> list[str]:
    """Paths of recovered values that the report does not have; case and blanks are no difference."""
    return list(_differences(recovered.fields, expected(report), ""))


def wrong_json_values(recovered: RecoveredReport, document: dict[str, Any]) -> list[str]:
    """Paths of recovered values that a JSON report does not have."""
    return list(_differences(recovered.fields, document, ""))


def lost_values(recovered: RecoveredReport, report: Report) -> list[str]:
    """Paths of the report's values that were not recovered."""
    return list(_differences(expected(report), recovered.fields, ""))


def _differences(found: Any, truth: Any, path: str) -> Any:
    if isinstance(found, dict) and isinstance(truth, dict):
        for name, value in found.items():
            if name not in truth:
                yield f"{path}.{name}"
            else:
                yield from _differences(value, truth[name], f"{path}.{name}")
    elif path.endswith((".checks", ".findings")) and isinstance(truth, list):
        if path == ".checks":
            found, truth = ({check["check"]: check for check in checks} for checks in (found, truth))
        else:
            found, truth = (dict(enumerate(findings)) for findings in (found, truth))
        yield from _differences(found, truth, path + ".")
    elif _plain(found) != _plain(truth):
        yield f"{path}: {found!r} for {truth!r}"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return "".join(value.split()).lower() if isinstance(value, str) else (type(value), value)


# ---- any report ---------------------------------------------------------------------------------

_ODD_TEXTS = (
    "", "5", "-5", "1.5", "1e5", "yes", "No", "none", "no ne", "text", "textual", "About it", "list", "minus 3",
    "nothing", "portal.lab.example", "Palo Alto, Inc.", "Let's Encrypt", "Cl\u00ednica S\u00e3o Jo\u00e3o", "TLSv1.3",
    "128.0.6613.120", "24.04", "-lead", "trail-", "a--b", "a...b", "<b>", "; check: ", "\U0001f600",
    " ".join("abcdefghijklmnopqrstuvwxyz" * 2), ".-".join("abcdefghijklmnopqrstuvwxyz"),
    "a.b-c.d-" * 12 + "example", "x" * 63 + "." + "y" * 63 + "." + "z" * 63 + ".example",
)  # fmt: skip
_ODD_NUMBERS = (0, 1, 3, -1, -300, 503, 10**12, 0.0, -0.0, 1.5, -2.25, 1e300, 1e-9, True, False, None)
_CODES = (
    "a", "ok", "fail", "step-6", "cut-off", "x2-y3", "list", "text-like", "a-code-with-many-parts", "minus", "none",
)  # fmt: skip
_NAMES = ("n", "skew_s", "header_bytes", "ipv4", "ms", "list", "reason", "a1_b2_c3", "status")


class _Maker:
    """Makes reports from a seed, with texts and numbers that were drawn besides."""

    def __init__(self, seed: int, texts: list[str], numbers: list[float]) -> None:
        self.random = random.Random(seed)
        self.texts = (*_ODD_TEXTS, *texts * 3)
        self.numbers = (*_ODD_NUMBERS, *numbers)

    def some(self, make: Callable[[], Any], most: int) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.random.randint(0, most)))

    def text(self) -> str:
        return self.random.choice(self.texts)

    def code(self) -> str:
        return self.random.choice(_CODES)

    def reason(self) -> str:
        return f"{self.code()}.{self.code()}"

    def value(self) -> Any:
        kind = self.random.random()
        if kind < 0.5:
            return self.text()
        return self.some(self.text, 3) if kind > 0.9 else self.random.choice(self.numbers)

    def finding(self, check: str) -> ReportFinding:
        reason = self.random.choice((f"{check}.{self.code()}", "run.crashed", f"{check}.a.b"))
        names = self.some(lambda: self.random.choice(_NAMES), 5)
        status = self.random.choice(list(Status))
        return ReportFinding(
            reason, status, {name: self.value() for name in names}, self.some(self.reason, 2)
        )

    def check(self, check: str) -> ReportCheck:
        status, duration = self.random.choice(list(Status)), self.random.randint(0, 10**5)
        return ReportCheck(check, status, duration, self.some(lambda: self.finding(check), 4))

    def step(self) -> Step:
        because = self.some(lambda: self.random.choice((f"cause:{self.code()}", self.reason())), 3)
        return Step(self.code(), self.random.choice(list(Likelihood)), because)

    def counts(self) -> dict[str, int]:
        return {self.code(): self.random.randint(0, 10**6) for _ in range(self.random.randint(0, 4))}

    def report(self) -> Report:
        choice = self.random.choice
        names = self.random.sample((*CHECK_ORDER, "acme", "acme-two"), self.random.randint(0, 6))
        checks = tuple(map(self.check, names))
        outcome = choice(list(Outcome))
        os, cause = choice(phonecode.OS_ORDER), choice(CAUSE_ORDER)
        return Report(
            tool=Tool("portalcheck", self.text()),
            run_id=f"{self.random.getrandbits(128):032x}",
            started=f"20{self.random.randint(10, 99)}-0{self.random.randint(1, 9)}-11T09:05:59Z",
            duration_ms=self.random.randint(0, 10**6),
            complete=choice((True, False)),
            portal=PortalName(self.text(), self.text(), self.text()),
            platform=Platform(os, self.text()),
            outcome=outcome,
            exit_code=exit_code(outcome, choice(("never", "fail", "warn"))),
            cause=cause,
            owner=choice((None, *Owner, "vendor")),
            start_ms=choice((None, self.random.randint(0, 10**6))),
            also=self.some(self.code, 4),
            likely_steps=self.some(self.step, 4),
            symptoms=self.some(self.code, 3),
            checks=checks,
            privacy=Privacy(choice(("share", "local")), self.counts(), self.counts()),
            code=encode(cause, os, {check.check: check.status for check in checks}),
        )


def make_report(seed: int, texts: list[str] | None = None, numbers: list[float] | None = None) -> Report:
    """A report of random structure; the same for the same arguments."""
    return _Maker(seed, texts or [], numbers or []).report()


reports = st.builds(
    make_report,
    st.integers(0, 2**32),
    st.lists(st.text(max_size=30), max_size=4),
    st.lists(
        st.one_of(st.integers(-(2**63), 2**64), st.floats(allow_nan=False, allow_infinity=False)), max_size=4
    ),
)
