"""The help desk's box in a real Chromium: what it means is shown as one types, and nobody else gets at it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # carries no types
from playwright.sync_api import Browser, Page, expect, sync_playwright

from portalcheck.cli.commands.read import understood
from portalcheck.guide.desk import Desk
from tests.declared import catalog_of, encode, write_block
from tests.guide.test_server import Client
from tests.report.formats import reports
from tests.report.formats.test_html_browser import NAMES, keep

pytestmark = [pytest.mark.slow, pytest.mark.not_on_windows("program", "a browser of the system's")]
CODE = encode("vpn-breaks", "windows", {})


@pytest.fixture(params=["en", "es"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    words = catalog_of(request.param)
    made = Desk(words, lambda text: understood(text, words))
    yield made
    made.end()
    assert made.fault is None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this computer")
    with sync_playwright() as playwright:
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        found = playwright.chromium.launch(executable_path=program, args=[rules])
        yield found
        found.close()


def fit_for_all(page: Page, name: str) -> None:
    for width in (1100, 320):
        page.set_viewport_size({"width": width, "height": 800})
        keep(page, f"desk-{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_what_is_typed_is_understood_as_read_understands_it(desk: Desk, browser: Browser) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(desk.start())
    for text in (CODE, write_block(reports.stopped()), "7K4M-9QXC-T3", "Hello"):
        page.locator("#box").fill(text)
        told = understood(text, desk.words)
        expect(page.locator("#answer")).to_have_text(re.compile(re.escape(told.split("\n")[0])))
        assert page.locator("#answer").inner_text().split() == told.split()
    page.locator("#box").fill(write_block(reports.stopped()))
    expect(page.locator("#answer")).to_contain_text("vpn-breaks")
    fit_for_all(page, f"read-{desk.words.lang}")
    page.locator("#box").fill("")
    expect(page.locator("#answer")).to_have_text("")
    assert said == []
    page.close()


def test_without_scripts_the_form_does_the_same(desk: Desk, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.start())
    hostile = f"</textarea><script>document.title='x'</script>\n{CODE}"
    page.locator("#box").fill(hostile)
    page.locator("#show").click()
    expect(page.locator("#answer")).to_contain_text("vpn-breaks")
    assert page.locator("#box").input_value().strip() == hostile
    keep(page, f"desk-no-scripts-{desk.words.lang}")  # axe itself needs scripts
    context.close()


def test_without_the_secret_nobody_reads_anything(desk: Desk) -> None:
    path = desk.start().removeprefix(desk.pages.origin)
    client = Client(desk)
    location = client.ask(path).headers["Location"]
    assert client.ask(str(location)).status == 200
    assert client.ask(path).status == 403
    for what in ("read", "events"):
        assert client.ask(f"{location}/{what}", "POST", body=CODE.encode()).status == 403
    assert client.ask(f"{location}/events").status == 403
