"""The portal's pages: redirects, heads and bodies that are made to harm."""

from __future__ import annotations

from portalcheck.demo import web
from portalcheck.demo.servers import Peer
from tests.hostile.behaviour import Behaviour
from tests.hostile.peers import CHUNKED, OK, at_once, drip, packed, without_end
from tests.hostile.stage import Stage, Step, after_tls
from tests.lab import names
from tests.lab.world import redirect
from tests.probe.world import says

_ODD = "portal-error portal-unreachable inconclusive"
_LONG = f"https://{names.PORTAL}/" + "x" * 1024 * 1024
_REDIRECTS = {
    "file": ("a file", "file:///etc/passwd"),
    "data": ("a page in the address itself", "data:text/html,<script>alert(1)</script>"),
    "script": ("a script", "javascript:alert(1)"),
    "ftp": ("FTP", "ftp://ftp.lab.example/x"),
    "metadata": ("a cloud's own data, over HTTP", "http://169.254.169.254/latest/meta-data/"),
    "metadata-tls": ("a cloud's own data, over TLS", "https://169.254.169.254/latest/meta-data/"),
    "loopback": ("this computer", "https://127.0.0.1:631/"),
    "loopback-6": ("this computer, over IPv6", "https://[::1]:631/"),
    "loopback-mapped": ("this computer, in a mapped address", "https://[::ffff:127.0.0.1]:631/"),
    "loopback-octal": ("this computer, in octal", "https://0177.0.0.1/"),
    "localhost": ("this computer, by name", "https://localhost:631/"),
    "unspecified": ("the address of nobody", "https://0.0.0.0/"),
    "nowhere": ("a port that does not exist", "https://portal.lab.example:99999/"),
}


def _portal(answer: web.Page | str) -> tuple[Step, ...]:
    application = redirect(answer) if isinstance(answer, str) else lambda asked: answer

    def step(stage: Stage) -> None:
        stage.world.apps[names.PORTAL] = application

    return (step,)


def _ever_longer(stage: Stage) -> None:
    stage.world.apps[names.PORTAL] = lambda asked: web.redirect(
        f"https://{names.PORTAL}{asked.target}{asked.target[-4000:]}/x"
    )


def _rebound(stage: Stage) -> None:
    """A name of the portal's own that leads to this computer."""
    stage.world.zone["inside.lab.example"] = ("127.0.0.1", "::1")
    stage.world.apps[names.PORTAL] = redirect("https://inside.lab.example:631/")


def _row(row_id: str, what: str, *steps: Step, cause: str) -> Behaviour:
    return Behaviour(
        id=f"http-{row_id}", who="portal", what=what, steps=steps, cause=frozenset(cause.split())
    )


REDIRECTS = (
    *(
        _row(f"to-{name}", f"redirects to {what}", *_portal(where), cause="redirect-problem")
        for name, (what, where) in _REDIRECTS.items()
    ),
    _row(
        "to-long", "redirects to an address of a mebibyte", *_portal(_LONG), cause=f"redirect-problem {_ODD}"
    ),
    _row(
        "to-rebound",
        "redirects to a name that leads to this computer",
        _rebound,
        cause="redirect-problem portal-unreachable dns-filtered inconclusive",
    ),
    _row("in-a-circle", "redirects to itself", *_portal(names.SIGN_IN), cause="redirect-problem"),
    _row("ever-longer", "redirects to ever longer addresses", _ever_longer, cause="redirect-problem"),
)

_HEADS = {
    "endless-header": ("a header without end", without_end(OK + b"Name: ", b"x" * 8192)),
    "endless-headers": ("headers without end", without_end(OK, b"Name: value\r\n" * 500)),
    "endless-status": ("a status line without end", without_end(b"HTTP/1.1 200 ", b"OK" * 4096)),
    "hints-flood": (
        "early hints without end",
        without_end(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 200),
    ),
    "continue-flood": (
        "`100 Continue` without end",
        without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400),
    ),
    "empty-lines": ("empty lines without end", without_end(b"", b"\r\n" * 4096)),
    "noise": ("noise without end", without_end(b"", b"\xff\x00\x1b[2J" * 2000)),
    "unasked": ("noise before it is asked", at_once(b"\xff\x00\x1b[2J" * 2000)),
    "status-drip": (
        "its status line, one byte a second",
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ),
    "header-drip": (
        "a header, one byte a second",
        without_end(OK + b"Name: ", b"x", pause_s=1.0),
    ),
    "silence": ("nothing after it was asked", Peer.ignore),
    "old": ("HTTP/0.9", says(b"<html>a page without a head</html>\r\n")),
    "ssh": ("SSH", says(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
    "http2": ("HTTP/2, which nobody asked for", says(b"\0\0\x12\4\0\0\0\0\0" + b"\0" * 18)),
    "nul": ("a header with NUL in it", says(OK + b"Na\0me: va\0lue\r\nContent-Length: 0\r\n\r\n")),
    "no-status": ("a status that is no number", says(b"HTTP/1.1 abc OK\r\n\r\n")),
    "two-lengths": (
        "two lengths that differ",
        says(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    ),
    "length-negative": ("a length below nothing", says(OK + b"Content-Length: -5\r\n\r\n")),
    "length-vast": ("a length of 26 digits", says(OK + b"Content-Length: " + b"9" * 26 + b"\r\n\r\n")),
    "switching": ("101, as if it had been asked", says(b"HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\n")),
}
_FORM = b'Content-Length: 23\r\n\r\n<input type="password">'
"""A page to sign in with, so that it is the head alone that is odd."""
_HARMLESS_HEADS = {
    "folded": ("a folded header", says(OK + b"Name: a\r\n b\r\n\tc\r\nContent-Length: 5\r\n\r\nhello")),
    "cookies": (
        "three hundred cookies",
        says(OK + b"".join(b"Set-Cookie: n%d=%s\r\n" % (n, b"x" * 99) for n in range(300)) + _FORM),
    ),
    "words": (
        "escape sequences in every header",
        says(OK + b"Server: \x1b]0;x\x07\xe2\x80\xae\r\nDate: \x1b[2J\r\n" + _FORM),
    ),
}
HEADS = (
    *(_row(name, what, after_tls(serve), cause=_ODD) for name, (what, serve) in _HEADS.items()),
    *(_row(name, what, after_tls(serve), cause="none") for name, (what, serve) in _HARMLESS_HEADS.items()),
    _row(
        "status-999",
        "status 999",
        after_tls(says(b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n")),
        cause="portal-error",
    ),
)

_BODIES = {
    "body-endless": ("a page without end", without_end(OK + b"\r\n", b"x" * 60_000)),
    "body-chunk-endless": ("one chunk without end", without_end(CHUNKED + b"FFFFFFFFFF\r\n", b"x" * 60_000)),
    "body-chunks-tiny": ("chunks of one byte without end", without_end(CHUNKED, b"1\r\nx\r\n" * 2000)),
    "body-extension": ("a chunk's extension without end", without_end(CHUNKED + b"5;", b"x" * 60_000)),
    "body-trailers": ("trailers without end", without_end(CHUNKED + b"0\r\n", b"Name: value\r\n" * 500)),
    "body-drip": (
        "a page, one byte a second",
        without_end(OK + b"Content-Length: 9999\r\n\r\n", b"x", pause_s=1.0),
    ),
    "body-chunk-drip": ("sizes of chunks, one byte a second", without_end(CHUNKED, b"1", pause_s=1.0)),
    "body-short": ("less than it said", says(OK + b"Content-Length: 99\r\n\r\nhello")),
    "body-more": ("more than it said", says(OK + b"Content-Length: 5\r\n\r\nhello, and more")),
    "body-bomb": ("a page that bursts when it is unpacked", packed()),
    "body-bomb-unknown": ("the same, packed in a way that nobody knows", packed("br, gzip, x")),
}
BODIES = tuple(
    _row(name, what, after_tls(serve), cause="none slow inconclusive")
    for name, (what, serve) in _BODIES.items()
)
