"""`portalcheck fleet` as it is called: files, folders, standard input, outputs, exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from portalcheck.cli import main
from portalcheck.cli.commands.fleet import KINDS
from portalcheck.report.fleet import grouping
from portalcheck.report.fleet.sources import DEEPEST
from tests.report.fleet.making import counts, lines, of_files, report

Fleet = Callable[..., tuple[int, str, str]]
README = Path(__file__).parents[3] / "README.md"


@pytest.fixture
def fleet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fleet:
    """Call the command in this process: exit code, stdout, stderr."""

    def call(*arguments: str | Path, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main(["fleet", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Reports in a folder, in one below it, and a file that is none of ours."""
    made = tmp_path / "collected"
    (made / "site b").mkdir(parents=True)
    (made / "many.jsonl").write_bytes(lines([report(1), report(2)]))
    (made / "site b" / "one.JSON").write_text(json.dumps(report(3), indent=2), "utf-8")
    (made / "readme.txt").write_text("not a report")
    return made


def test_a_pattern_that_no_shell_has_expanded_stands_for_what_it_fits(fleet: Fleet, folder: Path) -> None:
    (folder / "more.jsonl").write_bytes(lines([report(7)]))
    strange = folder / ("with [brackets].jsonl" if sys.platform == "win32" else "with [brackets] and *.jsonl")
    strange.write_bytes(lines([report(8)]))

    of_pattern = json.loads(fleet(folder / "m*.jsonl", "-f", "json")[1])
    of_file = json.loads(fleet(strange, "-f", "json")[1])
    code, _, err = fleet(folder / "none*.jsonl", "-f", "json")

    assert (of_pattern["reports"], of_pattern["files"], of_file["reports"]) == (3, 2, 1)
    assert (code, "none*.jsonl" in err) == (2, True)


def test_files_folders_and_standard_input_are_summed_up_together(
    fleet: Fleet, folder: Path, tmp_path: Path
) -> None:
    single = tmp_path / "single.json"
    single.write_bytes(lines([report(4), report(1)]))
    code, out, err = fleet(folder, single, "-", "-f", "json", stdin=lines([report(5)]))

    summary = json.loads(out)
    assert (code, err) == (0, "")
    assert (summary["reports"], summary["duplicates"], summary["files"]) == (5, 1, 4)


def test_what_a_run_writes_can_be_summed_up(tmp_path: Path) -> None:
    collected, document = tmp_path / "runs.jsonl", tmp_path / "run.json"
    for _ in range(2):
        assert main(["demo", "--only", "system", "--jsonl", str(collected), "-o", str(document)]) in (0, 1, 3)
    summary = of_files(collected, document)

    assert (summary.reports, summary.duplicates, summary.damaged) == (2, 1, 0)
    assert summary.undated == 0


@pytest.mark.parametrize(
    ("form", "suffix"), [("json", "json"), ("csv", "csv"), ("html", "html"), ("text", "txt")]
)
def test_the_form_is_that_of_the_files_name(
    fleet: Fleet, folder: Path, tmp_path: Path, form: str, suffix: str
) -> None:
    target = tmp_path / f"summary.{suffix}"
    code, out, err = fleet(folder, "-o", target)

    assert (code, out) == (0, "")
    assert target.name in err
    assert target.read_text("utf-8") == fleet(folder, "-f", form)[1]


def test_a_spreadsheet_reads_the_csv(fleet: Fleet, folder: Path) -> None:
    table = list(csv.DictReader(io.StringIO(fleet(folder, "-f", "csv")[1])))

    assert {row["reports"] for row in table if row["group"] == "cause"} == {"3"}


def test_the_language_is_chosen(fleet: Fleet) -> None:
    assert "informes" in fleet("-", "--lang", "es", stdin=lines([report(1), report(2)]))[1]


def test_reports_are_grouped_by_what_is_asked_for(fleet: Fleet) -> None:
    other = {"profile": "clinic", "name": "Clinic", "host": "portal.clinic.example"}
    given = lines([report(1), report(2, outcome="fail", cause="mtu", portal=other), report(3, portal=other)])
    asked = [word for kind in KINDS for word in ("--by", kind)]
    summary = json.loads(fleet("-", "-f", "json", *asked, stdin=given)[1])

    assert list(summary["by"]) == list(KINDS)
    assert summary["by"]["portal"] == [
        {
            "value": "clinic",
            "reports": 2,
            "share": 0.6667,
            "outcomes": {"fail": 1, "unknown": 0, "warn": 0, "ok": 1},
            "causes": {"mtu": 1},
        },
        {
            "value": "lab",
            "reports": 1,
            "share": 0.3333,
            "outcomes": {"fail": 0, "unknown": 0, "warn": 0, "ok": 1},
            "causes": {},
        },
    ]
    assert [row["value"] for row in summary["by"]["browser"]] == ["firefox"]
    assert [row["value"] for row in summary["by"]["ref"]] == ["step-2"]
    assert [row["value"] for row in summary["by"]["symptom"]] == ["error-1"]
    assert [row["value"] for row in summary["by"]["network"]] == [None]
    assert "Group" not in fleet("-", "--by", "portal", stdin=given)[1]
    assert fleet("-", "--by", "weather", stdin=given)[0] == 2


def test_the_kinds_of_groups_are_those_that_the_summary_knows() -> None:
    assert tuple(grouping.KINDS) == KINDS


def test_the_reports_of_a_cause_are_listed_by_file_line_and_run(fleet: Fleet, folder: Path) -> None:
    found = [report(7, outcome="fail", cause="mtu"), report(8, also=["mtu"]), report(9)]
    (folder / "more.jsonl").write_bytes(lines(found))
    code, out, err = fleet(folder, "--list", "mtu")
    listed = json.loads(fleet(folder, "--list", "MTU", "-f", "json")[1])["listed"]

    assert (code, err) == (0, "")
    assert "2 reports have mtu:\n  collected/more.jsonl, line 1: run 0" in out
    assert [(one["file"], one["line"], one["run_id"], one["first"]) for one in listed] == [
        ("collected/more.jsonl", 1, f"{7:032x}", True),
        ("collected/more.jsonl", 2, f"{8:032x}", False),
    ]


def test_a_cause_that_no_report_has_is_told_and_what_may_be_meant(fleet: Fleet) -> None:
    code, out, err = fleet("-", "--list", "vpn-brekas", stdin=lines([report(1)]))

    assert (code, "No report has vpn-brekas." in out, "vpn-breaks" in err) == (0, True, True)
    assert fleet("-", "--list", "mtu", stdin=lines([report(1)]))[2] == ""


@pytest.mark.parametrize(
    ("since", "reports"),
    [
        ("2026-11-22", 3),
        ("2026-11-21T08:00:00Z", 4),
        ("2026-11-21T08:00:01+00:00", 3),
        ("2026-11-21T12:00:00+04:00", 4),
        ("2000-01-01", 4),
        ("99999d", 4),
        ("1h", 1),
    ],
)
def test_reports_from_a_time_on_and_the_earlier_ones_told(fleet: Fleet, since: str, reports: int) -> None:
    given = [report(n, outcome="fail", started=f"2026-11-{20 + n}T08:00:00Z") for n in range(1, 3)]
    given += [report(3, started="soon"), report(4, started="2999-01-01T00:00:00Z")]
    given = given[:2] + ([given[2]] if since == "1h" else given[2:])
    summary = json.loads(fleet("-", "-f", "json", "--since", since, stdin=lines(given))[1])

    assert summary["reports"] == reports
    assert (summary["earlier"], summary["earlier_failing"]) == (len(given) - reports, len(given) - reports)


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "7 fortnights", "-1d", ""])
def test_a_time_that_is_none_is_wrong_usage(fleet: Fleet, since: str) -> None:
    code, out, err = fleet("-", "--since", since, stdin=lines([report(1)]))

    assert (code, out) == (2, "")
    assert "2026-11-01" in err


@pytest.mark.parametrize("content", [b"", b"\n\n", b"junk\n", b"{}", lines([report(1, schema_version=7)])])
def test_no_report_at_all_is_3(fleet: Fleet, content: bytes) -> None:
    code, out, err = fleet("-", stdin=content)

    assert (code, err) == (3, "")
    assert "No report was found." in out


@pytest.mark.parametrize("arguments", [[], ["-", "-f", "xml"], ["no-such-file.json"], ["-", "--nope"]])
def test_wrong_usage_and_missing_files_are_2(fleet: Fleet, arguments: list[str]) -> None:
    code, out, err = fleet(*arguments, stdin=lines([report(1)]))

    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert err.startswith("portalcheck: ")


def test_a_file_that_cannot_be_read_is_named_without_its_folder(fleet: Fleet, tmp_path: Path) -> None:
    code, _, err = fleet(tmp_path / "gone.json")

    assert code == 2
    assert "gone.json" in err
    assert str(tmp_path) not in err


def test_an_output_that_cannot_be_written_is_2_and_leaves_nothing(
    fleet: Fleet, folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "no" / "where" / "summary.json"
    code, out, err = fleet(folder, "-o", target)

    assert (code, out) == (2, "")
    assert str(target) in err
    assert not target.parent.parent.exists()


def test_damage_is_named_by_file_and_line(fleet: Fleet, folder: Path) -> None:
    (folder / "site b" / "bad.jsonl").write_bytes(lines([report(8)]) + b"\x1b[31m{junk\n" + b"{junk\n" * 20)
    code, out, _ = fleet(folder)

    assert code == 0
    assert (
        "21 places hold no report that can be read:\n  collected/site b/bad.jsonl, line 2: damaged\n" in out
    )
    assert "line 11: damaged\n  and 11 more\n" in out
    assert "line 12" not in out
    assert "\x1b" not in out


@pytest.mark.not_on_windows("posix", "symbolic links for everybody")
def test_links_inside_a_folder_are_followed_and_those_that_lead_out_are_not(
    folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.json").write_bytes(lines([report(9)]))
    (folder / "out.json").symlink_to(outside / "secret.json")
    (folder / "outside").symlink_to(outside)
    (folder / "round.json").symlink_to(folder / "round.json")
    (folder / "round").symlink_to(folder)
    (folder / "again.json").symlink_to(folder / "site b" / "one.JSON")
    summary = of_files(folder)

    assert (summary.reports, summary.duplicates) == (3, 1)
    assert summary.first_left_out == tuple(
        f"collected/{name}" for name in ("out.json", "outside", "round", "round.json")
    )


@pytest.mark.not_on_windows("posix", "named pipes among files")
def test_a_pipe_in_a_folder_holds_nothing_up(folder: Path) -> None:
    os.mkfifo(folder / "pipe.json")

    assert of_files(folder).first_left_out == ("collected/pipe.json",)


def test_folders_are_looked_into_to_a_depth(tmp_path: Path) -> None:
    at = tmp_path
    for level in range(DEEPEST + 2):
        (at / "report.json").write_bytes(lines([report(level)]))
        at = at / "d"
        at.mkdir()
    summary = of_files(tmp_path)

    assert (summary.reports, summary.left_out) == (DEEPEST + 1, 1)


def test_a_hostile_name_of_a_file_is_made_harmless(fleet: Fleet, folder: Path) -> None:
    control = "" if sys.platform == "win32" else "\x1b"  # which no name of Windows holds
    (folder / f"a{control}[2J\u202egnp.json").write_bytes(b"{junk")
    code, out, _ = fleet(folder)

    assert code == 0
    assert f"collected/a{'?' * len(control)}[2J?gnp.json, line 1: damaged" in out


@pytest.mark.not_on_windows("wine", "names that are not Unicode, which it gives to no file")
def test_a_name_of_a_file_that_is_no_text_is_made_harmless(fleet: Fleet, folder: Path) -> None:
    (folder / os.fsdecode(b"b\xff.json")).write_bytes(b"{junk")
    code, out, _ = fleet(folder)

    assert code == 0
    assert "collected/b?.json, line 1: damaged" in out


@pytest.mark.parametrize(("encoding", "form"), [("cp1252", "text"), ("cp437", "csv"), ("ascii", "html")])
def test_a_console_of_few_letters_shows_the_summary(
    folder: Path, encoding: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    (folder / "odd.json").write_bytes(lines([report(7, cause="\u4e2d\u6587")]))
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", "fleet", str(folder), "-f", form, "--lang", "es"],
        capture_output=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout


def test_the_query_that_is_shown_counts_as_the_summary_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [report(n % 9, cause=("slow", "mtu", "none")[n % 3]) for n in range(20)]
    (tmp_path / "reports.jsonl").write_bytes(lines(documents) + b'{"schema_version":1,"cau\n')
    monkeypatch.chdir(tmp_path)
    (query,) = re.findall(r"```sql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    relation = duckdb.sql(query)
    assert relation is not None
    found = relation.fetchall()

    assert found == [("2026-11-23", "mtu", 3), ("2026-11-23", "slow", 3)]
    assert counts(of_files(tmp_path), "cause") == {"mtu": 3, "slow": 3, "none": 3}
