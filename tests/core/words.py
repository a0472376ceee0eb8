"""What the tests of words share: the texts flattened, and what the sources say of reasons and keys."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from portalcheck.catalog import load, variants

ROOT = Path(__file__).resolve().parents[2]
CHECKS = ROOT / "checks" / "portalcheck_checks"

# The evidence of each reason that a sentence may speak of: contract, section 4, and the checks' own.
EVIDENCE: Mapping[str, frozenset[str]] = {
    line.split()[0]: frozenset(line.split()[1:])
    for line in """
    domain.official host notes
    domain.lookalike host trick target marked notes
    domain.unrelated host notes leads_to leads_to_kind
    domain.invalid host trick notes
    domain.redirect-official hosts
    domain.redirect-unlisted
    domain.redirect-lookalike host trick target marked
    domain.certificate-lookalike host trick target marked
    network.up kind
    network.way-out reached asked
    network.port-blocked port
    network.slow ms
    dns.resolves count ipv4 ipv6 ms
    dns.silent servers
    dns.errors rcode
    dns.error-here rcode
    dns.missing kind
    dns.missing-everywhere kind
    dns.hosts-override count
    tls.valid version
    tls.expired days
    tls.not-yet-valid days
    tls.wrong-name twin
    tls.untrusted self_signed
    tls.identity-unclear host
    tls.intercepted trusted product
    tls.unexpected-issuer organisation
    tls.revoked days how why
    tls.too-old version
    tls.blocked how
    tls.broken how
    tls.no-answer how
    clock.correct skew_s
    clock.off skew_s
    clock.wrong skew_s
    proxy.used kind scope
    proxy.down kind
    proxy.wants-login kind schemes
    proxy.refuses kind status
    proxy.inspector-refuses status
    proxy.cannot-reach status
    vpn.active split product
    vpn.breaks product
    vpn.kill-switch product
    vpn.dns-dead product
    service.works status ms redirects
    service.no-connection how
    service.error status
    service.refuses status
    service.challenge status
    service.redirect-loop count
    service.redirect-broken how
    service.broken how
    service.slow seconds
    service.unfinished seconds
    service.waiting seconds
    service.odd-status status
    service.announced what
    service.status-page what
    system.current os release
    system.roots-age days
    system.tls-library library
    system.outdated os release
    system.support-unknown os release
    cookies.found browser profile count expired session sent duplicates header_bytes
    cookies.none browser profile running
    cookies.expired browser profile running
    cookies.unreadable browser profile running why
    cookies.near-limit browser profile count
    cookies.age browser profile oldest_days newest_days
    cookies.newer-layout browser profile
    cookies.of-caller
    cookies.fresh-browser browser
    cookies.duplicates browser profile header_bytes
    cookies.too-large browser profile header_bytes
    cookies.refused-when-large browser profile header_bytes status
    browser.version browser version supported
    browser.blocks-cookies browser scope by
    browser.extension browser name
    browser.found browser
    browser.default browser
    browser.other browser
    browser.clears-on-exit browser
    browser.never-remembers browser
    browser.own-proxy browser kind
    browser.unreadable browser profile why
    run.timed-out check
    run.undeclared reason
    """.splitlines()
    if line.strip()
}


def strings(entry: object) -> Iterator[str]:
    """Every string of a part of the texts, lists included."""
    if isinstance(entry, list):
        for item in entry:
            yield from strings(item)
    elif isinstance(entry, Mapping):
        for item in entry.values():
            yield from strings(item)
    else:
        yield from variants(entry)


def flat(entry: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every leaf of the texts with its path; a list is a leaf."""
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            yield from flat(value, (*path, key))
    else:
        yield path, entry


def conditions(entry: object) -> Iterator[str]:
    """The names of arguments that a sentence's variants depend on."""
    if isinstance(entry, Mapping):
        for name, values in entry.items():
            if isinstance(values, Mapping):
                yield name
                for value in values.values():
                    yield from conditions(value)


def declared_reasons() -> frozenset[str]:
    """Every reason that the built-in checks declare, and those of the runner, read from the sources."""
    known = set()
    for source in (*CHECKS.glob("*.py"), ROOT / "portalcheck" / "runner.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_reason(node.value):
                known.add(node.value)
    return frozenset(known)


def evidence_given() -> Iterator[tuple[str, frozenset[str]]]:
    """Each place in the checks where a reason is given with plainly named evidence, and the names."""
    for source in CHECKS.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                reason, names = node.args[0].value, [keyword.arg for keyword in node.keywords]
                if isinstance(reason, str) and _is_reason(reason) and None not in names:
                    yield reason, frozenset(name for name in names if name is not None)


def ui_keys() -> Iterator[tuple[str, str]]:
    """Each key that the sources look up in the `ui` table as a plain string, with the file's name."""
    for source in (ROOT / "portalcheck").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "ui":
                key = node.args[0] if node.args else None
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield source.name, key.value


def _is_reason(text: str) -> bool:
    check, dot, rest = text.partition(".")
    parts = rest.split("-")
    return bool(dot) and (check in load("en")["checks"] or check == "run") and all(p.isalnum() for p in parts)
