"""`--version`: one line that scripts read; with -v, what this copy is made of."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version

import pytest
from cryptography.hazmat.backends.openssl import backend

from portalcheck import __version__
from tests.cli.conftest import Ran

LINE = f"portalcheck {__version__}\n"


def test_alone_it_is_one_line(call: Callable[..., Ran]) -> None:
    assert call("--version") == (0, LINE, "")


@pytest.mark.parametrize("arguments", [("--version", "-v"), ("-v", "--version"), ("--version", "--verbose")])
def test_with_verbose_the_facts_follow_that_line(
    call: Callable[..., Ran], arguments: tuple[str, ...]
) -> None:
    code, out, err = call(*arguments)
    facts = dict(line.split(": ", 1) for line in out.removeprefix(LINE).splitlines())

    assert (code, err) == (0, "")
    assert out.startswith(LINE)
    assert list(facts) == ["form", "python", "tls", "system", "libraries"]
    assert facts["form"] == "package"
    assert facts["python"].endswith(platform.python_version())
    assert facts["tls"] == backend.openssl_version_text()
    assert f"dnspython {version('dnspython')}" in facts["libraries"].split(", ")
