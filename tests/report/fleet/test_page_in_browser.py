"""The summary's page in a real Chromium: what it contacts, whether all can read it, whether it fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # carries no types
from playwright.sync_api import Browser

from portalcheck.report.fleet import html as fleet_html
from tests.declared import catalog_of
from tests.report.fleet.making import everything, lines, of_bytes
from tests.report.fleet.test_formats import forged
from tests.report.formats import hostile
from tests.report.formats.test_html_browser import browser  # noqa: F401  a fixture

pytestmark = pytest.mark.slow


def written(folder: Path, lang: str) -> str:
    path = folder / "fleet.html"
    path.write_text(fleet_html.render(everything(), catalog_of(lang)), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1100])
def test_the_page_breaks_no_rule_of_accessibility_and_fits(
    browser: Browser,  # noqa: F811  the fixture
    tmp_path: Path,
    lang: str,
    scheme: str,
    width: int,
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # one of the literals
    page = context.new_page()
    page.goto(written(tmp_path, lang))
    found = Axe().run(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found.violations_count == 0, found.generate_report()
    assert wide <= width


def test_a_page_of_hostile_reports_contacts_nobody_and_runs_nothing(
    browser: Browser,  # noqa: F811  the fixture
    tmp_path: Path,
) -> None:
    path = tmp_path / "hostile.html"
    texts = (text for name, text in hostile.STRINGS.items() if name != "surrogates")
    summary = of_bytes(lines(forged(text, number) for number, text in enumerate(texts)))
    path.write_text(fleet_html.render(summary, catalog_of("en")), "utf-8")
    context = browser.new_context()
    page = context.new_page()
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(path.as_uri())
    bars = page.locator("svg.bar").count()
    context.close()

    assert (asked, said) == ([path.as_uri()], [])
    assert bars > 10
