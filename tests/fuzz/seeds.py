"""The inputs that fuzzing begins with: `python -m tests.fuzz.seeds` writes those that are missing.

One of each kind is enough; the fuzzer finds the rest. Files beside these are inputs that once broke a target.
"""

from __future__ import annotations

import json
import plistlib
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dns.message
import dns.name
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests.declared import write_block
from tests.fuzz.target import CORPUS
from tests.fuzz.words_of_authorities import standings
from tests.machine.browsers import world as browsers
from tests.probe import dns_replies, minting
from tests.report.block_reports import SAMPLE
from tests.report.fleet import making

_CUT = b"\n%%\n"


def chains() -> Iterator[tuple[str, str, bytes]]:
    """Certificates of one authority, each chain leaf first; all that they signed is known to the target."""
    root = minting.authority("Good Root", organisation="Good Authority")
    between = minting.authority("Good Between", root, organisation="Good Authority")
    plain = minting.leaf(between, "portal.example", issuer_urls=("http://ca.example/between.der",))
    wild = minting.leaf(between, "*.example", addresses=("192.0.2.1",))
    old = minting.leaf(between, "portal.example", days=(-400.0, -30.0))
    yield "chain", "anchor.der", root.der
    yield "anchors", "three.der", root.der + between.der + plain.der
    yield "chain", "whole.der", plain.der + between.der
    yield "chain", "with-root.der", wild.der + between.der + root.der
    yield "chain", "expired.der", old.der + between.der
    yield "chain", "alone.der", plain.der
    yield "issuer-file", "one.der", between.der
    yield "issuer-file", "one.pem", between.pem
    several: list[x509.Certificate] = [between.certificate, root.certificate]
    yield "issuer-file", "several.p7c", pkcs7.serialize_certificates(several, Encoding.DER)
    yield "trust-store", "two.pem", root.pem + between.pem
    trusted = root.pem.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE")
    yield "trust-store", "trusted.pem", trusted


def answers() -> Iterator[tuple[str, str, bytes]]:
    """Messages of a DNS server."""
    question = dns.message.make_query(dns.name.from_text("portal.example"), "A", use_edns=False, id=0x7C5A)
    thoughts = {
        "addresses": dns_replies.records(("192.0.2.1", "192.0.2.2")),
        "aliases": dns_replies.rrsets(
            "portal.example. CNAME x.example.", "x.example. CNAME y.example.", "y.example. A 192.0.2.1"
        ),
        "none": dns_replies.records(),
        "denied": dns_replies.rcode(3),
        "refused": dns_replies.rcode(5),
        "other-kinds": dns_replies.rrsets("portal.example. TXT x", "portal.example. AAAA 2001:db8::1"),
    }
    for name, think in thoughts.items():
        answer = think(question)
        assert isinstance(answer, dns.message.Message)
        yield "dns-answer", name, answer.to_wire()


def conversations() -> Iterator[tuple[str, str, bytes]]:
    """What servers and proxies say."""
    date = b"Date: Sun, 22 Nov 2026 17:34:00 GMT\r\n"
    yield "http", "page", b"HTTP/1.1 200 OK\r\n" + date + b"Content-Length: 5\r\n\r\nhello"
    yield "http", "chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    yield "http", "redirect", b"HTTP/1.1 302 Found\r\nLocation: //x/\r\nAge: 7\r\n" + date + b"\r\n"
    yield "http", "hints", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No\r\n\r\n"
    yield "http", "folded", b"HTTP/1.0 403 No\r\nA: b\r\n c\r\ncf-mitigated: challenge\r\n\r\n<html>"
    for name, text in {
        "absolute": b"https://login.example/x?y=z#w",
        "relative": b"../x?y",
        "scheme": b"//user@login.example:8/",
        "backslashes": b"\\\\x.example\\y",
        "odd": b" HTTP:0x7f.1/%2e",
        "other": b"javascript:alert(1)",
    }.items():
        yield "location", name, text
    yield (
        "cookies",
        "two",
        b"a=b; Domain=portal.example; Path=/; Max-Age=9\nc=d; Secure; Expires=Sun, 22 Nov 2026 17:34:00 GMT",
    )
    yield "dates", "each", b"Sun, 22 Nov 2026 17:34:00 GMT\n%%\n17"
    yield "dates", "old", b"Sunday, 22-Nov-26 17:34:00 GMT"
    certificate_request = bytes([13, 0, 0, 4, 1, 1, 0, 0])
    yield (
        "tls-plaintext",
        "records",
        b"\x16\x03\x03\0\x08" + certificate_request + b"\x15\x03\x03\0\x02\x02\x28",
    )
    yield "tls-answer", "refusal", b"\x15\x03\x03\0\x02\x02\x70"
    yield "tls-answer", "page", b"HTTP/1.1 400 Bad Request\r\n\r\n"
    hello = b"\x03\x03" + bytes(32) + b"\0\xc0\x2f\0\0\x05\xff\x01\0\x01\0"
    messages = bytes([2, 0, 0, len(hello)]) + hello + certificate_request
    yield "tls-answer", "hello", b"\x16\x03\x03\0" + bytes([len(messages)]) + messages
    down = b'{"page": {"id": "x"}, "status": {"indicator": "major", "description": "x"}}'
    yield "status-page", "indicator", b"\0\0" + down
    yield "status-page", "plain", b"\x01\x2cdown"
    yield "proxy-answer", "open", b"HTTP/1.1 200 Connection established\r\n\r\n"
    yield (
        "proxy-answer",
        "login",
        b'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x", Negotiate\r\n\r\n',
    )
    yield "proxy-answer", "socks", b"\x05\0\x05\0\0\x01\xc0\0\x02\x01\x01\xbb"
    for number, typed in enumerate(
        (
            "https://www.optum.com/signin",
            "optum.com@evil.example",
            "https://optum.com\\@evil.example/",
            "https://\u043eptum.com/",
            "http://0x7f.1:80/",
            "https://[2001:db8::1]/",
            "https://l.example/?url=https%3A%2F%2Foptum.co",
            "healthsafe-id.com.login.example",
        )
    ):
        yield "address", str(number), typed.encode()


def profiles() -> Iterator[tuple[str, str, bytes]]:
    """What browsers write."""
    cookies = [
        browsers.Cookie(),
        browsers.Cookie(host="www.portal.test", expires=None, jar="x"),
        browsers.Cookie(expires=-9),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for version in (24, 9):
            path = browsers.chromium_db(Path(folder) / f"c{version}", cookies, version)
            yield "cookies-of-chromium", str(version), _small(path)
        for version in (17, 0):
            path = browsers.firefox_db(Path(folder) / f"f{version}", cookies, version)
            yield "cookies-of-firefox", str(version), _small(path)
        yield "cookies-of-firefox", "log", _with_log(Path(folder) / "log", cookies)
        yield "permissions-of-firefox", "denied", _permissions(Path(folder) / "p")
    tail = plistlib.dumps({"NSHTTPCookieAcceptPolicy": 1}, fmt=plistlib.FMT_BINARY)
    yield "cookies-of-safari", "some", browsers.binarycookies(cookies, tail)
    yield "cookies-of-safari", "none", browsers.binarycookies([])
    preferences = {
        "profile": {
            "cookie_controls_mode": 1,
            "default_content_setting_values": {"cookies": 2},
            "content_settings": {"exceptions": {"cookies": {"https://[*.]portal.test,*": {"setting": 2}}}},
        },
        "extensions": {
            "settings": {
                "cjpalhdlnbpafiamejdnhcphjbkeiagm": {"state": 1},
                "x": {"manifest": {"name": "Block", "permissions": ["cookies"]}},
            }
        },
    }
    policy = {"CookiesBlockedForUrls": ["[*.]portal.test"], "DefaultCookiesSetting": 2}
    yield "settings-of-chromium", "all", _CUT.join([_json(preferences), b"{}", _json(policy), b"131.0.1"])
    addons = {
        "addons": [
            {"id": "uBlock0@raymondhill.net", "type": "extension", "active": True, "location": "app-profile"}
        ]
    }
    prefs = (
        b'// a\nuser_pref("network.cookie.cookieBehavior", 2);\n'
        b'user_pref("a.\\x41", "b\\u0041");\nuser_pref("c", true);\n'
    )
    rules = {
        "policies": {
            "Cookies": {"Block": ["https://portal.test"], "Behavior": "reject"},
            "SanitizeOnShutdown": True,
        }
    }
    compatibility = (
        b"[Compatibility]\nLastVersion=128.0_20260701000000/20260701000000\nLastPlatformDir=/opt/firefox\n"
    )
    yield "settings-of-firefox", "all", _CUT.join([prefs, _json(addons), _json(rules), compatibility])
    yield "prefs", "all", prefs
    safari = {"WebKitStorageBlockingPolicy": 2, "CFBundleShortVersionString": "17.1"}
    yield "settings-of-safari", "xml", plistlib.dumps(safari)
    yield "settings-of-safari", "binary", plistlib.dumps(safari, fmt=plistlib.FMT_BINARY)
    yield (
        "profiles-ini",
        "all",
        b"[Install1]\nDefault=known\n[Profile0]\nPath=/elsewhere\nIsRelative=0\n[Profile1]\nPath=../x\n",
    )
    yield (
        "default-browser",
        "list",
        b"[Default Applications]\nx-scheme-handler/https=org.mozilla.firefox.desktop;\n",
    )
    handlers = {"LSHandlers": [{"LSHandlerURLScheme": "https", "LSHandlerRoleAll": "com.google.chrome"}]}
    yield "default-browser", "plist", plistlib.dumps(handlers)
    server, exceptions, script = b"http=p.example:80;socks=q:1", b"<local>;*.x", b"http://x/p.pac"
    texts = b"".join(struct.pack("<I", len(text)) + text for text in (server, exceptions, script))
    yield "policies-of-windows", "all", struct.pack("<3I", 70, 3, 15) + texts


def _small(path: Path) -> bytes:
    """The database with the smallest pages, so that the fuzzer has less to change."""
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA page_size=512")
        database.execute("VACUUM")
    database.close()
    return path.read_bytes()


def _with_log(path: Path, cookies: list[browsers.Cookie]) -> bytes:
    browsers.firefox_db(path, cookies)
    _small(path)
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA wal_autocheckpoint=0")
    database.execute("DELETE FROM moz_cookies WHERE id IS NULL OR rowid = 1")
    database.commit()
    log = path.with_name(path.name + "-wal").read_bytes()
    main = path.read_bytes()
    database.close()
    return main + _CUT + log


def _permissions(path: Path) -> bytes:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA page_size=512")
        database.execute("CREATE TABLE moz_perms(origin, type, permission, expireType)")
        database.execute("INSERT INTO moz_perms VALUES('https://portal.test', 'cookie', 2, 0)")
    database.close()
    return path.read_bytes()


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


def computers() -> Iterator[tuple[str, str, bytes]]:
    """What systems write."""
    yield (
        "hosts-file",
        "some",
        b"hosts: files dns\n%%\n127.0.0.1 localhost\n192.0.2.1\tPortal.example. x # c\n::1 portal.example\n",
    )
    yield (
        "resolv",
        "some",
        b"# c\nsearch a b\nnameserver 127.0.0.53\nnameserver fe80::1%eth0 ; x\noptions ndots:1\n",
    )
    yield (
        "scutil-text",
        "dns",
        (
            b"DNS configuration\n\nresolver #1\n"
            b"  nameserver[0] : fe80::1%en0\n  if_index : 4 (en0)\n  port     : 5353\n"
            b"resolver #2\n  domain   : local\n\nDNS configuration (for scoped queries)\n"
        ),
    )
    yield (
        "scutil-text",
        "proxies",
        (
            b"<dictionary> {\n  ExceptionsList : <array> {\n    0 : *.local\n  }\n"
            b"  HTTPSEnable : 1\n  HTTPSPort : 8080\n"
            b"  HTTPSProxy : p.example\n  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://x/p.pac\n}\n"
        ),
    )
    yield "scutil-text", "services", b'* (Connected)   1B2C PPP --> L2TP  "Name"  [PPP:L2TP]\n'
    yield "os-release", "some", b'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n'
    yield "interfaces", "ethernet", b"eth0\n%%\n1\n\n%%\nINTERFACE=eth0\n%%\n"
    yield "interfaces", "tap", b"vnet3\n%%\n1\n\n%%\nDEVTYPE=tun\n\n%%\n0x1002\n"
    yield "interfaces", "tunnel", b"wg0-mullvad\n%%\n65534\n\n%%\nDEVTYPE=wireguard\n"
    yield (
        "files-of-macos",
        "all",
        plistlib.dumps({"ProductVersion": "14.5"})
        + b"\n%%\nHardware Port: Wi-Fi\nDevice: en0\nEthernet Address: x\n\n%%\n14.5\n",
    )
    yield (
        "registry-of-windows",
        "all",
        b"22631\n%%\n23H2\n%%\n192.0.2.53,2001:db8::53\n%%\n"
        + bytes(32)
        + b"\n%%\nTAP-Windows Adapter V9\n%%\n[Work]\r\nType=2\r\n",
    )
    yield (
        "proxy-variables",
        "some",
        b"http://u:p@proxy.example:3128\n%%\nsocks5://[::1]:1080\n%%\nlocalhost, .x.example,10.0.0.0/8",
    )
    yield "proxy-text", "some", b"http://u:p@Proxy.example.:8080/\n%%\nhttps://*.portal.example:443"
    yield "proxy-text", "script", b"file:///etc/p.pac\n%%\n169.254/16"
    yield (
        "desktop-proxies",
        "gnome",
        (
            b"org.gnome.system.proxy mode 'manual'\norg.gnome.system.proxy ignore-hosts ['localhost', '10.0.0.0/8']\n"
            b"org.gnome.system.proxy.https host 'p.example'\norg.gnome.system.proxy.https port 3128\n"
        ),
    )
    yield (
        "desktop-proxies",
        "kde",
        b"[Proxy Settings][$i]\nProxyType=1\nhttpsProxy=http://p.example 3128\n"
        b"NoProxyFor[$e]=.x,y\nReversedException=true\n",
    )
    yield (
        "pac",
        "some",
        b'function FindProxyForURL(u, h) { return "PROXY p.example:8080; SOCKS5 [::1]:1; DIRECT" }',
    )
    yield (
        "settings-toml",
        "some",
        (
            b'portal = "lab"\n[portals.lab]\nname = "L"\nurl = "https://p.example/"\nofficial = ["p.example"]\n'
            b'support = { phone = "1" }\n'
            b'[network]\nresolvers = ["9.9.9.9", "https://d.example/q"]\n[run]\ntimeout = 2.0\n'
        ),
    )
    yield (
        "settings-variables",
        "some",
        b"3.5\n%%\nhttps://a.example/,https://b.example/\n%%\n[2001:db8::1]:53\n%%\nes",
    )


def texts() -> Iterator[tuple[str, str, bytes]]:
    """What people send."""
    block = write_block(SAMPLE).encode()
    yield "pasted", "block", block
    yield "pasted", "quoted", b"> " + block.replace(b"\n", b"\n> ")
    yield "pasted", "html", b"<p>" + block.replace(b": ", b":&nbsp;").replace(b"\n", b"<br>")
    yield "pasted-edits", "one", struct.pack(">HBB", 300, 2, 2) + b"ok"
    report = msgspec.json.encode(SAMPLE)
    yield "json-report", "whole", report[1:]
    yield "kept-report", "whole", report
    yield "phone-code", "right", b"7K4M-6TDS-Z6"
    yield "phone-code", "words", b"seven kilo four mike, 6tds z6"
    yield "symptom", "some", b"It doesn't work, it says my account is locked"
    yield "symptom", "spanish", "No me llega el código".encode()
    yield "topic", "cause", b"clock-wrong"
    yield "topic", "slip", b"clok"
    yield "code-in-text", "some", b"The code is 7K4M-6TDS-Z6."
    small = {**making.report(1), "checks": []}
    yield "fleet", "lines", making.lines([small, {**small, "run_id": "b" * 32, "schema_version": 2}, {}])
    yield "fleet", "list", json.dumps([small, {**small, "run_id": "c" * 32}], indent=1).encode()
    yield "fleet", "wide", "\ufeff".encode("utf-16-le") + json.dumps(small).encode("utf-16-le")


def main() -> None:
    """Write the seeds that are not there."""
    for make in (chains, standings, answers, conversations, profiles, computers, texts):
        for target, name, content in make():
            path = CORPUS / target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.write_bytes(content)


if __name__ == "__main__":
    main()
