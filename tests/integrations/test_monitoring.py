"""Nagios, NRPE and Prometheus themselves read the files and ask the program."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from portalcheck.cli import main
from tests.integrations.conftest import Written, run

CHECK_NRPE = "/usr/lib/nagios/plugins/check_nrpe"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def _serving(port: int, *command: str | Path) -> Iterator[None]:
    """A server of others on the loopback, from when it answers to the end of the block."""
    server = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(10)


# ---- Nagios ------------------------------------------------------------------------------------


@pytest.mark.needs_program("nrpe")
@pytest.mark.needs_program(CHECK_NRPE)
def test_a_nagios_server_gets_state_and_numbers_through_nrpe(written: Written, tmp_path: Path) -> None:
    port = _free_port()
    settings = tmp_path / "nrpe.cfg"
    settings.write_text(
        f"server_port={port}\nserver_address=127.0.0.1\nallowed_hosts=127.0.0.1\nnrpe_user=nobody\nnrpe_group=nogroup\n"
        f"pid_file={tmp_path}/nrpe.pid\ncommand_timeout=20\ninclude={written('nagios')}/nrpe.cfg\n"
    )
    # NRPE refuses to be root; here it is somebody else who owns root's files.
    somebody = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()
    with _serving(port, *somebody, "nrpe", "-n", "-f", "-c", settings):
        done = run(CHECK_NRPE, "-n", "-H", "127.0.0.1", "-p", str(port), "-t", "20", "-c", "check_portal")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"PORTAL OK: [^|]+ ?\|'time'=[\d.]+s;;;0 .*\n", done.stdout.replace("| ", "|"))


@pytest.mark.needs_program("nagios4")
def test_nagios_takes_the_commands(written: Written, tmp_path: Path) -> None:
    objects = tmp_path / "objects.cfg"
    objects.write_text(
        "define timeperiod {\n timeperiod_name always\n alias always\n monday 00:00-24:00\n}\n"
        "define contact {\n contact_name it\n host_notification_period always\n service_notification_period always\n"
        " host_notification_commands check_local_portal\n service_notification_commands check_local_portal\n}\n"
        "define host {\n host_name desk\n address 127.0.0.1\n max_check_attempts 1\n check_period always\n"
        " contacts it\n notification_period always\n}\n"
        "define service {\n host_name desk\n service_description portal\n check_command check_nrpe_portal\n"
        " max_check_attempts 1\n check_period always\n contacts it\n notification_period always\n}\n"
    )
    resources = tmp_path / "resource.cfg"
    resources.write_text("$USER1$=/usr/lib/nagios/plugins\n")
    nagios = tmp_path / "nagios.cfg"
    nagios.write_text(
        f"cfg_file={written('nagios')}/commands.cfg\ncfg_file={objects}\nresource_file={resources}\n"
        f"log_file={tmp_path}/nagios.log\nobject_cache_file={tmp_path}/cache\nstatus_file={tmp_path}/status\n"
        f"check_result_path={tmp_path}\ntemp_file={tmp_path}/tmp\nlock_file={tmp_path}/lock\n"
        f"command_file={tmp_path}/cmd\nnagios_user=root\nnagios_group=root\nillegal_macro_output_chars=`~$&|'\"<>\n"
    )
    done = run("nagios4", "-v", nagios)

    assert done.returncode == 0, done.stdout
    assert "Total Errors:   0" in done.stdout


def test_the_command_of_icinga_names_every_argument_by_an_option_of_the_program(
    written: Written, installed: Path
) -> None:
    text = (written("nagios") / "icinga2.conf").read_text("ascii")
    options = re.findall(r'"(--[a-z-]+)"', text)

    assert options == ["--format", "--no-input", "--portal", "--timeout"]
    assert set(options) <= set(re.findall(r"--[a-z-]+", run(installed, "run", "--help").stdout))
    assert text.count("{") == text.count("}")


# ---- Prometheus --------------------------------------------------------------------------------


def _metrics(folder: Path, *faults: str) -> Path:
    path = folder / "portalcheck.prom"
    assert main(["demo", *faults, "-o", str(path)]) in (0, 1)
    return path


@pytest.mark.needs_program("promtool")
def test_promtool_has_nothing_to_say_about_the_metrics(tmp_path: Path) -> None:
    with _metrics(tmp_path, "--fault", "portal-error").open() as metrics:
        done = run("promtool", "check", "metrics", stdin=metrics)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.needs_program("prometheus-node-exporter")
def test_node_exporter_collects_what_a_run_leaves_in_its_folder(tmp_path: Path) -> None:
    _metrics(tmp_path, "--fault", "portal-error")
    port = _free_port()
    arguments = (
        "--collector.disable-defaults",
        "--collector.textfile",
        f"--collector.textfile.directory={tmp_path}",
    )
    with _serving(port, "prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}", *arguments):
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()

    assert "node_textfile_scrape_error 0" in text
    assert 'portalcheck_outcome{outcome="fail",portal="practice"} 1' in text


NEVER = "No computer has portalcheck's metrics: is the textfile collector's folder the right one?"
SERIES = (
    ("portalcheck_outcome", 'instance="desk",portal="practice",outcome="fail"', "1x400"),
    ("portalcheck_outcome", 'instance="ok",portal="practice",outcome="fail"', "0x400"),
    ("portalcheck_last_run_timestamp_seconds", 'instance="desk",portal="practice"', "0x400"),
    ("up", 'instance="desk",job="node"', "1x400"),
    ("up", 'instance="kiosk",job="node"', "1x400"),
)


@pytest.mark.needs_program("promtool")
def test_the_alerts_fire_where_sign_in_is_stopped_and_where_no_run_comes_any_more(
    written: Written, tmp_path: Path
) -> None:
    rules = written("prometheus", "") / "rules.yml"
    labels = {"instance": "desk", "portal": "practice"}
    stopped = {**labels, "outcome": "fail"}
    summary = "{}: something stops sign-in to the portal practice"
    tests = {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f"{name}{{{labels}}}", "values": values} for name, labels, values in SERIES
                ],
                "alert_rule_test": [
                    {"eval_time": "1h", "alertname": "PortalSignInStopped", "exp_alerts": []},
                    {
                        "eval_time": "3h",
                        "alertname": "PortalSignInStopped",
                        "exp_alerts": [
                            {
                                "exp_labels": {**stopped, "severity": "warning"},
                                "exp_annotations": {"summary": summary.format("desk")},
                            }
                        ],
                    },
                    {"eval_time": "3h", "alertname": "PortalCheckNotRun", "exp_alerts": []},
                    {
                        "eval_time": "5h",
                        "alertname": "PortalCheckNotRun",
                        "exp_alerts": [
                            {
                                "exp_labels": {**labels, "severity": "warning"},
                                "exp_annotations": {
                                    "summary": "desk: portalcheck has not run for four hours"
                                },
                            }
                        ],
                    },
                    {"eval_time": "5h", "alertname": "PortalCheckNeverRun", "exp_alerts": []},
                    {"eval_time": "3h", "alertname": "PortalCheckMissing", "exp_alerts": []},
                    {
                        "eval_time": "5h",
                        "alertname": "PortalCheckMissing",
                        "exp_alerts": [
                            {
                                "exp_labels": {"instance": "kiosk", "job": "node", "severity": "warning"},
                                "exp_annotations": {"summary": "kiosk: portalcheck has left no metrics"},
                            }
                        ],
                    },
                ],
            },
            {
                "interval": "1m",
                "input_series": [],
                "alert_rule_test": [
                    {"eval_time": "30m", "alertname": "PortalCheckNeverRun", "exp_alerts": []},
                    {
                        "eval_time": "2h",
                        "alertname": "PortalCheckNeverRun",
                        "exp_alerts": [
                            {
                                "exp_labels": {"severity": "warning"},
                                "exp_annotations": {"summary": NEVER},
                            }
                        ],
                    },
                ],
            },
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(tests))
    checked = run("promtool", "check", "rules", rules)
    done = run("promtool", "test", "rules", tmp_path / "test.yml")

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.needs_program("sh")
def test_the_line_of_cron_leaves_metrics_and_says_nothing_that_cron_would_mail(
    written: Written, tmp_path: Path
) -> None:
    text = (written("prometheus") / "portalcheck.cron").read_text("ascii")
    (entry,) = (line for line in text.splitlines() if not line.startswith("#"))
    *times, user, command = entry.split(maxsplit=6)[:7]
    command = command.replace("/var/lib/prometheus/node-exporter", str(tmp_path)).replace("--jitter 1800", "")
    done = run("sh", "-c", command)

    assert len(times) == 5
    assert user == "prometheus"
    assert "%" not in command  # a line's end to cron
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "portalcheck_outcome" in (tmp_path / "portalcheck.prom").read_text("ascii")
