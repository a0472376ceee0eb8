"""Every bad setting, one mistake a row, with the whole line that a person is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalcheck.settings.sources import MAX_BYTES, OPTIONS
from tests.settings.settings_world import World, caught, toml

URL = "an http:// or https:// address with a host name and without user name, password, blank or backslash"
HOST = "a host name or address such as portal.example.org, without https://, path or *"
CANARIES = "a list of 2 to 16 https:// addresses, of two hosts at least"
RESOLVER = "an IP address, address:port, [IPv6 address]:port or an https:// address"
SECONDS = "expected a number of seconds above 0 and at most 600"
LINE = "expected a line of text of 1 to 200 characters"
SERVER = "network.resolvers[0]"
NO_SERVER = f"{SERVER}: is not the address of a DNS server; expected {RESOLVER}"
NO_PORT = f"{SERVER}: has a port that is not 1 to 65535; expected {RESOLVER}"
UNSEEN = "has a character that is not seen"
EQUALS = "Expected '=' after a key in a key/value pair (line 2, column 8)"
PROFILE = "a profile name of 1 to 64 letters, digits, - and _"
TOP = "checks, guide, history, locked, network, portal, portals or run"
FIELDS = (
    "also_official, article_url, ca_file, facts, identity, issuers, known_other, name, official, protect, status_url, "
    "support or url"
)
LAB = 'portals.lab.url = "https://lab.example/"\n'


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


FILES = [
    # keys
    ("portl = 'x'", "portl: unknown key; expected " + TOP + " (did you mean portal?)"),
    ("zzz = 1", "zzz: unknown key; expected " + TOP),
    ('"a b\\n" = 1', '"a b\\n": unknown key; expected ' + TOP),
    (
        "[network]\ncontacts = 'never'",
        "network.contacts: unknown key; expected canaries, captive, contact, resolvers or share_portal_name "
        "(did you mean contact?)",
    ),
    (
        "[portals.lab]\nurls = ''",
        f"portals.lab.urls: unknown key; expected {FIELDS} (did you mean url?)",
    ),
    ("portals.lab.support.fax = ''", "portals.lab.support.fax: unknown key; expected phone or url"),
    ("[portals.lab.example]\nurl = ''", f"portals.lab.example: unknown key; expected {FIELDS}"),
    ("[portals.'my lab']\nurl = ''", f'portals."my lab": got "my lab"; expected {PROFILE}'),
    ('[portals."lab\\n"]\nurl = ""', f'portals."lab\\n": {UNSEEN}; expected {PROFILE}'),
    ("locked = ['portal']", "locked: is not for this file; expected locked keys in the system's file only"),
    # types
    ("network = 1", "network: got 1; expected a table"),
    ("portals = []", "portals: got a list; expected a table"),
    ("portals.lab = 2020-01-01", "portals.lab: got a date or time; expected a table"),
    ("portal = 5", f"portal: got 5; expected {PROFILE}"),
    ("portal = ''", f'portal: got ""; expected {PROFILE}'),
    ("portal = true", f"portal: got true; expected {PROFILE}"),
    ("network.share_portal_name = 'yes'", 'network.share_portal_name: got "yes"; expected true or false'),
    ("network.share_portal_name = 1", "network.share_portal_name: got 1; expected true or false"),
    ("checks.skip = 'dns'", 'checks.skip: got "dns"; expected a list of at most 100 check ids'),
    ("checks.skip = [1]", "checks.skip[0]: got 1; expected a check id such as dns"),
    ("checks.only = ['a', 'b c']", "checks.only[1]: is not a check id; expected a check id such as dns"),
    ("network.captive = {}", "network.captive: got a table; expected a list of at most 16 http:// addresses"),
    # run
    ("run.timeout = 0", f"run.timeout: got 0; {SECONDS}"),
    ("run.timeout = -1.5", f"run.timeout: got -1.5; {SECONDS}"),
    ("run.timeout = 601", f"run.timeout: got 601; {SECONDS}"),
    ("run.timeout = nan", f"run.timeout: got a number out of range; {SECONDS}"),
    ("run.timeout = inf", f"run.timeout: got a number out of range; {SECONDS}"),
    ("run.timeout = '9'", f'run.timeout: got "9"; {SECONDS}'),
    ("run.timeout = true", f"run.timeout: got true; {SECONDS}"),
    ("run.lang = 'fr'", 'run.lang: got "fr"; expected en, es, or nothing for the system\'s language'),
    ("run.fail_on = 'fials'", 'run.fail_on: got "fials"; expected never, fail or warn (did you mean fail?)'),
    # guide and history
    ("guide.enabled = 0", "guide.enabled: got 0; expected true or false"),
    ("history.keep = 'no'", 'history.keep: got "no"; expected true or false'),
    ("history.keeps = true", "history.keeps: unknown key; expected keep (did you mean keep?)"),
    # network
    (
        "network.contact = 'on_trouble'",
        'network.contact: got "on_trouble"; expected never, on-trouble or always (did you mean on-trouble?)',
    ),
    ("network.canaries = ['https://a.example/']", f"network.canaries: has 1; expected {CANARIES}"),
    ("network.canaries = []", f"network.canaries: has 0; expected {CANARIES}"),
    (
        "network.canaries = ['https://a.example/', 'https://A.example:8443/x']",
        f"network.canaries: names one host only; expected {CANARIES}",
    ),
    (
        "network.canaries = ['https://a.example/', 'http://b.example/']",
        "network.canaries[1]: does not begin with https://; expected an https:// address",
    ),
    (
        "network.captive = ['https://a.example/generate_204']",
        "network.captive[0]: does not begin with http://; expected an http:// address, without TLS",
    ),
    ("network.resolvers = ['dns.example']", NO_SERVER),
    ("network.resolvers = ['2001:db8::1:53:']", NO_SERVER),
    ("network.resolvers = ['fe80::1%eth0']", NO_SERVER),
    ("network.resolvers = ['9.9.9.9:0']", NO_PORT),
    ("network.resolvers = ['9.9.9.9:٣']", NO_PORT),
    ("network.resolvers = ['[::1]:65536']", NO_PORT),
    (
        "network.resolvers = ['http://9.9.9.9/dns-query']",
        f"{SERVER}: does not begin with https://; expected {RESOLVER}",
    ),
    # profiles
    ("portal = 'optmu'", 'portal: no profile is named "optmu"; expected optum (did you mean optum?)'),
    (
        "[portals.lab]\nname = 'Lab'",
        "portals.lab.url: missing; expected an address, which a new profile needs",
    ),
    ("portals.lab.name = ' '", f"portals.lab.name: is empty; {LINE}"),
    (
        'portals.lab.name = "a\\u001b[31m"',
        f"portals.lab.name: has a character that is not seen; {LINE}",
    ),
    (
        f"portals.lab.name = '{'x' * 201}'",
        f"portals.lab.name: got a text of 201 characters; {LINE}",
    ),
    ("portals.lab.issuers = ['']", f"portals.lab.issuers[0]: is empty; {LINE}"),
    (
        f"{LAB}[[portals.lab.facts]]\ncertainty = 'D'\nhost = 'a.example'",
        'portals.lab.facts[0].certainty: got "D"; expected A, B or C',
    ),
    (
        f"{LAB}[[portals.lab.facts]]\nhost = 'a.example'\napp = 'a'",
        "portals.lab.facts: has a table (the one at index 0) of no host or app, or of both; "
        "expected a list of at most 200 tables, each of one host or one app",
    ),
    (f"{LAB}portals.lab.facts = [1]", "portals.lab.facts[0]: got 1; expected a table"),
    # not TOML
    ("portal = ", "is not TOML: Invalid value (line 1, column 10); expected TOML 1.0"),
    ("a = 1\nportal 'lab'", f"is not TOML: {EQUALS}; expected TOML 1.0"),
    ("[run]\n[run]", "is not TOML: Cannot declare ('run',) twice (line 2, column 5); expected TOML 1.0"),
    (b"a = 1\nportal = '\xff'", "is not UTF-8 (line 2); expected TOML in UTF-8"),
    ("portal = 'lab'".encode("utf-16")[:-1], "is not UTF-8 (line 1); expected TOML in UTF-8"),
    ("a = " + "[" * 100_000, "has a number that is too large, or is nested too deeply; expected TOML 1.0"),
    ("a = " + "1" * 5_000, "has a number that is too large, or is nested too deeply; expected TOML 1.0"),
    (b"#" * (MAX_BYTES + 1), "is larger than 1 MiB; expected a settings file in TOML"),
]


@pytest.mark.parametrize(("text", "message"), FILES, ids=[message[:60] for _, message in FILES])
def test_a_bad_file_is_told_in_one_line_with_file_key_and_expectation(
    world: World, text: str | bytes, message: str
) -> None:
    error = caught(world, user=text)
    assert str(error) == f"{world.user}: {message}"
    assert error.origin.file == world.user
    assert "expected" in str(error)


URLS = [
    ("", "is empty"),
    ("lab.example", "is not an address"),
    ("//lab.example/", "is not an address"),
    ("https:lab.example", "is not an address"),
    ("https:///path", "has no host name"),
    ("https://?x", "has no host name"),
    ("ftp://lab.example/", "does not begin with http:// or https://"),
    ("javascript://lab.example/", "does not begin with http:// or https://"),
    ("https://user@lab.example/", "holds a user name or password"),
    ("https://user:secret@lab.example/", "holds a user name or password"),
    ("https://lab.example\\@evil.example/", "has a blank, a backslash or a character that is not seen"),
    (" https://lab.example/", "has a blank, a backslash or a character that is not seen"),
    ("https://lab.example/\t", "has a blank, a backslash or a character that is not seen"),
    ("https://l\u200bab.example/", "has a blank, a backslash or a character that is not seen"),
    ("https://lab.example\u202e/", "has a blank, a backslash or a character that is not seen"),
    ("https://lab%2eexample/", "has a host name that is not a host name"),
    ("https://lab..example/", "has a host name that is not a host name"),
    ("https://-lab.example/", "has a host name that is not a host name"),
    ("https://*.lab.example/", "has a host name that is not a host name"),
    ("https://1.2.3/", "has a host name that is not a host name"),
    ("https://0x7f.0x1/", "has a host name that is not a host name"),
    ("https://[1.2.3.4]/", "has no valid IPv6 address"),
    ("https://[fe80::1%25eth0]/", "has no valid IPv6 address"),
    ("https://[::1/", "has no valid host name"),
    ("https://::1/", "has no valid host name"),
    ("https://lab.example:/", "has a port that is not 1 to 65535"),
    ("https://lab.example:0/", "has a port that is not 1 to 65535"),
    ("https://lab.example:65536/", "has a port that is not 1 to 65535"),
    (f"https://lab.example:{'9' * 1500}/", "has a port that is not 1 to 65535"),
    ("https://lab.example:x/", "has no valid host name"),
    ("https://lab.example:1:2/", "has no valid host name"),
    ("https:/lab.example/", "is not an address"),
    ("https:////lab.example/", "has no host name"),
    ("https://xn--a.example/", "has a host name that is not a host name"),
    ("https://127.1/", "has a host name that is not a host name"),
    (
        f"https://{'a' * 64}.example/",
        "has a host name that has a part of more than 63 characters between dots",
    ),
    (f"https://{'a.' * 127}example/", "has a host name that has more than 253 characters"),
    (f"https://{'ü' * 60}.example/", "has a host name that is not a host name"),
    ("https://lab.example/" + "x" * 2048, "got a text of 2068 characters"),
]


@pytest.mark.parametrize(("url", "problem"), URLS)
def test_a_malformed_address_is_told_without_repeating_it(world: World, url: str, problem: str) -> None:
    user = f"portals.lab.url = {toml(url)}"
    assert str(caught(world, user=user)) == f"{world.user}: portals.lab.url: {problem}; expected {URL}"


@pytest.mark.parametrize("key", ["official", "also_official", "identity", "protect", "known_other"])
@pytest.mark.parametrize(
    "host",
    ["https://a.example/", "*.a.example", "a.example/x", "a.example:443", "a@b.example", "", "a b", "1.2.3"],
)
def test_a_list_of_hosts_takes_host_names_only(world: World, key: str, host: str) -> None:
    user = f"portals.optum.{key} = ['ok.example', {toml(host)}]"
    expected = f"{world.user}: portals.optum.{key}[1]: is not a host name; expected {HOST}"
    assert str(caught(world, user=user)) == expected


@pytest.mark.parametrize("option", OPTIONS)
def test_a_variable_or_flag_with_a_byte_that_is_no_text_is_told(world: World, option: str) -> None:
    name = f"PORTALCHECK_{option.upper()}"
    expected = "is not UTF-8 text; expected UTF-8"
    assert str(caught(world, environ={name: "5\udcff"})) == f"{name}: {expected}"
    assert str(caught(world, flags={option: "5\udcff"})) == f"--{option.replace('_', '-')}: {expected}"
