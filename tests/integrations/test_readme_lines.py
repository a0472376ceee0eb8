"""README's table "How IT uses it": each line is run as it stands, on a computer of its own that leads nowhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from portalcheck import __version__
from tests.integrations.conftest import run
from tests.report.fleet.making import lines, report

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
TABLE = README.split("### How IT uses it")[1].split("### What it touches")[0]
LINES: Mapping[str, str] = dict(re.findall(r"^\| ([A-Za-z, ]+) \| `([^`]+)` \|", TABLE, re.MULTILINE))
LEAVES: Mapping[str, tuple[str, ...]] = {
    "Ansible": ("play/playbook.yml", "play/reports/desk.json"),
    "Intune": ("intune/detect.ps1", "intune/installed.ps1"),
    "Jamf": ("extension-attribute.sh",),
    "Fleet": ("fleet/queries.yml", "fleet/queries.gitops.yml", "fleet/policies.gitops.yml"),
    "systemd": ("etc/systemd/system/timers.target.wants/portalcheck.timer",),
    "Windows": ("portalcheck-task.xml",),
    "macOS": ("org.portalcheck.run.plist",),
    "Nagios, Icinga": (),
    "Prometheus": ("portalcheck.prom",),
    "CI": ("portalcheck.xml",),
    "any scheduler": ("report.html", "reports.jsonl", "runs.log"),
    "DuckDB": ("reports.sql",),
}
"""What each line leaves; `etc` and `opt` are what the computer has for itself."""
SAYS = {"Ansible": "1 report", "Nagios, Icinga": "PORTAL OK: ", "DuckDB": "vpn-breaks"}
POSSIBLE = (
    hasattr(os, "geteuid")
    and os.geteuid() == 0
    and all(map(shutil.which, ("unshare", "systemctl")))
    and subprocess.run(["unshare", "--net", "--mount", "true"], check=False).returncode == 0
)


@pytest.fixture
def tools(installed: Path) -> Path:
    """A folder of programs beside portalcheck: DuckDB as its Python module has it."""
    shell = "import sys, duckdb\nfor s in duckdb.extract_statements(sys.stdin.read()):\n"
    shell += "    r = duckdb.sql(s.query)\n    print(r.fetchall() if r is not None else '')\n"
    program = installed.parent / "duckdb"
    program.write_text(f"#!{sys.executable}\n{shell}")
    program.chmod(0o755)
    return installed.parent


def _computer(folder: Path) -> list[str]:
    """A computer with no network and an /etc and /opt of its own, in which a line is run."""
    for name in ("etc", "opt", "state"):
        (folder / name).mkdir()
    subprocess.run(["cp", "-a", "/etc/.", str(folder / "etc")], check=True)
    mounts = "; ".join(
        f"mount --bind {folder}/{name} {where}"
        for name, where in (("etc", "/etc"), ("opt", "/opt"), ("state", "/var/lib"))
    )
    return ["unshare", "--net", "--mount", "sh", "-ec", f'{mounts}; cd {folder}; eval "$0"']


def _inventory(folder: Path, wheels: Path) -> None:
    (folder / "hosts.ini").write_text(
        "desk ansible_connection=local portalcheck_become=false\n[all:vars]\n"
        f"ansible_python_interpreter={sys.base_prefix}/bin/python3\n"
        f"portalcheck_python={sys.base_prefix}/bin/python3\nportalcheck_package=portalcheck=={__version__}\n"
        f"portalcheck_pip_environment={{'PIP_NO_INDEX': '1', 'PIP_FIND_LINKS': '{wheels}'}}\n"
    )


def test_every_engine_of_the_table_is_run_here() -> None:
    assert LINES.keys() == LEAVES.keys()


@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not POSSIBLE, reason="needs root, unshare and systemctl for a computer of its own")
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=pytest.mark.slow) if name == "Ansible" else name for name in LEAVES]
)
def test_a_line_does_what_it_says(
    engine: str, tmp_path: Path, tools: Path, request: pytest.FixtureRequest
) -> None:
    if engine == "Ansible":
        _inventory(tmp_path, request.getfixturevalue("wheels"))
    if engine == "DuckDB":
        (tmp_path / "a.jsonl").write_bytes(lines([report(1, outcome="fail", cause="vpn-breaks")]))
    environment = {
        **os.environ,
        "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SYSTEMD_OFFLINE": "1",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
    }
    done = run(*_computer(tmp_path), LINES[engine], env=environment, timeout=280)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert SAYS.get(engine, "") in done.stdout
    for name in LEAVES[engine]:
        assert os.path.lexists(tmp_path / name), name
