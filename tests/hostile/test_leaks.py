"""Nothing that tells of a person is in anything that the program says or writes: formats, views, logs, messages."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest

from portalcheck.cli import main
from portalcheck.report.formats.format import Format
from tests.hostile.planted import SITUATIONS
from tests.hostile.playing import inside
from tests.hostile.secrets import MAC, SECRETS, leaks
from tests.hostile.views import CODE, LINES, MAY_HOLD, REPORT, views
from tests.lab.spaces import namespaces

pytestmark = [
    pytest.mark.not_on_windows("linux", "namespaces"),
    pytest.mark.slow,
    pytest.mark.skipif(not namespaces(), reason="needs network namespaces of Linux"),
]


@cache
def told(situation: str, *more: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads(inside("tests.hostile.planted", [situation, *more], 60))
    return found


def leaking(texts: Mapping[str, str]) -> dict[str, set[str]]:
    found = {name: leaks(text, may_hold=MAY_HOLD.get(name, ())) for name, text in texts.items()}
    return {name: kinds for name, kinds in found.items() if kinds}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_format_log_or_message_of_a_run_tells_a_secret(situation: str) -> None:
    texts = told(situation)
    assert texts.keys() >= {form.value for form in Format} | {"jsonl", "debug", "log", "last-report.json"}
    assert all(texts.values())
    assert leaking(texts) == {}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_no_view_of_its_report_tells_a_secret(
    situation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert leaking(seen(told(situation), tmp_path, monkeypatch, capsys)) == {}


def seen(
    texts: Mapping[str, str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, str]:
    """What each command says where that report was kept, and its files are given."""
    kept = folder / "home" / ".local" / "share" / "portalcheck" / "last-report.json"
    kept.parent.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    kept.write_text(texts["last-report.json"], "utf-8")
    Path("report.txt").write_text(texts["text"], "utf-8")
    Path("lines.jsonl").write_text(texts["jsonl"], "utf-8")
    names = {REPORT: "report.txt", LINES: "lines.jsonl", CODE: json.loads(texts["json"])["code"]}
    found = {}
    for view in views():
        arguments = [names.get(word, word) for word in view]
        code = main(arguments)
        out, err = capsys.readouterr()
        assert code in (0, 1, 3) or "--format=nagios" in arguments, (arguments, err)
        assert out, arguments
        found[" ".join(view)] = out + err
    return found


# ---- the sweep itself --------------------------------------------------------------------------------


def test_local_evidence_that_is_asked_for_is_a_leak_to_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each form that shows it is caught, and so is each view of it."""
    texts = dict(told("untrusted", "--include-local"))
    caught = leaking(texts)
    assert {"json", "html", "text", "jsonl"} <= caught.keys()
    assert {"address", "interface"} <= set().union(*caught.values())
    texts["last-report.json"] = texts["jsonl"]
    assert leaking(seen(texts, tmp_path, monkeypatch, capsys))


_WRITINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "in an address": lambda word: quote(f"https://x.example/{word}?{word}", safe=""),
    "in a page": lambda word: "".join(f"&#{ord(letter)};" for letter in word),
    "broken over two lines": lambda word: f"{word[:4]}\n  {word[4:]}",
    "as a label": lambda word: f"x.{word}.example",
}


@pytest.mark.parametrize("writing", _WRITINGS)
def test_one_secret_in_any_writing_is_a_leak(writing: str) -> None:
    clean = told("tokens")["text"]
    assert leaks(clean) == set()
    for kind, word in SECRETS.items():
        planted = clean[:200] + _WRITINGS[writing](word) + clean[200:]
        assert kind in leaks(planted)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("at 192.0.2.10.", "address"),
        ("[2001:db8:1::10]:443", "address"),
        ("fe80::1%eth0", "address"),
        (f"link {MAC}", "mac"),
        ("02-00-5E-10-7A-77", "mac"),
        ("/home/pat/x", "path-of-a-home"),
        ("C:\\Users\\pat", "path-of-a-home"),
        (html.escape("'/root/x'"), "path-of-a-home"),
    ],
)
def test_an_address_or_a_path_is_a_leak_whatever_it_is(text: str, kind: str) -> None:
    assert kind in leaks(text)


@pytest.mark.parametrize(
    "text", ["17:34:00", "156.0.7204", "2026-11-23T17:34:00Z", "std::io", "a:b", "~/x", "1.2.3"]
)
def test_what_is_none_is_no_leak(text: str) -> None:
    assert leaks(text) == set()


def test_secrets_are_told_apart() -> None:
    assert all(not (a != b and a in b) for a in SECRETS.values() for b in SECRETS.values())
