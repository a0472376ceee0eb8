"""What comes over the network: certificates, DNS, HTTP, TLS before it encrypts, proxies, addresses."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import math
import re
import socket
import time
from collections.abc import Iterator
from email.utils import formatdate

import dns.message
import dns.name
from cryptography import x509
from cryptography.x509 import ocsp

from portalcheck.address import Kind, judge
from portalcheck.address.url import Address
from portalcheck.facts import (
    HTTP_2,
    CertStatus,
    DnsAnswer,
    DnsServer,
    Failure,
    Revocation,
    RootStore,
    StatusPage,
)
from portalcheck.probe.connect.proxies import tunnel
from portalcheck.probe.deadline import Deadline
from portalcheck.probe.dns.exchange import read_response
from portalcheck.probe.dns.resolution import join_families, read_message
from portalcheck.probe.http.cookies import Jar
from portalcheck.probe.http.headers import Headers, server_time
from portalcheck.probe.http.http1 import Request
from portalcheck.probe.http.location import target_of, url_of
from portalcheck.probe.http.request import HEADERS, Connection
from portalcheck.probe.streams import EvidenceStream
from portalcheck.probe.third_parties import status_page as pages
from portalcheck.probe.tls import chain as chains
from portalcheck.probe.tls.certificate import (
    READ_ERRORS,
    certificates_in,
    crl_urls,
    issuer_urls,
    load,
    responder_urls,
)
from portalcheck.probe.tls.handshake import handshake
from portalcheck.probe.tls.openssl import TlsRecordReader
from portalcheck.probe.tls.revocation import Pair, read_crl, read_ocsp
from tests.address import servo
from tests.declared import NOTES, TRICKS
from tests.fuzz.target import CORPUS, NOW, parts_of, target, text_of

HOST = "portal.example"
URL = f"http://{HOST}/sign/in"
OFFICIAL = ("optum.com", "healthsafe-id.com")
SECONDS = 5.0
_SERVER = DnsServer(address="192.0.2.53")
_LAST_S = 2**32
_SPEAKS_HTTP = re.compile(rb"HTTP/[0-9]\.[0-9] [0-9]{3}")


# ---- certificates --------------------------------------------------------------------------------


def elements(data: bytes) -> list[bytes]:
    """Bytes cut where one DER element after another ends (X.690, 8.1); what is none is the last piece."""
    pieces = []
    while len(data) > 4:
        size = data[1] if data[1] < 0x80 else int.from_bytes(data[2 : 2 + (data[1] & 3)])
        end = 2 + (0 if data[1] < 0x80 else data[1] & 3) + size
        pieces.append(data[:end])
        data = data[end:]
    return [*pieces, data] if data else pieces


def _issued() -> frozenset[bytes]:
    """What the anchor of the corpus really signed, directly or through an authority of its own."""
    signed = [piece for path in sorted((CORPUS / "chain").iterdir()) for piece in elements(path.read_bytes())]
    return frozenset(x509.load_der_x509_certificate(der).tbs_certificate_bytes for der in signed)


_ANCHOR = (CORPUS / "chain" / "anchor.der").read_bytes()
_SENT = elements((CORPUS / "chain" / "whole.der").read_bytes())
_KEYS = [x509.load_der_x509_certificate(der).public_key() for der in (*_SENT, _ANCHOR)]
_STORES = {RootStore.SYSTEM: chains.TrustStore([_ANCHOR]), RootStore.MOZILLA: chains.TrustStore([])}
_ISSUED = _issued()


@target("net", longest=16 * 1024)
def chain(data: bytes) -> None:
    """Nothing is trusted but what the anchor signed, and no name matches that the certificate does not hold."""
    sent = elements(data)
    facts = chains.judge(sent, HOST, _STORES, now=NOW, issuers=("Good Authority",))
    chains.missing_issuer_urls(sent)
    if not facts.readable:
        assert not facts.trusted_by
        return
    leaf = load(sent[0])
    assert leaf is not None
    if facts.trusted_by:
        assert facts.trusted_by == {"system"}
        assert leaf.tbs_certificate_bytes in _ISSUED
    if facts.name_matches:
        assert HOST.encode() in sent[0].lower() or b"*.example" in sent[0].lower()
    assert math.isfinite(facts.not_before + facts.not_after)


@target("net", longest=16 * 1024)
def issuer_file(data: bytes) -> None:
    """A fetched file gives at most four certificates, all of them readable, and plain HTTP addresses only."""
    found = certificates_in(data)
    assert len(found) <= 4
    for der in found:
        certificate = load(der)
        if certificate is not None:
            urls = (*issuer_urls(certificate), *responder_urls(certificate), *crl_urls(certificate))
            assert len(urls) <= 4
            assert all(url.lower().startswith("http://") and url.encode() in der for url in urls)


@target("net", longest=16 * 1024)
def anchors(data: bytes) -> None:
    """Whatever lies in a trust store, a chain is trusted only where the store holds a key that signed in it."""
    store = elements(data)
    facts = chains.judge(_SENT, HOST, {RootStore.SYSTEM: chains.TrustStore(store)}, now=NOW)
    if facts.trusted_by:
        held = [certificate for certificate in map(load, store) if certificate is not None]
        assert any(certificate.public_key() in _KEYS for certificate in held)


# ---- revocation ----------------------------------------------------------------------------------

PAIR = Pair(*elements((CORPUS / "ocsp-response" / "pair.der").read_bytes()))
_LATER = NOW + 400 * 86_400


def _signed_part(kind: str, data: bytes) -> bytes:
    """The bytes under the signature of a response or a list, none where it is neither."""
    with contextlib.suppress(*READ_ERRORS):
        if kind == "ocsp-response":
            return ocsp.load_der_ocsp_response(data).tbs_response_bytes
        pem = data.lstrip().startswith(b"-----BEGIN")
        return (x509.load_pem_x509_crl if pem else x509.load_der_x509_crl)(data).tbs_certlist_bytes
    return b""


def _said(kind: str) -> dict[bytes, CertStatus]:
    """What the issuer signed in the seeds, and what that says of the certificate, which their names tell."""
    believed = {
        path: path.stem.partition("-")[0]
        for path in (CORPUS / kind).iterdir()
        if path.stem.startswith(("good", "revoked"))
    }
    return {_signed_part(kind, path.read_bytes()): CertStatus(said) for path, said in believed.items()}


_SAID = {kind: _said(kind) for kind in ("ocsp-response", "crl")}


def _nobody_was_believed_but_the_issuer(kind: str, data: bytes, said: Revocation, later: Revocation) -> None:
    assert later.status is CertStatus.UNKNOWN
    if said.status is not CertStatus.UNKNOWN:
        assert _SAID[kind].get(_signed_part(kind, data)) is said.status
    assert (said.since > 0) == (said.status is CertStatus.REVOKED)


@target("net", longest=8 * 1024)
def ocsp_response(data: bytes) -> None:
    """A certificate is good or revoked only by what its issuer, or whom that appointed, signed; and not for ever."""
    said = read_ocsp(PAIR, data, NOW)
    _nobody_was_believed_but_the_issuer("ocsp-response", data, said, read_ocsp(PAIR, data, _LATER))


@target("net", longest=16 * 1024)
def crl(data: bytes) -> None:
    """As for OCSP: of a list only what the issuer signed counts, as long as the list does."""
    said = read_crl(PAIR, data, NOW)
    _nobody_was_believed_but_the_issuer("crl", data, said, read_crl(PAIR, data, _LATER))


# ---- names ---------------------------------------------------------------------------------------

_QUESTION = dns.message.make_query(dns.name.from_text(HOST), "A", use_edns=False, id=0x7C5A)


@target("net", longest=8 * 1024)
def dns_answer(data: bytes) -> None:
    """An address that is told of stands in the answer, and what is no answer to the question tells none."""
    data = b"\x7c\x5a" + data[2:]
    message = read_response(_QUESTION, data)
    if message is None:
        return
    answer = read_message(_SERVER, message)
    joined = join_families(_SERVER, [answer, None], 1)
    for address in answer.addresses:
        assert ipaddress.ip_address(address).packed in data
    assert bool(answer.addresses) == (answer.failure is None)
    assert len(joined.addresses) <= 32
    assert joined.failure is not None or set(joined.addresses) <= set(answer.addresses)
    assert isinstance(joined, DnsAnswer)


def _url(text: str) -> Address:
    found = url_of(text)
    assert found is not None
    return found


@contextlib.contextmanager
def _peer_that_says(data: bytes) -> Iterator[socket.socket]:
    """A connection whose other side has said `data` and nothing more, and still listens."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        yield ours


# ---- HTTP ----------------------------------------------------------------------------------------


@target("net", longest=32 * 1024)
def http(data: bytes) -> None:
    """Only what begins with a status line is taken for HTTP; what is kept came from the peer, and no more than came."""
    with _peer_that_says(data) as ours:
        connection = Connection(EvidenceStream(ours))
        exchange = connection.exchange(Request("GET", _url(URL), HEADERS), lambda: NOW, Deadline(SECONDS))
        connection.close()
    step = exchange.step
    if step.failure is None:
        assert _SPEAKS_HTTP.match(data)
        assert 200 <= step.status <= 999
    assert step.size <= len(data)
    assert step.server_time is None or math.isfinite(step.server_time)


@target("net", longest=32 * 1024)
def http2(data: bytes) -> None:
    """Whatever frames a peer sends: a failure that has a name, or a status of three digits."""
    with _peer_that_says(data) as ours:
        connection = Connection(EvidenceStream(ours), HTTP_2)
        exchange = connection.exchange(Request("GET", _url(URL), HEADERS), lambda: NOW, Deadline(SECONDS))
        connection.close()
    step = exchange.step
    assert step.failure is not Failure.TIMED_OUT
    if step.failure is None:
        assert 200 <= step.status <= 999
    assert step.size <= len(data)


@target("net", longest=8 * 1024)
def status_page(data: bytes) -> None:
    """A page says what its indicator says, and without one what its HTTP status says."""
    status, body = 200 + int.from_bytes(data[:2]) % 400, data[2:]
    said = pages.read(status, body)
    by_status = (
        StatusPage.OUTAGE
        if status >= 500
        else StatusPage.UNKNOWN
        if status >= 400
        else StatusPage.OPERATIONAL
    )
    if said is not by_status:
        indicator = json.loads(body.decode("utf-8", "replace"), strict=False)["status"]["indicator"]
        assert said is pages._INDICATORS.get(indicator, StatusPage.UNKNOWN)


@target("net")
def location(data: bytes) -> None:
    """A redirect leads nowhere, or to the http or https host that a browser goes to."""
    base = "https://portal.example:8443/a/b?c=d"
    text = data.decode("latin-1")
    found = target_of(_url(base), text)
    if found is None:
        return
    assert found.scheme in ("http", "https")
    assert "@" not in found.url.partition("://")[2].partition("/")[0]
    assert found.url.isascii()
    assert found.url.isprintable()
    browser = servo.parsed(text, base)
    assert browser is not None, "a browser goes nowhere"
    assert (browser.scheme, servo.host_of(text, base)) == (found.scheme, found.host)


@target("net")
def cookies(data: bytes) -> None:
    """Cookies go back to the site that set them and to no other, as one printable line of bounded length."""
    jar = Jar()
    url = _url("https://sign.portal.example/a/b")
    lines = [line.replace(b"\r", b"").replace(b"\0", b"") for line in data.split(b"\n")]
    jar.keep(url, Headers([(b"set-cookie", line) for line in lines]))
    for where in (
        "https://sign.portal.example/a/b/c",
        "https://portal.example/",
        "https://x.sign.portal.example/",
    ):
        header = jar.header(_url(where))
        assert header.isascii()
        assert not header or header.isprintable()
        assert len(header) <= len(data) + 2 * len(lines)
    for where in ("https://evil.example/", "https://example/", "https://notportal.example/a/b"):
        assert jar.header(_url(where)) == ""


@target("net", longest=512)
def dates(data: bytes) -> None:
    """A date is a finite moment or none, and every date in the preferred form is read exactly (RFC 9110, 5.6.7)."""
    date, age = parts_of(data, 2)
    moment = server_time(Headers([(b"date", date), (b"age", age)]))
    assert moment is None or math.isfinite(moment)
    true = int.from_bytes(data[:4]) % _LAST_S
    assert server_time(Headers([(b"date", formatdate(true, usegmt=True).encode())])) == true


# ---- before HTTP ---------------------------------------------------------------------------------


@target("net", longest=32 * 1024)
def tls_plaintext(data: bytes) -> None:
    """What is read of a handshake does not depend on how the network cuts it."""
    whole, bit_by_bit = TlsRecordReader(), TlsRecordReader()
    whole.feed(data)
    at, step = 0, data[0] % 37 + 1 if data else 1
    while at < len(data):
        bit_by_bit.feed(data[at : at + step])
        at += step
    assert _heard_of(whole) == _heard_of(bit_by_bit)
    assert whole.version is None or not whole.foreign


def _heard_of(said: TlsRecordReader) -> tuple[object, ...]:
    return said.foreign, said.over, said.version, said.client_certificate_requested


@target("net", longest=32 * 1024)
def tls_answer(data: bytes) -> None:
    """Whatever a peer without the keys says to a handshake is a failure that is named at once, and no exception."""
    with _peer_that_says(data) as ours:
        secured, step = handshake(ours, HOST, Deadline(SECONDS))
    assert secured is None
    assert step.failure not in (None, Failure.TIMED_OUT)
    assert not step.chain
    assert step.alert.isascii()
    assert not step.alert or step.alert.isprintable()
    assert not step.client_certificate_requested or bytes([13]) in data


@target("net", longest=80 * 1024)
def proxy_answer(data: bytes) -> None:
    """A way through a proxy is open only where the proxy said so."""
    ours, theirs = socket.socketpair()
    scheme = "socks5" if data[:1] == b"\x05" else "http"
    with ours, theirs:
        theirs.setblocking(False)
        theirs.send(data)
        theirs.shutdown(socket.SHUT_WR)
        step = tunnel(ours, f"{scheme}://proxy.example:3128", HOST, 443, Deadline(SECONDS))
    assert step.failure is not Failure.TIMED_OUT
    if step.failure is None and scheme == "http":
        assert _SPEAKS_HTTP.match(data)
        assert 200 <= step.status < 300
    assert all(name.isascii() and name.isprintable() for name in step.schemes)


# ---- addresses -----------------------------------------------------------------------------------


@target("net")
def address(data: bytes) -> None:
    """No address is official unless a browser goes to an official host, and each verdict is whole."""
    text = text_of(data)
    since = time.thread_time()
    verdict = judge(text, official=OFFICIAL, known_other=("optimum.com",))
    assert time.thread_time() - since < 1
    assert verdict.trick in TRICKS | {""}
    assert set(verdict.notes) <= NOTES
    assert verdict.contactable == bool(verdict.url)
    if verdict.kind is Kind.OFFICIAL:
        typed = text.lower().lstrip().startswith(("http:", "https:"))
        reached = servo.host_of(text if typed else verdict.url)
        assert reached is not None
        assert reached == verdict.host
        assert any(reached == name or reached.endswith("." + name) for name in OFFICIAL)
