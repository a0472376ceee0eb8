"""The log of a run tells, to somebody who knows networks, why its cause was named; and nothing of a person."""

from __future__ import annotations

import getpass
import ipaddress
import logging
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portalcheck import demo, facts
from portalcheck.demo import practice
from portalcheck.demo.plan import CANARIES, IDENTITY, LOGIN_PATH, PORTAL, PROXY, SIGN_IN_PATH
from portalcheck.probe.aliases import Aliases
from portalcheck.probe.debug_log import write_to
from portalcheck.probe.describe import describe
from tests.cli.test_privacy import LINK, NAMESPACE, PLANTED, USER, can_plant
from tests.diagnosis.test_many_runs import cause_of_a_run

LINE = re.compile(r"\+\d+\.\d{3} s  [a-z_]+(\.[a-z_0-9]+)+ {2,}\S.*")


def log_of(fault: str, folder: Path, seconds: float = 10.0) -> str:
    """What the log of a run against the practice portal says."""
    with practice(fault) as world, write_to(folder / "log"):
        assert cause_of_a_run(world, seconds) == demo.FAULTS[fault].cause
    return (folder / "log").read_text("utf-8")


PROXY_DOWN = rf"""
probe.context +a run of 10.0 s for {PORTAL} \(official\); contact: on-trouble
probe.memo +fact proxy-plan https://{PORTAL} found in \d+ ms: http://host-1:3128, system, PAC none
probe.policy +contact portal {PORTAL}
probe.policy +contact proxy host-1 for {PORTAL}
probe.memo +fact names host-1 found in \d+ ms: names ok, \d+ ms, ipv4-address-1
probe.connect.connection +{PORTAL}: tcp refused, \d+ ms, ipv4-address-1 refused after \d+ ms
probe.connect.connection +{PORTAL}: proxy http://host-1:3128 proxy-unreachable, 0 ms
probe.memo +fact trace found in \d+ ms: 1 hops, end: failed
probe.memo +fact trouble found in \d+ ms: yes
probe.trace +{PORTAL} \[proxy=direct\]: http 302 ok, \d+ ms, leads to https://{IDENTITY}, 0 bytes in \d+ ms
probe.memo +fact trace \[proxy=direct\] found in \d+ ms: 2 hops, end: page
diagnosis.runner +check proxy found proxy.down: fail kind=system
diagnosis.row_log +row proxy-down holds: found proxy.down
diagnosis.row_log +row clock-wrong nearly holds: found clock.correct, but not tls.dates-fit-true-time
diagnosis.engine +cause proxy-down: fail; also \['proxy-active'\]; unexplained \[\]
"""

DNS_FILTERED = rf"""
probe.policy +contact resolver ipv4-address-1 for {PORTAL}
probe.memo +fact servers {PORTAL} found in \d+ ms: names from ipv4-address-1 ok, \d+ ms, unspecified-ipv
probe.connect.connection +{PORTAL}: tcp network-unreachable, \d+ ms, unspecified-ipv[46]-address-\d+ network-
probe.memo +fact trouble found in \d+ ms: yes
probe.policy +contact neutral-resolver ipv4-address-\d+ for {CANARIES[0]}
probe.third_parties.canaries +canaries say: 2 canaries: 2 verified, 2 took a connection, own DNS answers
diagnosis.runner +check dns ends after \d+ ms
diagnosis.runner +check dns found dns.sinkhole: fail
diagnosis.row_log +row dns-down nearly holds: found dns.other-answers, but none of dns.no-server, dns.silent
diagnosis.row_log +row dns-filtered holds: found dns.sinkhole
diagnosis.engine +row dns-filtered explains away \['service.no-connection'\]
diagnosis.row_log +row portal-unreachable would hold, but .*service.no-connection is explained by dns-filtered
diagnosis.engine +cause dns-filtered: fail
"""

CERT_EXPIRED = rf"""
probe.connect.connection +{PORTAL}: names ok, \d+ ms, ipv[46]-address-\d+, ipv[46]-address-\d+
probe.connect.connection +{PORTAL}: tcp to ipv[46]-address-\d+ ok, \d+ ms
probe.connect.connection +{PORTAL}: tls ok, \d+ ms, TLSv1.3, 2 certificates
probe.trace +{PORTAL}: the trace ends: page
probe.memo +fact chain {PORTAL} found in \d+ ms: trusted by mozilla and system, valid .* to .*, name_matches
probe.memo +fact true-time found in \d+ ms: .*, by portal
diagnosis.runner +check tls found tls.expired: fail days=3
diagnosis.row_log +row clock-wrong nearly holds: found clock.correct, but not tls.dates-fit-true-time
diagnosis.row_log +row cert-expired holds: found tls.expired
diagnosis.engine +cause cert-expired: fail
"""


@pytest.mark.parametrize(
    ("fault", "story"),
    [("proxy-down", PROXY_DOWN), ("dns-filtered", DNS_FILTERED), ("cert-expired", CERT_EXPIRED)],
)
def test_the_log_of_a_run_tells_why_the_cause_was_named(tmp_path: Path, fault: str, story: str) -> None:
    log = log_of(fault, tmp_path)

    assert [line for line in log.splitlines() if not LINE.fullmatch(line)] == []
    for wanted in story.split("\n")[1:-1]:
        assert re.search(wanted, log), f"nothing like {wanted!r} in:\n{log}"
    told = [wanted for wanted in story.split("\n") if wanted.startswith("diagnosis")]
    found = [next(n for n, line in enumerate(log.splitlines()) if re.search(one, line)) for one in told]
    assert found == sorted(found)


def test_a_counterfactual_is_told_by_what_differs_from_the_browsers_own_way(tmp_path: Path) -> None:
    log = log_of("tls-blocked", tmp_path)

    assert re.search(rf"{PORTAL} \[.*server_name=host-\d+.*\]: tls ok", log)
    assert re.search(r"row tls-blocked holds: found tls\.", log)


def test_what_takes_longer_than_the_run_is_seen_to_end_nowhere(tmp_path: Path) -> None:
    log = log_of("tls-blocked-silently", tmp_path, seconds=2.0)

    assert re.search(rf"{PORTAL}: tls timed-out, \d+ ms", log)


def test_nothing_is_put_into_words_if_nobody_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def describe(*_: object) -> str:
        raise AssertionError

    monkeypatch.setattr("portalcheck.probe.aliases.describe", describe)
    with practice("healthy") as world:
        assert cause_of_a_run(world, 10.0) == "none"


# ---- nothing of a person -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        "healthy",
        "proxy-down",
        "dns-hijacked",
        "hosts-override",
        pytest.param("ipv6-broken", marks=pytest.mark.slow),
        "cert-revoked",
        "vpn-active",
    ],
)
def test_no_address_path_query_or_user_is_in_the_log(tmp_path: Path, fault: str) -> None:
    log = log_of(fault, tmp_path)

    words = {word.strip(".:;") for word in re.split(r"[\s,'()\[\]{}=]+", log)}
    assert [word for word in words if is_address(word)] == []
    assert re.search(r"://[^\s,]*[/?#]", log) is None
    assert re.search(r"(?:[0-9a-f]{2}:){5}", log) is None
    assert [
        it for it in (SIGN_IN_PATH, LOGIN_PATH, PROXY, getpass.getuser(), str(Path.home())) if it in log
    ] == []
    hosts = set(re.findall(r"[\w.-]+\.(?:example|test|invalid)\b", log))
    assert hosts <= {PORTAL, IDENTITY, *CANARIES}


def is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


_LOGGED_RUN = """
import sys
from pathlib import Path
from portalcheck.cli import main
from portalcheck.probe.debug_log import write_to
with write_to(Path(sys.argv[1])):
    main(sys.argv[2:])
"""


@pytest.mark.not_on_windows("linux", "namespaces")
@pytest.mark.skipif(not can_plant(), reason="needs root, unshare and ip for a network of its own")
@pytest.mark.parametrize(
    "url", ["", "https://planted-user:planted-secret@www.optum.com/planted-path?planted-query"]
)
def test_what_was_planted_on_a_real_computer_is_not_in_the_log(tmp_path: Path, url: str) -> None:
    home = tmp_path / USER
    home.mkdir()
    command = [
        sys.executable,
        "-c",
        _LOGGED_RUN,
        "log",
        *([url] if url else []),
        "--timeout",
        "2",
        "--no-input",
    ]
    subprocess.run(
        [*NAMESPACE, "sh", "-c", LINK + 'exec "$0" "$@"', *command],
        capture_output=True,
        check=False,
        timeout=60,
        cwd=home,
        env={
            **os.environ,
            "HOME": str(home),
            "USER": USER,
            "https_proxy": "http://planted-user:planted-secret@192.0.2.77:9/",
        },
    )
    log = (home / "log").read_text("utf-8")

    assert "contact proxy ipv4-address-1" in log
    assert "cause " in log
    assert [secret for secret in (*PLANTED, "planted") if secret in log] == []


SERVER = facts.DnsServer("192.0.2.66", 53, "https://planted.example/planted")
NAMES = facts.DnsAnswer(server=SERVER, addresses=("192.0.2.66",), aliases=("planted.example",), ms=3)
FACTS = (
    "planted.example",
    "planted-link",
    "https://planted:planted@planted.example:8443/planted?planted#planted",
    "file:///home/planted/proxy.pac",
    "https://[planted/",
    facts.Route(
        url="https://planted.example/planted",
        proxy="http://planted:8080",
        addresses=("192.0.2.66", "2001:db8::66%planted"),
        interface="planted0",
        server_name="planted.example",
        cookie_bytes=4096,
        repeat=2,
    ),
    NAMES,
    facts.Resolution(host="planted.example", system=NAMES, servers=(NAMES,), hosts_file=("192.0.2.66",)),
    facts.ConnectStep(
        failure=None,
        address="192.0.2.66",
        attempts=(facts.Attempt("192.0.2.66", facts.Failure.RESET, 3),),
    ),
    facts.ProxyStep(url="http://planted.example:3128", failure=facts.Failure.PROXY_AUTH, schemes=("ntlm",)),
    facts.TlsStep(failure=None, chain=(b"planted",), staple=b"planted"),
    facts.HttpStep(failure=None, status=302, location="https://planted.example/planted?planted"),
    facts.HttpStep(failure=None, status=302, location="/planted?planted"),
    facts.ProxyPlan(
        candidates=("http://planted.example:3128", "direct"),
        kind=facts.ProxyKind.PAC,
        pac=facts.PacState.READ,
    ),
    facts.ProxySettings(
        programs="http://planted:1", browser="http://192.0.2.66:1", pac_url="file:///planted"
    ),
    facts.Chain(
        name_matches=False,
        trusted_by=frozenset({facts.RootStore.SYSTEM}),
        not_before=0.0,
        not_after=1e300,
        issuer_organisation="planted",
        issuer_name="planted",
        issuer=b"planted",
        names=("planted.example",),
        key="planted",
    ),
    facts.Canaries(asked=2, verified=0, tcp_ok=0, nxdomain_addresses=("192.0.2.66",)),
    facts.System("linux", "planted"),
    {"planted": "planted"},
    b"planted",
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_whatever_a_fact_holds_of_a_person_is_told_by_an_alias(fact: object) -> None:
    told = str(Aliases(("portal.example",)).told(fact))

    assert "planted" not in told
    assert "192.0.2.66" not in told
    assert "2001:db8" not in told


def test_an_alias_stays_the_same_and_says_what_sort_of_name_it_stands_for() -> None:
    aliases = Aliases(("Portal.example", "https://canary.example/planted", "192.0.2.1"))

    assert aliases.alias("portal.example") == "portal.example"
    assert aliases.alias("canary.example") == "canary.example"
    assert aliases.alias("192.0.2.1") == "ipv4-address-1"
    assert aliases.alias("other.example") == "host-1"
    assert aliases.alias("2001:db8::1") == "ipv6-address-2"
    assert aliases.alias("eth0") == "name-1"
    assert aliases.alias("http://192.0.2.1:3128/x") == "http://ipv4-address-1:3128"
    assert aliases.alias("http://[2001:db8::1]/") == "http://ipv6-address-2"


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ("0.0.0.0", "unspecified-ipv4"),
        ("::", "unspecified-ipv6"),
        ("127.0.0.53", "loopback-ipv4"),
        ("169.254.1.1", "link-local-ipv4"),
        ("fe80::1%eth0", "link-local-ipv6"),
        ("192.168.1.1", "private-ipv4"),
        ("fd00::1", "private-ipv6"),
        ("9.9.9.9", "ipv4"),
    ],
)
def test_the_alias_of_an_address_tells_its_family_and_scope(address: str, scope: str) -> None:
    assert Aliases().alias(address) == f"{scope}-address-1"


def test_words_before_a_fact_are_there_only_if_it_has_words() -> None:
    aliases = Aliases()

    assert str(aliases.told("eth0", 4, before=" over ")) == " over name-1 4"
    assert str(aliases.told(b"", "", before=" over ")) == ""


def test_a_fact_that_no_log_knows_is_not_told() -> None:
    assert describe(object(), str) == ""


# ---- the file ----------------------------------------------------------------------------------


@pytest.mark.not_on_windows("posix", "modes of files")
def test_the_file_is_its_owners_alone_even_if_it_was_there(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("before")
    path.chmod(0o644)
    with write_to(path):
        logging.getLogger("portalcheck.probe.trace").debug("größer")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch(r"\+0\.\d{3} s  probe\.trace +größer\n", path.read_text("utf-8"))


def test_a_file_that_cannot_be_opened_is_told_to_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), write_to(tmp_path / "no" / "such" / "log"):
        pass
    with pytest.raises(OSError), write_to(tmp_path):
        pass


def test_nothing_is_left_of_the_log_after_its_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("portalcheck")
    before = (logger.level, logger.propagate, [*logger.handlers])
    with write_to(tmp_path / "log"):
        handler = logger.handlers[-1]
        logger.debug("in time")
    logger.debug("too late")
    handler.handle(logging.LogRecord("portalcheck", logging.DEBUG, "", 0, "later still", (), None))

    assert (logger.level, logger.propagate, logger.handlers) == before
    assert "in time" in (tmp_path / "log").read_text()
    assert "late" not in (tmp_path / "log").read_text()
    assert capsys.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.not_on_windows("linux", "/dev/full")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    with write_to(Path("/dev/full")):
        logging.getLogger("portalcheck").debug("lost")

    assert capsys.readouterr() == ("", "")
