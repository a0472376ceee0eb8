"""The practice sites, over plain sockets and TLS."""

from __future__ import annotations

import email.utils
import http.client
import ssl
import threading
import time

import pytest
from cryptography import x509

from portalcheck.demo import practice
from portalcheck.demo.portal import Practice
from portalcheck.demo.web import DRIP_S
from tests.demo.client import IDENTITY, PORTAL, anything_goes, ask, dial, page, secure, trusting

LOGIN = f"https://{IDENTITY}/login"


def test_the_portal_redirects_once_to_a_sign_in_page(healthy: Practice) -> None:
    first = page(healthy, PORTAL, "/signin")
    assert (first.status, first.location) == (302, LOGIN)
    second = page(healthy, IDENTITY, "/login")
    assert second.status == 200
    assert b"Password" in second.body


def test_both_families_lead_to_the_portal(healthy: Practice) -> None:
    for family in (4, 6):
        with secure(healthy, PORTAL, family=family) as secured:
            assert ask(secured, PORTAL, "/signin").status == 302


def test_a_connection_serves_many_requests_of_all_kinds(healthy: Practice) -> None:
    with secure(healthy, PORTAL) as secured:
        assert ask(secured, PORTAL, "/signin", "HEAD").body == b""
        assert ask(secured, PORTAL, "/elsewhere").status == 404
        assert ask(secured, PORTAL, "/signin?next=1", headers={"Cookie": "a=b"}).location == LOGIN


def test_a_close_is_a_close(healthy: Practice) -> None:
    with secure(healthy, PORTAL) as secured:
        assert ask(secured, PORTAL, "/signin", headers={"Connection": "close"}).status == 302
        assert secured.recv(1) == b""


def test_the_date_is_true_whatever_the_computers_clock() -> None:
    with practice("clock-wrong-behind") as running:
        said = email.utils.parsedate_to_datetime(page(running, PORTAL, "/signin").headers["date"])
    assert abs(said.timestamp() - time.time()) < 3


def test_the_probe_answers_204_by_name_and_by_address(healthy: Practice) -> None:
    for host in ("open.practice-net.example", "203.0.113.20"):
        reply = page(healthy, host, "/generate_204", port=80)
        assert (reply.status, reply.body) == (204, b"")


def test_plain_http_of_the_portal_leads_to_https(healthy: Practice) -> None:
    assert page(healthy, PORTAL, "/signin", port=80).location == f"https://{PORTAL}/signin"


def test_tls_is_modern_and_chosen_by_name(healthy: Practice) -> None:
    with secure(healthy, PORTAL) as secured:
        assert secured.version() in ("TLSv1.2", "TLSv1.3")
    for context, family in ((anything_goes(), 4), (anything_goes(), 6)):
        with secure(healthy, PORTAL, context, name="nobody.example", family=family) as secured:
            assert secured.getpeercert(binary_form=True)


def test_the_certificates_own_address_gives_the_missing_issuer() -> None:
    with practice("cert-chain-incomplete") as running:
        with secure(running, PORTAL, anything_goes()) as secured:
            der = secured.getpeercert(binary_form=True)
        assert der is not None
        leaf = x509.load_der_x509_certificate(der)
        access = leaf.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        scheme, _, host, path = str(access[0].access_location.value).split("/", 3)
        assert scheme == "http:"
        issuer = page(running, host, f"/{path}", port=80)
        leaf.verify_directly_issued_by(x509.load_der_x509_certificate(issuer.body))
        completed = trusting([*running.machine.system_roots().certificates, issuer.body])
        secure(running, PORTAL, completed).close()


def test_too_long_a_head_and_no_http_get_an_answer_of_their_own(healthy: Practice) -> None:
    with secure(healthy, PORTAL) as secured:
        assert ask(secured, PORTAL, "/signin", headers={"Cookie": "x" * 200_000}).status == 431
    with dial(healthy, PORTAL, 80) as sock:
        sock.sendall(b"EHLO me\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("fault", "status", "location"),
    [
        ("portal-error", 503, ""),
        ("blocked-by-server", 403, ""),
        ("redirect-problem-address", 302, f"https://{IDENTITY}:https/login"),
        ("redirect-problem-plain", 302, "http://canary.north.example/login"),
    ],
)
def test_the_portal_answers_after_its_fault(fault: str, status: int, location: str) -> None:
    with practice(fault) as running:
        reply = page(running, PORTAL, "/signin")
        assert (reply.status, reply.location) == (status, location)
        assert page(running, "canary.north.example", "/").status == 200


def test_the_loop_comes_back_to_where_it_began() -> None:
    with practice("redirect-problem") as running:
        assert page(running, PORTAL, "/signin").location == LOGIN
        assert page(running, IDENTITY, "/login").location == f"https://{PORTAL}/signin"


def test_long_cookies_are_refused_and_short_ones_are_not() -> None:
    with practice("cookies-stale") as running, secure(running, PORTAL) as secured:
        assert ask(secured, PORTAL, "/signin", headers={"Cookie": "x" * 18_000}).status == 400
        assert ask(secured, PORTAL, "/signin", headers={"Cookie": "x" * 100}).status == 302
    with practice("healthy") as running, secure(running, PORTAL) as secured:
        assert ask(secured, PORTAL, "/signin", headers={"Cookie": "x" * 18_000}).status == 302


def test_an_unreachable_portal_refuses_and_its_neighbours_answer() -> None:
    with practice("portal-unreachable") as running:
        for family in (4, 6):
            with pytest.raises(ConnectionRefusedError):
                dial(running, PORTAL, family=family)
        assert page(running, "canary.south.example", "/").status == 200


@pytest.mark.not_on_windows("wine", "resets, which are seen as ends")
def test_a_filter_resets_the_portals_name_and_no_other() -> None:
    with practice("tls-blocked") as running:
        with pytest.raises(ConnectionResetError):
            secure(running, PORTAL, anything_goes())
        secure(running, PORTAL, anything_goes(), name="other.example").close()
        assert page(running, IDENTITY, "/login").status == 200


def test_a_silent_filter_lets_the_connection_stand() -> None:
    with practice("tls-blocked-silently") as running:
        with dial(running, PORTAL) as sock:
            sock.settimeout(0.3)
            with pytest.raises(TimeoutError):
                anything_goes().wrap_socket(sock, server_hostname=PORTAL)
        secure(running, PORTAL, anything_goes(), name="other.example").close()


def test_a_portal_of_the_last_century_speaks_no_modern_tls() -> None:
    with practice("tls-too-old") as running:
        with pytest.raises(ssl.SSLError) as caught:
            secure(running, PORTAL, anything_goes())
        assert caught.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"
        old = anything_goes()
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
            old.minimum_version = ssl.TLSVersion.TLSv1
        with secure(running, PORTAL, old) as secured:
            assert secured.version() == "TLSv1.1"


def test_a_portal_that_wants_a_client_certificate_turns_others_away() -> None:
    with practice("wants-certificate") as running:
        with pytest.raises(ssl.SSLError) as caught:
            page(running, PORTAL, "/signin")
        assert caught.value.reason == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
        old = anything_goes()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError) as caught:
            secure(running, PORTAL, old)
        assert "_ALERT_" in (caught.value.reason or "")


def test_a_captive_gateway_answers_everything_for_everyone() -> None:
    with practice("captive-portal") as running:
        for host in ("open.practice-net.example", "203.0.113.20", PORTAL):
            reply = page(running, host, "/generate_204", port=80)
            assert (reply.status, reply.location) == (302, "http://wifi.practice.example/welcome")
        welcome = page(running, "wifi.practice.example", "/welcome", port=80)
        assert b"Wi-Fi" in welcome.body
        with secure(running, PORTAL, anything_goes()) as secured:
            der = secured.getpeercert(binary_form=True)
        assert der is not None
        names = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        assert names.value.get_values_for_type(x509.DNSName) == ["wifi.practice.example"]


def test_a_slow_page_flows_all_the_time_and_is_far_from_done_after_a_second() -> None:
    with practice("slow") as running, secure(running, IDENTITY) as secured:
        secured.sendall(f"GET /login HTTP/1.1\r\nHost: {IDENTITY}\r\n\r\n".encode())
        response = http.client.HTTPResponse(secured)
        response.begin()
        length = int(response.headers["Content-Length"])
        since, last, gap, size = time.monotonic(), time.monotonic(), 0.0, 0
        while time.monotonic() - since < 1.0:
            size += len(response.read1(50))
            gap, last = max(gap, time.monotonic() - last), time.monotonic()
        assert 0 < size < length / 4
        assert gap < 0.6


@pytest.mark.slow
def test_a_slow_page_ends_after_more_than_eight_seconds_and_less_than_ten() -> None:
    with practice("slow") as running:
        since = time.monotonic()
        with secure(running, IDENTITY) as secured:
            secured.settimeout(2.0)
            assert b"Password" in ask(secured, IDENTITY, "/login").body
        assert 8.0 < time.monotonic() - since < 9.6
    assert 8.0 < DRIP_S < 9.0


def test_many_clients_are_served_at_once(healthy: Practice) -> None:
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(page(healthy, IDENTITY, "/login").status))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 20
