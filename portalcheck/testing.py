"""For the tests of checks: builders of facts, a computer and a context with given answers, and whole runs.

A judge is tested with facts: `judge(trace(hop(http=http(503))))`. A check is tested over a `context` of such facts,
or over the `practice` portal, which is real. `run` does what the program does with it: it runs the check and names
the cause, among those of all installed checks. `assert_well_declared` holds what a check declares, and its words,
against each other.

`NOW` is the time, and `PORTAL` the portal, of all that is made here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import msgspec

from portalcheck import facts
from portalcheck.address import judge
from portalcheck.api import (
    CaptiveAnswer,
    Check,
    Context,
    Egress,
    Failure,
    Finding,
    Machine,
    Portal,
    ThirdParties,
    TraceEnd,
    Verdict,
)
from portalcheck.model import Diagnosis, Ended

if TYPE_CHECKING:
    from portalcheck.probe.context import RunContext

NOW = 1_800_000_000.0
DAY = 86_400.0
HOST = "portal.example"
ADDRESS = "192.0.2.10"
PORTAL = Portal(
    profile="example",
    name="Example portal",
    url=f"https://{HOST}/login",
    official=(HOST,),
    identity=("id.example",),
)
SERVER = facts.DnsServer("192.0.2.53")
ETHERNET = facts.Interface("eth0", facts.InterfaceKind.ETHERNET, True, ("192.0.2.2",))


# ---- findings ------------------------------------------------------------------------------------


def outcomes(findings: Finding | Iterable[Finding]) -> list[tuple[str, str]]:
    """The reason and the status of each finding: `[("clock.correct", "ok")]`."""
    listed = [findings] if isinstance(findings, Finding) else findings
    return [(finding.reason, finding.status.value) for finding in listed]


def one(findings: Iterable[Finding], reason: str) -> Finding:
    """The only finding of a reason; fails if there is none, or more than one."""
    found = [finding for finding in findings if finding.reason == reason]
    assert len(found) == 1, f"{len(found)} findings of {reason}, not one"
    return found[0]


# ---- facts: each is as it should be, except for the fields that are given -------------------------


def http(status: int = 200, **more: Any) -> facts.HttpStep:
    """A response that came whole and at once."""
    whole = {"failure": None, "status": status, "complete": True, "ms": 50, "total_ms": 60}
    return facts.HttpStep(**{**whole, **more})


def connected(*attempts: facts.Attempt, address: str = ADDRESS) -> facts.ConnectStep:
    """A connection that was made."""
    tried = attempts or (facts.Attempt(address, None, 5),)
    return facts.ConnectStep(failure=None, address=address, attempts=tried, ms=5)


def unconnected(failure: Failure, *addresses: str) -> facts.ConnectStep:
    """A connection that could not be made to any of the addresses."""
    tried = tuple(facts.Attempt(address, failure, 5) for address in addresses or (ADDRESS,))
    return facts.ConnectStep(failure=failure, attempts=tried, ms=5)


def proxied(failure: Failure | None, status: int = 0, **more: Any) -> facts.ProxyStep:
    """A proxy's answer."""
    return facts.ProxyStep(url="http://proxy.example:3128", failure=failure, status=status, **more)


def hop(**more: Any) -> facts.Hop:
    """A request that got a whole response."""
    whole: dict[str, Any] = {
        "host": HOST,
        "port": 443,
        "scheme": "https",
        "names": dns_answer(server=None),
        "connect": connected(),
        "tls": facts.TlsStep(failure=None, version="TLSv1.3", chain=(b"leaf",)),
        "http": http(),
    }
    return facts.Hop(**{**whole, **more})


def trace(*hops: facts.Hop, end: TraceEnd = TraceEnd.PAGE) -> facts.Trace:
    """A walk of these hops."""
    return facts.Trace(route=facts.Route(url=PORTAL.url), hops=hops or (hop(),), end=end)


def unreachable(failure: Failure = Failure.TIMED_OUT, *addresses: str) -> facts.Trace:
    """A walk that could not connect to the portal, at any of the addresses (its own by default)."""
    return trace(hop(connect=unconnected(failure, *addresses), tls=None, http=None), end=TraceEnd.FAILED)


def chain(**more: Any) -> facts.Chain:
    """Certificates of the portal that the system and Mozilla trust."""
    whole: dict[str, Any] = {
        "name_matches": True,
        "trusted_by": frozenset({facts.RootStore.SYSTEM, facts.RootStore.MOZILLA}),
        "not_before": NOW - 10 * DAY,
        "not_after": NOW + 80 * DAY,
        "issuer_organisation": "Public CA",
    }
    return facts.Chain(**{**whole, **more})


def dns_answer(failure: Failure | None = None, **more: Any) -> facts.DnsAnswer:
    """A DNS server's answer for the portal's name: its address, or why it has none."""
    addresses = () if failure else (ADDRESS,)
    return facts.DnsAnswer(**{"server": SERVER, "addresses": addresses, "failure": failure, **more})


def names(
    system: Failure | None = None,
    *servers: Failure | None,
    system_addresses: tuple[str, ...] = (ADDRESS,),
    **more: Any,
) -> facts.Resolution:
    """The portal's name: the failure of the system, and of each DNS server; None stands for an answer."""
    own = dns_answer(system, server=None, addresses=() if system else system_addresses)
    return facts.Resolution(host=HOST, system=own, servers=tuple(map(dns_answer, servers)), **more)


def canaries(**more: Any) -> facts.Canaries:
    """Canaries that all answer; none of them does in `canaries(**SILENCE)`."""
    counts: dict[str, Any] = {"asked": 2, "verified": 2, "tcp_ok": 2, "captive": (CaptiveAnswer.OPEN,)}
    return facts.Canaries(
        **{**counts, "system_dns": facts.DnsHealth.ANSWERS, "other_dns": facts.DnsHealth.ANSWERS, **more}
    )


SILENCE: Mapping[str, Any] = {
    "verified": 0,
    "tcp_ok": 0,
    "captive": (CaptiveAnswer.SILENT,),
    "system_dns": facts.DnsHealth.SILENT,
    "other_dns": facts.DnsHealth.SILENT,
}
"""The fields of `canaries` if nothing gets out."""


def installed_browser(**more: Any) -> facts.InstalledBrowser:
    """A browser that gets updates."""
    return facts.InstalledBrowser(
        **{"browser": "chrome", "version": "150.0", "supported": facts.Support.YES, **more}
    )


def browser_profile(**more: Any) -> facts.BrowserProfile:
    """A browser's profile that blocks nothing."""
    return facts.BrowserProfile(**{"browser": "chrome", "profile": 1, **more})


def cookie_store(**more: Any) -> facts.CookieStore:
    """A cookie store that can be read, and is empty."""
    return facts.CookieStore(**{"browser": "chrome", "profile": 1, **more})


# ---- a computer and a context with given answers -------------------------------------------------


class _Fake:
    """Has the given values and answers; an answer may be a function of what is asked."""

    def __init__(
        self, answers: Mapping[str, Any], questions: Mapping[str, Any], values: Mapping[str, Any] = {}
    ) -> None:
        if strange := answers.keys() - questions.keys() - values.keys():
            raise TypeError(f"{', '.join(sorted(strange))}: there is only {', '.join((*questions, *values))}")
        for name, answer in {**questions, **values, **answers}.items():
            given = name in values or callable(answer)
            self.__dict__[name] = answer if given else partial(_same, answer)


def _same(answer: Any, *question: Any) -> Any:
    del question
    return answer


def computer(**answers: Any) -> Machine:
    """A healthy computer with one network, no proxy and no browser, except for the given answers.

    An answer is a value, or a function of what is asked:
    `computer(browsers=(installed_browser(),), hosts_file=lambda host: (ADDRESS,) if host == HOST else ())`.
    """
    usual = {
        "system": facts.System("linux", "debian 13"),
        "now": NOW,
        "interfaces": (ETHERNET,),
        "route": None,
        "dns_servers": (SERVER,),
        "hosts_file": (),
        "resolve": (ADDRESS,),
        "proxies": facts.ProxySettings(browser_known=True),
        "system_roots": facts.Roots(()),
        "mozilla_roots": facts.Roots(()),
        "system_trusts": False,
        "endpoint": lambda address, port: (address, port),
        "browsers": (),
        "browser_profiles": (),
        "cookie_stores": (),
    }
    return cast(Machine, _Fake(answers, usual))


def egress(**answers: Any) -> Egress:
    """Traffic that all leaves over `ETHERNET`, except for the given answers."""
    usual = {
        "source_address": ETHERNET.addresses[0],
        "addresses": frozenset(ETHERNET.addresses),
        "detour": None,
        "blocked_here": False,
        "browsers_resolver": None,
        "dns_over": False,
        "probe_over": CaptiveAnswer.SILENT,
    }
    return cast(Egress, _Fake(answers, usual))


def third_parties(**answers: Any) -> ThirdParties:
    """Nobody else may be asked, except for the given answers: `third_parties(canaries=canaries())`."""
    usual = {
        "canaries": None,
        "names": None,
        "dns_is_caught": False,
        "shake_hands": False,
        "status_page": facts.StatusPage.UNKNOWN,
    }
    return cast(ThirdParties, _Fake(answers, usual))


def context(url: str = "", *, portal: Portal = PORTAL, **answers: Any) -> Context:
    """A run on a healthy computer whose portal answers, except for the given answers.

    `context(trace=unreachable(), machine=computer(now=NOW + DAY), third_parties=third_parties(canaries=canaries()))`.
    With a `url`, that address is what is checked; an imitation of the portal is not contacted.
    """

    def judge_address(url: str) -> Verdict:
        official = (*portal.official, *portal.identity)
        return judge(url, official=official, protect=portal.protect, known_other=portal.known_other)

    contactable = judge_address(url or portal.url).contactable
    values = {
        "portal": portal,
        "url": url or portal.url,
        "contactable": contactable,
        "machine": computer(),
        "egress": egress(),
        "third_parties": third_parties(),
    }
    usual = {
        "judge_address": judge_address,
        "trace": trace() if contactable else None,
        "traces": lambda routes: tuple(map(made.trace, routes)),
        "pages": (),
        "sign_in_traces": (),
        "late": False,
        "chain": lambda hop: chain() if hop.tls is not None and hop.tls.chain else None,
        "revocation": None,
        "proxy_plan": facts.ProxyPlan(),
        "names": names(None, None) if contactable else None,
        "true_time": facts.TrueTime(0, facts.TimeSource.PORTAL),
    }
    made: Any = _Fake(answers, usual, values)
    return cast(Context, made)


# ---- whole runs ----------------------------------------------------------------------------------


class Ran(msgspec.Struct, frozen=True):
    """What came of a run: all that the checks found, and the diagnosis by the causes of all installed checks."""

    findings: tuple[Finding, ...]
    diagnosis: Diagnosis


def run(context: Context, *checks: Check, seconds: float = 10.0) -> Ran:
    """Run checks as the program does, and name the cause. Raises what a check raises."""
    from portalcheck.diagnosis.engine import diagnose
    from portalcheck.diagnosis.registry import Installed, installed
    from portalcheck.diagnosis.runner import run as run_checks
    from portalcheck.probe.deadline import OutOfTime

    known = {check.id: check for check in (*installed().checks, *checks)}
    results, crashes = run_checks(checks, (), context, time.monotonic() + seconds, late=OutOfTime)
    in_time = {result.check for result in results if result.ended is not Ended.TIMED_OUT}
    for crash in crashes:
        if crash.check in in_time:
            raise crash.error
    findings = tuple(finding for result in results for finding in result.findings)
    return Ran(findings, diagnose(results, (), Installed(known.values())))


@contextmanager
def practice(fault: str = "healthy", *, seconds: float = 10.0) -> Iterator[RunContext]:
    """A context over the practice portal, with one of the faults of `portalcheck demo --list`.

    Everything in it is real, and on this computer's loopback; nobody else is contacted.
    """
    from portalcheck import demo
    from portalcheck.probe.context import RunContext
    from portalcheck.probe.deadline import Deadline
    from portalcheck.probe.policy import Network

    with demo.practice(fault) as world:
        network = Network(
            world.contact, world.canaries, world.captive, world.resolvers, world.share_portal_name
        )
        yield RunContext(world.portal, world.machine, network, Deadline(seconds))


# ---- what a check declares -----------------------------------------------------------------------


def assert_well_declared(check: Check, *, built_in: bool = False) -> None:
    """Assert that a check can be installed, and has words for all that it declares in each language that it brings."""
    from portalcheck.diagnosis.registry import Installed, examine, installed

    try:
        examine(check, ours=built_in)
        Installed([*(each for each in installed().checks if each.id != check.id), check])
        wrong = [line for language in _languages(check.words) for line in _wrong_words(check, language)]
    except Exception as error:
        raise AssertionError(f"it cannot be installed: {error}") from error
    assert not wrong, "\n".join(wrong)


def _languages(package: str) -> list[str]:
    from importlib.resources import files

    names = sorted(entry.name for entry in files(package).iterdir()) if package else []
    return ["en", *(name[:-5] for name in names if re.fullmatch(r"(?!en\.)[a-z]{2,3}\.toml", name))]


def _wrong_words(check: Check, language: str) -> Iterator[str]:
    """What the words of a language lack, and what they have that is not declared."""
    from portalcheck.api.texts import load_texts

    words, file = load_texts(check.words, language), f"{language}.toml of {check.words}"
    yield from (f"{file} has no {key}" for key in ("name", "reads", "contacts") if not words.get(key))
    reasons, texts = {str(reason): reason for reason in check.reasons}, words.get("reasons", {})
    yield from _unlike(f"{file}, reasons", reasons, texts)
    for code in sorted(reasons.keys() & texts.keys()):
        declared = {"gravity", *reasons[code].args, *reasons[code].local}
        for name in sorted(_names_in(texts[code]) - declared):
            yield f"{file}: {code} speaks of {name}, which is not among its evidence"
    own, texts = {row.id: row for row in check.causes if not row.further}, words.get("causes", {})
    yield from _unlike(f"{file}, causes", own, texts.keys() - ({row.id for row in check.causes} - own.keys()))
    for cause in sorted(own.keys() & texts.keys()):
        wanted = {"verdict", "patient", "agent", "it", *([] if own[cause].note else ["actions"])}
        yield from (f"{file}: {cause} has no {key}" for key in sorted(wanted - texts[cause].keys()))


def _unlike(what: str, declared: Iterable[str], written: Iterable[str]) -> Iterator[str]:
    yield from (f"{what}: none for {code}" for code in sorted({*declared} - {*written}))
    yield from (f"{what}: {code} is not declared" for code in sorted({*written} - {*declared}))


def _names_in(entry: object) -> set[str]:
    """The evidence that a sentence puts in, or whose values choose among the sentences of a table."""
    from portalcheck.words.text import placeholders

    if not isinstance(entry, Mapping):
        return {name for name, _ in placeholders(str(entry))}
    names = {name for name, by_value in entry.items() if isinstance(by_value, Mapping)}
    inner = [
        e for value in entry.values() for e in (value.values() if isinstance(value, Mapping) else [value])
    ]
    return names.union(*map(_names_in, inner))
