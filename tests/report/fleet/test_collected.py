"""Reports as engines, shells and file systems leave them: every computer in trouble is counted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import msgspec
import pytest

from portalcheck.report import checksums
from portalcheck.report.formats import json as json_form
from portalcheck.report.formats import text as text_form
from tests.declared import catalog_of
from tests.report.fleet.damaging import healthy, pretty, troubled
from tests.report.fleet.making import counts, found, line, lines, of_bytes, of_files, report
from tests.report.formats import reports

HEALTHY = [healthy(n) for n in range(7)]
TROUBLED = [troubled(n) for n in range(7, 10)]
ALL = [*HEALTHY, *TROUBLED]
RIGHT = ({"ok": 7, "fail": 3}, {"none": 7, "proxy-auth": 3})
MARK = b"\xef\xbb\xbf"


# ---- all of a report is there, whatever is around it or became of its letters ------------------------


def one_a_host(form: str, indent: int | None = 2, newline: str = "\n") -> bytes:
    """What an engine writes for each computer: its name, what became of it, and the report."""
    return "".join(
        form.format(host=f"ward-{n}", rc=one["exit_code"], report=pretty(one, indent).replace("\n", newline))
        for n, one in enumerate(ALL)
    ).encode()


def mixed(*encodings: str) -> bytes:
    """Lines, each in an encoding of its own, as `>>` of several shells leaves them."""
    return b"".join(line(one).decode().encode(encodings[n % len(encodings)]) for n, one in enumerate(ALL))


WHOLE: dict[str, bytes] = {
    # I01: a byte order mark before each of several files that were joined
    "marks before documents": b"".join(MARK + pretty(one).encode() + b"\n" for one in ALL),
    "marks without an end of line between": b"".join(MARK + pretty(one).encode() for one in ALL),
    "marks before lines": b"".join(MARK + line(one) for one in ALL),
    "marks before lists": b"".join(MARK + pretty([one], 4).encode() + b"\r\n" for one in ALL),
    "two marks": MARK + MARK + lines(ALL),
    "files of UTF-16 joined": b"".join(pretty(one).encode("utf-16") for one in ALL),
    # several encodings in one stream
    "UTF-8, then UTF-16": mixed("utf-8", "utf-16-le"),
    "UTF-16 with a mark, then UTF-8": b"\xff\xfe" + mixed("utf-16-le", "utf-8", "utf-8"),
    "UTF-16 of both kinds": mixed("utf-16-be", "utf-16-le"),
    "UTF-16, big-endian, then UTF-8": b"\xfe\xff" + mixed("utf-16-be", "utf-8"),
    "UTF-16 with a mark each": mixed("utf-16", "utf-8"),
    "UTF-32": mixed("utf-8", "utf-32"),
    # I05: Ansible's own output
    "ansible": one_a_host("{host} | FAILED | rc={rc} >>\n{report}non-zero return code\n"),
    "ansible, one line": one_a_host("{host} | FAILED | rc={rc} >>\n{report}non-zero return code\n", None),
    "ansible of Windows": one_a_host("{host} | CHANGED | rc={rc} >>\r\n{report}\r\n\r\n", 2, "\r\n"),
    "ansible -o": one_a_host("{host} | CHANGED | rc={rc} | (stdout) {report}\n", 2, "\\n"),
    "ansible in colors": one_a_host(
        "\x1b[0;33m{host} | FAILED | rc={rc} >>\x1b[0m\n\x1b[0;33m{report}\x1b[0m\n", 2, "\x1b[0m\n\x1b[0;33m"
    ),
    "parallel ssh": one_a_host("[{rc}] 10:00:00 [SUCCESS] {host}\n{report}\n"),
    "a prompt before and after": one_a_host("PS C:\\> portalcheck -f json\n{report}\nPS C:\\> \n"),
    "a fence": one_a_host("Report of {host}:\n```json\n{report}\n```\n"),
    # I06: a report within another document
    "ansible --tree": "\n".join(
        pretty(
            {"changed": True, "rc": 1, "stdout": pretty(one), "stdout_lines": pretty(one).split("\n")}, None
        )
        for one in ALL
    ).encode(),
    "a module's answer": one_a_host(
        '{host} | SUCCESS => {{\n  "changed": false,\n  "portal": {report}\n}}\n'
    ),
    "a container's log": b"".join(line({"log": pretty(one) + "\n", "stream": "stdout"}) for one in ALL),
    "a list with its count": pretty({"value": ALL, "Count": len(ALL)}).encode(),
    "hits of a search": line(
        {"took": 3, "hits": {"hits": [{"_id": str(n), "_source": one} for n, one in enumerate(ALL)]}}
    ),
    "a report in a text in a text": line({"a": json.dumps({"b": pretty(ALL)})}),
    "a log of key and value": b"".join(
        b"level=info msg=" + json.dumps(pretty(one, None)).encode() + b" host=x\n" for one in ALL
    ),
    "a table with commas": b"host,report\n"
    + b"".join(b'w,"' + line(one).strip().replace(b'"', b'""') + b'"\n' for one in ALL),
    "names in order, over lines": json.dumps(ALL, indent=2, sort_keys=True).encode(),
    "a comma at the end of each line": b"[\n" + b",\n".join(map(bytes.strip, map(line, ALL))) + b",\n]\n",
    # a power cut, and what a shell puts in between
    "blocks of zeros": b"".join(b"\0" * 4096 + line(one) for one in ALL),
    "a bell and a title": b"".join(b"\x1b]0;portalcheck\x07" + line(one) for one in ALL),
}


@pytest.mark.parametrize("content", WHOLE.values(), ids=list(WHOLE))
@pytest.mark.parametrize("size", [997, 2**20])
def test_all_are_counted_whatever_is_around_them(
    content: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portalcheck.report.fleet.sources.CHUNK", size)
    summary = of_bytes(content)

    assert found(summary) == RIGHT
    assert counts(summary, "proxy") == {"pac": 3, None: 7}
    assert (summary.in_part, summary.changed, summary.unproved, summary.damaged) == (0, 0, 0, 0)


# ---- as people send them --------------------------------------------------------------------------------

MESSAGE = "Dear help desk,\n\nplease see:\n\n"


@pytest.mark.parametrize("quote", ["", "> ", "> > ", "| "])
def test_reports_within_mails_are_read(quote: str) -> None:
    """JSON below a quote mark, which no line of JSON has."""
    content = "\n".join(
        MESSAGE + "\n".join(quote + text for text in pretty(one).split("\n")) + "\n\nKind regards"
        for one in ALL
    )
    summary = of_bytes(content.encode())

    assert (found(summary), summary.reports) == (RIGHT, 10)


@pytest.mark.parametrize("also_json", [False, True])
def test_a_report_as_text_is_counted_as_its_json_is(tmp_path: Path, also_json: bool) -> None:
    made = [reports.healthy(), msgspec.structs.replace(reports.stopped(), run_id=f"{1:032x}")]
    made = [msgspec.structs.replace(one, seal=checksums.compute(msgspec.to_builtins(one))) for one in made]
    for number, one in enumerate(made):
        text = text_form.render(one, catalog_of("en"))
        (tmp_path / f"{number}.txt").write_text(MESSAGE + text, "utf-8")
        if also_json:
            (tmp_path / f"{number}.json").write_text(json_form.render(one), "utf-8")
    summary = of_files(tmp_path)

    assert counts(summary, "cause") == {one.cause: 1 for one in made}
    assert (summary.reports, summary.duplicates) == (2, 2 * also_json)
    assert (summary.in_part, summary.changed, summary.unproved, summary.damaged) == (0, 0, 0, 0)


def test_a_changed_line_of_a_text_is_told() -> None:
    text = text_form.render(reports.stopped(), catalog_of("en"))
    summary = of_bytes(text.replace("outcome: fail", "outcome: ok").encode() + b"\n" + line(ALL[0]))

    assert (summary.reports, summary.damaged) == (2, 0)
    assert summary.changed + summary.in_part == int("outcome: fail" in text)


# ---- files ------------------------------------------------------------------------------------------


def test_files_are_read_whatever_rotation_calls_them(tmp_path: Path) -> None:
    names = (
        *("reports.jsonl", "reports.jsonl.1", "reports.jsonl.2", "reports.jsonl-20261128", "reports.ndjson"),
        *("desk", "reports.JSON.bak", "old.txt", "reports.log", "r.jsonl~"),
    )
    for name, one in zip(names, ALL, strict=True):
        (tmp_path / name).write_bytes(line(one))
    summary = of_files(tmp_path)

    assert (found(summary), summary.files) == (RIGHT, len(names))
    assert (summary.without, summary.left_out) == (0, 0)


def test_what_logrotate_packed_is_read(tmp_path: Path) -> None:
    (tmp_path / "reports.jsonl.2.gz").write_bytes(gzip.compress(lines(HEALTHY)))
    (tmp_path / "reports.jsonl.3.gz").write_bytes(gzip.compress(pretty(TROUBLED).encode("utf-16")))
    cut = gzip.compress(line(report(50)) * 9)[:-9]
    (tmp_path / "reports.jsonl.4.gz").write_bytes(cut)
    summary = of_files(tmp_path)

    assert summary.first_left_out == (f"{tmp_path.name}/reports.jsonl.4.gz",)
    assert counts(summary, "outcome")["fail"] == 3
    assert of_files(tmp_path / "reports.jsonl.4.gz").left_out == 1
    assert of_bytes(gzip.compress(lines(ALL))).reports == len(ALL)


def test_a_file_without_a_report_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "blank.jsonl").write_bytes(b"\n\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (tmp_path / "readme.txt").write_text("{}\n")
    (tmp_path / "one.json").write_bytes(line(ALL[0]))
    summary = of_files(tmp_path)

    assert (summary.reports, summary.files, summary.damaged) == (1, 1, 0)
    assert summary.first_without == tuple(
        f"{tmp_path.name}/{name}" for name in ("blank.jsonl", "empty.json", "picture.png", "readme.txt")
    )
