"""Programs of the system get the variables that they need to find the user's settings, and no others."""

from __future__ import annotations

import pytest

from portalcheck.machine.commands import environment, run

NEEDED = {
    "HOME": "/home/pat",
    "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/user/1000/bus",
    "XDG_RUNTIME_DIR": "/run/user/1000",
    "SystemRoot": "C:\\Windows",
}
OTHERS = {"AWS_SECRET_ACCESS_KEY": "planted", "https_proxy": "http://u:planted@p/", "LD_PRELOAD": "/x.so"}


def test_what_is_needed_is_kept_and_nothing_else() -> None:
    assert environment({**NEEDED, **OTHERS}) == {**NEEDED, "LC_ALL": "C", "LANGUAGE": ""}


@pytest.mark.not_on_windows("posix", "env(1)")
def test_a_real_program_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted")
    said = run(["env"], 5)
    assert said is not None
    assert "LC_ALL=C" in said
    assert "planted" not in said
