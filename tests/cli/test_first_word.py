"""A first word is a command, or an address, or a slip that is never looked at as an address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("raed", "Did you mean 'read'?"),
        ("demmo", "Did you mean 'demo'?"),
        ("Config", "Did you mean 'config'?"),
        ("explian", "Did you mean 'explain'?"),
        ("optum", "and no address, which has a dot"),
        ("my clinic", "and no address, which has a dot"),
        ("patient.optum.com please", "and no address, which has a dot"),
        ("https://exa mple.com/", "and no address, which has a dot"),
        ("help", "Did you mean: portalcheck --help"),
        ("ayuda", "Did you mean: portalcheck --help"),
        ("/?", "Did you mean: portalcheck --help"),
        ("version", "Did you mean: portalcheck --version"),
        ("my account is locked", 'Did you mean: portalcheck --symptom "my account is locked"'),
        ("mi cuenta está bloqueada", 'Did you mean: portalcheck --symptom "mi cuenta está bloqueada"'),
        ('it says "session expired"', "Did you mean: portalcheck --symptom \"it says 'session expired'\""),
        ("7K4M-6TDS-Z6", "Did you mean: portalcheck read 7K4M-6TDS-Z6"),
        ("7k4m 6tds z6", "Did you mean: portalcheck read 7K4M-6TDS-Z6"),
        ("optum", "Did you mean: portalcheck --portal optum"),
        ("clock", "Did you mean: portalcheck explain clock"),
        ("captive-portal", "Did you mean: portalcheck explain captive-portal"),
        ("error-1", "Did you mean: portalcheck explain error-1"),
        ("clock-wrng", "Did you mean: portalcheck explain clock-wrong"),
        ("is patient.optum.com right", "Did you mean: portalcheck patient.optum.com"),
        (" ", "and no address, which has a dot"),
        ("", "and no address, which has a dot"),
    ],
)
def test_a_word_that_can_be_no_address_is_wrong_usage(call: Callable[..., Ran], word: str, hint: str) -> None:
    code, out, err = call(word)

    assert (code, out) == (2, "")
    assert f"No such command {word!r}" in err
    assert hint in err


@pytest.mark.parametrize("word", ["optvm.com", "  https://optvm.com/\n", "OPTVM.COM:443", "optvm\u3002com"])
def test_blanks_around_an_address_are_trimmed_and_it_is_judged(call: Callable[..., Ran], word: str) -> None:
    code, out, _ = call(word, "-f", "intune", "--only", "domain")

    assert code == 1
    assert out.startswith("fail lookalike")


def test_a_sentence_without_quotes_is_taken_as_one(call: Callable[..., Ran]) -> None:
    code, out, err = call("my", "account", "is", "locked", "-q")

    assert (code, out) == (2, "")
    assert 'Did you mean: portalcheck --symptom "my account is locked"' in err


@pytest.mark.parametrize(
    ("words", "help_of"),
    [
        (["--timeot", "3"], "portalcheck run"),
        (["fleet"], "portalcheck fleet"),
        (["fleet", "no-such.json"], "portalcheck fleet"),
        (["config", "chek"], "portalcheck config"),
        (["explain", "no-such-topic"], "portalcheck explain"),
        (["schema", "nothing"], "portalcheck schema"),
        (["demo", "--fault", "none-such"], "portalcheck demo"),
        (["nonsense"], "portalcheck"),
    ],
)
def test_every_error_of_usage_leads_to_help(call: Callable[..., Ran], words: list[str], help_of: str) -> None:
    code, out, err = call(*words)

    assert (code, out) == (2, "")
    assert err.splitlines()[-1] == f"Try '{help_of} --help' for help."


def test_help_has_examples_and_exit_codes(call: Callable[..., Ran]) -> None:
    for words in ([], ["run"], ["fleet"], ["config", "check"], ["explain"], ["man"]):
        out = call(*words, "--help")[1]
        examples = out.split("Examples:\n")[1].split("Exit codes:\n")[0]

        assert f"  portalcheck {' '.join(words if words != ['run'] else [])}".rstrip() in examples
        assert [line.split()[0] for line in out.split("Exit codes:\n")[1].splitlines()] == [
            *("0", "1", "2", "3", "4", "130")
        ]
    assert "Códigos de salida:" in call("fleet", "--help", "--lang", "es")[1]


def test_a_slip_is_told_in_the_language_that_is_asked_for(call: Callable[..., Ran]) -> None:
    assert "¿Quiso decir 'read'?" in call("raed", "--lang", "es")[2]
    assert "no es una dirección" in call("optum", "--lang=es")[2]


def test_a_command_behind_an_option_is_no_address(call: Callable[..., Ran]) -> None:
    code, out, err = call("-q", "last")

    assert (code, out) == (2, "")
    assert "The command comes first, and its options after it: portalcheck last" in err


@pytest.mark.parametrize("form", ["nagios", "intune", "jamf"])
def test_the_short_option_for_help_is_known_in_every_form(call: Callable[..., Ran], form: str) -> None:
    _, out, err = call("-f", form, "-h")

    assert "Usage: portalcheck" in out
    assert err == ""


def test_a_form_by_a_variable_holds_for_version_and_help(
    call: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTALCHECK_OUTPUT", "jamf:-")

    assert call("--version")[1].startswith("<result>portalcheck ")
    assert len(call("--help")[1].splitlines()) == 1


def test_groups_speak_the_language_that_is_asked_for(
    call: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTALCHECK_LANG", "es")

    assert "Muestra cada ajuste" in call("config", "--help")[1]
    assert "No existe el comando 'chek'" in call("config", "chek")[2]


def test_the_language_of_the_settings_holds_for_errors_of_usage(
    call: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "c.toml").write_text('[run]\nlang = "es"\n', "utf-8")
    _, _, err = call("demo", "--config", str(tmp_path / "c.toml"), "--fault", "none-such")

    assert "No existe la falla" in err
    assert "Uso: " in err


def test_no_language_stays_for_the_next_call(call: Callable[..., Ran]) -> None:
    call("demo", "--lang", "es", "--fault", "none-such")

    assert "There is no fault" in call("demo", "--fault", "none-such")[2]
