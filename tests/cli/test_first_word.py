"""A first word is a command, or an address, or a slip that is never looked at as an address."""

from __future__ import annotations

from collections.abc import Callable

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
