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
