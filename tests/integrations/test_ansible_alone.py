"""The Ansible role on this computer alone, in folders of its own: what it refuses, and each tag by itself."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from pathlib import Path

import pytest

from portalcheck.cli import main
from tests.integrations.conftest import run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        sys.platform == "win32" or shutil.which("ansible-playbook") is None, reason="needs ansible-playbook"
    ),
]
SETTINGS = "[run]\ntimeout = 4.0\n"


@pytest.fixture
def playbook(tmp_path: Path) -> Path:
    """The playbook as it was written out, with an inventory of this computer and folders below a temporary one."""
    folder = tmp_path / "play"
    assert main(["integrations", "ansible", "-o", str(folder)]) == 0
    places = {name: str(tmp_path / name) for name in ("folder", "settings_folder", "reports", "facts")}
    variables: dict[str, object] = {f"portalcheck_{name}": place for name, place in places.items()}
    variables |= {
        "portalcheck_become": False,
        "portalcheck_settings": SETTINGS,
        "ansible_connection": "local",
    }
    variables["ansible_python_interpreter"] = f"{sys.base_prefix}/bin/python3"
    (folder / "site.json").write_text(json.dumps(variables))
    (folder / "hosts.ini").write_text("desk\n")
    return folder


def play(folder: Path, *arguments: str) -> tuple[int, str]:
    done = run(
        "ansible-playbook",
        *("-i", str(folder / "hosts.ini"), "-e", f"@{folder}/site.json", *arguments),
        folder / "playbook.yml",
        env={**os.environ, "ANSIBLE_HOME": str(folder / "home"), "LC_ALL": "C.UTF-8"},
        timeout=100,
    )
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_installed_until_somebody_says_what(playbook: Path, tmp_path: Path) -> None:
    code, output = play(playbook)

    assert code != 0
    assert "portalcheck is on no public index" in output
    assert not (tmp_path / "folder").exists()


def test_the_tag_that_configures_works_alone(playbook: Path, tmp_path: Path) -> None:
    program = tmp_path / "folder" / "bin" / "portalcheck"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m portalcheck "$@"\n')
    program.chmod(0o755)
    code, output = play(playbook, "--tags", "portalcheck_configure")

    assert code == 0, output
    assert (tmp_path / "settings_folder" / "config.toml").read_text() == SETTINGS
    assert (tmp_path / "facts" / "portalcheck.fact").stat().st_mode & stat.S_IXUSR


def test_the_tag_that_configures_writes_no_settings_that_no_program_has_judged(
    playbook: Path, tmp_path: Path
) -> None:
    code, output = play(playbook, "--tags", "portalcheck_configure")

    assert code == 0, output
    assert (tmp_path / "settings_folder" / "portals.d").is_dir()
    assert not (tmp_path / "settings_folder" / "config.toml").exists()
