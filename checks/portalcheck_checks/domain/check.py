"""Is the address really the portal's? It, where its page leads on to, and the names in its certificate.

All are judged by their text alone. For an imitation or an invalid address nothing is contacted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from portalcheck.api import (
    Arg,
    Chain,
    Check,
    Context,
    Finding,
    Hop,
    Kind,
    Link,
    Trace,
    Verdict,
    fail,
    note,
    ok,
    reasons_in,
    warn,
)
from portalcheck_checks.domain import reasons
from portalcheck_checks.domain.causes import CAUSES

_REDIRECTS = range(300, 400)
_MOST_NAMES = 100
_MOST_FINDINGS = 5


def domain(context: Context) -> Iterable[Finding]:
    """Judge the address and, if it may be contacted, the hosts that it leads on to."""
    verdict = context.judge_address(context.url)
    yield address(verdict)
    if not (verdict.contactable and context.contactable):
        return
    trace = context.trace()
    if trace is None:
        return
    led = [context.judge_address(url) for url in led_to(trace)]
    yield from redirects(verdict, led, (*context.portal.official, *context.portal.identity))
    names = doubtful_names(verdict, context.chain(trace.first))
    yield from certificate([context.judge_address(f"https://{name}/") for name in names])


def address(verdict: Verdict) -> Finding:
    """What is to say of the address itself."""
    more: dict[str, Arg] = {"notes": verdict.notes} if verdict.notes else {}
    match verdict.kind:
        case Kind.OFFICIAL:
            return ok(reasons.OFFICIAL, host=verdict.host, **more)
        case Kind.LOOKALIKE:
            return fail(reasons.LOOKALIKE, **_imitation(verdict), **more)
        case Kind.UNRELATED:
            if verdict.inner is not None and verdict.inner.host:
                hidden = verdict.inner.host == verdict.host
                kind = "encoded" if hidden else verdict.inner.kind.value
                more |= {"leads_to": verdict.inner.host, "leads_to_kind": kind}
            return warn(reasons.UNRELATED, host=verdict.host, **more)
        case Kind.INVALID:
            return fail(reasons.INVALID, host=verdict.host, trick=verdict.trick, **more)


def led_to(trace: Trace) -> list[str]:
    """The addresses that a walk led to, without paths, also one that it did not follow any more."""
    found = [_origin(hop) for hop in trace.hops[1:]]
    last = trace.last
    if last.http is not None and last.http.status in _REDIRECTS and last.http.location:
        try:
            parts = urlsplit(urljoin(_origin(last), last.http.location.replace("\\", "/")))
        except ValueError:
            return found
        if parts.scheme in ("http", "https") and parts.netloc:
            found.append(f"{parts.scheme}://{parts.netloc}/")
    return found


def redirects(first: Verdict, others: Sequence[Verdict], listed: Sequence[str] = ()) -> Iterator[Finding]:
    """What is to say of the hosts that the address led on to; each host once.

    `listed` are the names of the portal's profile: of further hosts below one it is told, and their number.
    """
    hosts = {other.host: other for other in others if other.host and other.host != first.host}
    official = [host for host, other in hosts.items() if other.kind is Kind.OFFICIAL]
    unlisted = [host for host, other in hosts.items() if other.kind is Kind.UNRELATED]
    imitations = [other for other in hosts.values() if other.kind is Kind.LOOKALIKE]
    if hosts and len(official) == len(hosts):
        names = [name for name in listed if any(f".{host}".endswith(f".{name}") for host in official)]
        further = sum(host not in listed for host in official)
        yield ok(reasons.REDIRECT_OFFICIAL, hosts=tuple(dict.fromkeys(names)), further=further)
    for host in unlisted[:_MOST_FINDINGS]:
        yield note(reasons.REDIRECT_UNLISTED, host=host)
    for imitation in imitations[:_MOST_FINDINGS]:
        yield fail(reasons.REDIRECT_LOOKALIKE, **_imitation(imitation))


def doubtful_names(verdict: Verdict, chain: Chain | None) -> list[str]:
    """The certificate's names, unless it proves the server to be an official one.

    Its owner may well hold names that look like its own, bought so that nobody else does.
    """
    if chain is None or (verdict.kind is Kind.OFFICIAL and chain.trusted and chain.name_matches):
        return []
    names = (name.removeprefix("*.") for name in chain.names[:_MOST_NAMES])
    return [name for name in dict.fromkeys(names) if name and name != verdict.host]


def certificate(names: Sequence[Verdict]) -> Iterator[Finding]:
    """Names in the certificate that imitate an official one: a sign, never a proof."""
    for name in [name for name in names if name.kind is Kind.LOOKALIKE][:_MOST_FINDINGS]:
        yield note(reasons.CERTIFICATE_LOOKALIKE, **_imitation(name))


def _imitation(verdict: Verdict) -> dict[str, Arg]:
    shown: dict[str, Arg] = {"marked": verdict.marked} if verdict.marked else {}
    return {"host": verdict.host, "trick": verdict.trick, "target": verdict.target or None, **shown}


def _origin(hop: Hop) -> str:
    host = f"[{hop.host}]" if ":" in hop.host else hop.host
    return f"{hop.scheme}://{host}:{hop.port}/"


CHECK = Check(
    "domain",
    run=domain,
    reasons=reasons_in(reasons),
    causes=CAUSES,
    words="portalcheck_checks.domain",
    link=Link.NAME,
    code_number=0,
)
