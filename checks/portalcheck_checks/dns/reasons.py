"""The reasons of findings on a name on the route."""

from __future__ import annotations

from portalcheck.api import Layer, Reason

RESOLVES = Reason(
    "dns.resolves",
    layer=Layer.NAME,
    args={"count": int, "ipv4": int, "ipv6": int, "ms": int},
    local={"addresses": "address", "servers": "address"},
)
NOT_ASKED = Reason("dns.not-asked")
NOT_NEEDED = Reason("dns.not-needed")
LEFT_TO_PROXY = Reason("dns.left-to-proxy")
NO_SERVER = Reason("dns.no-server", layer=Layer.NAME)
SILENT = Reason("dns.silent", layer=Layer.NAME, args={"servers": int}, rests_on_silence=True)
LATE = Reason("dns.late", layer=Layer.NAME)
ERRORS = Reason("dns.errors", layer=Layer.NAME, args={"rcode": str})
SIGNATURES_FAIL = Reason("dns.signatures-fail", layer=Layer.NAME)
ERROR_HERE = Reason("dns.error-here", layer=Layer.NAME, args={"rcode": str, "everywhere": bool | None})
MISSING = Reason("dns.missing", layer=Layer.NAME, args={"kind": str})
MISSING_EVERYWHERE = Reason("dns.missing-everywhere", layer=Layer.NAME, args={"kind": str})
FOUND_ELSEWHERE = Reason("dns.found-elsewhere", layer=Layer.NAME)
MADE_UP = Reason("dns.made-up", layer=Layer.NAME, local={"addresses": "address"})
SINKHOLE = Reason("dns.sinkhole", layer=Layer.NAME, local={"addresses": "address"})
BLOCK_PAGE = Reason("dns.block-page", layer=Layer.NAME)
FALSE_ADDRESS = Reason("dns.false-address", layer=Layer.NAME)
SILENT_HERE = Reason("dns.silent-here", layer=Layer.NAME, rests_on_silence=True)
SYSTEM_FAILS = Reason("dns.system-fails", layer=Layer.NAME)
SYSTEM_SILENT = Reason("dns.system-silent", layer=Layer.NAME, rests_on_silence=True)
OTHER_ANSWERS = Reason("dns.other-answers", layer=Layer.NAME)
SIGN_IN_MISSING = Reason("dns.sign-in-missing")
DISAGREE = Reason("dns.disagree", layer=Layer.NAME)
CAPTURED = Reason("dns.captured", layer=Layer.NAME)
CAUGHT = Reason("dns.caught", layer=Layer.NAME)
UNPROVED = Reason("dns.unproved", layer=Layer.NAME)
HOSTS_OVERRIDE = Reason("dns.hosts-override", args={"count": int}, local={"addresses": "address"})
HOSTS_ENTRY = Reason("dns.hosts-entry", local={"addresses": "address"})
HOSTS_UNCLEAR = Reason(
    "dns.hosts-unclear",
    layer=Layer.NAME,
    args={"count": int},
    local={"addresses": "address"},
    rests_on_silence=True,
)
UNSETTLED = Reason("dns.unsettled", layer=Layer.NAME, settled_by_leave=True)
SLOW_SERVER = Reason("dns.slow-server", layer=Layer.NAME)
REWRITES_MISSING = Reason("dns.rewrites-missing", layer=Layer.NAME)
