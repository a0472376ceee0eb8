from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.machine import scutil
from portalcheck.machine.proxies import macos
from portalcheck.machine.proxies.rules import ProxyRules
from tests.machine.recorded import computer

PORTAL = "https://portal.example/signin"


SCUTIL = """\
<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
    2 : bank.example
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 8080
  HTTPProxy : proxy.example
  HTTPSEnable : 1
  HTTPSPort : 3128
  HTTPSProxy : secure.example
  HTTPSUser : secret
  ProxyAutoConfigEnable : 0
  ProxyAutoConfigURLString : http://wpad.example/x.pac
  ProxyAutoDiscoveryEnable : 0
  SOCKSEnable : 0
  SOCKSProxy : socks.example
  __SCOPED__ : <dictionary> {
    en0 : <dictionary> {
      HTTPSProxy : scoped.example
      ProxyAutoDiscoveryEnable : 1
    }
  }
}
"""


def mac_rules(text: str | None) -> ProxyRules | None:
    return macos.read(computer("macos", commands={"scutil --proxy": text}))


def test_macos_gives_a_proxy_to_each_scheme() -> None:
    rules = mac_rules(SCUTIL)
    assert rules is not None
    assert rules.choose(PORTAL) == ("http://secure.example:3128", False)
    assert rules.choose("http://portal.example/") == ("http://proxy.example:8080", False)
    assert [
        rules.choose(f"https://{host}/")[1] for host in ("bank.example", "a.local", "intern", "169.254.3.3")
    ] == [True] * 4
    assert not rules.pac_url
    assert not rules.auto_detect
    assert "all" not in rules.proxies


def test_macos_script_and_discovery() -> None:
    rules = mac_rules(SCUTIL.replace("ProxyAutoConfigEnable : 0", "ProxyAutoConfigEnable : 1"))
    assert rules is not None
    assert rules.pac_url == "http://wpad.example/x.pac"
    rules = mac_rules("<dictionary> {\n  FTPPassive : 1\n  ProxyAutoDiscoveryEnable : 1\n}")
    assert rules == ProxyRules(auto_detect=True)


def test_macos_without_proxies_is_known_and_without_an_answer_is_not() -> None:
    assert mac_rules("<dictionary> {\n  FTPPassive : 1\n}\n") == ProxyRules()
    assert mac_rules("No proxy configuration available") is None
    assert mac_rules(None) is None


@settings(max_examples=150)
@given(st.text("<>{}: \narydictonHTPSExy1.", max_size=120) | st.text(max_size=60))
def test_any_scutil_dictionary_is_survived(text: str) -> None:
    scutil.dictionary(text)
    rules = mac_rules(SCUTIL[:-2] + text + "\n}")
    assert rules is not None
    rules.choose(PORTAL)


def test_a_deep_scutil_dictionary_is_survived() -> None:
    assert scutil.dictionary("<dictionary> {\n" + "x : <dictionary> {\n" * 10_000) is not None
