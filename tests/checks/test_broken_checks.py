"""Checks that are broken in every way that a package can be: a row each, words for its author, and no other harm."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from portalcheck.api import Cause, Check, Finding, Owner, Reason, Status, fail
from portalcheck.diagnosis.registry import Installed
from portalcheck.diagnosis.runner import run as run_checks
from portalcheck.testing import context, run
from portalcheck.words.catalog import Catalog
from tests.checks.third_party import WORDS, call, installed, toml, written

PACKAGE = "portalcheck_broken"
SECRET = "/home/pat.doe/secret"


class Broken(NamedTuple):
    """A check: its source, the reason that the report gives, and what its author is told with -v."""

    source: str
    reason: str
    told: str


_HEAD = """
from portalcheck.api import Cause, Check, Finding, Owner, Reason, Status, fail, ok

NAME = __name__.rpartition(".")[2].replace("_", "-")
ODD = Reason(f"{NAME}.odd", args={"count": int})
RIGHT = {"id": f"{NAME}.odd", "ref": "step-4", "owner": Owner.YOU, "any": {ODD}}
"""


def gives(body: str) -> str:
    """A check that is right but for what it does."""
    return f"{_HEAD}\n\ndef run(context):\n    {body}\n\n\nCHECK = Check(NAME, run=run, reasons=[ODD])\n"


def declares(what: str) -> str:
    """A check that is right but for what it declares."""
    return f"{_HEAD}\n\ndef run(context):\n    return [ok(ODD)]\n\n\nCHECK = Check({what})\n"


def causes(*rows: str, words: str = "") -> str:
    """A check that is right but for its causes."""
    listed = ", ".join(f"Cause(**{{**RIGHT, {row}}})" for row in rows)
    return declares(f"NAME, run=run, reasons=[ODD], causes=[{listed}], words={words!r}")


HANGS = "hangs"
LOAD, DECLARE = "run.cannot-load", "run.bad-declaration"
BROKEN = {
    "lacks-a-library": Broken("import no_such_library\n", LOAD, "ModuleNotFoundError"),
    "raises-at-import": Broken("1 / 0\n", LOAD, "ZeroDivisionError"),
    "exits-at-import": Broken("import sys\n\nsys.exit(3)\n", LOAD, "SystemExit"),
    "misspells-itself": Broken("CHECKS = ()\n", LOAD, "AttributeError"),
    "is-no-check": Broken("def CHECK(context):\n    return []\n", DECLARE, "a function is no Check"),
    "takes-a-name": Broken(
        declares('"dns", run=run, reasons=[]'), DECLARE, "another installed check is called 'dns'"
    ),
    "bad-id": Broken(declares('"Bad id", run=run, reasons=[]'), DECLARE, "'Bad id' cannot be the id"),
    "bad-reason": Broken(
        declares('NAME, run=run, reasons=[ODD, Reason("dns.silent")]'),
        DECLARE,
        "'dns.silent' must be 'bad-reason', a dot",
    ),
    "bad-cause": Broken(causes('"id": "full"'), DECLARE, "'full' must be 'bad-cause', a dot"),
    "bad-ref": Broken(causes('"ref": "step-99"'), DECLARE, "step-99"),
    "bad-evidence": Broken(
        causes('"any": {"dns.silent"}'), DECLARE, "rests on no reason that this check gives"
    ),
    "no-owner": Broken(causes('"owner": None'), DECLARE, "has no owner"),
    "no-words": Broken(causes(""), DECLARE, "has no actions, agent, it, patient, verdict"),
    "circle": Broken(
        causes(
            '"after": f"{NAME}.even"',
            '"id": f"{NAME}.even", "after": f"{NAME}.odd"',
            words=f"{PACKAGE}.circle",
        ),
        DECLARE,
        "circle",
    ),
    "gives-one": Broken(gives("return ok(ODD)"), "run.no-findings", "not a Finding"),
    "gives-none": Broken(gives("return None"), "run.no-findings", "not a NoneType"),
    "gives-words": Broken(gives('return ["all is well"]'), "run.no-findings", "not a str"),
    "raises": Broken(gives(f"raise ValueError({SECRET!r})"), "run.crashed", "ValueError"),
    "exits": Broken(gives("raise SystemExit(0)"), "run.crashed", "SystemExit"),
    "odd-evidence": Broken(gives(f"return [ok(ODD, path={SECRET!r})]"), "run.crashed", "path (str)"),
    "odd-type": Broken(gives('return [ok(ODD, count="two")]'), "run.crashed", "count (str)"),
    "undeclared-reason": Broken(
        gives('return [Finding(reason=f"{NAME}.even", status=Status.FAIL)]'), "run.undeclared", ""
    ),
    "undeclared-evidence": Broken(
        gives(f'return [Finding(reason=str(ODD), status=Status.OK, args={{"path": {SECRET!r}}})]'),
        "run.undeclared",
        "",
    ),
    HANGS: Broken(gives("import threading; threading.Event().wait()"), "run.timed-out", ""),
}


def module(name: str) -> str:
    return name.replace("-", "_")


def files() -> Iterator[tuple[str, str]]:
    """The package: a module for each broken check."""
    points = "\n".join(f'{name} = "{PACKAGE}.{module(name)}:CHECK"' for name in BROKEN)
    yield (
        "pyproject.toml",
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        '[project]\nname = "portalcheck-broken"\nversion = "1.0"\n\n'
        f'[project.entry-points."portalcheck.checks"]\n{points}\n',
    )
    yield f"{PACKAGE}/__init__.py", ""
    both = {f"circle.{name}": WORDS["causes"]["mine.odd"] for name in ("odd", "even")}
    yield f"{PACKAGE}/circle/en.toml", toml({"causes": both})
    for name, broken in BROKEN.items():
        yield f"{PACKAGE}/{'circle/__init__' if name == 'circle' else module(name)}.py", broken.source


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the broken checks."""
    return installed(tmp_path_factory.mktemp("broken"), dict(files()))


@pytest.fixture(scope="module")
def ran(python: Path) -> subprocess.CompletedProcess[str]:
    """One run of everything, the check that hangs among it."""
    return call(python, "demo", "-v", "-f", "json")


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_check_is_one_row_that_is_unknown(ran: subprocess.CompletedProcess[str], name: str) -> None:
    rows = [check for check in json.loads(ran.stdout)["checks"] if check["check"] == name]

    assert [row["status"] for row in rows] == ["unknown"]
    assert [(found["reason"], found["status"]) for found in rows[0]["findings"]] == [
        (BROKEN[name].reason, "unknown")
    ]


def test_the_built_in_checks_are_not_impaired(ran: subprocess.CompletedProcess[str]) -> None:
    report = json.loads(ran.stdout)
    alone = json.loads(call(sys.executable, "demo", "-f", "json").stdout)
    mine = [(check["check"], check["status"]) for check in report["checks"] if check["check"] not in BROKEN]

    assert mine == [(check["check"], check["status"]) for check in alone["checks"]]
    assert (ran.returncode, report["cause"], report["outcome"]) == (0, "none", "ok")
    assert not report["complete"]


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if broken.told])
def test_verbose_tells_the_author_what_is_wrong(ran: subprocess.CompletedProcess[str], name: str) -> None:
    lines = ran.stderr.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith((f"{name}: ", f"{name} (")))
    told = [lines[start]]
    for line in lines[start + 1 :]:
        if any(line.startswith((f"{other}: ", f"{other} (")) for other in BROKEN):
            break
        told.append(line)

    assert BROKEN[name].told in "\n".join(told)


def test_what_a_broken_check_holds_is_nowhere_told(ran: subprocess.CompletedProcess[str]) -> None:
    assert "pat.doe" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "name",
    ["lacks-a-library", "raises-at-import", "exits-at-import", "raises", "exits", "odd-evidence", "odd-type"],
)
def test_verbose_tells_the_place_in_the_authors_file(
    ran: subprocess.CompletedProcess[str], name: str
) -> None:
    assert f"{module(name)}.py:" in ran.stderr


def test_no_message_is_shown_unless_it_is_asked_for(python: Path) -> None:
    done = call(python, "demo", "--skip", HANGS)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_fault_is_found_beside_broken_checks(python: Path) -> None:
    done = call(python, "demo", "--fault", "hosts-override", "--skip", HANGS, "-f", "json")

    assert (done.returncode, json.loads(done.stdout)["cause"]) == (1, "hosts-override")


# ---- every other command -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of somebody who has no broken checks."""
    file = tmp_path_factory.mktemp("report") / "report.json"
    done = call(sys.executable, "demo", "--fault", "portal-error", "-o", str(file))
    assert done.returncode == 1
    return file


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "https://optvm.com/", "--only", "domain,clock", "--no-input"],
        ["demo", "--list"],
        ["demo", "--only", "domain"],
        ["read", "{report}"],
        ["read", "{code}"],
        ["explain"],
        ["explain", "dns"],
        ["explain", "dns.silent"],
        ["explain", "clock-wrong"],
        ["explain", "step-4"],
        ["checks"],
        ["portals"],
        ["man"],
        ["fleet", "{report}"],
        ["integrations"],
        ["config", "show"],
        ["config", "path"],
        ["config", "check"],
        ["schema"],
        ["schema", "config"],
        ["completion", "bash"],
        ["--version"],
        ["--help"],
        ["nonsense-command"],
    ],
    ids=" ".join,
)
def test_every_command_works_as_without_the_broken_checks(
    python: Path, report: Path, arguments: list[str]
) -> None:
    code = json.loads(report.read_text("utf-8"))["code"]
    given = [argument.format(report=report, code=code) for argument in arguments]
    beside, alone = call(python, *given), call(sys.executable, *given)

    assert (beside.returncode, beside.stderr) == (alone.returncode, alone.stderr)
    assert bool(beside.stdout) == bool(alone.stdout)


@pytest.mark.parametrize("topic", ["raises", "bad-ref"])
def test_a_broken_check_can_be_named(python: Path, topic: str) -> None:
    done = call(python, "demo", "--only", topic, "-f", "json")

    assert [check["check"] for check in json.loads(done.stdout)["checks"]] == [topic]


# ---- what is odd, and was not refused ------------------------------------------------------------

ODD = Reason("mine.odd", args={"count": int})


def mine(words: str = "", owner_by: Callable[[Sequence[Finding]], Any] | None = None) -> Check:
    cause = Cause(id="mine.odd", ref="step-4", owner=Owner.YOU, all={ODD}, owner_by=owner_by)
    return Check("mine", run=lambda _: [fail(ODD, count=1)], reasons=[ODD], causes=[cause], words=words)


def raises(_: Sequence[Finding]) -> Owner:
    raise LookupError


@pytest.mark.parametrize(
    "owner_by", [raises, lambda _: "nobody", lambda _: 3], ids=["raises", "word", "number"]
)
def test_an_owner_that_is_none_is_the_one_that_was_declared(
    owner_by: Callable[[Sequence[Finding]], Any],
) -> None:
    diagnosis = run(context(), mine(owner_by=owner_by)).diagnosis

    assert (diagnosis.cause, diagnosis.owner) == ("mine.odd", Owner.YOU)


@pytest.mark.parametrize(
    "finding",
    [
        Finding(reason=ODD, status=Status.OK, args={"path": SECRET}),
        Finding(reason=ODD, status=Status.OK, args={"count": SECRET}),
        Finding(reason=ODD, status=Status.OK, args={"count": object()}),  # type: ignore[dict-item]
        Finding(reason=ODD, status=Status.OK, args=None),  # type: ignore[arg-type]
        Finding(reason=ODD, status="well"),  # type: ignore[arg-type]
        Finding(reason=3, status=Status.OK),  # type: ignore[arg-type]
    ],
    ids=["evidence", "type", "object", "none", "status", "reason"],
)
def test_a_finding_that_is_not_made_as_the_api_makes_it_is_unknown(finding: Finding) -> None:
    check = Check("mine", run=lambda _: [finding], reasons=[ODD])
    (result,), _ = run_checks([check], (), context(), time.monotonic() + 10)

    assert msgspec.to_builtins(result)
    assert result.status is Status.UNKNOWN
    assert SECRET not in repr(result)


@pytest.mark.parametrize(
    "spanish",
    [
        {"causes": {"mine.odd": {"verdict": 3}}},
        {"causes": {"mine.odd": {"actions": "Make it even."}}},
        {"causes": {"mine.odd": {"when": {"mine.even": {}}}}},
        {"causes": []},
        {"reasons": "All is well."},
        {"reasons": {"mine.odd": 3}},
        {"causes": {"mine.odd": {"when": "odd"}}},
        {"causes": {"mine.odd": {"when": {"mine.odd": 3}}}},
        {"name": 3},
        {"reads": ["Nothing."]},
    ],
    ids=repr,
)
def test_words_of_an_odd_shape_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spanish: dict[str, Any]
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    check = mine(written(tmp_path, en=WORDS, es=spanish))
    words = Catalog("es", Installed([check]))

    assert words.cause("mine.odd", {"mine.odd"}).verdict
    assert words.reason("mine.odd", {"count": 1})
    assert words.check("mine").name
