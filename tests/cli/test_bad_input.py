"""Bad input gets a clear message, the right exit code, and never a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nope"], "No such option '--nope'"),
        (["demo", "--only", "dnss"], "There is no check dnss"),
        (["demo", "--skip", "nope"], "There is no check nope"),
        (["demo", "--symptom", "error-9"], "There is no symptom error-9"),
        (["--portal", "nope"], "nope"),
        (["demo", "-f", "jsn"], "'jsn' is not one of"),
        (["demo", "--fault", "nope"], "There is no fault 'nope'"),
        (["demo", "--timeout", "0"], "--timeout: got 0"),
        (["demo", "--timeout", "nan"], "--timeout"),
        (["demo", "--timeout", "soon"], "--timeout"),
        (["demo", "--lang", "fr"], "--lang"),
        (["demo", "--fail-on", "maybe"], "--fail-on"),
        (["demo", "--only", "dns", "--skip", "dns"], "No check is left to run"),
        (["--config", "no/such/file.toml"], "file.toml"),
        (["explian"], "Did you mean 'explain'?"),
        (["explain", "clock.wrng"], "clock.wrong"),
        (["read", "no-such-file.txt"], "no such file"),
        (["schema", "nope"], "'nope' is not one of"),
        (["config", "check", "no-such.toml"], "no-such.toml"),
    ],
)
def test_wrong_usage_is_told_and_exits_with_2(
    call: Callable[..., Ran], arguments: list[str], said: str
) -> None:
    code, out, err = call(*arguments)

    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lang", "es", "--nope"], "No existe la opción '--nope'"),
        (["--nope", "--lang=es"], "No existe la opción '--nope'"),
        (["demo", "-f", "jsn", "--lang", "es"], "'jsn' no es ninguno de estos"),
        (["demo", "--fault", "nope", "--lang", "es"], "No existe la falla 'nope'"),
        (["demo", "--timeout", "0", "--lang", "es"], "--timeout: tiene 0.0; se espera un número de segundos"),
        (["demo", "--only", "dns", "--skip", "dns", "--lang", "es"], "No queda ninguna revisión"),
        (["read", "no-such-file.txt", "--lang", "es"], "no existe ese archivo"),
        (["demo", "--lang"], "Option '--lang' requires an argument"),
    ],
)
def test_wrong_usage_is_told_in_the_language_that_is_asked_for(
    call: Callable[..., Ran], arguments: list[str], said: str
) -> None:
    code, _, err = call(*arguments)

    assert code == 2
    assert said in err


@pytest.mark.parametrize("variable", ["PORTALCHECK_LANG", "LC_ALL"])
@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["fleet", "-h"], ["config", "path", "-h"]]
)
def test_help_is_in_the_persons_language(
    call: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, variable: str, arguments: list[str]
) -> None:
    monkeypatch.setenv(variable, "es_MX.UTF-8")
    code, out, _ = call(*arguments)

    assert code == 0
    assert out.startswith("Uso: portalcheck")
    assert "Muestra esta ayuda y termina." in out
    assert not {"Options:", "Usage:", "Show"} & set(out.split())


def test_settings_that_are_wrong_are_told_in_the_persons_language(
    call: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "c.toml"
    file.write_text("portal = 5", encoding="utf-8")
    monkeypatch.setenv("PORTALCHECK_LANG", "es")
    code, _, err = call("config", "check", str(file))

    assert code == 2
    assert "portal: tiene 5; se espera un nombre de perfil" in err


@pytest.mark.not_on_windows("linux", "/dev/full")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["demo", "--only", "system"], ["--help"], ["explain"], ["--version"]])
def test_a_result_that_cannot_be_handed_over_is_unknown_and_no_wrong_usage(arguments: list[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "portalcheck", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 3
    assert done.stderr.startswith("portalcheck: the output cannot be written:")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["explain"], ["demo", "--only", "system"]])
def test_a_reader_that_went_away_is_no_fault(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "portalcheck", *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("timeot = 1", "timeot: unknown key"),
        ("[run]\ntimeout = 'soon'", "run.timeout"),
        ("portal = ", "TOML"),
        ("[portals.x]\nurl = 'not a url'", "portals.x.url"),
        ("[network]\ncontact = 'sometimes'", "network.contact"),
    ],
)
def test_bad_settings_name_the_file_the_key_and_what_was_expected(
    call: Callable[..., Ran], tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(content)
    code, out, err = call("demo", "--config", str(path))

    assert (code, out) == (2, "")
    assert "broken.toml" in err
    assert said in err
    assert "expected" in err


@pytest.mark.parametrize(
    "url",
    [
        "ftp://patient.optum.com/",
        "javascript:alert(1)",
        "https://user:secret@/",
        "https://a\x00b.example/",
        f"https://{'a' * 64}.example/",
        "http://[::1/",
    ],
)
def test_an_address_that_no_browser_opens_is_never_contacted(call: Callable[..., Ran], url: str) -> None:
    code, out, _ = call(url, "-f", "json", "--only", "domain,dns,tls,service")
    import json

    report = json.loads(out)
    assert (code, report["cause"]) == (1, "name-wrong")
    assert report["privacy"]["contacts"] == {}
    assert "secret" not in out


def test_a_lookalike_is_never_contacted(call: Callable[..., Ran]) -> None:
    import json

    code, out, _ = call("https://optvm.com/login?user=me", "-f", "json")
    report = json.loads(out)

    assert (code, report["cause"], report["privacy"]["contacts"]) == (1, "lookalike", {})
    assert "user=me" not in out


def test_an_output_that_cannot_be_written_leaves_the_old_file(
    call: Callable[..., Ran], tmp_path: Path
) -> None:
    target = tmp_path / "no" / "folder" / "report.json"
    code, _, err = call("demo", "--only", "system", "-o", str(target))

    assert code == 2
    with pytest.raises(FileNotFoundError) as refused:  # each system has words of its own
        target.parent.mkdir()
    assert f"{target} ({refused.value.strerror})" in err
    assert not target.exists()


@pytest.mark.not_on_windows("linux", "/dev/full")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told_in_one_line(program: Program) -> None:
    done = program("demo", "--only", "system", "--jsonl", "/dev/full")

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_report_is_written_whole_in_utf_8_and_nothing_is_left_beside_it(
    call: Callable[..., Ran], tmp_path: Path
) -> None:
    import json

    target = tmp_path / "report.json"
    target.write_text("old")
    code, out, _ = call("demo", "-o", str(target))

    assert (code, out) == (0, "")
    assert json.loads(target.read_text("utf-8"))["cause"] == "none"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_reader_that_goes_away_changes_nothing(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "portalcheck", "demo", "--fault", "portal-error"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    assert program.stdout is not None
    program.stdout.close()
    assert program.stderr is not None
    err = program.stderr.read()
    program.stderr.close()

    assert (program.wait(30), err) == (1, b"")


@pytest.mark.parametrize("after", [0.15, 0.5, 1.5])
@pytest.mark.not_on_windows("posix", "SIGINT for one process")
def test_ctrl_c_at_any_moment_ends_with_130(tmp_path: Path, after: float) -> None:
    program = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from portalcheck.cli import entry\nprint('up', flush=True)\nentry()",
            "demo",
            "--fault",
            "dns-down",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "up\n"
    time.sleep(after)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)

    assert program.returncode == 130
    assert "Traceback" not in out + err


def test_no_home_folder_is_no_trouble(program: Program) -> None:
    environment = dict.fromkeys(("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), "")
    done = program("demo", env=environment)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_a_console_without_the_letters_gets_others(program: Program, encoding: str) -> None:
    done = program("demo", "--lang", "es", env={"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})

    assert (done.returncode, done.stderr) == (0, "")


def test_the_options_have_environment_variables(program: Program) -> None:
    done = program(
        "demo",
        env={"PORTALCHECK_FORMAT": "json", "PORTALCHECK_ONLY": "system", "PORTALCHECK_SYMPTOM": "error-3"},
    )
    import json

    report = json.loads(done.stdout)
    assert [check["check"] for check in report["checks"]] == ["system"]
    assert report["symptoms"] == ["error-3"]


@pytest.mark.not_on_windows("posix", "modes of files")
def test_stdout_that_is_closed_from_the_start_is_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m portalcheck demo --only system >&-",
        shell=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )

    assert "Traceback" not in done.stderr


@pytest.mark.not_on_windows("posix", "symbolic links for everybody")
def test_an_output_that_is_a_link_a_pipe_or_standard_output_is_written_to_and_not_replaced(
    call: Callable[..., Ran], tmp_path: Path
) -> None:
    import json

    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    code, out, _ = call("demo", "--only", "system", "-f", "json", "-o", str(link))
    assert (code, out) == (0, "")
    assert link.is_symlink()
    assert json.loads(target.read_text())["cause"] == "none"
    assert target.stat().st_mode & 0o777 == 0o640

    code, out, _ = call("demo", "--only", "system", "-f", "json", "-o", "-")
    assert json.loads(out)["cause"] == "none"
    assert not (tmp_path / "-").exists()


@pytest.mark.not_on_windows("linux", "/dev/full")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_stays_a_device(program: Program) -> None:
    done = program("demo", "--only", "system", "-o", "/dev/full")

    assert done.returncode == 2
    assert Path("/dev/full").is_char_device()
    assert "Traceback" not in done.stderr


def test_a_run_that_could_not_tell_does_not_say_that_nothing_is_wrong(call: Callable[..., Ran]) -> None:
    code, out, _ = call("demo", "--fault", "dns-down", "--timeout", "0.05")

    assert code == 3
    assert not out.startswith("Nothing")


def test_a_code_in_a_mail_is_found(call: Callable[..., Ran], tmp_path: Path) -> None:
    mail = tmp_path / "mail.txt"
    mail.write_text("Hello, the last line says: Phone code: 7K4M-6TDS-Z6. Thank you!")
    code, out, _ = call("read", str(mail))

    assert code == 0
    assert "7K4M-6TDS-Z6" in out
