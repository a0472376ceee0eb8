"""Whatever is sent to the page's server: without the secret nobody gets more than 403, and nothing is left running."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from itertools import product
from typing import Any

import pytest

from portalcheck.guide import server
from portalcheck.guide.access import MOST_WINDOWS, Purpose
from portalcheck.guide.desk import Desk
from portalcheck.guide.site import Site
from tests.guide.conftest import GivenLine

FORM = "application/x-www-form-urlencoded"


class Client:
    """Sends requests to a page's server, as a browser of the person's does unless told otherwise."""

    def __init__(self, site: Site | Desk) -> None:
        self.port = int(site.pages.origin.rpartition(":")[2])
        self.own = f"127.0.0.1:{self.port}"

    def ask(
        self, path: str, method: str = "GET", *, body: bytes | None = None, host: str = "", **headers: Any
    ) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Host": host or self.own, **named})
        return connection.getresponse()

    def raw(self, text: bytes) -> bytes:
        with closing(socket.create_connection(("127.0.0.1", self.port), 10)) as sock:
            sock.sendall(text)
            return b"".join(iter(lambda: sock.recv(65536), b""))


class Opened:
    """A window: its path, its secret, and its page."""

    def __init__(self, client: Client, address: str) -> None:
        answer = client.ask(address.partition(client.own)[2])
        assert answer.status == 303
        self.client, self.path = client, str(answer.headers["Location"])
        self.page = client.ask(self.path).read().decode()
        found = re.search('data-token="([^"]+)"', self.page)
        assert found is not None
        self.secret = found[1]

    def post(self, what: str, body: str, secret: str | None = None, **headers: str) -> HTTPResponse:
        token = self.secret if secret is None else secret
        told: dict[str, Any] = {"X_Token": token, "Content_Type": FORM, **headers}
        return self.client.ask(f"{self.path}/{what}", "POST", body=body.encode(), **told)


@pytest.fixture
def client(site: Site) -> Client:
    return Client(site)


@pytest.fixture
def window(site: Site, client: Client) -> Opened:
    return Opened(client, site.pages.address(Purpose.HERE))


def headers(answer: HTTPResponse) -> Mapping[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


# ---- without the secret ------------------------------------------------------------------------

PATHS = (
    "/",
    "/s/",
    "/s/x",
    "/w/x",
    "/w/x/page.js",
    "/w/x/events",
    "/c/x",
    "/f/x/echo",
    "/favicon.ico",
    "//",
    "*",
)
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "X")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_who_has_no_secret_gets_the_same_403_whatever_is_asked(client: Client, host: str) -> None:
    for path, method in product(PATHS, METHODS):
        answer = client.ask(path, method, host=f"{host}:{client.port}")
        assert answer.status == 403
        assert (
            not {"set-cookie", "location", "server", "access-control-allow-origin"} & headers(answer).keys()
        )
        assert b"portalcheck again" in answer.read() or method in ("HEAD", "CONNECT")


OTHER_NAMES = (
    *(
        "evil.test",
        "evil.test:{port}",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "127.1:{port}",
        "[::1]:{port}",
    ),
    "",
)


def test_another_name_that_leads_here_gets_nothing_even_with_all_secrets(window: Opened) -> None:
    client = window.client
    for host, path in product(OTHER_NAMES, (window.path, f"{window.path}/page.js")):
        with_host = f"Host: {host.format(port=client.port)}\r\n" if host else ""
        answer = client.raw(f"GET {path} HTTP/1.1\r\n{with_host}\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 403 "), host


def test_two_host_fields_get_nothing(window: Opened) -> None:
    own = window.client.own
    answer = window.client.raw(f"GET {window.path} HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n\r\n".encode())

    assert answer.startswith(b"HTTP/1.1 403 ")


ORIGINS = (
    *("http://evil.test", "null", "https://127.0.0.1:{port}", "http://localhost:{port}", "http://127.0.0.1"),
    "http://evil.test:{port}",
)


def test_a_form_without_a_script_is_taken_as_a_browser_sends_it(window: Opened, line: GivenLine) -> None:
    own: dict[str, Any] = {"Origin": "null", "Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate"}
    for told, status in (
        (own, 204),
        ({**own, "Sec_Fetch_Site": "cross-site"}, 403),
        ({"Origin": "null"}, 403),
    ):
        assert window.post("do", "act=stop", **told).status == status
    assert line.rounds == 1


def test_a_page_of_another_origin_gets_nothing_even_with_all_secrets(window: Opened, line: GivenLine) -> None:
    for origin in ORIGINS:
        assert window.post("do", "act=again", Origin=origin.format(port=window.client.port)).status == 403
    assert line.rounds == 1


@pytest.mark.parametrize("site_", ["cross-site", "same-site"])
def test_what_a_browser_says_is_of_another_site_gets_nothing(window: Opened, site_: str) -> None:
    assert window.post("do", "act=again", Sec_Fetch_Site=site_).status == 403
    fetched: dict[str, Any] = {
        "Sec_Fetch_Site": site_,
        "Sec_Fetch_Mode": "no-cors",
        "Sec_Fetch_Dest": "empty",
    }
    framed: dict[str, Any] = {
        "Sec_Fetch_Site": site_,
        "Sec_Fetch_Mode": "navigate",
        "Sec_Fetch_Dest": "iframe",
    }
    for told in (fetched, framed):
        assert window.client.ask(window.path, **told).status == 403


def test_nobody_may_frame_the_page_or_keep_it_or_learn_where_it_is(window: Opened) -> None:
    told = headers(window.client.ask(window.path))

    assert told["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in told["content-security-policy"]
    assert (told["referrer-policy"], told["cache-control"]) == ("no-referrer", "no-store")
    assert "set-cookie" not in told


def test_a_wrong_secret_does_nothing(window: Opened, line: GivenLine) -> None:
    posts = ("do", "tests", "echo", "where", "cookies", "nothing")
    for secret, what in product(("", "x", "x" * 5000, "\xff", window.path[3:]), posts):
        assert window.post(what, "act=again", secret).status == 403
    assert line.rounds == 1


def test_the_secret_of_one_window_is_none_of_another(site: Site, client: Client, window: Opened) -> None:
    other = Opened(client, site.pages.address(Purpose.OTHER))

    assert window.post("echo", "", other.secret).status == 403
    assert window.post("echo", "").status == 204


def test_the_stream_needs_the_secret_too(window: Opened) -> None:
    assert window.client.ask(f"{window.path}/events").status == 403


# ---- addresses ---------------------------------------------------------------------------------


def test_an_address_opens_one_window_once(site: Site, client: Client) -> None:
    address = site.pages.address(Purpose.HERE)
    Opened(client, address)

    again = client.ask(address.partition(client.own)[2])
    assert again.status == 403
    assert "Go on there" in again.read().decode()


def test_who_only_looks_where_an_address_leads_does_not_spend_it(site: Site, client: Client) -> None:
    address = site.pages.address(Purpose.HERE)
    path = address.partition(client.own)[2]
    assert client.ask(path, "HEAD").status == 403
    assert client.ask(path, Sec_Fetch_Dest="empty", Sec_Fetch_Mode="no-cors").status == 403
    first = client.ask(path).headers["Location"]

    assert Opened(client, address).path == first


def test_an_address_may_be_reached_from_a_file_that_leads_to_it(site: Site, client: Client) -> None:
    path = site.pages.address(Purpose.HERE).partition(client.own)[2]
    told: dict[str, Any] = {
        "Sec_Fetch_Site": "cross-site",
        "Sec_Fetch_Mode": "navigate",
        "Sec_Fetch_Dest": "document",
    }
    answer = client.ask(path, **told)

    assert answer.status == 303
    assert client.ask(str(answer.headers["Location"]), **told).status == 200


def test_a_window_whose_page_nobody_has_fetched_has_no_other_paths(site: Site, client: Client) -> None:
    path = client.ask(site.pages.address(Purpose.HERE).partition(client.own)[2]).headers["Location"]

    assert client.ask(f"{path}/page.js").status == 403


def test_reload_back_and_a_second_tab_show_the_same_page(window: Opened) -> None:
    for _ in range(3):
        page = window.client.ask(window.path).read().decode()
        assert f'data-token="{window.secret}"' in page


def test_of_very_many_windows_the_first_one_stays(site: Site, client: Client, window: Opened) -> None:
    for _ in range(MOST_WINDOWS + 5):
        Opened(client, site.pages.address(Purpose.OTHER))

    assert window.post("echo", "").status == 204
    assert len(list(site.pages.access.windows())) == MOST_WINDOWS


def test_each_page_has_a_port_and_secrets_of_its_own(site: Site, window: Opened, line: GivenLine) -> None:
    from tests.declared import catalog_of

    other = Site(line, catalog_of("en"), None, ())
    other.start()
    try:
        assert other.pages.origin != site.pages.origin
        assert Client(other).ask(window.path).status == 403
    finally:
        other.end(0.0)


# ---- the test across sites ---------------------------------------------------------------------


def test_the_test_across_sites_gives_nothing_away(site: Site, window: Opened) -> None:
    (known,) = site.pages.access.windows()
    localhost = f"localhost:{window.client.port}"
    control = window.client.ask(f"/c/{known.nonce}", host=localhost, Sec_Fetch_Site="cross-site")
    frame = window.client.ask(f"/f/{known.nonce}", host=localhost, Sec_Fetch_Site="cross-site")

    assert (control.status, control.read()) == (204, b"")
    assert window.secret not in frame.read().decode()
    assert f"frame-ancestors http://{window.client.own}" in headers(frame)["content-security-policy"]
    assert "SameSite=None; Secure" in headers(frame)["set-cookie"]
    for path in (window.path, f"{window.path}/page.js", f"{window.path}/report.html"):
        assert window.client.ask(path, host=localhost).status == 403


# ---- too much, too slow, without end -----------------------------------------------------------


def test_a_body_that_is_too_long_is_not_even_read(window: Opened, line: GivenLine) -> None:
    head = f"POST {window.path}/do HTTP/1.1\r\nHost: {window.client.own}\r\nX-Token: {window.secret}\r\n"
    for length in (str(server.MAX_BODY_BYTES + 1), "99999999999999999999", "-1", "1e3", "x"):
        answer = window.client.raw(f"{head}Content-Length: {length}\r\n\r\nact=again".encode())
        assert answer.startswith(b"HTTP/1.1 403 ")
    assert line.rounds == 1


def test_a_body_in_chunks_is_not_read(window: Opened) -> None:
    head = f"POST {window.path}/do HTTP/1.1\r\nHost: {window.client.own}\r\nX-Token: {window.secret}\r\n"
    answer = window.client.raw(
        f"{head}Transfer-Encoding: chunked\r\n\r\n9\r\nact=again\r\n0\r\n\r\n".encode()
    )

    assert answer.startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"".join(b"X-%d: a\r\n" % number for number in range(5000)),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500 + b"\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
    ],
    ids=["long field", "long target", "many fields", "TLS", "version", "no target", "expects"],
)
def test_a_head_that_is_none_gets_403_or_nothing(client: Client, head: bytes) -> None:
    try:
        answer = client.raw(head)
    except ConnectionError:  # it closed before all was sent
        return
    assert answer == b"" or b" 403 " in answer.splitlines()[0] or b"portalcheck again" in answer
    assert b"100 Continue" not in answer


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTT", b"POST {path}/do HTTP/1.1\r\nContent-Length: 100\r\n", b"drip"]
)
def test_who_is_slow_or_never_ends_is_given_up(
    window: Opened, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 0.4)
    with closing(socket.create_connection(("127.0.0.1", window.client.port), 10)) as sock:
        head = sent.replace(b"{path}", window.path.encode())
        if head.startswith(b"POST"):
            head += f"Host: {window.client.own}\r\nX-Token: {window.secret}\r\n\r\nact=".encode()
        stop = threading.Event()

        def drip() -> None:
            while not stop.wait(0.05):
                try:
                    sock.sendall(b"X")
                except OSError:
                    return

        sock.sendall(b"" if head == b"drip" else head)
        if head == b"drip":
            threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        try:
            received = b"".join(iter(lambda: sock.recv(65536), b""))
        except ConnectionError:
            received = b""
        stop.set()

    assert b"200" not in received.splitlines()[0] if received else True
    assert time.monotonic() - began < 8


def test_many_that_connect_and_say_nothing_keep_nobody_out(window: Opened) -> None:
    idle = [socket.create_connection(("127.0.0.1", window.client.port), 10) for _ in range(300)]
    try:
        assert window.post("echo", "").status == 204
        assert threading.active_count() < server.MOST_CONNECTIONS * 3 + 40
    finally:
        for sock in idle:
            sock.close()


@pytest.mark.slow
def test_ten_thousand_requests_are_refused_and_the_person_is_served(window: Opened) -> None:
    stop = threading.Event()
    answered = [0] * 4

    def flood(number: int) -> None:
        while not stop.is_set() and answered[number] < 2500:
            try:
                assert window.client.ask("/w/x").status == 403
            except OSError:
                continue
            answered[number] += 1

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    served = 0
    while any(thread.is_alive() for thread in threads):
        served += window.post("echo", "").status == 204
    stop.set()

    assert sum(answered) == 10_000
    assert served > 10


# ---- what comes back ---------------------------------------------------------------------------


STRANGE_TESTS = (
    "",
    "[]",
    "x",
    "{}",
    '{"round": 1, "portal": ["came", "nonsense"]}',
    '{"round": 1, "portal": ["came","came","came","came","came","came","came"]}',
    '{"round": 1, "missing": ["my bank account"]}',
    '{"round": 1, "browser": "Pat of Acme"}',
    '{"round": 1, "version": "<script>"}',
    '{"round": 1, "history": ["https://bank.example/"]}',
    "[" * 50_000,
    "\udcff",
)


def test_only_verdicts_of_a_few_words_are_taken(window: Opened, line: GivenLine) -> None:
    for body in STRANGE_TESTS:
        sent = body.encode("utf-8", "surrogateescape")
        assert (
            window.client.ask(f"{window.path}/tests", "POST", body=sent, X_Token=window.secret).status == 403
        )
    assert all(page.tests is None for pages in line.looked for page in pages)


def test_an_act_or_reference_that_is_none_changes_nothing(site: Site, window: Opened) -> None:
    assert window.post("do", "act=explode").status == 403
    assert window.post("do", "act=solved&ref=step-99").status == 204
    assert window.post("do", "act=told&symptom=<script>&symptom=error-2").status == 204
    assert site.controller.state().trail.tried == ()
    assert site.controller.state().trail.symptoms == ("error-2",)


def test_the_form_works_without_a_script_by_its_hidden_field(site: Site, window: Opened) -> None:
    body = f"token={window.secret}&act=not-solved&ref=step-2"
    answer = window.client.ask(f"{window.path}/do", "POST", body=body.encode(), Content_Type=FORM)

    assert (answer.status, answer.headers["Location"]) == (303, window.path)
    assert [each.ref for each in site.controller.state().trail.tried] == ["step-2"]


# ---- streams -----------------------------------------------------------------------------------


def events(client: Client, window: Opened) -> Iterator[dict[str, str]]:
    answer = client.ask(f"{window.path}/events", X_Token=window.secret)
    assert answer.status == 200
    with closing(answer):
        for part in iter(answer.readline, b""):
            if part.startswith(b"data: "):
                yield json.loads(part[6:])


def test_what_changes_is_sent_and_nothing_else(client: Client, window: Opened) -> None:
    stream = events(client, window)
    first = next(stream)
    while "steps" not in first or "PROBLEM" in first:
        first |= next(stream)
    window.post("do", "act=not-solved&ref=step-2")
    after: dict[str, str] = {}
    while "did not help" not in after.get("steps", ""):
        after |= next(stream)

    assert "way" not in after
    stream.close()  # type: ignore[attr-defined]  # a generator


def test_a_page_that_is_closed_is_noticed_and_a_reload_is_none(site: Site, window: Opened) -> None:
    hub = site.controller._hub
    stream = events(window.client, window)
    next(stream)
    assert (hub.listening(), hub.silent_since) == (1, None)
    stream.close()  # type: ignore[attr-defined]  # a generator
    until = time.monotonic() + 10
    while hub.listening() and time.monotonic() < until:
        hub.wait(1.0)
    assert hub.silent_since is not None
    again = events(window.client, window)
    next(again)
    assert hub.silent_since is None
    again.close()


def test_at_the_end_every_page_is_told_and_nothing_is_left(line: GivenLine) -> None:
    from tests.declared import catalog_of

    site = Site(line, catalog_of("en"), None, ())
    site.start()
    client = Client(site)
    window = Opened(client, site.pages.address(Purpose.HERE))
    stream = events(client, window)
    next(stream)
    end = threading.Timer(0.1, site.end, (5.0,))
    end.start()
    last: dict[str, str] = {}
    for event in stream:
        last |= event
    end.join()

    assert last["ended"] == "1"
    assert "This page has ended." in last["result"]
    with pytest.raises(OSError):
        client.ask("/")
