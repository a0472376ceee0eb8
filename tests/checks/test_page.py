"""What the check makes of what the page saw in the person's own browser."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from portalcheck.api import (
    DIRECT,
    Answer,
    CookieBlock,
    CookieScope,
    Failure,
    Forbidden,
    OpenPage,
    OwnProxy,
    OwnWay,
    PageBlock,
    PageTests,
    RootStore,
    SetBy,
    System,
    TraceEnd,
)
from portalcheck.testing import (
    assert_well_declared,
    browser_profile,
    chain,
    computer,
    context,
    hop,
    http,
    outcomes,
    run,
    trace,
    unreachable,
)
from portalcheck_checks.page.check import CHECK, Doubt, Read, doubt_of, judge, read

CAME, REFUSED, LATE = Answer.CAME, Answer.REFUSED, Answer.LATE
FINE = PageTests(
    own_site=True, other_site=True, portal=(CAME,), cookies=True, others_cookies=True, storage=True
)
HERE = OpenPage(url="http://127.0.0.1:1/w/x", browser="chrome", version="150.0", scripts=True, tests=FINE)


UNREAD = Read()


def page(tests: PageTests | None = FINE, **more: Any) -> OpenPage:
    return msgspec.structs.replace(HERE, tests=tests, **more)


def but(**more: Any) -> PageTests:
    return msgspec.structs.replace(FINE, **more)


def refused(**more: Any) -> PageTests:
    return but(portal=(REFUSED,) * 3, **more)


def said(
    *pages: OpenPage, files: Read = UNREAD, doubt: Doubt | None = None, led_on: bool = False
) -> set[str]:
    found = judge(pages, files, lambda: (doubt, led_on))
    return {f"{each.reason} {each.status}" for each in found} - {"page.opened ok"}


PRIVATE = page(first=False, private=True)
OTHER = page(first=False, private=False, browser="firefox")


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (FINE, {"page.reaches ok", "page.cookies-work ok"}),
        (but(portal=(REFUSED, CAME)), {"page.reaches ok", "page.cookies-work ok"}),
        (but(portal=(LATE, CAME)), {"page.reaches ok", "page.cookies-work ok"}),
        (refused(), {"page.blocked warn", "page.cookies-work ok"}),
        (but(portal=(LATE, LATE)), {"page.blocked warn", "page.cookies-work ok"}),
        (but(portal=()), {"page.untested unknown", "page.cookies-work ok"}),
        (refused(other_site=False), {"page.untested unknown", "page.cookies-work ok"}),
        (refused(own_site=False), {"page.untested unknown", "page.cookies-work ok"}),
        (but(cookies=False, storage=False), {"page.reaches ok", "page.cookies-blocked fail"}),
        (but(cookies=None), {"page.reaches ok"}),
        (
            but(others_cookies=False),
            {"page.reaches ok", "page.cookies-work ok", "page.cookies-blocked note"},
        ),
        (but(storage=False), {"page.reaches ok", "page.cookies-work ok", "page.storage-blocked warn"}),
        (but(missing=("fetch",)), {"page.reaches ok", "page.cookies-work ok", "page.too-old warn"}),
    ],
)
def test_what_one_window_tells(told: PageTests, found: set[str]) -> None:
    assert said(page(told)) == found


@pytest.mark.parametrize("doubt", [each for each in Doubt if each not in (Doubt.OWN_PAGE, Doubt.OTHER_SITES)])
def test_a_refusal_that_may_have_another_reason_blames_nobody(doubt: Doubt) -> None:
    findings = list(judge([page(refused())], Read(), lambda: (doubt, True)))

    assert ("page.untested", "unknown") in outcomes(findings)
    assert {each.args.get("why") for each in findings if each.reason == "page.untested"} == {doubt}
    assert "page.blocked" not in {each.reason for each in findings}


@pytest.mark.parametrize(
    ("window", "way"), [(PRIVATE, "page.private-works ok"), (OTHER, "page.other-works ok")]
)
def test_another_window_that_gets_through_is_the_proof(window: OpenPage, way: str) -> None:
    assert said(page(refused()), window) == {"page.blocked fail", "page.cookies-work ok", way}
    assert "page.scripts-off fail" in said(page(None, scripts=False), window)
    assert "page.storage-blocked fail" in said(page(but(storage=False)), window)
    assert "page.sign-in-seen fail" in said(page(sign_in_seen=False), window)


@pytest.mark.parametrize("broken", [None, refused(), but(cookies=False), but(portal=())])
def test_another_window_that_does_not_get_through_proves_nothing(broken: PageTests | None) -> None:
    found = said(page(refused()), msgspec.structs.replace(PRIVATE, tests=broken))

    assert found == {"page.blocked warn", "page.cookies-work ok"}


def test_what_files_explain_needs_no_proof() -> None:
    assert "page.blocked fail" in said(page(refused()), files=Read(forbids=True))
    assert "page.scripts-off fail" in said(page(None, scripts=False), files=Read(scripts=True))
    assert "page.sign-in-seen fail" in said(page(sign_in_seen=False), files=Read(forbids=True))


def test_a_rule_that_spares_the_portal_is_no_fault() -> None:
    blocked = page(but(cookies=False))

    assert "page.cookies-blocked note" in said(blocked, files=Read(cookies=False, all_cookies=True))
    assert "page.cookies-blocked fail" in said(blocked, files=Read(cookies=False, all_cookies=False))
    assert "page.cookies-blocked fail" in said(blocked, files=Read(cookies=True, all_cookies=True))


@pytest.mark.parametrize(
    ("identity", "plain", "led_on", "role"),
    [
        (None, None, True, "portal"),
        (CAME, CAME, True, "portal"),
        (REFUSED, REFUSED, True, "portal"),
        (REFUSED, CAME, False, "portal"),
        (REFUSED, CAME, True, "identity"),
        (LATE, CAME, True, "identity"),
    ],
)
def test_the_host_that_signs_in_is_blamed_only_where_the_portal_itself_answers(
    identity: Answer | None, plain: Answer | None, led_on: bool, role: str
) -> None:
    findings = judge([page(refused(identity=identity, plain=plain))], Read(), lambda: (None, led_on))

    assert [each.args["role"] for each in findings if each.reason == "page.blocked"] == [role]


def test_who_has_seen_the_sign_in_page_is_not_kept_from_it() -> None:
    assert said(page(refused(), sign_in_seen=True)) == {
        "page.blocked note",
        "page.cookies-work ok",
        "page.sign-in-seen ok",
    }


@pytest.mark.parametrize(
    ("doubt", "status"), [(None, "warn"), (Doubt.HEADER, "warn"), (Doubt.WALK, "note"), (Doubt.SLOW, "note")]
)
def test_a_page_that_was_not_seen_is_the_browsers_only_where_this_computer_gets_there(
    doubt: Doubt | None, status: str
) -> None:
    assert f"page.sign-in-seen {status}" in said(page(sign_in_seen=False), doubt=doubt)


def test_a_page_that_tells_nothing_is_not_taken_for_well() -> None:
    assert said(page(None, scripts=None)) == {"page.untested unknown"}
    assert said(page(None, scripts=False)) == {"page.scripts-off warn", "page.untested unknown"}


# ---- the doubts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("walk", "doubt"),
    [
        (trace(), None),
        (unreachable(), Doubt.WALK),
        (trace(end=TraceEnd.LOOP), Doubt.WALK),
        (trace(end=TraceEnd.LEFT_HTTPS), Doubt.PLAIN_HTTP),
        (trace(hop(scheme="http", tls=None), hop()), Doubt.PLAIN_HTTP),
        (trace(hop(http=http(resource_policy="same-origin"))), Doubt.HEADER),
        (trace(hop(http=http(302, resource_policy="same-site")), hop()), Doubt.HEADER),
        (trace(hop(http=http(resource_policy="cross-origin"))), None),
        (trace(hop(http=http(total_ms=6500))), Doubt.SLOW),
        (trace(hop(http=http(401))), None),
        (trace(hop(http=http(503))), None),
        (trace(hop(http=http(failure=Failure.RESET, status=0))), Doubt.WALK),
    ],
)
def test_a_refusal_counts_only_where_this_program_gets_through_as_a_page_may(walk: Any, doubt: Any) -> None:
    assert doubt_of(context(trace=walk), "chrome")[0] is doubt


def test_a_header_that_only_browsers_are_sent_is_seen() -> None:
    guarded = trace(hop(http=http(resource_policy="same-origin")))
    ctx = context(trace=lambda route=None: guarded if route is not None and route.as_browser else trace())

    assert doubt_of(ctx, "chrome")[0] is Doubt.HEADER


@pytest.mark.parametrize(
    ("browser", "os", "stores", "trusted"),
    [
        ("firefox", "linux", {RootStore.SYSTEM}, False),
        ("chrome", "linux", {RootStore.SYSTEM}, False),
        ("chrome", "linux", {RootStore.MOZILLA, RootStore.SYSTEM}, True),
        ("chrome", "windows", {RootStore.SYSTEM}, True),
        ("firefox", "macos", {RootStore.SYSTEM}, True),
        ("safari", "macos", {RootStore.MOZILLA, RootStore.PROFILE}, False),
        ("chrome", "windows", {RootStore.PROFILE}, False),
    ],
)
def test_a_certificate_counts_where_the_store_that_the_browser_uses_has_its_root(
    browser: str, os: str, stores: set[RootStore], trusted: bool
) -> None:
    machine = computer(system=System(os, "1"))
    ctx = context(machine=machine, chain=chain(trusted_by=frozenset(stores)))

    assert (doubt_of(ctx, browser)[0] is None) is trusted


# ---- the files -----------------------------------------------------------------------------------

ALL = CookieBlock(CookieScope.ALL, SetBy.POLICY)
OTHERS = CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({}, Read(forbids=False, scripts=False, cookies=False)),
        ({"extensions": ("another",)}, Read(forbids=True, scripts=False, cookies=False)),
        (
            {"forbids": (PageBlock(Forbidden.PAGE, SetBy.POLICY),)},
            Read(forbids=True, scripts=False, cookies=False),
        ),
        (
            {"forbids": (PageBlock(Forbidden.SCRIPTS, SetBy.POLICY),)},
            Read(forbids=False, scripts=True, cookies=False),
        ),
        (
            {"way": OwnWay(kind=OwnProxy.MANUAL, proxy=DIRECT)},
            Read(forbids=True, scripts=False, cookies=False),
        ),
        ({"blocks": (ALL,)}, Read(forbids=False, scripts=False, cookies=True, all_cookies=True)),
        (
            {"blocks": (CookieBlock(CookieScope.THIRD_PARTY, SetBy.SETTING),)},
            Read(forbids=False, scripts=False, cookies=False),
        ),
    ],
)
def test_what_explains_a_block_is_read_of_the_browsers_first_profile(profile: Any, expected: Read) -> None:
    others = (browser_profile(browser="edge", blocks=(ALL,)), browser_profile(profile=2, blocks=(ALL,)))
    machine = computer(browser_profiles=(*others, browser_profile(**profile)))

    assert read(context(machine=machine), HERE) == expected


def test_a_rule_for_all_but_the_portal_is_told_by_what_it_does_to_the_page_itself() -> None:
    def profiles(url: str, identity: Any = ()) -> Any:
        return (browser_profile(blocks=(ALL,) if url == HERE.url else ()),)

    assert read(context(machine=computer(browser_profiles=profiles)), HERE).all_cookies


# ---- whole runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pages", "cause", "outcome", "ref"),
    [
        ((page(),), "none", "ok", "step-2"),
        ((page(refused()),), "browser-blocks", "warn", "step-5"),
        ((page(refused()), PRIVATE), "browser-blocks", "fail", "step-5"),
        ((page(but(cookies=False)),), "cookies-blocked", "fail", "step-6"),
        ((page(but(missing=("modules",))),), "software-outdated", "warn", "step-7"),
        ((page(None, scripts=False),), "browser-blocks", "warn", "step-5"),
        ((page(sign_in_seen=False),), "browser-blocks", "warn", "step-5"),
        ((page(refused(), sign_in_seen=True),), "none", "ok", "step-2"),
    ],
)
def test_the_cause_that_follows(pages: Any, cause: str, outcome: str, ref: str) -> None:
    diagnosis = run(context(pages=pages), CHECK).diagnosis

    assert (diagnosis.cause, diagnosis.outcome) == (cause, outcome)
    assert diagnosis.likely_steps[0].ref == ref


def test_without_a_page_nothing_is_said() -> None:
    assert outcomes(run(context(), CHECK).findings) == [("page.untested", "skip")]


def test_all_that_it_declares_has_words() -> None:
    assert_well_declared(CHECK, built_in=True)
