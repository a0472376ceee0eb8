"""`portalcheck last`: the kept report again, in any form, and forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from portalcheck.model import Report
from portalcheck.report import history
from tests.cli.conftest import Ran

Call = Callable[..., Ran]


@pytest.fixture
def kept(call: Call, tmp_path: Path) -> Report:
    """The report of a fault, as a run of yesterday would have kept it."""
    file = tmp_path / "report.json"
    call("demo", "--fault", "dns-filtered", "-o", str(file))
    report = msgspec.json.decode(file.read_bytes(), type=Report)
    assert history.keep(history.folder(), report)
    return report


def test_the_report_comes_again_with_its_exit_code_and_its_age(call: Call, kept: Report) -> None:
    code, out, err = call("last")

    assert code == kept.exit_code == 1
    assert "A filter on this network blocks the portal's name." in out
    assert kept.code in out
    assert err.startswith("This report was made ")


@pytest.mark.parametrize("form", ["json", "html", "junit", "nagios", "prometheus", "intune", "jamf"])
def test_it_comes_in_any_form_with_that_forms_exit_code(call: Call, kept: Report, form: str) -> None:
    code, out, err = call("last", "-f", form)

    assert code == {"nagios": 2, "jamf": 0}.get(form, 1)
    assert kept.cause in out
    assert (err == "") == (form in ("nagios", "intune", "jamf"))


def test_the_json_is_the_report_itself(call: Call, kept: Report) -> None:
    _, out, _ = call("last", "-f", "json")

    assert msgspec.json.decode(out, type=Report) == kept


def test_it_is_written_to_files_as_a_run_writes_it(call: Call, kept: Report, tmp_path: Path) -> None:
    code, out, _ = call("last", "-o", str(tmp_path / "a.html"), "-o", str(tmp_path / "b.json"))

    assert (code, out) == (1, "")
    assert json.loads((tmp_path / "b.json").read_text("utf-8"))["run_id"] == kept.run_id
    assert kept.code in (tmp_path / "a.html").read_text("utf-8")


@pytest.mark.usefixtures("kept")
def test_it_is_said_in_the_language_that_is_asked_for(call: Call) -> None:
    _, out, err = call("last", "--lang", "es")

    assert err.startswith("Este informe se hizo hace ")
    assert "Lo primero" in out or "primero" in out


def test_without_a_report_nobody_can_tell(call: Call) -> None:
    assert call("last") == (3, "", "No report is kept on this computer. Run portalcheck first.\n")
    assert call("last", "-f", "nagios") == (
        3,
        "PORTAL UNKNOWN: No report is kept on this computer. Run portalcheck first.\n",
        "",
    )


@pytest.mark.usefixtures("kept")
def test_what_is_forgotten_is_gone(call: Call) -> None:
    assert call("last", "--forget") == (0, "", "The last report is forgotten.\n")
    assert call("last", "--forget")[0] == 0
    assert call("last")[0] == 3


@pytest.mark.usefixtures("kept")
def test_a_damaged_report_counts_as_none(call: Call) -> None:
    folder = history.folder()
    assert folder is not None
    (folder / history.NAME).write_bytes(b'{"schema_version": 1')

    assert call("last")[0] == 3


def test_a_run_of_the_practice_portal_is_not_kept(call: Call) -> None:
    call("demo")

    assert call("last")[0] == 3


@pytest.mark.parametrize("code", [256, -1, 77, 4, 10**30])
def test_a_report_that_no_run_can_have_ended_with_counts_as_none(call: Call, kept: Report, code: int) -> None:
    folder = history.folder()
    assert folder is not None
    foreign = {**msgspec.to_builtins(kept), "exit_code": code}
    (folder / history.NAME).write_text(json.dumps(foreign), "utf-8")

    assert call("last")[0] == 3


@pytest.mark.parametrize("form", ["nagios", "intune", "jamf"])
@pytest.mark.usefixtures("kept")
def test_forgetting_is_told_in_one_line_where_a_form_has_one(call: Call, form: str) -> None:
    code, out, err = call("last", "--forget", "-f", form)

    assert (code, err) == (0, "")
    assert "The last report is forgotten." in out
    assert len(out.splitlines()) == 1


@pytest.mark.usefixtures("kept")
def test_what_cannot_be_forgotten_is_told(call: Call) -> None:
    folder = history.folder()
    assert folder is not None
    (folder / history.NAME).unlink()
    (folder / history.NAME).mkdir()
    code, _, err = call("last", "--forget")

    assert code == 2
    assert err.startswith("portalcheck: last-report.json ")


@pytest.mark.usefixtures("kept")
def test_it_is_no_run_of_its_own(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTALCHECK_LOG_FILE", str(tmp_path / "runs.log"))
    monkeypatch.setenv("PORTALCHECK_SKIP", "no-such-check")

    assert call("last")[0] == 1
    assert not (tmp_path / "runs.log").exists()
