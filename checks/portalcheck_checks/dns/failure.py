"""A name without addresses: whose fault is it, by the answers of DNS servers?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portalcheck.api import Canaries, DnsAnswer, DnsHealth, Failure, Finding, Resolution, fail, note
from portalcheck_checks.dns import reasons
from portalcheck_checks.dns.lookup import MISSING, answered, is_sinkhole

_SILENT = {
    Failure.TIMED_OUT,
    Failure.REFUSED,
    Failure.RESET,
    Failure.NETWORK_UNREACHABLE,
    Failure.HOST_UNREACHABLE,
    Failure.DENIED,
}


def judge_failure(
    names: Resolution, canaries: Canaries | None, elsewhere: Sequence[DnsAnswer] | None = None
) -> Iterator[Finding]:
    """A name without addresses: by how the computer's own servers answer for it, and for other names."""
    if (found := answered(names.servers)) and all(map(is_sinkhole, found)):
        yield fail(reasons.SINKHOLE, addresses=found)
        return
    if found:
        # Whoever says that there is no such name has answered; anything else may have been lost on the way.
        denied = names.system.failure is Failure.NOT_FOUND
        yield fail(reasons.SYSTEM_FAILS if denied else reasons.SYSTEM_SILENT)
        return
    failures = [answer.failure for answer in names.servers if answer.failure is not None]
    own = canaries.system_dns if canaries is not None else DnsHealth.NOT_ASKED
    if not names.servers:
        yield fail(reasons.NO_SERVER)
    elif own is not DnsHealth.ANSWERS and all(failure in _SILENT for failure in failures):
        yield fail(reasons.SILENT, servers=len(failures))
    else:
        failure = next((failure for failure in failures if failure not in _SILENT), failures[0])
        if own is DnsHealth.ERRORS:
            yield fail(reasons.ERRORS, rcode=failure.value)
            if canaries is not None and canaries.system_dns_unchecked is DnsHealth.ANSWERS:
                yield note(reasons.SIGNATURES_FAIL)
        elif failure in MISSING:
            yield fail(reasons.MISSING, kind=failure.value)
        elif failure in _SILENT:
            yield fail(reasons.SILENT_HERE)
        else:
            yield fail(reasons.ERROR_HERE, rcode=failure.value, everywhere=_fails_everywhere(elsewhere))


def _fails_everywhere(elsewhere: Sequence[DnsAnswer] | None) -> bool | None:
    """Whether independent servers have errors for the name as well; None if none was asked or none answered."""
    heard = [answer for answer in elsewhere or () if answer.failure not in _SILENT]
    return all(answer.failure not in {None, *MISSING} for answer in heard) if heard else None
