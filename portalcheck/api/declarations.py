"""What a check declares: its reasons, the causes that they prove, who must act, and where each has its place.

The core reads declarations and knows no check by name. A reason is declared once, in the folder of the check
that gives it; a cause once, in the folder of the check whose evidence names it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from enum import IntEnum, StrEnum, auto
from types import MappingProxyType, ModuleType, UnionType
from typing import Any, Protocol, Union, get_args, get_origin

import msgspec

from portalcheck.api.protocols import Context
from portalcheck.facts import BrowserFiles
from portalcheck.model import Arg, Finding, Local, Owner, Status

Judge = Callable[[Context], Iterable[Finding]]
EvidenceTypes = Mapping[str, type | UnionType]

_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_TYPES: EvidenceTypes = MappingProxyType({})


class Layer(IntEnum):
    """Where on the route to the sign-in page something is found, in the order in which a request gets there.

    `ADDRESS` is the address by its text alone. `BROWSER` is what a browser does to a page that is there; `APART`
    is what nothing on the route can explain: this computer's own state, the portal's own status page.
    """

    ADDRESS = auto()
    LINK = auto()
    TUNNEL = auto()
    EGRESS = auto()
    PROXY = auto()
    NAME = auto()
    PACKETS = auto()
    CONNECTION = auto()
    HANDSHAKE = auto()
    CERTIFICATE = auto()
    SERVICE = auto()
    BROWSER = auto()
    APART = auto()


def behind(layer: Layer) -> frozenset[Layer]:
    """The layers that a request reaches only after `layer`: what fails there may be an echo of it."""
    return frozenset(each for each in Layer if layer < each <= Layer.SERVICE)


Explained = Set[Layer | str]
"""Layers, and reasons, whose failures a cause explains."""


class Link(StrEnum):
    """A link of the route diagram, which goes from the person to the sign-in page."""

    YOU = auto()
    NETWORK = auto()
    VPN = auto()
    PROXY = auto()
    NAME = auto()
    PORTAL = auto()
    CERTIFICATE = auto()


class Reason(str):
    """A reason code, `check.what-is-so`, and all that is fixed of the findings that give it.

    `args` are the names and types of the evidence that may leave this computer, `local` the names of evidence
    that may not, each with its kind (address, path, name, network, url, text). What else stands in evidence is
    refused. `rests_on_silence`: it was concluded from an answer that did not come, or came late.
    `leaves_open`: the check came to no answer, and another one should tell why. `in_use`: the link of the route
    diagram that need not be there is in use. `alternative`: the argument `browser` names one that can be tried
    instead. `current`: it names the one that the
    person uses now. `settled_by_leave`: leave to ask others for the portal's name would settle the matter.
    `fleet`: the group that `fleet` counts it in, and the argument that it counts there.
    """

    def __new__(
        cls,
        code: str,
        *,
        layer: Layer = Layer.APART,
        args: EvidenceTypes = _NO_TYPES,
        local: Mapping[str, str] = _NOTHING,
        rests_on_silence: bool = False,
        leaves_open: bool = False,
        in_use: bool = False,
        alternative: bool = False,
        current: bool = False,
        settled_by_leave: bool = False,
        fleet: tuple[str, str] | None = None,
    ) -> Reason:
        """Declare a reason."""
        made = super().__new__(cls, code)
        made.layer, made.args, made.local = layer, args, local
        made.rests_on_silence, made.leaves_open, made.in_use = rests_on_silence, leaves_open, in_use
        made.alternative, made.current = alternative, current
        made.settled_by_leave, made.fleet = settled_by_leave, fleet
        return made

    layer: Layer
    args: EvidenceTypes
    local: Mapping[str, str]
    rests_on_silence: bool
    leaves_open: bool
    in_use: bool
    alternative: bool
    current: bool
    settled_by_leave: bool
    fleet: tuple[str, str] | None


class AuthorError(Exception):
    """A mistake of a check's author; the text tells them what, and holds nothing of the computer it ran on."""


class EvidenceError(AuthorError):
    """Evidence that its reason does not declare, or of another type."""


def fits(value: object, kind: Any) -> bool:
    """Whether a value is of a type as annotations write it: a class, a union, a collection, something to call."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is None or origin is Callable:
        return (
            callable(value) if origin else (kind is None and value is None) or isinstance(value, kind or ())
        )
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in inner)
    if not isinstance(value, origin):
        return False
    if isinstance(value, Mapping):
        return all(fits(name, inner[0]) and fits(each, inner[1]) for name, each in value.items())
    kinds = inner if origin is tuple and inner[-1] is not ... else inner[:1] * len(value)
    return len(kinds) == len(value) and all(map(fits, value, kinds))


def finding(status: Status, reason: Reason, evidence: Mapping[str, Arg]) -> Finding:
    """A finding of a declared reason; its declaration tells what is local. Raises EvidenceError."""
    shared: dict[str, Arg] = {}
    local: dict[str, Local] = {}
    for name, value in evidence.items():
        plain = fits(value, Arg) and not (isinstance(value, float) and not math.isfinite(value))
        if plain and name in reason.local:
            local[name] = Local(reason.local[name], value)
        elif plain and isinstance(value, reason.args.get(name, ())):
            shared[name] = value
        else:
            types = (f"{arg} ({getattr(kind, '__name__', kind)})" for arg, kind in reason.args.items())
            declared = ", ".join((*types, *reason.local)) or "none"
            raise EvidenceError(f"{reason}: {name} ({type(value).__name__}); declared: {declared}")
    return Finding(reason=str(reason), status=status, args=shared, local=local)


class Say(Protocol):
    """Makes a finding of one status: a declared reason and its evidence. Raises EvidenceError for any other."""

    def __call__(self, reason: Reason, /, **evidence: Arg) -> Finding:
        """The finding."""


def _maker(status: Status) -> Say:
    def make(reason: Reason, /, **evidence: Arg) -> Finding:
        return finding(status, reason, evidence)

    make.__doc__ = Say.__doc__
    return make


ok = _maker(Status.OK)
note = _maker(Status.NOTE)
warn = _maker(Status.WARN)
fail = _maker(Status.FAIL)
skip = _maker(Status.SKIP)
unknown = _maker(Status.UNKNOWN)


def reasons_in(module: ModuleType) -> tuple[Reason, ...]:
    """Every reason that a module defines, in its order."""
    return tuple(value for value in vars(module).values() if isinstance(value, Reason))


class Cause(msgspec.Struct, frozen=True):
    """A cause or a note, and a row of evidence that names it. `when` makes further rows of the same cause.

    A row holds when every reason of `all` was found, at least one of `any` (if it names some), and every reason
    of `none` is proved absent by a check that finished. It weighs as much as the gravest finding that it rests on
    or explains; one that weighs less than `warn` names nothing, unless it is a `note`, which holds beside any cause
    and is never one. `explains` are layers, and reasons, whose failures go away with the cause: they are echoes.

    `ref` is the article's reference to look at first, `then` are further ones worth a try. `owner` must act, unless
    `owner_by` tells another from the findings that the row rests on. `unsafe` says that to type a password is unwise
    meanwhile.

    The order of blame is that of the layers, within one that of the checks and of their rows; `at` is a row's
    layer, by default the deepest of its evidence. `after` or `before` is the id of a cause right beside whose own
    row it stands, and counts for nothing where there is no such cause. `code_number` is the cause's number in the
    phone code: once given it is never changed nor used again.
    """

    id: str
    ref: str = ""
    owner: Owner | None = None
    then: tuple[str, ...] = ()
    owner_by: Callable[[Sequence[Finding]], Owner | None] | None = None
    note: bool = False
    unsafe: bool = False
    code_number: int | None = None
    all: Set[str] = frozenset()
    any: Set[str] = frozenset()
    none: Set[str] = frozenset()
    explains: Explained = frozenset()
    at: Layer | None = None
    after: str = ""
    before: str = ""
    further: bool = False

    def when(
        self,
        *,
        all: Set[str] = frozenset(),
        any: Set[str] = frozenset(),
        none: Set[str] = frozenset(),
        explains: Explained | None = None,
        ref: str = "",
        then: tuple[str, ...] | None = None,
        at: Layer | None = None,
        after: str = "",
        before: str = "",
    ) -> Cause:
        """A further row of this cause, with evidence and a place of its own; the rest is as declared."""
        return msgspec.structs.replace(
            self,
            all=all,
            any=any,
            none=none,
            explains=self.explains if explains is None else explains,
            ref=ref or self.ref,
            then=self.then if then is None else then,
            at=at,
            after=after,
            before=before,
            further=True,
        )

    @property
    def evidence(self) -> Set[str]:
        """The reasons that must have been found, all of them or one."""
        return self.all | self.any


INCONCLUSIVE = Cause(id="inconclusive", ref="step-5", then=("error-4", "step-10"), code_number=1)
"""Named when something failed and no row explains it. A check's own rows of it (`INCONCLUSIVE.when`) name nothing:
they keep what lies behind an open question from being blamed."""

NONE = Cause(id="none", ref="step-2", code_number=0)
"""Named when nothing on this computer, its network or the portal's front door explains it."""


class Check(msgspec.Struct, frozen=True):
    """A check: its id, its function, and all that it declares.

    `words` is the package whose folder has its words: `en.toml`, `es.toml` and so on. `needed`: without it nothing
    can be said. `link` is the link of the route diagram that it tells of. `code_number` is its place in the phone
    code, or `code_with` the check in whose place the graver of both stands, and `files` the files of browsers that it
    reads; these are for the checks that come with portalcheck. `page`: it looks at what the page in the person's own
    browser saw (`Context.pages`), and runs only where that is open.
    """

    id: str
    run: Judge
    reasons: Sequence[Reason]
    causes: Sequence[Cause] = ()
    words: str = ""
    needed: bool = False
    link: Link | None = None
    code_number: int | None = None
    code_with: str = ""
    files: BrowserFiles | None = None
    page: bool = False


class Numbers(msgspec.Struct, frozen=True):
    """What the numbers in a code stand for: checks by their places, causes by their numbers, as declared.

    `beside` are checks that have no place of their own, each with the one in whose place the graver of both stands.
    """

    checks: Mapping[int, str]
    causes: Mapping[int, str]
    beside: Mapping[str, str] = {}

    @property
    def built_in(self) -> tuple[str, ...]:
        """The checks that come with portalcheck."""
        return (*self.checks.values(), *self.beside)
