"""Where the browser is known, what to do is told in its name and in the words of its menus."""

from __future__ import annotations

import pytest

from portalcheck.model import Arg, Outcome, Report, ReportFinding, Status, Step
from portalcheck.report import guidance as advice
from portalcheck.report.formats.html import render as html
from portalcheck.report.formats.text import render as text
from tests.declared import catalog_of
from tests.report.formats import reports
from tests.report.formats.reports import FAIL, HIGH, LOW, NOTE, OK, WARN, check, finding

BROWSERS = ("chrome", "chromium", "edge", "brave", "opera", "vivaldi", "firefox", "safari", "epiphany")
EVERY_LANGUAGE = pytest.mark.parametrize("lang", ["en", "es"])


def found(cause: str, reason: str, status: Status, *others: str, **args: Arg) -> Report:
    """A report of a cause that rests on one finding; `others` are browsers that keep nothing yet."""
    cookies = check("cookies", 3, *(finding("cookies.fresh-browser", OK, browser=name) for name in others))
    steps = (Step("step-4", HIGH, (f"cause:{cause}",)), Step("step-5", LOW, (f"cause:{cause}",)))
    return reports.report(
        Outcome.FAIL,
        cause,
        steps,
        (check("browser", 3, ReportFinding(reason, status, args)), cookies),
        code=1,
    )


@EVERY_LANGUAGE
@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize(
    ("cause", "reason", "menu"),
    [
        ("cookies-blocked", "browser.blocks-cookies", "menu_allow"),
        ("cookies-stale", "cookies.too-large", "menu_data"),
        ("cookies-stale", "cookies.duplicates", "menu_data"),
        ("software-outdated", "browser.version", "menu_update"),
    ],
)
def test_the_browser_and_the_way_through_its_menus_are_named(
    lang: str, browser: str, cause: str, reason: str, menu: str
) -> None:
    catalog = catalog_of(lang)
    actions = " ".join(advice.actions(found(cause, reason, WARN, browser=browser), catalog))
    assert catalog.term("browser", browser) in actions
    assert catalog.term(menu, browser) in actions
    assert catalog.term(menu, browser) != browser
    assert "{" not in actions


@EVERY_LANGUAGE
def test_without_a_browser_the_words_fit_any(lang: str) -> None:
    catalog = catalog_of(lang)
    outdated = found("software-outdated", "system.outdated", WARN, os="linux", release="debian 9")
    assert advice.actions(outdated, catalog) == catalog.cause("software-outdated").actions


@EVERY_LANGUAGE
@pytest.mark.parametrize("browser", ["another", "a-browser-of-next-year"])
def test_of_a_browser_that_is_not_known_no_menu_is_named(lang: str, browser: str) -> None:
    catalog = catalog_of(lang)
    report = found(
        "cookies-blocked", "browser.blocks-cookies", FAIL, browser=browser, scope="all", by="setting"
    )
    assert advice.actions(report, catalog) == catalog.cause("cookies-blocked").actions


def test_a_sentence_that_begins_with_a_browser_begins_with_a_capital() -> None:
    english = catalog_of("en")
    assert english.reason("browser.clears-on-exit", {"browser": "another"}).startswith(
        "A browser that we do not know drops"
    )
    assert (
        english.reason("browser.default", {"browser": "another"})
        == "Links open in a browser that we do not know."
    )
    assert english.reason("domain.official", {"host": "portal.example"}).startswith("portal.example ")


def test_a_block_that_stops_comes_before_one_that_does_not() -> None:
    both = check(
        "browser",
        3,
        finding("browser.blocks-cookies", NOTE, browser="edge", scope="third-party", by="setting"),
        finding("browser.blocks-cookies", WARN, browser="opera", scope="all", by="setting"),
        finding("browser.blocks-cookies", FAIL, browser="firefox", scope="all", by="setting"),
    )
    report = reports.report(Outcome.FAIL, "cookies-blocked", (Step("step-6", HIGH, ()),), (both,), code=1)
    assert "Firefox" in advice.actions(report, catalog_of("en"))[0]


@EVERY_LANGUAGE
def test_the_step_that_tries_another_browser_names_one_that_keeps_nothing_of_the_site(lang: str) -> None:
    report = found("cookies-stale", "cookies.duplicates", WARN, "firefox", browser="chrome")
    catalog = catalog_of(lang)
    (step,) = advice.guidance(report, catalog).further
    told = step.hint
    assert "Firefox" in told
    assert told.split(",", maxsplit=1)[0] in " ".join(text(report, catalog).split())
    assert told.split(",", maxsplit=1)[0] in " ".join(html(report, catalog).split())


def test_a_browser_that_blocks_the_portals_cookies_is_not_recommended() -> None:
    report = found("cookies-blocked", "browser.blocks-cookies", FAIL, "firefox", browser="firefox")
    assert "Firefox" not in " ".join(step.hint for step in advice.guidance(report, catalog_of("en")).further)
    third = found("x", "browser.blocks-cookies", NOTE, "firefox", browser="firefox", scope="third-party")
    assert "Firefox" in " ".join(step.hint for step in advice.guidance(third, catalog_of("en")).further)


@EVERY_LANGUAGE
@pytest.mark.parametrize(
    ("profile", "shown"), [(1, False), (2, True), (None, False), ("x", False), (True, False)]
)
def test_a_profile_is_told_from_the_second_on(lang: str, profile: Arg, shown: bool) -> None:
    sentence = catalog_of(lang).reason("cookies.expired", {"browser": "chrome", "profile": profile})
    assert ("(" in sentence) is shown
    assert "  " not in sentence
