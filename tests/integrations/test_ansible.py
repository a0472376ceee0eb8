"""The Ansible role against several computers over ssh: installed, set, run, collected, and run once more."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portalcheck import __version__
from portalcheck.cli import main
from tests.integrations.hosts import Host, Hosts, managed, possible
from tests.report.fleet.making import counts, of_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not possible(), reason="needs root, namespaces and sshd for computers of its own"),
]
NAMES = ("desk", "ward", "kiosk")
SETTINGS = """
portal = "clinic"
locked = ["portal", "network.contact"]
[network]
contact = "never"
[run]
timeout = 4.0
"""
PROFILE = 'name = "Clinic"\nurl = "https://portal.clinic.example/"\n'
Changed = dict[str, dict[str, int]]


class Site:
    """The computers, and the playbook as it was written out, with the settings of this site."""

    def __init__(self, hosts: Hosts, wheels: Path) -> None:
        self.hosts, self.folder = hosts, hosts.folder / "playbook"
        assert main(["integrations", "ansible", "-o", str(self.folder)]) == 0
        self.variables = {
            "portalcheck_become": False,
            "portalcheck_package": f"portalcheck=={__version__}",
            "portalcheck_python": f"{sys.base_prefix}/bin/python3",
            "portalcheck_pip_environment": {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)},
            "portalcheck_settings": SETTINGS,
            "portalcheck_profiles": {"clinic": PROFILE},
        }

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def play(self, *arguments: str, **changes: object) -> tuple[int, str]:
        extra = self.folder / "site.json"
        extra.write_text(json.dumps({**self.variables, **changes}))
        done = self.hosts.run(
            "ansible-playbook",
            "-i",
            self.hosts.inventory(),
            "-e",
            f"@{extra}",
            *arguments,
            self.folder / "playbook.yml",
        )
        assert "[WARNING]" not in done.stderr + done.stdout
        return done.returncode, done.stdout

    def ad_hoc(self, *arguments: str) -> str:
        done = self.hosts.run("ansible", "-i", self.hosts.inventory(), "all", *arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout


def recap(output: str) -> Changed:
    """What Ansible counts at its end, by host."""
    found = re.findall(r"^(\w+)\s+: (ok=.*)$", output, re.MULTILINE)
    return {host: {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", counted)} for host, counted in found}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Site]:
    with managed(NAMES, tmp_path_factory.mktemp("site")) as hosts:
        yield Site(hosts, wheels)


@pytest.fixture(scope="module")
def checked(site: Site) -> str:
    """A check of new computers: nothing is done."""
    code, output = site.play("--check", "--diff")
    assert code == 0, output
    return output


@pytest.fixture(scope="module")
def first(site: Site, checked: str) -> str:
    code, output = site.play()
    assert code == 0, output
    return output


def report(host: Host) -> Path:
    return host.file("/var/lib/portalcheck/report.json")


def test_a_check_of_new_computers_changes_nothing_and_fails_nowhere(site: Site, checked: str) -> None:
    assert {name: row["failed"] for name, row in recap(checked).items()} == dict.fromkeys(NAMES, 0)
    # Only before the first run; afterwards the tests below say what is there.
    assert "changed" in checked


def test_the_first_run_installs_sets_runs_and_collects(site: Site, first: str) -> None:
    for host in site.hosts.hosts:
        assert recap(first)[host.name]["failed"] == 0
        assert recap(first)[host.name]["changed"] > 0
        assert host.file("/etc/portalcheck/config.toml").read_text() == SETTINGS
        assert host.file("/etc/portalcheck/portals.d/clinic.toml").read_text() == PROFILE
        told = json.loads(report(host).read_text("utf-8"))
        assert (told["tool"]["version"], told["portal"]["profile"]) == (__version__, "clinic")
        assert json.loads((site.reports / f"{host.name}.json").read_text("utf-8")) == told
        assert told["outcome"] in ("fail", "unknown")  # there is no way out, and no DNS server


def test_the_collected_reports_are_summed_up(
    site: Site, first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["fleet", str(site.reports), "-f", "json"])
    summary = json.loads(capsys.readouterr().out)

    assert (code, summary["reports"], summary["damaged"]) == (0, len(NAMES), 0)
    assert counts(of_files(site.reports), "version") == {__version__: len(NAMES)}


def test_a_second_run_changes_nothing_but_the_reports(site: Site, first: str) -> None:
    before = [report(host).read_text() for host in site.hosts.hosts]
    code, output = site.play()

    assert code == 0
    assert {name: row["changed"] for name, row in recap(output).items()} == dict.fromkeys(NAMES, 0)
    assert all(old != report(host).read_text() for old, host in zip(before, site.hosts.hosts, strict=True))


def test_a_check_afterwards_changes_nothing_at_all(site: Site, first: str) -> None:
    before = [report(host).read_text() for host in site.hosts.hosts]
    code, output = site.play("--check", "--diff")

    assert code == 0
    assert {name: row["changed"] for name, row in recap(output).items()} == dict.fromkeys(NAMES, 0)
    assert before == [report(host).read_text() for host in site.hosts.hosts]


def test_the_report_is_a_local_fact(site: Site, first: str) -> None:
    output = site.ad_hoc("-m", "setup", "-a", "filter=ansible_local")

    assert output.count('"schema_version": 1') == len(NAMES)


def test_a_lock_holds_on_the_computer(site: Site, first: str) -> None:
    output = site.ad_hoc("-m", "command", "-a", "/opt/portalcheck/bin/portalcheck config show")

    assert len(re.findall(r'^portal = "clinic"  # system file .*, locked$', output, re.MULTILINE)) == len(
        NAMES
    )


def test_settings_that_are_wrong_never_take_the_place_of_right_ones(site: Site, first: str) -> None:
    code, output = site.play(
        "--tags", "portalcheck_install,portalcheck_configure", portalcheck_settings="timeot = 1\n"
    )

    assert code != 0
    assert "timeot: unknown key" in output
    for host in site.hosts.hosts:
        assert host.file("/etc/portalcheck/config.toml").read_text() == SETTINGS


def test_a_run_that_is_wrong_usage_fails_on_every_computer(site: Site, first: str) -> None:
    code, output = site.play("--tags", "portalcheck_run", portalcheck_arguments=["--nope"])

    assert code != 0
    assert {name: row["failed"] for name, row in recap(output).items()} == dict.fromkeys(NAMES, 1)


def test_nothing_of_a_computers_name_or_address_is_in_its_report(site: Site, first: str) -> None:
    for host in site.hosts.hosts:
        text = report(host).read_text("utf-8")
        assert host.name not in text
        assert host.address not in text
        # As a word: a short name may stand by chance within the checks of the fields.
        assert re.search(rf"\b{re.escape(os.uname().nodename)}\b", text) is None
