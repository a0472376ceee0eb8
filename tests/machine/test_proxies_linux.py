from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalcheck.machine import commands, linux
from portalcheck.machine.environment import Environment
from portalcheck.machine.proxies import gnome, kde
from portalcheck.machine.proxies.rules import ProxyRules
from tests.machine.recorded import RecordedCommands, computer

PORTAL = "https://portal.example/signin"


GNOME = """\
org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1', '*.intern.example']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.ftp host ''
org.gnome.system.proxy.ftp port 0
org.gnome.system.proxy.http authentication-password 'secret'
org.gnome.system.proxy.http authentication-user 'user'
org.gnome.system.proxy.http enabled false
org.gnome.system.proxy.http host 'proxy.example'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.http use-authentication true
org.gnome.system.proxy.https host 'secure.example'
org.gnome.system.proxy.https port 3128
org.gnome.system.proxy.socks host 'socks.example'
org.gnome.system.proxy.socks port 0
"""


def gnome_rules(**changes: str) -> ProxyRules | None:
    text = GNOME
    for old, new in changes.items():
        text = text.replace(old, new)
    return gnome.rules(text)


def test_gnome_gives_a_proxy_to_each_scheme() -> None:
    rules = gnome.rules(GNOME)
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://secure.example:3128", False)
    assert rules.choose("http://portal.example/") == ("http://proxy.example:8080", False)
    assert rules.choose("https://a.intern.example/") == ("", True)
    assert rules.proxies["all"] == "socks5://socks.example:1080"


def test_gnome_without_a_secure_proxy_uses_socks_or_none() -> None:
    rules = gnome_rules(**{"secure.example": ""})
    assert rules is not None
    assert rules.choose(PORTAL) == ("socks5://socks.example:1080", False)
    rules = gnome_rules(**{"secure.example": "", "socks.example": ""})
    assert rules is not None
    assert rules.choose(PORTAL) == ("", False)


def test_gnome_modes_none_and_auto() -> None:
    assert gnome_rules(manual="none") == ProxyRules()
    assert gnome_rules(manual="auto") == ProxyRules(auto_detect=True)
    address = "autoconfig-url 'http://wpad.example/x.pac'"
    rules = gnome_rules(**{"manual": "auto", "autoconfig-url ''": address})
    assert rules == ProxyRules(pac_url="http://wpad.example/x.pac")


@pytest.mark.parametrize(
    "text", ["", "No such schema", "org.gnome.system.proxy mode 'odd'", "org.gnome.system.proxy mode"]
)
def test_gnome_without_a_known_mode_is_not_known(text: str) -> None:
    assert gnome.rules(text) is None


def test_quotes_in_gnome_values_are_read_as_gvariant_writes_them() -> None:
    rules = gnome_rules(**{"'*.intern.example'": """"it's", 'a\\'b', @as []"""})
    assert rules is not None
    assert rules.bypass == ("localhost", "127.0.0.0/8", "::1", "it's", "a'b")


@settings(max_examples=150)
@given(st.text(max_size=80), st.text("'\"\\[]@as ,x", max_size=60))
def test_any_gnome_output_is_survived(host: str, hosts: str) -> None:
    rules = gnome_rules(**{"'secure.example'": host, "'*.intern.example'": hosts})
    if rules is not None:
        proxy, _ = rules.choose(PORTAL)
        assert "@" not in proxy


@pytest.mark.not_on_windows("program", "gsettings")
@pytest.mark.skipif(commands.find("gsettings") is None, reason="needs gsettings")
def test_the_real_gsettings_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GSETTINGS_BACKEND", "keyfile")
    if commands.run(["gsettings", "set", "org.gnome.system.proxy", "mode", "manual"], 5) is None:
        pytest.skip("needs the schema of GNOME's proxy settings")
    commands.run(["gsettings", "set", "org.gnome.system.proxy.https", "host", "proxy.example"], 5)
    commands.run(["gsettings", "set", "org.gnome.system.proxy.https", "port", "3128"], 5)
    commands.run(["gsettings", "set", "org.gnome.system.proxy", "ignore-hosts", "['*.intern.example']"], 5)
    environ = {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}
    rules = linux.browser_rules(Environment(os="linux", home=None, environ=environ, run=commands.run))
    assert rules == ProxyRules(proxies={"https": "http://proxy.example:3128"}, bypass=("*.intern.example",))


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"XDG_CURRENT_DESKTOP": "GNOME"}, True),
        ({"XDG_CURRENT_DESKTOP": "ubuntu:GNOME"}, True),
        ({"XDG_CURRENT_DESKTOP": "X-Cinnamon"}, True),
        ({"DESKTOP_SESSION": "mate"}, True),
        ({"XDG_CURRENT_DESKTOP": "XFCE"}, False),
        ({}, False),
    ],
)
def test_gsettings_is_asked_in_sessions_of_its_family_only(environ: dict[str, str], expected: bool) -> None:
    run = RecordedCommands({"gsettings": GNOME})
    rules = linux.browser_rules(computer("linux", environ=environ, commands=run))
    assert (rules is not None) is expected
    assert bool(run.asked) is expected


KDE = """\
PersistentProxyConnection=false
[Other]
ProxyType=2
[$Version]
update_info=kioslave.upd:kde2.2/r1
[Proxy Settings][$i]
NoProxyFor[$e]=.intern.example, 10.0.0.0/8,bank.example
Proxy Config Script=http://wpad.example/x.pac
ProxyType=1
ReversedException=false
ftpProxy=
httpProxy=http://proxy.example 8080
httpsProxy[$i]=http://user:secret@secure.example:3128
socksProxy=socks://socks.example 1080
"""


def kde_rules(root: Path, text: str, **environ: str) -> ProxyRules | None:
    files = {"/home/u/.config/kioslaverc": text}
    session = {"XDG_CURRENT_DESKTOP": "KDE", **environ}
    return linux.browser_rules(computer("linux", root, files=files, environ=session, home="/home/u"))


def test_kde_gives_a_proxy_to_each_scheme(tmp_path: Path) -> None:
    rules = kde_rules(tmp_path, KDE)
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://secure.example:3128", False)
    assert rules.choose("http://portal.example/") == ("http://proxy.example:8080", False)
    assert rules.choose("https://a.intern.example/") == ("", True)
    assert rules.choose("https://my.bank.example/") == ("", True)
    assert rules.choose("https://10.2.3.4/") == ("", True)
    assert rules.proxies["all"] == "socks5://socks.example:1080"


def test_kde_kinds(tmp_path: Path) -> None:
    assert kde_rules(tmp_path, KDE.replace("ProxyType=1", "ProxyType=0")) == ProxyRules()
    script = kde_rules(tmp_path, KDE.replace("ProxyType=1", "ProxyType=2"))
    assert script == ProxyRules(pac_url="http://wpad.example/x.pac")
    assert kde_rules(tmp_path, KDE.replace("ProxyType=1", "ProxyType=3")) == ProxyRules(auto_detect=True)
    assert kde_rules(tmp_path, KDE.replace("ProxyType=1", "ProxyType=9")) is None


def test_kde_kind_4_names_environment_variables(tmp_path: Path) -> None:
    text = "[Proxy Settings]\nProxyType=4\nhttpsProxy=MY_PROXY\nNoProxyFor=MY_EXCEPTIONS\n"
    rules = kde_rules(tmp_path, text, MY_PROXY="http://proxy.example:1", MY_EXCEPTIONS="bank.example")
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://proxy.example:1", False)
    assert rules.choose("https://bank.example/") == ("", True)


def test_kde_lists_may_be_reversed(tmp_path: Path) -> None:
    rules = kde_rules(tmp_path, KDE.replace("ReversedException=false", "ReversedException=true"))
    assert rules is not None
    assert rules.choose(PORTAL) == ("", True)
    assert rules.choose("https://bank.example/") == ("http://secure.example:3128", False)


def test_kde_without_settings_is_not_known(tmp_path: Path) -> None:
    assert kde_rules(tmp_path, "[Other]\nx=y\n") is None
    assert kde.read(computer("linux", tmp_path / "none", home="/home/u")) is None
    assert kde.read(computer("linux", tmp_path / "none")) is None


def test_the_users_kde_settings_go_over_the_systems(tmp_path: Path) -> None:
    files = {
        "/etc/xdg/kioslaverc": "[Proxy Settings]\nProxyType=1\nhttpsProxy=http://all.example 1\n",
        "/custom/kioslaverc": "[Proxy Settings]\nhttpsProxy=http://own.example 2\n",
    }
    environ = {"KDE_FULL_SESSION": "true", "XDG_CONFIG_HOME": "/custom"}
    rules = linux.browser_rules(computer("linux", tmp_path, files=files, environ=environ))
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://own.example:2", False)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text("[]=\\ $e\nhttpsProxyType1234:/.", max_size=150).map(str.encode))
def test_any_kde_file_is_survived(tmp_path: Path, data: bytes) -> None:
    text = b"[Proxy Settings]\nProxyType=1\n" + data
    computed = computer("linux", tmp_path, files={"/home/u/.config/kioslaverc": text}, home="/home/u")
    rules = kde.read(computed)
    if rules is not None:
        assert "@" not in rules.choose(PORTAL)[0]
