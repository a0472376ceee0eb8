"""What tells of a person or computer appears in no format, unless it is asked for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

FORMATS = ("text", "json", "html", "junit", "nagios", "prometheus", "intune", "jamf")
HOST, USER, ADDRESS, MAC = "planted-host", "planted-user", "192.0.2.77", "02:00:5e:10:00:77"
PLANTED = (HOST, USER, ADDRESS, MAC, "planted-link", "planted-query", "planted-secret", "planted-path")
NAMESPACE = ["unshare", "--net", "--uts", "--mount"]
LINK = (
    f"hostname {HOST}; ip link set lo up; ip link add planted-link address {MAC} type veth peer name other; "
    f"ip address add {ADDRESS}/24 dev planted-link; ip link set planted-link up; ip link set other up; "
)


def can_plant() -> bool:
    """Whether this user may make a network namespace, which keeps the run away from every real network."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run([*NAMESPACE, "sh", "-c", LINK], capture_output=True, check=False).returncode == 0


@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not can_plant(), reason="needs root, unshare and ip for a network of its own")
@pytest.mark.parametrize("form", FORMATS)
def test_what_was_planted_on_a_real_computer_is_in_no_format(tmp_path: Path, form: str) -> None:
    home = tmp_path / USER
    home.mkdir()
    command = f"{LINK} {sys.executable} -m portalcheck --timeout 5 -v -f {form} --no-input"
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        env={
            **os.environ,
            "HOME": str(home),
            "USER": USER,
            "https_proxy": "http://planted-user:planted-secret@192.0.2.77:9/",
        },
    )

    assert done.stdout
    assert [secret for secret in PLANTED if secret in done.stdout + done.stderr] == []


@pytest.mark.parametrize("form", FORMATS)
def test_an_addresss_path_and_query_are_in_no_format(call: Callable[..., Ran], form: str) -> None:
    url = "https://planted-user:planted-secret@optvm.com/planted-path?planted-query=1#planted-path"
    _, out, err = call(url, "-f", form, "-v")

    assert out
    assert [secret for secret in PLANTED if secret in out + err] == []


def test_local_evidence_is_there_only_when_it_is_asked_for_and_counted_when_not(
    call: Callable[..., Ran],
) -> None:
    shared = json.loads(call("demo", "-f", "json")[1])
    local = json.loads(call("demo", "-f", "json", "--include-local")[1])

    assert shared["privacy"]["level"] == "share"
    assert shared["privacy"]["withheld"]["address"] > 0
    assert "192.0.2." not in json.dumps(shared)
    assert local["privacy"] == {**local["privacy"], "level": "local", "withheld": {}}
    assert (
        "192.0.2." in json.dumps(local)
        or "203.0.113." in json.dumps(local)
        or "198.51.100." in json.dumps(local)
    )


@pytest.mark.slow
@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not can_plant(), reason="needs root, unshare and ip for a network of its own")
def test_what_was_planted_is_in_no_file_and_in_nothing_that_reads_a_report(tmp_path: Path) -> None:
    home = tmp_path / USER
    home.mkdir()
    tool = f"{sys.executable} -m portalcheck"
    lines = home / "planted-path.jsonl"
    env = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": "",
        "USER": USER,
        "https_proxy": "http://planted-user:planted-secret@192.0.2.77:9/",
    }
    ask = f"{tool} 'https://planted-user:planted-secret@optvm.com/planted-path?planted-query=1'"
    command = (
        f"{LINK} {tool} --timeout 5 -v --jsonl {lines} -o {home}/planted-path.txt"
        f" --debug {home}/planted-path.log;"
        f"{ask} -v; {ask} -v;"
        f"{tool} read {home}/planted-path.txt; {tool} read -f json {home}/planted-path.txt;"
        f"{tool} read {lines}; {tool} fleet {lines};"
        f"{tool} fleet -f json {lines}; {tool} fleet -f csv {lines}; {tool} fleet -f html {lines};"
        f"{tool} last; {tool} last -f json; {tool} config path; {tool} config show; {tool} --config {home}/missing.toml"
    )
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=120,
        env=env,
        check=False,
    )
    kept = {path.name: path.read_text("utf-8") for path in home.rglob("*") if path.is_file()}

    assert {"planted-path.txt", "planted-path.log", "planted-path.jsonl", "last-report.json"} <= kept.keys()
    assert "contact portal" in kept["planted-path.log"]
    # The tool names a file as the person did; what else was planted is nowhere.
    said = done.stdout + done.stderr
    for given in ("planted-path.txt", "planted-path.jsonl", "planted-path.log", "missing.toml"):
        said = said.replace(f"{home}/{given}", "").replace(given, "")
    for text in (said, *kept.values()):
        assert [secret for secret in PLANTED if secret in text] == []


def test_where_a_crash_was_is_told_without_what_tells_of_a_person(
    call: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    from portalcheck.cli.commands import demo

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError(f"/home/{USER}/planted-path/file.txt broke")

    monkeypatch.setattr(demo, "straight_line", crash)
    code, out, err = call("demo", "-v")

    assert code == 4
    assert "RuntimeError" in err
    assert [secret for secret in PLANTED if secret in out + err] == []
