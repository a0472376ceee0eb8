"""`portalcheck read`: whatever the help desk hands over, in every form of answer."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portalcheck.report.pasted import encodings
from tests.cli.conftest import Ran
from tests.cli.test_terminal import on_terminal
from tests.report.pasted.mangled import BLOCK, DOCUMENT, JSON, TEXT

CODE = "754E-PJ4S-2F"
Call = Callable[..., Ran]


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[str | bytes], None]:
    """Put a text on standard input."""

    def given(text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return given


# ---- what is handed over -------------------------------------------------------------------------


@pytest.mark.not_on_windows("posix", "pseudo-terminals")
@pytest.mark.parametrize("arguments", [["read"], ["read", "-"]])
def test_on_a_terminal_it_asks_for_the_paste_and_says_how_to_end_it(
    tmp_path: Path, arguments: list[str]
) -> None:
    seen = on_terminal(*arguments, typed=BLOCK.replace("\n", "\r") + "\r\x04", asked="Ctrl-D", cwd=tmp_path)

    assert "Paste the report here, or type the phone code." in seen
    assert "The report is complete." in seen
    assert "Cause: proxy-auth" in seen


@pytest.mark.not_on_windows("posix", "pseudo-terminals")
def test_a_code_that_is_typed_on_a_terminal_needs_no_end(tmp_path: Path) -> None:
    seen = on_terminal("read", typed="754e pj4s 2f\r", asked="Ctrl-D", cwd=tmp_path)

    assert "The code is right." in seen


@pytest.mark.parametrize(
    "text",
    [
        f"My code is {CODE}, thank you",
        CODE.replace("-", "\u2013"),
        "  754E PJ4S 2F \n",
        "7 5 4 Echo, Papa Juliett 4 Sierra, 2 Foxtrot",
        f"The code:\n{CODE}\n",
        CODE.encode("utf-16"),
    ],
)
def test_a_code_on_standard_input_is_found(call: Call, stdin: Callable[..., None], text: str | bytes) -> None:
    stdin(text)
    code, out, _ = call("read", "-")

    assert (code, out) == (0, call("read", CODE)[1])


@pytest.mark.parametrize(
    "arguments",
    [
        ["754E-PJ4S-2F."],
        ["754E", "PJ4S", "2F"],
        ["My", "code", "is", "754E\u2013PJ4S\u20132F"],
        ["7 5 4 Echo, Papa Juliett 4 Sierra, 2 Foxtrot"],
        ["7", "5", "4", "Enrique,", "Pedro", "Jorge", "4", "Sevilla,", "2", "Francia"],
    ],
)
def test_a_code_among_arguments_is_found(call: Call, arguments: list[str]) -> None:
    assert call("read", *arguments)[:2] == (0, call("read", CODE)[1])


@pytest.mark.parametrize("given", ["argument", "stdin", "file"])
def test_one_wrong_symbol_gets_its_suggestions_everywhere(
    call: Call, stdin: Callable[..., None], tmp_path: Path, given: str
) -> None:
    wrong = "My code is 754F-PJ4S-2F"
    stdin(wrong)
    (tmp_path / "mail.txt").write_text(wrong)
    argument = {"argument": wrong, "stdin": "-", "file": str(tmp_path / "mail.txt")}[given]
    code, out, _ = call("read", argument)

    assert code == 3
    assert f"Did the caller mean {CODE}? Ask again for symbol 4." in out


def test_a_report_as_an_argument_is_read(call: Call) -> None:
    assert call("read", BLOCK)[1].startswith("The report is complete.")


def test_a_file_that_cannot_be_read_is_told_with_its_place_and_the_reason(call: Call, tmp_path: Path) -> None:
    code, out, err = call("read", str(tmp_path))

    assert (code, out) == (2, "")
    assert str(tmp_path) in err


def test_where_the_report_cannot_be_read_its_code_is(call: Call, tmp_path: Path) -> None:
    cut = JSON[JSON.index('"symptoms"') :]
    (tmp_path / "cut.json").write_text('{"schema_version": 1, ' + cut[: cut.index('"seal"')])
    code, out, _ = call("read", str(tmp_path / "cut.json"))

    assert code == 0
    assert "The report does not tell its cause, but its phone code does:" in out
    assert "Cause: proxy-auth" in out


# ---- limits, in words and in JSON ----------------------------------------------------------------


def document(**changes: Any) -> str:
    return json.dumps({**DOCUMENT, **changes})


NOT_SEALED = {name: value for name, value in DOCUMENT.items() if name != "seal"}


def test_a_report_without_its_seal_is_not_said_to_be_complete(call: Call, stdin: Callable[..., None]) -> None:
    edits: list[dict[str, Any]] = [
        {},
        {"also": []},
        {"portal": {**DOCUMENT["portal"], "host": "evil.example"}},
    ]
    for edit in edits:
        stdin(json.dumps({**NOT_SEALED, **edit}))
        out = call("read", "-")[1]
        assert out.startswith("A part of the report is missing.")
        assert "So it cannot be told if it was edited." in out
        stdin(json.dumps({**NOT_SEALED, **edit}))
        assert json.loads(call("read", "-", "-f", "json")[1])["integrity"] == "part-missing"


@pytest.mark.parametrize(
    ("text", "limit", "words"),
    [
        (document(extra="HERE").replace('"HERE"', "[" * 900 + "]" * 900), "depth", "goes too deep"),
        (
            document(extra="HERE").replace('"HERE"', '{"a":' * 50_000 + "1" + "}" * 50_000),
            "depth",
            "goes too deep",
        ),
        (document(extra="HERE").replace('"HERE"', "NaN"), "number", "cannot be a real one"),
        (document(extra="HERE").replace('"HERE"', r'"\ud800"'), "character", "half of a letter"),
    ],
)
def test_a_limit_that_was_reached_is_told_in_words_and_in_json(
    call: Call, stdin: Callable[..., None], text: str, limit: str, words: str
) -> None:
    stdin(text)
    code, out, _ = call("read", "-")
    assert (code, out.startswith("The report is complete.")) == (0, True)
    assert words in " ".join(out.split())
    stdin(text)
    read = json.loads(call("read", "-", "-f", "json")[1])
    assert (read["integrity"], read["truncated"]) == ("complete", [limit])


def test_a_text_that_is_longer_than_what_is_read_is_told_to_be_so(
    call: Call, stdin: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "LONGEST", len(BLOCK) + 10)
    for text, code, integrity in ((BLOCK + "x" * 100, 0, "complete"), ("x" * 5000, 3, "part-missing")):
        stdin(text)
        ended, out, _ = call("read", "-")
        assert ended == code
        assert "Only its first part was read." in out
        stdin(text)
        read = json.loads(call("read", "-", "-f", "json")[1])
        assert (read["integrity"], read["truncated"]) == (integrity, ["length"])


def test_a_report_behind_twelve_megabytes_is_found(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_text("QUFB" * 3_000_000 + "\n" + TEXT, "utf-8")

    assert call("read", str(tmp_path / "mail.eml"))[1].startswith("The report is complete.")


def test_the_same_report_many_times_is_shown_once(call: Call, stdin: Callable[..., None]) -> None:
    stdin(json.dumps([DOCUMENT] * 1200))

    assert call("read", "-")[1].count("Cause: proxy-auth") == 1


# ---- forms ---------------------------------------------------------------------------------------


def at(monkeypatch: pytest.MonkeyPatch, started: str, after: float, zone: str) -> None:
    """A clock so many seconds after a time, in a time zone."""
    import datetime as dt

    moment = dt.datetime.fromisoformat(started).timestamp() + after
    monkeypatch.setattr("portalcheck.cli.commands.read.time.time", lambda: moment)
    monkeypatch.setenv("TZ", zone)
    time.tzset()


@pytest.mark.not_on_windows("posix", "time.tzset")
@pytest.mark.parametrize(
    ("zone", "after", "said"),
    [
        ("UTC", 7200, "Made: November 30, 2026, 18:55 UTC by your clock, 2 hours ago"),
        ("America/Chicago", 300, "Made: November 30, 2026, 12:55 by your clock, 5 minutes ago"),
        ("Asia/Kolkata", 3 * 86400, "Made: December 1, 2026, 00:25 by your clock, 3 days ago"),
        ("UTC", -7200, "Its clock and yours differ by 2 hours or more."),
    ],
)
def test_the_age_of_a_report_is_told_in_the_readers_time_zone(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, after: float, said: str
) -> None:
    (tmp_path / "report.json").write_text(JSON)
    try:
        at(monkeypatch, DOCUMENT["started"], after, zone)
        assert said in " ".join(call("read", str(tmp_path / "report.json"))[1].split())
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.not_on_windows("posix", "time.tzset")
def test_a_ticket_is_six_lines_of_ascii(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.txt").write_text(TEXT)
    try:
        at(monkeypatch, DOCUMENT["started"], 7200, "America/Chicago")
        english = call("read", str(tmp_path / "report.txt"), "-f", "ticket")[1]
        spanish = call("read", str(tmp_path / "report.txt"), "-f", "ticket", "--lang", "es")[1]
    finally:
        monkeypatch.undo()
        time.tzset()
    assert english.splitlines() == [
        "Result: proxy-auth: A go-between called a proxy wants a name and password of its own.",
        "Who needs to act: the person who signs in, at their own computer",
        "Portal: Practice portal (portal.practice.example)",
        "System: Linux practice. Made: November 30, 2026, 12:55 (UTC-06:00), 2 hours before this ticket",
        f"Phone code: {CODE}",
        "Do this first: Turn off what stands in between, for a short time (step-6). "
        "Do not type your portal password there.",
    ]
    assert spanish.isascii()
    assert len(spanish.splitlines()) == 6
    assert "Codigo telefonico" in spanish


def test_the_ticket_of_a_code_has_no_age(call: Call) -> None:
    lines = call("read", CODE, "-f", "ticket")[1].splitlines()

    assert len(lines) == 6
    assert lines[2:5] == ["Portal: not known; ask for the address", "System: Linux", f"Phone code: {CODE}"]


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    "arguments",
    [
        ["--symptom", "error-2"],
        ["--symptom", "no llega el c\u00f3digo"],
        ["--symptom", "a b c d"],
        [CODE, "--symptom", "error-1"],
    ],
)
def test_every_ticket_is_six_lines_of_ascii(call: Call, arguments: list[str], lang: str) -> None:
    code, out, _ = call("read", *arguments, "-f", "ticket", "--lang", lang)

    assert (code, out.isascii(), len(out.splitlines())) == (0, True, 6)


def test_a_ticket_says_what_is_not_proved(call: Call, stdin: Callable[..., None]) -> None:
    stdin(BLOCK.replace("cause: proxy-auth", "cause: none"))
    lines = call("read", "-", "-f", "ticket")[1].splitlines()
    assert lines[0].startswith(
        "Result: The report was changed after it was made. Do not rely on it. proxy-auth: "
    )
    stdin(BLOCK.replace("cause: proxy-auth", "cause: none"))
    out = call("read", "-")[1]
    assert out.startswith("The report was changed after it was made. Do not rely on it.")
    assert "The code is right." in out
    stdin(json.dumps(NOT_SEALED))
    assert "cannot be told if it was edited" in call("read", "-", "-f", "ticket")[1].splitlines()[0]


def test_an_answer_is_written_to_a_file_in_the_form_of_its_name(call: Call, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(TEXT)
    for name, begins in (
        ("page.html", "<!doctype html>"),
        ("answer.json", "{"),
        ("answer.txt", "The report is complete."),
    ):
        code, out, _ = call("read", str(tmp_path / "report.txt"), "-o", str(tmp_path / name))
        assert (code, out) == (0, "")
        assert (tmp_path / name).read_text("utf-8").startswith(begins)


def test_an_answer_that_cannot_be_written_names_the_whole_place_and_the_reason(
    call: Call, tmp_path: Path
) -> None:
    target = tmp_path / "no" / "folder" / "page.html"
    code, _, err = call("read", CODE, "-o", str(target))

    assert code == 2 or code == 1
    assert f"{target} (No such file or directory)" in err


# ---- what the caller sees ------------------------------------------------------------------------


def test_a_symptom_alone_gives_the_script_for_a_caller_who_can_run_nothing(call: Call) -> None:
    code, out, _ = call("read", "--symptom", "it says my account is locked")

    assert code == 0
    for part in (
        "No report and no code",
        "Account locked",
        "How often did you try",
        "Do not sign in before the lock",
    ):
        assert part in out
    assert (
        out.index("Ask the caller:")
        < out.index("What the caller should do first:")
        < out.index("When to hand on")
    )


def test_a_symptom_beside_a_code_decides_the_next_steps(call: Call) -> None:
    healthy = "7K4M-6TDS-Z6"
    alone, beside = call("read", healthy)[1], call("read", healthy, "--symptom", "error-3")[1]

    assert "Which of these does the caller see?" in alone
    assert "Which of these does the caller see?" not in beside
    assert "(error-3)" in beside.split("If that does not help")[0]
    assert json.loads(call("read", healthy, "--symptom", "error-3", "-f", "json")[1])["symptoms"] == [
        "error-3"
    ]


def test_symptoms_alone_as_json_are_the_steps_that_a_run_would_give(call: Call) -> None:
    read = json.loads(call("read", "--symptom", "session", "-f", "json")[1])

    assert read["symptoms"] == ["session"]
    assert [step["ref"] for step in read["likely_steps"]] == ["step-4", "step-5"]


def test_what_looks_like_the_id_of_a_symptom_and_is_none_is_refused(call: Call) -> None:
    assert call("read", "--symptom", "error-9")[0] == 2


# ---- two reports ---------------------------------------------------------------------------------


@pytest.fixture
def pair(call: Call, tmp_path: Path) -> tuple[str, str]:
    """Reports of a run with a fault, and of one without it."""
    for name, fault in (("one.json", "proxy-auth"), ("two.json", "healthy")):
        call("demo", "--fault", fault, "-q", "-o", str(tmp_path / name))
    return str(tmp_path / "one.json"), str(tmp_path / "two.json")


def test_of_two_reports_it_tells_what_has_changed(call: Call, pair: tuple[str, str]) -> None:
    code, out, _ = call("read", *pair)
    flat = " ".join(out.split())

    assert code == 0
    assert "First report. Made:" in flat
    assert "Before: A go-between called a proxy wants a name" in flat
    assert "Proxy: PROBLEM, now OK" in flat
    assert "New: No proxy is set." in flat


def test_two_reports_as_json_are_both_and_the_fields_that_differ(call: Call, pair: tuple[str, str]) -> None:
    read = json.loads(call("read", *pair, "-f", "json")[1])
    changed = {change["field"]: change for change in read["changes"]}

    assert read["before"]["integrity"] == read["after"]["integrity"] == "complete"
    assert (changed["cause"]["before"], changed["cause"]["after"]) == ("proxy-auth", "none")
    assert "checks.proxy" in changed
    assert "portal" not in changed


def test_the_same_report_twice_is_said_to_be_one_run(call: Call, pair: tuple[str, str]) -> None:
    out = call("read", pair[0], pair[0])[1]
    assert "Both are of the same run." in out
    assert "The result is the same:" in out


def test_to_compare_each_file_must_hold_a_report(call: Call, pair: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "none.txt").write_text("hello")

    assert call("read", pair[0], str(tmp_path / "none.txt"))[0] == 2


# ---- a sheet to print ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "topic", ["proxy-auth", "error-3", "session", "step-4", "tls", "clock.wrong", "none", None]
)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_topic_is_a_page_to_print(call: Call, topic: str | None, lang: str) -> None:
    code, out, _ = call("explain", *([topic] if topic else []), "-f", "html", "--lang", lang)

    assert code == 0
    assert out.startswith("<!doctype html>")
    assert f'<html lang="{lang}">' in out
    assert "<script" not in out
    assert "http://" not in out.replace("http://www.w3.org", "")


def test_the_sheet_of_a_cause_says_what_to_ask_what_to_do_and_whom_to_hand_on_to(
    call: Call, tmp_path: Path
) -> None:
    code, _, _ = call("explain", "vpn-breaks", "-o", str(tmp_path / "sheet.html"))
    page = (tmp_path / "sheet.html").read_text("utf-8")

    assert code == 0
    for part in (
        "Is the VPN your own",
        "My own: have it turned off",
        "When to hand on",
        "Who needs to act",
        "@media print",
    ):
        assert part in page


def test_an_unknown_topic_is_refused_in_every_form(call: Call) -> None:
    assert call("explain", "vpn-brakes", "-f", "html")[0] == 2
