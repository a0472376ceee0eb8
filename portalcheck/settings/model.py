"""The shape of a settings file. The structs mirror contract.md, Settings.

Their defaults are the built-in layer, and `Meta` holds what a value is expected to be. The reader, the error
messages and the JSON Schema all come from them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from portalcheck.settings import values
from portalcheck.words.interface import _

DEFAULT_PROFILE = "optum"
MAX_TIMEOUT_S = 600
MAX_JITTER_S = 86_400
LEAST_LOG_BYTES = 4096
MOST_LOG_BYTES = 1024**3

_URL_WORDS = (
    "an http:// or https:// address with a host name and without user name, password, blank or backslash"
)


def _text(description: str, longest: int, check: Callable[[str], str]) -> Meta:
    """What a text is expected to be; `check` says what is wrong with it, beyond its length."""
    return Meta(description=description, max_length=longest, extra={"check": check})


Url = Annotated[str, _text(_URL_WORDS, 2048, values.url_problem)]
MaybeUrl = Annotated[str, _text(f"{_URL_WORDS}, or nothing", 2048, values.maybe(values.url_problem))]
CanaryUrl = Annotated[
    str, _text("an https:// address", 2048, partial(values.url_problem, schemes=("https",)))
]
ProbeUrl = Annotated[
    str, _text("an http:// address, without TLS", 2048, partial(values.url_problem, schemes=("http",)))
]
_HOST_WORDS = "a host name or address such as portal.example.org, without https://, path or *"
Host = Annotated[str, _text(_HOST_WORDS, 254, values.host_problem)]
_RESOLVER_WORDS = "an IP address, address:port, [IPv6 address]:port or an https:// address"
Resolver = Annotated[str, _text(_RESOLVER_WORDS, 2048, values.resolver_problem)]
Words = Annotated[str, _text("a line of text of 1 to 200 characters", 200, values.words_problem)]
MaybeWords = Annotated[
    str, _text("a line of text of at most 200 characters", 200, values.maybe_words_problem)
]
FilePath = Annotated[str, _text("the path of a PEM file, or nothing", 4096, values.path_problem)]
LogPath = Annotated[str, _text("the path of a file, or nothing", 4096, values.path_problem)]
ProfileName = Annotated[
    str,
    Meta(
        description="a profile name of 1 to 64 letters, digits, - and _",
        pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        extra={"check": values.words_problem},
    ),
]
CheckId = Annotated[str, _text("a check id such as dns", 64, values.id_problem)]
KeyPath = Annotated[str, _text("a key path such as network.contact", 200, values.words_problem)]
Switch = Annotated[bool, Meta(description="true or false")]
Hosts = Annotated[tuple[Host, ...], Meta(description="a list of at most 500 host names", max_length=500)]
CheckIds = Annotated[tuple[CheckId, ...], Meta(description="a list of at most 100 check ids", max_length=100)]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing known of a portal and how surely.

    It is of a host or of an app. Certainty A: seen on the organisation's own page; B: seen in third parties'
    pages or public code; C: not confirmed, and so not used for judging an address.
    """

    host: Annotated[str, _text("a host name, or nothing", 254, values.maybe(values.host_problem))] = ""
    app: MaybeWords = ""
    store: MaybeWords = ""
    certainty: Annotated[Literal["A", "B", "C"], Meta(description="A, B or C")] = "C"
    source: MaybeWords = ""
    use: MaybeWords = ""


def _facts_problem(facts: tuple[Fact, ...]) -> str:
    wrong = next((number for number, fact in enumerate(facts) if bool(fact.host) == bool(fact.app)), None)
    if wrong is None:
        return ""
    return _("has a table (the one at index {number}) of no host or app, or of both").format(number=wrong)


class SupportTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a person can ask for help with the portal."""

    phone: MaybeWords = ""
    url: MaybeUrl = ""


class PortalTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A portal profile, or what a layer changes of one; a profile that no lower layer knows needs a `url`.

    A list replaces that of the layers below, but for `also_official`, which adds to `official`: a patient
    adds the address printed on a letter with one line. Empty lists take the default: `official` is then the
    host of `url`, and `protect` is `official` and `identity`. A relative `ca_file` is beside the file that
    names it.
    """

    name: Words = ""
    url: Url = ""
    official: Hosts = ()
    also_official: Hosts = ()
    identity: Hosts = ()
    protect: Hosts = ()
    known_other: Hosts = ()
    issuers: Annotated[
        tuple[Words, ...], Meta(description="a list of at most 100 names of organisations", max_length=100)
    ] = ()
    ca_file: FilePath = ""
    status_url: MaybeUrl = ""
    article_url: MaybeUrl = ""
    support: SupportTable = SupportTable()
    facts: Annotated[
        tuple[Fact, ...],
        Meta(
            description="a list of at most 200 tables, each of one host or one app",
            max_length=200,
            extra={"check": _facts_problem},
        ),
    ] = ()


class ProfilesFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of several profiles, by name."""

    portals: dict[ProfileName, PortalTable] = {}


class NetworkTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a run may contact besides the portal and this computer's own DNS server and proxy."""

    contact: Annotated[
        Literal["never", "on-trouble", "always"], Meta(description="never, on-trouble or always")
    ] = "on-trouble"
    # Three operators, three networks, three certificate authorities: one that is down or filtered leaves two.
    # They are visited by everybody and say nothing of health.
    canaries: Annotated[
        tuple[CanaryUrl, ...],
        Meta(
            description="a list of 2 to 16 https:// addresses, of two hosts at least",
            min_length=2,
            max_length=16,
            extra={"check": values.canaries_problem},
        ),
    ] = ("https://www.wikipedia.org/", "https://www.mozilla.org/", "https://www.iana.org/")
    # The probes of Android and Chromium, and of Cloudflare; and one that needs no DNS. That one is asked by
    # many proxy and Wi-Fi tools (Sub-Store's examples, for one). Not its twin 1.1.1.1: that was the example
    # address of Wi-Fi controllers' own sign-in page, and on such networks still leads there.
    # The last one is its other family's, for networks with IPv6 alone.
    # No source shows their answer; 204 and a redirect to its own https are both no sign-in page to `path`.
    captive: Annotated[
        tuple[ProbeUrl, ...], Meta(description="a list of at most 16 http:// addresses", max_length=16)
    ] = (
        "http://connectivitycheck.gstatic.com/generate_204",
        "http://cp.cloudflare.com/generate_204",
        "http://1.0.0.1/generate_204",
        "http://[2606:4700:4700::1001]/generate_204",
    )
    # Two operators over port 53, and one over HTTPS (RFC 8484) for networks that answer port 53 themselves, each
    # in both families. That one is named by its addresses, which its certificate holds, and speaks HTTP/1.1.
    resolvers: Annotated[
        tuple[Resolver, ...], Meta(description="a list of at most 16 DNS servers", max_length=16)
    ] = (
        "9.9.9.9",
        "2620:fe::fe",
        "1.1.1.1",
        "2606:4700:4700::1111",
        "https://1.1.1.1/dns-query",
        "https://[2606:4700:4700::1111]/dns-query",
    )
    share_portal_name: Switch = False


class RunTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a run goes. `timeout` is in seconds; `lang` is empty where the system's language is to be used.

    `jitter` is the longest of the random waits, in seconds, before a run that no person at a terminal waits for.
    `log_file` gets a line a run; at `log_max_bytes` it is renamed to `<log_file>.1`, in place of the last one.
    A relative path is beside the file that names it; `~` is the home of the user who runs it.
    """

    timeout: Annotated[
        float,
        Meta(description=f"a number of seconds above 0 and at most {MAX_TIMEOUT_S}", gt=0, le=MAX_TIMEOUT_S),
    ] = 10.0
    lang: Annotated[
        Literal["", "en", "es"], Meta(description="en, es, or nothing for the system's language")
    ] = ""
    fail_on: Annotated[Literal["never", "fail", "warn"], Meta(description="never, fail or warn")] = "fail"
    jitter: Annotated[
        float,
        Meta(description=f"a number of seconds from 0 to {MAX_JITTER_S}", ge=0, le=MAX_JITTER_S),
    ] = 0.0
    log_file: LogPath = ""
    log_max_bytes: Annotated[
        int,
        Meta(
            description=f"a whole number of bytes from {LEAST_LOG_BYTES} to {MOST_LOG_BYTES}",
            ge=LEAST_LOG_BYTES,
            le=MOST_LOG_BYTES,
        ),
    ] = 1024 * 1024


class ChecksTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which checks run: those of `only`, or all where it is empty, but those of `skip`."""

    only: CheckIds = ()
    skip: CheckIds = ()


class GuideTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the page may be served on this computer."""

    enabled: Switch = True


class HistoryTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the last report is kept for this user, so that it can be shown again and compared with the next."""

    keep: Switch = True


class ConfigFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A settings file of portalcheck.

    `locked` is for the system's file only. It names keys, tables (`network`) or profiles (`portals.lab`)
    that no user's file, environment variable or flag may set.
    """

    portal: ProfileName = DEFAULT_PROFILE
    locked: Annotated[tuple[KeyPath, ...], Meta(description="a list of key paths", max_length=200)] = ()
    portals: dict[ProfileName, PortalTable] = {}
    network: NetworkTable = NetworkTable()
    run: RunTable = RunTable()
    checks: ChecksTable = ChecksTable()
    guide: GuideTable = GuideTable()
    history: HistoryTable = HistoryTable()
