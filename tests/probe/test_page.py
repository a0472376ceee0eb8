"""What kind a page is, by its markup and first words: one to sign in with, or one that only speaks."""

from __future__ import annotations

import time

import pytest

from portalcheck.facts import PageKind
from portalcheck.probe.http.page import kind_of

FORM = "<form><input name=user><input type=password></form>"
SCRIPT = '<script src="/app.js"></script>'
COUNTER = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script><script>gtag("js")</script>'
)


def kind(body: str, title: str = "", *, content_type: str = "text/html") -> PageKind:
    """The kind of a whole page."""
    page = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
    return kind_of(page.encode(), content_type, whole=True)


@pytest.mark.parametrize(
    ("body", "title", "expected"),
    [
        (FORM, "Sign in", PageKind.FORM),
        (f"<h1>Scheduled maintenance on Sunday</h1>{FORM}", "Site maintenance", PageKind.FORM),
        ("<form><input type=hidden name=a></form><h1>Down for maintenance</h1>", "", PageKind.MAINTENANCE),
        ('<div id="root"></div>' + SCRIPT, "Portal", PageKind.DRAWN),
        ('<h1 class="hidden">Your browser is not supported</h1>' + SCRIPT, "Portal", PageKind.DRAWN),
        ("<script>document.write(form)</script>", "Portal", PageKind.DRAWN),
        ('<iframe src="/sign-in"></iframe>', "Portal", PageKind.DRAWN),
        ('<meta http-equiv=refresh content="0;url=/login">', "", PageKind.DRAWN),
        ("<noscript>Please turn on scripts</noscript>" + SCRIPT, "", PageKind.DRAWN),
        ('<p>Planned maintenance on Sunday</p><a href="/login">Sign in</a>', "Portal", PageKind.BARE),
        ("<p>Welcome to the clinic</p>", "Clinic", PageKind.BARE),
        ("<h1>We'll be back soon!</h1>" + COUNTER, "Portal", PageKind.MAINTENANCE),
        (SCRIPT, "Portal - Under maintenance", PageKind.MAINTENANCE),
        ("<h1>Estamos en mantenimiento</h1>", "Portal", PageKind.MAINTENANCE),
        ("<p>El portal no est&aacute; disponible</p>", "", PageKind.MAINTENANCE),
        ("<h1>Your browser is no longer supported</h1>", "", PageKind.OLD_BROWSER),
        ("<p>Actualice su navegador</p>", "", PageKind.OLD_BROWSER),
        ("<h1>Access denied</h1>", "", PageKind.REFUSAL),
        ("The requested URL was rejected. Your support ID is: 1" + SCRIPT, "", PageKind.REFUSAL),
        ("<h1>Acceso denegado</h1>", "", PageKind.REFUSAL),
        ("<h1>Internal Server Error</h1>", "", PageKind.FAULT),
        ("<h1>It works!</h1>", "", PageKind.SOMETHING_ELSE),
        ("", "", PageKind.EMPTY),
        (f"<!-- {FORM} -->", "", PageKind.EMPTY),
    ],
)  # fmt: skip
def test_a_page_is_what_its_markup_and_first_words_say(body: str, title: str, expected: PageKind) -> None:
    assert kind(body, title) is expected


@pytest.mark.parametrize("head", [b"", b"  \r\n"])
def test_nothing_at_all_is_an_empty_page(head: bytes) -> None:
    assert kind_of(head, "", whole=True) is PageKind.EMPTY


@pytest.mark.parametrize(
    ("head", "whole"),
    [(b"\x1f\x8b\x08\x00abc", True), (b"\x00\x01\x02", True), (b"<h1>Down for maintenance", False)],
)
def test_of_what_is_packed_or_cut_nothing_is_said(head: bytes, whole: bool) -> None:
    assert kind_of(head, "text/html", whole=whole) is PageKind.UNKNOWN


def test_other_charsets_are_read() -> None:
    assert (
        kind_of("<h1>en mantenimiento</h1>".encode("utf-16"), "text/html", whole=True) is PageKind.MAINTENANCE
    )
    assert kind("<h1>Access denied</h1>", content_type="text/html; charset=nonsense") is PageKind.REFUSAL


@pytest.mark.parametrize(
    "piece",
    [
        "<script ",
        "<!--",
        "<input ",
        "<meta refresh ",
        "<h1>",
        "<a >",
        "<",
        "<script>",
        "<iframe _incapsula_resource?",
    ],
)
def test_a_hostile_page_costs_no_time(piece: str) -> None:
    began = time.process_time()
    kind_of((piece * 65536)[:65536].encode(), "", whole=True)
    assert time.process_time() - began < 1.0
