"""Facts in words, for a log: what tells of a person or a computer goes through an alias (contract.md, Privacy)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from enum import Enum

import msgspec

from portalcheck.facts import (
    AUTO,
    DIRECT,
    Canaries,
    Chain,
    ConnectStep,
    DnsAnswer,
    HttpStep,
    ProxyPlan,
    ProxySettings,
    ProxyStep,
    Resolution,
    Revocation,
    Route,
    TlsStep,
    Trace,
    TrueTime,
)

Alias = Callable[[str], str]
"""What may be told of a host, an address, a URL or the name of an interface."""


def describe(fact: object, alias: Alias) -> str:
    """A fact in words, `` for one that tells a reader nothing."""
    match fact:
        case Enum():
            return str(fact.value)
        case None | bool():
            return {None: "none", True: "yes", False: "no"}[fact]
        case int() | float():
            return str(fact) if fact else ""
        case str():
            return fact if fact in ("", AUTO, DIRECT) else alias(fact)
        case tuple():
            words = [describe(each, alias) for each in fact]
            return "" if "" in words else ", ".join(words) or "none"
        case Route():
            return _route(fact, alias)
        case ConnectStep() | DnsAnswer() | HttpStep() | ProxyStep() | TlsStep():
            return _layer(fact, alias)
        case Resolution() | ProxyPlan() | ProxySettings() | Trace():
            return _found(fact, alias)
        case Canaries() | Chain() | Revocation() | TrueTime():
            return _judged(fact)
    return ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(filter(None, words))


def _route(route: Route, alias: Alias) -> str:
    """What is not as the browser would do it; where it leads is told apart."""
    changed = []
    for field in msgspec.structs.fields(Route):
        value = getattr(route, field.name)
        if field.name not in ("url", "follow") and value != field.default:
            changed.append(field.name if value is True else f"{field.name}={describe(value, alias)}")
    return f"[{_listed(changed)}]" if changed else ""


def _layer(step: ConnectStep | DnsAnswer | HttpStep | ProxyStep | TlsStep, alias: Alias) -> str:
    """How a layer went: `ok` or its failure, the milliseconds, and what else is telling."""
    outcome, more = step.failure.value if step.failure is not None else "ok", [""]
    match step:
        case DnsAnswer():
            layer = f"names from {alias(step.server.address)}" if step.server is not None else "names"
            more = [*map(alias, step.addresses)]
        case ConnectStep():
            layer = f"tcp to {alias(step.address)}" if step.address else "tcp"
            failed = (each for each in step.attempts if each.failure is not None)
            more = [f"{alias(each.address)} {each.failure} after {each.ms} ms" for each in failed]
        case ProxyStep():
            layer = f"proxy {alias(step.url)}"
            more = [str(step.status or ""), *step.schemes]
        case TlsStep():
            layer = "tls"
            asks = "client certificate requested" if step.client_certificate_requested else ""
            more = [step.version, step.alert, asks, f"{len(step.chain)} certificates"]
        case HttpStep():
            layer = f"http {step.status}" if step.status else "http"
            leads = f"leads to {alias(step.location)}" if "://" in step.location else ""
            marks = ("challenge", "is_block_page", "still_receiving", "client_certificate_requested")
            more = [leads, f"{step.size} bytes in {step.total_ms} ms", *_set(step, marks)]
    return _listed([f"{layer} {outcome}", f"{step.ms} ms", *more])


def _set(fact: object, marks: Iterable[str]) -> list[str]:
    return [mark for mark in marks if getattr(fact, mark)]


def _found(fact: Resolution | ProxyPlan | ProxySettings | Trace, alias: Alias) -> str:
    match fact:
        case Resolution():
            file = describe(fact.hosts_file, alias)
            system, *servers = (describe(answer, alias) for answer in (fact.system, *fact.servers))
            return "; ".join([f"system: {system}", *servers, f"hosts file: {file}"])
        case ProxyPlan():
            return _listed(
                [describe(fact.candidates, alias), fact.kind, f"PAC {fact.pac}", *_set(fact, ["bypassed"])]
            )
        case ProxySettings():
            urls = ("browser", "programs", "pac_url")
            told = [f"{name}={alias(getattr(fact, name))}" for name in _set(fact, urls)]
            return _listed([*told, *_set(fact, ["browser_known", "browser_bypassed", "programs_bypassed"])])
        case Trace():
            return f"{len(fact.hops)} hops, end: {fact.end.value}"


def _judged(fact: Canaries | Chain | Revocation | TrueTime) -> str:
    match fact:
        case Canaries():
            told = f"{fact.asked} canaries: {fact.verified} verified, {fact.tcp_ok} took a connection"
            dns = f"own DNS {fact.system_dns}, independent DNS {fact.other_dns}"
            probes = f"captive probes {' and '.join(fact.captive) or 'none'}"
            plain = f"plain HTTP of the portal {fact.portal_plain}"
            return _listed([told, dns, probes, plain, *_set(fact, ["cut_off", "answered_on_retry"])])
        case Chain():
            dates = " to ".join(_date(moment) for moment in (fact.not_before, fact.not_after))
            trusted = " and ".join(sorted(fact.trusted_by)) or "no store"
            marks = ("name_matches", "self_signed", "incomplete", "completed", "expected_issuer")
            return _listed([f"trusted by {trusted}", f"valid {dates}", *_set(fact, marks)])
        case Revocation():
            return _listed([fact.status.value, fact.source.value])
        case TrueTime():
            off = "unknown" if fact.skew_s is None else f"{fact.skew_s} s off"
            return _listed([off, f"by {fact.source}", *_set(fact, ["disputed"])])


def _date(moment: float) -> str:
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(moment))
    except (OverflowError, ValueError, OSError):
        return "a date that no calendar has"
