"""Variables: one that nobody reads is told, and the language is the one that gettext would choose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Call = Callable[..., Ran]
TOLD = "PORTALCHECK_TIMEUOT: nobody reads this variable (did you mean PORTALCHECK_TIMEOUT?)"


@pytest.fixture
def slip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTALCHECK_TIMEUOT", "3")
    monkeypatch.setenv("PORTALCHECK_SITE", "of the caller")


@pytest.mark.usefixtures("slip")
def test_config_check_tells_variables_that_nobody_reads(call: Call, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("", "utf-8")
    for arguments in ([str(tmp_path / "c.toml")], []):
        code, _, err = call("config", "check", *arguments)

        assert code == 0
        assert TOLD in err
        assert "PORTALCHECK_SITE: nobody reads this variable\n" in err


@pytest.mark.usefixtures("slip")
def test_a_run_tells_a_slip_in_a_variable_and_nothing_of_others(call: Call) -> None:
    _, out, err = call("demo", "--only", "system", "-f", "json")

    assert out.startswith("{")
    assert TOLD in err
    assert "PORTALCHECK_SITE" not in err


@pytest.mark.usefixtures("slip")
@pytest.mark.parametrize("options", [["-q"], ["-f", "intune"], ["-f", "nagios"], ["-f", "jamf"]])
def test_no_variable_is_told_where_nobody_wants_messages(call: Call, options: list[str]) -> None:
    assert call("demo", "--only", "system", *options)[2] == ""


@pytest.mark.parametrize(
    ("language", "locale", "ours", "spanish"),
    [
        ("es:en", "en_US.UTF-8", "", True),
        ("es_MX:es:en", "en_US.UTF-8", "", True),
        ("fr:es", "en_US.UTF-8", "", True),
        ("en:es", "es_ES.UTF-8", "", False),
        ("fr:de", "es_ES.UTF-8", "", True),
        ("", "es_ES.UTF-8", "", True),
        ("es", "C", "", False),
        ("es", "C.UTF-8", "", False),
        ("es", "POSIX", "", False),
        ("es", "en_US.UTF-8", "en", False),
        ("en", "en_US.UTF-8", "es", True),
    ],
)
def test_the_language_is_the_one_that_gettext_would_choose(
    call: Call, monkeypatch: pytest.MonkeyPatch, language: str, locale: str, ours: str, spanish: bool
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("LANGUAGE", language), ("LANG", locale), ("PORTALCHECK_LANG", ours)):
        monkeypatch.setenv(name, value)

    assert ("Todo está bien" in call("demo", "--list")[1]) is spanish
    assert ("Uso:" in call("fleet")[2]) is spanish
    assert ("Ejemplos:" in call("demo", "--help")[1]) is spanish
