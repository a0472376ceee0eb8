"""The page on the practice portal in a real Chromium: what it shows, whether all can use it, and what ends it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # carries no types
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.declared import read_paste
from tests.guide.situation import told
from tests.report.formats.test_html_browser import NAMES, keep

pytestmark = [pytest.mark.slow, pytest.mark.not_on_windows("program", "a browser of the system's")]

WIDE, NARROW = 1100, 320
HOSTS = ("portal.practice.example", "id.practice.example")
LANGUAGES = ("en", "es")
PATIENCE_MS = 30_000


class Guide:
    """The practised program: where its page is, and what came of it."""

    def __init__(self, fault: str, lang: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.guide.practised", fault, lang],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self.process.stderr is not None
        said = ""
        while (address := re.search(r"http://127\.0\.0\.1:\d+/s/\S+", said)) is None:
            line = self.process.stderr.readline()
            assert line, said
            said += line
        front = re.search(r"front (\d+)", said)
        assert front is not None
        self.address, self.front = address[0], int(front[1])

    def end(self) -> dict[str, Any]:
        """Ctrl-C, and the report."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=30)
        assert out, err
        report: dict[str, Any] = json.loads(out)
        return report

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def guide() -> Iterator[Callable[..., Guide]]:
    begun: list[Guide] = []

    def begin(fault: str = "healthy", lang: str = "en") -> Guide:
        begun.append(Guide(fault, lang))
        return begun[-1]

    yield begin
    for each in begun:
        if each.process.poll() is None:
            each.kill()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as found:
        yield found


@contextmanager
def browser_for(playwright: Playwright, guide: Guide) -> Iterator[Browser]:
    """A Chromium that finds the practice portal where it really is, and nobody else."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this computer")
    led = ", ".join(f"MAP {host}:443 127.0.0.1:{guide.front}" for host in HOSTS)
    rules = f"{led}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    arguments = [f"--host-resolver-rules={rules}", "--ignore-certificate-errors", "--disable-quic"]
    browser = playwright.chromium.launch(executable_path=program, args=arguments)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def opened(playwright: Playwright, guide: Guide, **context: Any) -> Iterator[Page]:
    """The page, opened."""
    with browser_for(playwright, guide) as browser:
        made = browser.new_context(**{"viewport": {"width": WIDE, "height": 900}, **context})
        page = made.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(guide.address)
        yield page


def told_all(page: Page) -> None:
    """Wait until the verdict is there, and the browser's tests are done."""
    expect(page.locator("#part-browser li").first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".going")).to_have_count(0, timeout=PATIENCE_MS)


def verdict(page: Page) -> str:
    return page.locator("#part-result h2").first.inner_text()


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


Begin = Callable[..., Guide]


def test_a_healthy_browser_is_told_so_and_contacts_nobody_else(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    asked: list[str] = []
    said: list[str] = []
    with browser_for(playwright, running) as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(running.address)
        told_all(page)
        assert "gets an answer from the portal" in page.locator("#part-browser").inner_text()
        assert "Nothing that was checked here stops you" in verdict(page)
        token = running.address.rpartition("/")[2]
        assert token not in page.content()
        assert token not in page.url
    report = running.end()

    hosts = {re.sub(r"^\w+://([^/:]+).*", r"\1", url) for url in asked}
    assert hosts == {"127.0.0.1", "localhost", *HOSTS}
    assert said == []
    assert {"page.reaches role=portal", "page.cookies-work", "page.opened private=unknown"} <= told(report)
    assert report["exit_code"] == 0


def sizes(page: Page) -> None:
    """Nothing sticks out on a narrow screen, nor where text is twice as large."""
    page.set_viewport_size({"width": NARROW, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW
    page.set_viewport_size({"width": 2 * NARROW, "height": 700})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") == 2 * NARROW
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": WIDE, "height": 900})


def fit_for_all(page: Page, name: str) -> None:
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        keep(page, f"guide-{name}-{width}")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    sizes(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_is_fit_for_all(guide: Begin, playwright: Playwright, lang: str, scheme: str) -> None:
    running = guide("cookies-stale", lang)
    with opened(playwright, running, color_scheme=scheme) as page:
        told_all(page)
        fit_for_all(page, f"verdict-{lang}-{scheme}")
        page.locator("#act-address-private").click()
        expect(page.locator("#address")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        fit_for_all(page, f"address-{lang}-{scheme}")
        first = page.locator("details.step[open]").first.get_attribute("id")
        page.locator(f"#{first}-not-solved").click()
        expect(page.locator(f"#{first} .quiet")).to_be_visible()
        fit_for_all(page, f"tried-{lang}-{scheme}")
        page.locator("#act-again").click()
        expect(page.locator("#changes-heading")).to_be_visible(timeout=PATIENCE_MS)
        told_all(page)
        fit_for_all(page, f"again-{lang}-{scheme}")
        page.locator("details.step[open] button.strong").locator("visible=true").first.click()
        expect(page.locator("#again-not-solved")).to_be_visible()
        fit_for_all(page, f"solved-{lang}-{scheme}")
        running.end()
        expect(page.locator("#part-steps")).to_be_empty()
        expect(page.locator("#act-again")).to_have_count(0)
        fit_for_all(page, f"over-{lang}-{scheme}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_while_it_goes_on_it_is_fit_for_all_and_can_be_stopped(
    guide: Begin, playwright: Playwright, lang: str
) -> None:
    running = guide("tls-blocked-silently", lang)
    with opened(playwright, running) as page:
        expect(page.locator(".going .word.ok").first).to_be_visible()
        fit_for_all(page, f"going-{lang}")
        page.locator("#act-stop").click()
        expect(page.locator(".going")).to_have_count(0, timeout=5000)
        fit_for_all(page, f"stopped-{lang}")
    report = running.end()

    assert report["complete"] is False
    assert report["duration_ms"] < 9000


def test_by_keyboard_alone_from_the_verdict_to_the_end(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)

        def focused() -> str:
            return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))

        def go_to(name: str) -> None:
            for _ in range(60):
                page.keyboard.press("Tab")
                if focused() == name:
                    return
            raise AssertionError(name)

        go_to("step-2-not-solved")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page.locator("#step-3[open]")).to_be_visible()
        page.evaluate("document.activeElement.blur()")
        go_to("step-3-solved")
        page.keyboard.press("Enter")
        expect(page.locator("#again-not-solved")).to_be_visible()
        assert "Get a new password" in verdict(page)
    report = running.end()

    assert report["tried"] == [
        {"ref": "step-2", "outcome": "not-solved"},
        {"ref": "step-3", "outcome": "solved"},
    ]


def test_what_arrives_takes_the_focus_from_nobody(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        page.locator("#tell summary").focus()
        page.locator("#symptom-error-3").focus()
        other = page.context.new_page()
        other.goto(page.url)
        click(other, "Check again")
        expect(other.locator("#changes-heading")).to_be_visible(timeout=PATIENCE_MS)
        told_all(page)
        assert page.evaluate("document.activeElement.id") == "symptom-error-3"
        assert page.locator("#act-again").bounding_box()["height"] >= 24  # type: ignore[index]  # it is shown
    running.end()


def test_what_the_sign_in_page_says_leads_to_other_steps(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        page.locator("#symptom-error-2").check()
        click(page, "Show me what to do")
        expect(page.locator("details.step[open]").first).to_have_attribute("id", "step-8")
        assert "Do not sign in before the lock is over" in page.locator("#part-result").inner_text()
        assert page.locator("#step-8-solved").inner_text() == "This solved it"
        assert page.locator("#step-2").count() == 0  # which asks for another try
    assert running.end()["symptoms"] == ["error-2"]


def test_without_scripts_the_page_says_so_and_its_forms_work(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running, java_script_enabled=False) as page:
        expect(page.locator("#step-2-not-solved")).to_be_visible(timeout=PATIENCE_MS)
        assert "Scripts are off in this browser" in page.locator("body").inner_text()
        assert page.locator("#copy-block").is_hidden()
        click(page, "Still not")
        expect(page.locator("#step-3[open]")).to_be_visible()
        page.wait_for_timeout(5500)  # so long nothing is concluded from a script that gives no sign
        page.reload()
        assert "runs no scripts" in page.locator("#part-result").inner_text()
        keep(page, "guide-no-scripts")
        assert page.locator("#block").text_content()
    report = running.end()

    assert {"page.scripts-off", "page.untested why=no-scripts"} <= told(report)
    assert report["cause"] == "browser-blocks"
    assert report["tried"] == [{"ref": "step-2", "outcome": "not-solved"}]


def test_two_tabs_a_reload_and_the_back_button_show_the_same(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        second = page.context.new_page()
        second.goto(page.url)
        click(second, "Still not")
        expect(page.locator("#step-3[open]")).to_be_visible()
        page.reload()
        expect(page.locator("#step-3[open]")).to_be_visible()
        page.goto("about:blank")
        page.go_back()
        expect(page.locator("#step-3[open]")).to_be_visible()
        click(page, "Skip")
        expect(second.locator("#step-4[open]")).to_be_visible()
    running.end()


def test_an_address_that_was_used_says_what_to_do(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        other = page.context.new_page()
        answer = other.goto(running.address)
        assert answer is not None
        assert answer.status == 403
        assert "Go on there" in other.locator("body").inner_text()
    running.end()


def test_a_private_window_joins_by_an_address_that_works_once(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        click(page, "Address for a private window")
        address = page.locator("#address").input_value()
        browser = page.context.browser
        assert browser is not None
        private = browser.new_context()
        window = private.new_page()
        window.goto(address)
        told_all(window)
        expect(page.locator("#part-browser")).to_contain_text("A private window of Chromium")
        refused = private.new_page().goto(address)
        assert refused is not None
        assert refused.status == 403
    report = running.end()

    assert {"page.private-works", "page.opened private=True"} <= told(report)


def test_the_report_can_be_copied_and_saved(guide: Begin, playwright: Playwright, tmp_path: Path) -> None:
    running = guide()
    with opened(playwright, running) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        told_all(page)
        click(page, "Copy the report for the help desk")
        expect(page.get_by_role("status")).to_have_text("Copied")
        (pasted,) = read_paste(page.evaluate("navigator.clipboard.readText()"))
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save as a file").click()
        saved.value.save_as(tmp_path / "report.html")
        code = page.locator(".code.large").inner_text()
    report = running.end()

    assert pasted.integrity == "complete"
    assert pasted.fields["code"] == code == report["code"]
    assert code in (tmp_path / "report.html").read_text("utf-8")


def test_a_program_that_is_killed_is_missed(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        running.kill()
        expect(page.locator("#said")).to_have_text(re.compile("has lost its program"), timeout=PATIENCE_MS)
        keep(page, "guide-lost")


def test_what_was_tried_survives_a_crash_and_is_gone_on_with(guide: Begin, playwright: Playwright) -> None:
    running = guide()
    with opened(playwright, running) as page:
        told_all(page)
        click(page, "Still not")
        expect(page.locator("#step-3[open]")).to_be_visible()
        running.kill()
    again = guide()
    with opened(playwright, again) as page:
        told_all(page)
        expect(page.locator("#step-3[open]")).to_be_visible()
        assert "goes on where you stopped" in page.locator("#part-steps").inner_text()
        click(page, "Start over")
        expect(page.locator("#step-2[open]")).to_be_visible()
    report = again.end()

    assert "tried" not in report
    kept = Path(os.environ["HOME"]) / ".local/share/portalcheck"
    assert [each.name for each in kept.iterdir()] == ["last-report.json"]


@pytest.mark.parametrize(
    "blocked", ["**/page.css", "**/events", "**/tests", "**/cookies", "http://localhost:*/**"]
)
def test_a_blocker_that_takes_a_part_of_the_page_leaves_the_rest(
    guide: Begin, playwright: Playwright, blocked: str
) -> None:
    running = guide()
    with browser_for(playwright, running) as browser:
        context: BrowserContext = browser.new_context(locale="de-DE")
        context.route(blocked, lambda route: route.abort())
        page = context.new_page()
        page.goto(running.address)
        page.wait_for_timeout(1500)
        page.reload()
        expect(page.locator("#step-2-not-solved")).to_be_visible(timeout=PATIENCE_MS)
        click(page, "Still not")
        page.wait_for_timeout(500)
        page.reload()
        expect(page.locator("#step-3[open]")).to_be_visible()
    report = running.end()

    assert told(report) & {"page.blocked", "page.cookies-blocked scope=all", "page.scripts-off"} == set()
    assert report["outcome"] == "ok"
