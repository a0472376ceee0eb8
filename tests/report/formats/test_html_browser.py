"""The page in a real Chromium: what it contacts, how it reads, looks, prints and copies."""

from __future__ import annotations

import os
import re
import shutil
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # carries no types
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from portalcheck.report.formats import html
from tests.declared import write_block
from tests.report.formats import hostile, reports
from tests.report.formats.formats import LANGUAGES
from tests.report.formats.test_views_agree import named, report_of

pytestmark = pytest.mark.slow

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
LIGHT_AND_DARK = ("light", "dark")
WIDE, NARROW = 1100, 320
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
KEPT = Path(os.environ["PORTALCHECK_SCREENSHOTS"]) if os.environ.get("PORTALCHECK_SCREENSHOTS") else None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this computer")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program)
        yield found
        found.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": WIDE, "height": 800})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def written(folder: Path, name: str = "stopped", lang: str = "en") -> Path:
    file = folder / f"{name}.{lang}.html"
    report = (
        hostile.everywhere("".join(hostile.STRINGS.values())) if name == "hostile" else reports.ALL[name]()
    )
    file.write_text(html.render(report, LANGUAGES[lang]), encoding="utf-8", newline="\n")
    return file


class Hits(BaseHTTPRequestHandler):
    """Notes every request."""

    def do_GET(self) -> None:  # the name is http.server's
        self.server.seen.append(self.path)  # type: ignore[attr-defined]  # set by the fixture
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # the name is http.server's

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    seen: list[str]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Hits) as made:
        made.seen = []
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize("name", [*reports.ALL, "hostile"])
def test_the_page_asks_for_nothing_and_breaks_no_rule_of_its_own(
    page: Page, tmp_path: Path, name: str
) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    file = written(tmp_path, name)
    page.goto(file.as_uri(), wait_until="networkidle")
    assert asked == [file.as_uri()]
    assert said == []
    assert page.evaluate("getComputedStyle(document.querySelector('.verdict')).borderLeftStyle") != "none"
    expect(page.locator("#copy")).to_be_visible()


TRIES = {
    "image": "new Image().src = URL",
    "fetch": "fetch(URL).catch(() => 0)",
    "script": "add('script', {src: URL})",
    "style sheet": "add('link', {rel: 'stylesheet', href: URL})",
    "frame": "add('iframe', {src: URL})",
    "socket": "new WebSocket(URL.replace('http', 'ws'))",
    "beacon": "navigator.sendBeacon(URL, 'x')",
    "form": "add('form', {action: URL, method: 'post'}).submit()",
    "font": "new FontFace('x', `url(${URL})`).load().catch(() => 0)",
    "style element": "add('style', {textContent: `body { background: url(${URL}) }`})",
    "style attribute": "document.body.setAttribute('style', `background: url(${URL})`)",
}
ADD = "const add = (tag, how) => document.body.appendChild(Object.assign(document.createElement(tag), how));"


@pytest.mark.parametrize("way", TRIES)
def test_the_policy_lets_nothing_out_whatever_gets_into_the_page(
    page: Page, tmp_path: Path, server: Server, way: str
) -> None:
    site = f"http://127.0.0.1:{server.server_address[1]}"
    program = f"() => {{ const URL = '{site}/out'; {ADD} setTimeout(() => {{ {TRIES[way]} }}, 0); }}"
    page.goto(written(tmp_path).as_uri())
    page.evaluate(program)
    page.wait_for_timeout(300)
    assert server.seen == []
    page.goto(f"{site}/control")
    page.evaluate(program)
    page.wait_for_timeout(300)
    assert "/out" in server.seen, "without the policy this way is open"


def test_a_script_that_gets_into_the_page_does_not_run(page: Page, tmp_path: Path) -> None:
    file = written(tmp_path)
    text = file.read_text(encoding="utf-8")
    planted = "<script>document.title = 'planted'</script><p onclick='x' id='p'>planted</p></main>"
    file.write_text(text.replace("</main>", planted), encoding="utf-8")
    page.goto(file.as_uri())
    assert page.locator("#p").count() == 1
    assert page.title() != "planted"


@pytest.mark.parametrize("scheme", LIGHT_AND_DARK)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [*reports.ALL, "hostile"])
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, name: str, lang: str, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": WIDE, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(written(tmp_path, name, lang).as_uri())
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        keep(page, f"{name}-{lang}-{scheme}-{width}")
        for unfolded in (False, True):
            page.evaluate(
                "open => document.querySelectorAll('details').forEach(d => d.open = open)", unfolded
            )
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
    context.close()


def keep(page: Page, name: str) -> None:
    if KEPT is not None:
        KEPT.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=KEPT / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", LIGHT_AND_DARK)
def test_colours_follow_the_system(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(written(tmp_path).as_uri())
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]
    context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", [*reports.ALL, "hostile"])
def test_on_a_narrow_screen_nothing_sticks_out(page: Page, tmp_path: Path, name: str, lang: str) -> None:
    page.set_viewport_size({"width": NARROW, "height": 640})
    page.goto(written(tmp_path, name, lang).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    inside = "svg => [...svg.querySelectorAll('text')].every(t => { const b = t.getBBox();"
    inside += " return b.x + b.width <= svg.viewBox.baseVal.width && b.y >= 0"
    inside += " && b.y + b.height <= svg.viewBox.baseVal.height; })"
    assert page.locator("svg.way").evaluate(inside)


def test_the_verdict_is_seen_first(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": NARROW, "height": 640})
    page.goto(written(tmp_path).as_uri())
    box = page.get_by_role("heading", level=1).bounding_box()
    assert box
    assert box["y"] + box["height"] < 320
    assert page.locator("h1, h2").first.evaluate("e => e.tagName") == "H1"


def test_a_screen_reader_is_told_of_the_picture_in_words(page: Page, tmp_path: Path) -> None:
    page.goto(written(tmp_path).as_uri())
    picture = page.get_by_role("img")
    expect(picture).to_have_count(1)
    expect(picture).to_have_accessible_name(re.compile(r"stops at: VPN\..*You.* -> VPN \(STOPS HERE\) -> "))


@pytest.mark.parametrize("clipboard", ["interface", "command"])
def test_the_button_copies_the_block_and_says_so(
    context: BrowserContext, page: Page, tmp_path: Path, clipboard: str
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    if clipboard == "command":
        page.add_init_script(NO_CLIPBOARD)
    page.goto(written(tmp_path).as_uri())
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    reader = context.new_page()
    reader.goto(written(tmp_path, "healthy").as_uri())
    copied = reader.evaluate("navigator.clipboard.readText()")
    assert copied.rstrip("\n") == write_block(reports.stopped()).rstrip("\n")


def test_where_nothing_can_be_copied_the_page_says_what_to_do(page: Page, tmp_path: Path) -> None:
    page.add_init_script(NO_CLIPBOARD + "document.execCommand = () => false")
    page.goto(written(tmp_path).as_uri())
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Please copy it by hand.")


def test_without_script_all_of_it_can_be_read_and_unfolded(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written(tmp_path).as_uri())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("img")).to_be_visible()
    expect(page.locator("#block")).to_contain_text("END PORTALCHECK REPORT")
    expect(page.get_by_text(reports.stopped().code, exact=True)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    line = page.get_by_text("Edge 98 is out of date.")
    expect(line).to_be_hidden()
    page.get_by_text("Show all checks").click()
    expect(line).to_be_visible()
    context.close()


def test_the_keyboard_reaches_all_that_can_be_done_in_order(page: Page, tmp_path: Path) -> None:
    page.goto(written(tmp_path).as_uri())
    reached = []
    for _ in range(7):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "SUMMARY":
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            page.keyboard.press("Enter")
    assert reached == ["SUMMARY", "copy", "SUMMARY", "SUMMARY", "SUMMARY", "print", "BODY"]
    assert page.locator("details[open]").count() == 4


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", reports.ALL)
def test_on_paper_it_is_one_page_for_the_person(
    browser: Browser, tmp_path: Path, name: str, lang: str
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(written(tmp_path, name, lang).as_uri())
    page.emulate_media(media="print")
    expect(page.locator("#copy")).to_be_hidden()
    expect(page.locator("#block")).to_be_hidden()
    expect(page.get_by_text(reports.ALL[name]().code, exact=True)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))) == 1
    context.close()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_to_do_first_begins_on_the_first_screen_of_a_phone(
    page: Page, tmp_path: Path, lang: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    late: dict[str, float] = {}
    for name, cause in named().items():
        file = tmp_path / f"{name}.html"
        file.write_text(html.render(report_of(cause, ()), LANGUAGES[lang]), encoding="utf-8", newline="\n")
        page.goto(file.as_uri())
        box = page.locator("#first-heading").bounding_box()
        assert box
        late |= {name: box["y"]} if box["y"] > 400 else {}
    assert late == {}
