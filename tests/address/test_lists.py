"""The lists of a portal: what is official, what is compared with, and whom never to accuse."""

from __future__ import annotations

import pytest

from portalcheck.address import Kind, judge

OFFICIAL = ("optum.com", "healthsafe-id.com")


def test_known_others_are_never_accused_by_domain_or_by_name() -> None:
    for known in ("optom.org", "*.optum-login.com", "opturn"):
        assert judge("https://optum-login.com", official=OFFICIAL).kind is Kind.LOOKALIKE
        host = {"*.optum-login.com": "www.optum-login.com", "opturn": "opturn.com"}.get(known, known)
        verdict = judge(f"https://{host}", official=OFFICIAL, known_other=[known])
        assert verdict.kind is Kind.UNRELATED
        assert "known-other" in verdict.notes


def test_known_others_do_not_excuse_a_false_user_name() -> None:
    url = "https://optum.com@neighbour.example"
    assert judge(url, official=OFFICIAL, known_other=["neighbour.example"]).kind is Kind.LOOKALIKE


def test_only_protected_names_are_compared_with() -> None:
    assert judge("https://optvm.com", official=OFFICIAL, protect=["healthsafe-id.com"]).kind is Kind.UNRELATED
    assert judge("https://optum.com", official=OFFICIAL, protect=["healthsafe-id.com"]).kind is Kind.OFFICIAL


def test_neighbours_under_one_owner_imitate_nobody() -> None:
    verdict = judge("https://other.clinic-x.example", official=["portal.clinic-x.example"])
    assert verdict.kind is Kind.UNRELATED
    assert "same-owner" in verdict.notes


@pytest.mark.parametrize(
    "entry", ["com", "co.uk", "github.io", "example", "", " ", "https://", "*", "\ud800", "a b"]
)
def test_useless_entries_make_nothing_official(entry: str) -> None:
    for url in (
        "https://evil.com",
        "https://evil.co.uk",
        "https://evil.github.io",
        "https://example",
        "https://a",
    ):
        assert judge(url, official=[entry]).kind in (Kind.UNRELATED, Kind.INVALID)


@pytest.mark.parametrize("entry", ["Optum.COM.", "*.optum.com", "https://optum.com/login", " optum.com "])
def test_entries_may_be_written_as_people_write_them(entry: str) -> None:
    assert judge("https://www.optum.com", official=[entry]).kind is Kind.OFFICIAL


def test_a_listed_number_is_official_by_itself_only() -> None:
    assert judge("https://10.0.0.5/", official=["10.0.0.5"]).kind is Kind.OFFICIAL
    assert judge("https://10.0.0.6/", official=["10.0.0.5"]).kind is Kind.UNRELATED


def test_official_by_whole_labels_only() -> None:
    assert judge("https://notoptum.com", official=OFFICIAL).kind is not Kind.OFFICIAL
    assert judge("https://optum.com.evil.example", official=OFFICIAL).kind is not Kind.OFFICIAL


def test_short_names_are_guarded_against_exact_imitation_only() -> None:
    assert judge("https://\u057dhc.com", official=["uhc.com"]).kind is Kind.LOOKALIKE
    assert judge("https://www.uhc.com.evil.example", official=["uhc.com"]).kind is Kind.LOOKALIKE
    assert judge("https://uhc.com@evil.example", official=["uhc.com"]).kind is Kind.LOOKALIKE
    assert judge("https://uhd.com", official=["uhc.com"]).kind is Kind.UNRELATED
    assert judge("https://uhc-login.com", official=["uhc.com"]).kind is Kind.UNRELATED


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://mychart-clinic.org", Kind.LOOKALIKE),
        ("https://mychartclinic.org", Kind.LOOKALIKE),
        ("https://mychart.clinlc.org", Kind.LOOKALIKE),
        ("https://mychart.clinic.org.evil.example", Kind.LOOKALIKE),
        ("https://mychart.hospital.org", Kind.UNRELATED),
        ("https://mychart.otherclinic.org", Kind.UNRELATED),
        ("https://clinics.org", Kind.UNRELATED),
        ("https://clinic-portal.org", Kind.UNRELATED),
    ],
)
def test_a_clinic_with_an_ordinary_name_is_guarded_as_a_whole_only(url: str, kind: Kind) -> None:
    assert judge(url, official=["mychart.clinic.org"]).kind is kind


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://xn--bcher-kva.example", Kind.OFFICIAL),
        ("https://www.B\u00dcCHER.example", Kind.OFFICIAL),
        ("https://bucher.example", Kind.LOOKALIKE),
        ("https://b\u00fccher.net", Kind.LOOKALIKE),
    ],
)
def test_an_official_name_may_have_foreign_letters(url: str, kind: Kind) -> None:
    assert judge(url, official=["b\u00fccher.example"]).kind is kind


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://clinic-portal.azurewebsites.net", Kind.OFFICIAL),
        ("https://azurewebsites.net", Kind.UNRELATED),
        ("https://another.azurewebsites.net", Kind.UNRELATED),
        ("https://clinicportal.azurewebsites.net", Kind.LOOKALIKE),
        ("https://clinic-portal.web.app", Kind.LOOKALIKE),
    ],
)
def test_tenants_of_a_shared_place_are_owners_of_their_own(url: str, kind: Kind) -> None:
    assert judge(url, official=["clinic-portal.azurewebsites.net"]).kind is kind
