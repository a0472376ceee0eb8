"""The table of causes, read over results that a run could have."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalcheck.api.declarations import Cause, Check, Reason
from portalcheck.diagnosis.engine import diagnose as diagnose_by
from portalcheck.diagnosis.registry import Installed
from portalcheck.diagnosis.steps import BY_SYMPTOM
from portalcheck.model import CheckResult, Ended, Finding, Outcome, Owner, Status, gravest
from tests.declared import CAUSES, INSTALLED, diagnose

FAIL, WARN, NOTE, OK, SKIP, UNKNOWN = (
    Status.FAIL,
    Status.WARN,
    Status.NOTE,
    Status.OK,
    Status.SKIP,
    Status.UNKNOWN,
)


def results(
    *found: tuple[str, Status], ended: Ended = Ended.FINISHED, declared: Iterable[str] = ()
) -> list[CheckResult]:
    """A result for every check that the reasons name; reasons of the table that were not found are declared."""
    known = {reason for cause in CAUSES for reason in (*cause.all, *cause.any, *cause.none)}
    names = {reason.partition(".")[0] for reason, _ in found} | {reason.partition(".")[0] for reason in known}
    made = []
    for name in sorted(names):
        findings = tuple(Finding(reason=r, status=s) for r, s in found if r.partition(".")[0] == name)
        made.append(
            CheckResult(
                check=name,
                status=gravest(tuple(f.status for f in findings)),
                duration_ms=1,
                findings=findings,
                ended=ended,
                declared=frozenset(r for r in (*known, *declared) if r.startswith(name + ".")),
                needed=name in ("dns", "tls", "service"),
            )
        )
    return made


def test_nothing_found_gives_none_and_the_account_side_steps() -> None:
    found = diagnose(results(("tls.valid", OK)))

    assert (found.cause, found.outcome, found.also) == ("none", Outcome.OK, ())
    assert [step.ref for step in found.likely_steps] == [
        "step-2",
        "step-3",
        "step-4",
        "step-8",
        "step-9",
        "step-10",
    ]


@pytest.mark.parametrize(("symptom", "refs"), BY_SYMPTOM.items())
def test_a_symptom_leads_to_its_references_when_no_local_cause_holds(
    symptom: str, refs: tuple[str, ...]
) -> None:
    found = diagnose(results(("tls.valid", OK)), [symptom])

    assert tuple(step.ref for step in found.likely_steps) == refs
    assert found.likely_steps[0].because == (f"symptom:{symptom}",)


def test_a_failure_that_no_row_explains_is_inconclusive() -> None:
    found = diagnose(results(("tls.broken", FAIL)))

    assert (found.cause, found.outcome) == ("inconclusive", Outcome.UNKNOWN)
    assert found.likely_steps[0].ref == "step-5"


def test_a_portal_that_does_not_answer_is_not_blamed_without_proof_that_others_do() -> None:
    assert diagnose(results(("service.no-connection", FAIL))).cause == "inconclusive"
    assert (
        diagnose(results(("service.no-connection", FAIL), ("network.way-out", OK))).cause
        == "portal-unreachable"
    )


def test_symptoms_of_the_cause_are_echoes_and_independent_causes_stay() -> None:
    found = diagnose(
        results(
            ("dns.hosts-override", FAIL),
            ("service.no-connection", FAIL),
            ("cookies.too-large", WARN),
            ("vpn.active", NOTE),
        )
    )

    assert found.cause == "hosts-override"
    assert found.also == ("cookies-stale", "vpn-active")
    assert found.echoes == {"service.no-connection": ("dns.hosts-override",)}


def test_a_wrong_clock_is_a_warning_while_the_certificate_is_valid_and_a_failure_when_it_is_not() -> None:
    mild = diagnose(results(("clock.wrong", WARN)))
    grave = diagnose(results(("clock.wrong", WARN), ("tls.dates-fit-true-time", FAIL)))

    assert (mild.cause, mild.outcome) == ("clock-wrong", Outcome.WARN)
    assert (grave.cause, grave.outcome) == ("clock-wrong", Outcome.FAIL)
    assert grave.also == ()


def test_a_warning_is_named_beside_a_failure_and_never_instead() -> None:
    found = diagnose(results(("clock.wrong", WARN), ("service.error", FAIL)))

    assert (found.cause, found.also) == ("portal-error", ("clock-wrong",))


@pytest.mark.parametrize(
    ("reason", "cause"),
    [("network.ipv6-broken", "ipv6-broken"), ("vpn.breaks", "vpn-breaks")],
)
def test_packets_lost_on_a_way_that_another_one_spares_are_no_second_fault(reason: str, cause: str) -> None:
    """IPv4, or the way round the tunnel, works on the same network."""
    found = diagnose(results((reason, FAIL), ("network.mtu", FAIL), ("tls.no-answer", FAIL)))

    assert (found.cause, found.also) == (cause, ())


def test_a_needed_check_that_is_unknown_makes_the_outcome_unknown() -> None:
    found = diagnose(
        [
            *results(("run.timed-out", UNKNOWN)),
            CheckResult(
                check="tls", status=UNKNOWN, duration_ms=1, findings=(), ended=Ended.TIMED_OUT, needed=True
            ),
        ]
    )

    assert (found.cause, found.outcome) == ("none", Outcome.UNKNOWN)


def test_a_portal_that_was_not_reached_for_no_known_reason_is_no_all_clear() -> None:
    found = diagnose(
        results(
            ("service.not-reached", SKIP),
            ("tls.not-reached", SKIP),
            ("proxy.used", NOTE),
            ended=Ended.TIMED_OUT,
        )
    )

    assert (found.cause, found.outcome) == ("none", Outcome.UNKNOWN)


def test_absence_is_proved_only_by_a_check_that_finished() -> None:
    bad, seen = Reason("a.bad"), Reason("b.seen")
    rows = [Cause(id="x", ref="step-1", owner=Owner.YOU, all={bad}, none={seen})]
    table = Installed([Check("a", run=lambda _: (), reasons=[bad, seen], causes=rows)])
    finished = [
        CheckResult(check="a", status=FAIL, duration_ms=1, findings=(Finding(reason="a.bad", status=FAIL),)),
        CheckResult(check="b", status=OK, duration_ms=1, findings=(), declared=frozenset({"b.seen"})),
    ]
    crashed = [
        finished[0],
        CheckResult(
            check="b",
            status=UNKNOWN,
            duration_ms=1,
            findings=(),
            ended=Ended.CRASHED,
            declared=frozenset({"b.seen"}),
        ),
    ]

    assert diagnose_by(finished, (), table).cause == "x"
    assert diagnose_by(crashed, (), table).cause == "inconclusive"


@pytest.mark.parametrize(
    ("way", "ref"), [("vpn.active", "step-6"), ("proxy.used", "step-6"), ("tls.valid", "step-10")]
)
def test_a_refusal_by_the_portal_leads_to_the_vpn_or_proxy_first_where_one_is_used(
    way: str, ref: str
) -> None:
    found = diagnose(results(("service.refuses", FAIL), (way, NOTE)))

    assert (found.cause, found.likely_steps[0].ref) == ("blocked-by-server", ref)


def test_supported_software_and_third_party_blocking_are_no_causes() -> None:
    found = diagnose(results(("browser.version", OK), ("browser.blocks-cookies", NOTE)))

    assert (found.cause, found.outcome) == ("none", Outcome.OK)


def test_findings_that_are_skipped_prove_nothing() -> None:
    assert diagnose(results(("network.captive", SKIP))).cause == "none"


# ---- the table as a whole ----------------------------------------------------------------------


def test_every_neighbour_that_a_row_names_is_there() -> None:
    assert {name for row in CAUSES for name in (row.after, row.before) if name} <= {row.id for row in CAUSES}


def failing() -> set[str]:
    """Every reason that a built-in check gives with status fail, read from the sources."""
    found = set()
    for check in INSTALLED.checks:
        module = sys.modules[check.run.__module__]
        names = {name for name, value in vars(module.reasons).items() if isinstance(value, Reason)}
        words = "fail|stops|say" if hasattr(module, "fail") else "fail"
        for call in re.findall(rf"(?:{words})\)?\(\s*([^)]*)", inspect.getsource(module)):
            found |= {str(vars(module.reasons)[n]) for n in re.findall(r"reasons\.(\w+)", call) if n in names}
    return found


def test_every_reason_that_fails_belongs_to_a_row_of_some_cause() -> None:
    in_rows = {str(reason) for row in CAUSES if not row.note for reason in row.evidence}

    assert len(failing()) > 50
    assert failing() - in_rows == set()


@pytest.mark.parametrize("cause", CAUSES, ids=lambda c: f"{c.id}-{sorted(c.all | c.any)[0]}")
def test_no_row_is_shadowed_by_one_above_it(cause: Cause) -> None:
    """With just its own evidence a row is the first to hold, or its note is given."""
    status = NOTE if cause.note else FAIL
    evidence = [(reason, status) for reason in cause.all] + [
        (reason, status) for reason in list(cause.any)[:1]
    ]
    found = diagnose(results(*evidence))

    assert cause.id in (found.cause, *found.also)


REASONS = sorted(INSTALLED.reasons)


@given(st.lists(st.tuples(st.sampled_from(REASONS), st.sampled_from(list(Status))), max_size=8))
def test_every_failure_is_a_cause_an_echo_or_inconclusive(found: list[tuple[str, Status]]) -> None:
    diagnosis = diagnose(results(*found))
    failed = any(status is FAIL for _, status in found)

    assert (diagnosis.outcome in (Outcome.FAIL, Outcome.UNKNOWN)) or not failed
    assert diagnosis.cause not in diagnosis.also
    assert len(set(diagnosis.also)) == len(diagnosis.also)
    assert diagnosis.likely_steps
