"""Every fault of the practice portal comes out as its cause, with its first reference and exit code."""

from __future__ import annotations

import json
from collections.abc import Callable

import jsonschema
import msgspec
import pytest

from portalcheck.demo import FAULTS, Fault
from portalcheck.model import Report
from tests.cli.conftest import Ran
from tests.declared import CAUSES

TAKES_LONG = {"slow", "ipv6-broken", "tls-blocked-silently", "dns-down", "no-internet"}
REQUIRED = {
    "healthy": "none",
    "cert-expired": "cert-expired",
    "cert-not-yet-valid": "cert-expired",
    "cert-wrong-name": "cert-wrong-name",
    "cert-untrusted": "cert-untrusted",
    "clock-wrong": "clock-wrong",
    "clock-wrong-behind": "clock-wrong",
    "dns-down": "dns-down",
    "dns-broken": "dns-broken",
    "name-wrong": "name-wrong",
    "portal-unreachable": "portal-unreachable",
    "portal-error": "portal-error",
    "redirect-problem": "redirect-problem",
    "captive-portal": "captive-portal",
    "proxy-down": "proxy-down",
    "proxy-auth": "proxy-auth",
    "proxy-blocks": "proxy-blocks",
    "intercept-untrusted": "intercept-untrusted",
    "intercept-trusted": "none",
    "hosts-override": "hosts-override",
    "slow": "slow",
}
REFS = {cause.id: cause.ref for cause in CAUSES if not cause.note} | {"none": "step-2"}


def faults(*, long: bool) -> list[Fault]:
    return [fault for fault in FAULTS.values() if (fault.name in TAKES_LONG) == long]


def judge(call: Callable[..., Ran], fault: Fault) -> None:
    code, out, err = call("demo", "--fault", fault.name, "-f", "json")
    report = json.loads(out)
    jsonschema.validate(report, msgspec.json.schema(Report))

    assert err == ""
    assert (report["cause"], code, report["exit_code"]) == (fault.cause, fault.exit_code, fault.exit_code)
    assert report["likely_steps"][0]["ref"] == REFS[fault.cause]
    assert set(report["also"]) == set(fault.also)
    assert report["complete"] is True


@pytest.mark.parametrize("fault", faults(long=False), ids=lambda fault: fault.name)
def test_a_fault_comes_out_as_its_cause(call: Callable[..., Ran], fault: Fault) -> None:
    judge(call, fault)


@pytest.mark.slow
@pytest.mark.parametrize("fault", faults(long=True), ids=lambda fault: fault.name)
def test_a_fault_that_takes_long_comes_out_as_its_cause(call: Callable[..., Ran], fault: Fault) -> None:
    judge(call, fault)


def test_the_demo_has_every_fault_that_was_promised() -> None:
    assert {name: FAULTS[name].cause for name in REQUIRED} == REQUIRED


def test_a_healthy_run_contacts_the_resolver_and_the_portal_and_nobody_else(call: Callable[..., Ran]) -> None:
    code, out, _ = call("demo", "-f", "json")

    assert code == 0
    assert json.loads(out)["privacy"]["contacts"].keys() == {"portal", "resolver"}


def test_the_list_shows_every_fault_with_its_cause(call: Callable[..., Ran]) -> None:
    code, out, _ = call("demo", "--list")

    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        [fault.name, fault.cause, REFS[fault.cause]] for fault in FAULTS.values()
    ]


def test_symptoms_order_the_account_side_steps(call: Callable[..., Ran]) -> None:
    _, out, _ = call("demo", "-f", "json", "--symptom", "it says my account is locked")
    report = json.loads(out)

    assert report["symptoms"] == ["error-2"]
    assert [step["ref"] for step in report["likely_steps"]] == ["step-8", "step-10"]
