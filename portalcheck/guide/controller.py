"""What the page shows and what the person does there: rounds of checks, the tests of browsers, the steps one by one."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import msgspec

from portalcheck.diagnosis.steps import in_order
from portalcheck.facts import OpenPage, PageTests, Trace
from portalcheck.guide.access import Purpose, Window
from portalcheck.guide.events import Hub
from portalcheck.guide.told import Told, by_agent
from portalcheck.guide.trail import Trail
from portalcheck.model import CheckResult, Outcome, Portal, Report, TriedOutcome

if TYPE_CHECKING:
    from portalcheck.api.declarations import Check

_log = logging.getLogger(__name__)

NAME_AFTER_S = 3.0
"""After which the check that is waited for is named."""
TESTS_S = 20.0
"""How long a verdict that all is well waits for the tests of a browser that is there to make them."""
WHERE_S = 15.0
"""How long a page that was refused waits for this program's own walk."""
NO_SIGN_S = 5.0
"""After which a page that shows what it shows without scripts runs none."""


Run = Any
"""What a round of checks found, of which the page knows no more than `trace`, the way to the portal, if it went one."""


class Line(Protocol):
    """The straight line of a run, as the page walks it. `url` is empty for an address that may not be contacted.

    `checks` are the ids of the checks that every round makes.
    """

    portal: Portal
    url: str
    host: str
    checks: tuple[str, ...]

    def check(self, watcher: Any, stopped: Callable[[], bool]) -> Run:
        """Run all checks anew."""

    def look(self, run: Run, pages: Sequence[OpenPage]) -> Run:
        """What follows from the open pages, added to a round's findings."""

    def report(self, run: Run, trail: Trail) -> Report:
        """The report of a round."""

    def settled_by_leave(self, run: Run) -> bool:
        """Whether leave to ask others for the portal's name would tell what is wrong."""

    def give_leave(self) -> None:
        """Give that leave for the rounds to come."""

    def keep(self, report: Report, trail: Trail) -> None:
        """Keep what was found and tried, so that it survives whatever ends this program."""


class Seen(msgspec.Struct):
    """What is known of one window; `round` is the one that `tests` are of, `address` the last that was made in it."""

    page: OpenPage
    round: int = 0
    cookie: str = ""
    cookies: bool | None = None
    others: bool | None = None
    others_cookie: str = ""
    address: str = ""
    address_for: Purpose = Purpose.HERE
    alive: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows, at one moment. `ended` are the checks that have, `awaited` the one to be named.

    `report` is that of this round or, while it goes on, of the one before; `before` the one before that, to tell
    what has changed.
    """

    checking: bool = True
    testing: bool = False
    round: int = 0
    ended: tuple[CheckResult, ...] = ()
    awaited: str = ""
    report: Report | None = None
    before: Report | None = None
    trail: Trail
    may_share: bool = False
    over: bool = False
    again: bool = False


class _Watcher:
    """Is told how a round's checks get on."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def start(self, portal: str) -> None:
        """The checks begin, as the page has said."""

    def ended(self, result: CheckResult) -> None:
        """A check has ended."""
        self._controller.progressed(result)

    def result(self, result: CheckResult) -> None:
        """Nothing: the page shows a check as soon as it has ended."""

    def waiting(self, check: Check) -> None:
        """A check is waited for."""
        self._controller.waited(check.id)

    def end(self) -> None:
        """All are done; the report follows."""


class Controller:
    """Runs rounds on a thread of its own, and takes what pages tell and people do. `begin` starts the first round."""

    def __init__(self, line: Line, hub: Hub, trail: Trail, url_of: Callable[[Window], str]) -> None:
        self._line, self._hub, self._url_of = line, hub, url_of
        self._lock = threading.RLock()
        self._state = State(trail=trail, again=bool(trail.tried))
        self._run: Run | None = None
        self._looked: tuple[Run, tuple[OpenPage, ...], Run] | None = None
        self._seen: dict[str, Seen] = {}
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._stop, self._checked, self._tested = threading.Event(), threading.Event(), threading.Event()
        self._since = time.monotonic()
        self.last_action = time.monotonic()
        self.fault: BaseException | None = None
        """What went wrong in this program, if something did."""

    # ---- rounds --------------------------------------------------------------------------------

    def begin(self) -> None:
        """Start the first round."""
        threading.Thread(target=self._do, name="rounds", daemon=True).start()
        self._work.put(self._round)

    def end(self) -> None:
        """Nothing more is begun; the page says that it has ended."""
        self._stop.set()
        self._work.put(None)
        self._change(over=True)
        self._hub.end()

    def _do(self) -> None:
        while (work := self._work.get()) is not None:
            try:
                work()
            except Exception as error:
                _log.debug("a round failed: %s", type(error).__name__)
                self.fault = self.fault or error
                self._change(checking=False, testing=False)
                self._checked.set()

    def _round(self) -> None:
        with self._lock:
            self._stop.clear()
            self._checked.clear()
            self._tested.clear()
            self._since = time.monotonic()
            before = self._state.report
            self._change(
                checking=True,
                round=self._state.round + 1,
                ended=(),
                awaited="",
                before=before,
                may_share=False,
            )
        run = self._line.check(_Watcher(self), self._stop.is_set)
        with self._lock:
            self._run = run
        self._checked.set()
        report = self._line.report(run, self._state.trail)
        if report.outcome is Outcome.OK and self._awaits_tests():
            self._change(testing=True)
            self._tested.wait(TESTS_S)
        self._conclude()

    def _conclude(self) -> None:
        """Look at the open pages, and make the report."""
        with self._lock:
            run, pages = self._run, self.pages()
        if run is None:
            return
        # What was seen is not looked at anew for a click that changes nothing of it.
        if self._looked is None or self._looked[:2] != (run, pages):
            self._looked = (run, pages, self._line.look(run, pages) if pages else run)
        looked = self._looked[2]
        report = self._line.report(looked, self._state.trail)
        self._line.keep(report, self._state.trail)
        self._change(
            checking=False,
            testing=self._awaits_tests(),
            report=report,
            may_share=self._line.settled_by_leave(looked),
        )

    def _again(self) -> None:
        """Conclude once more from what this round has found, unless it still goes on."""
        if self._checked.is_set():
            self._work.put(self._conclude)

    def _awaits_tests(self) -> bool:
        with self._lock:
            return any(each.alive and each.round < self._state.round for each in self._seen.values())

    def progressed(self, result: CheckResult) -> None:
        """A check has ended."""
        with self._lock:
            self._change(ended=(*self._state.ended, result))

    def waited(self, check: str) -> None:
        """A check is waited for, and named after a while."""
        if time.monotonic() - self._since >= NAME_AFTER_S and self._state.awaited != check:
            self._change(awaited=check)

    # ---- what is shown -------------------------------------------------------------------------

    def state(self) -> State:
        """What the page shows now."""
        return self._state

    def seen(self, window: Window) -> Seen:
        """What is known of a window."""
        with self._lock:
            return self._seen[window.id]

    def pages(self) -> tuple[OpenPage, ...]:
        """The page in each window, as far as it has told of this round."""
        with self._lock:
            now = self._state.round
            return tuple(
                each.page if each.round == now else msgspec.structs.replace(each.page, tests=None)
                for each in self._seen.values()
            )

    def _change(self, **changes: Any) -> None:
        with self._lock:
            self._state = msgspec.structs.replace(self._state, **changes)
        self._hub.changed()

    # ---- what windows tell ---------------------------------------------------------------------

    def opened(self, window: Window, agent: str) -> None:
        """A window shows the page; `agent` is its User-Agent."""
        with self._lock:
            if window.id in self._seen:
                return
            browser, version = by_agent(agent)
            page = OpenPage(
                url=self._url_of(window),
                browser=browser,
                version=version,
                first=not self._seen,
                private=window.purpose.private,
            )
            self._seen[window.id] = Seen(page)

    def alive(self, window: Window) -> None:
        """Its scripts run."""
        with self._lock:
            seen = self._seen[window.id]
            seen.alive, seen.page = True, msgspec.structs.replace(seen.page, scripts=True)

    def shows_no_scripts(self, window: Window) -> None:
        """A window has fetched what it shows without scripts: after a while without a sign of life, it runs none."""

        def decide() -> None:
            with self._lock:
                seen = self._seen[window.id]
                if seen.page.scripts is not None:
                    return
                seen.page = msgspec.structs.replace(seen.page, scripts=False)
            self._again()

        timer = threading.Timer(NO_SIGN_S, decide)
        timer.daemon = True
        timer.start()

    def tested(self, window: Window, told: Told) -> None:
        """The page's script tells what its tests came to; of an earlier round it is too late."""
        with self._lock:
            if told.round != self._state.round:
                return
            seen = self._seen[window.id]
            tests = PageTests(
                own_site=told.own_site,
                other_site=told.other_site,
                portal=told.portal,
                identity=told.identity,
                plain=told.plain,
                cookies=seen.cookies,
                others_cookies=seen.others,
                storage=told.storage,
                missing=told.missing,
            )
            browser = told.browser or seen.page.browser
            version = told.version or seen.page.version
            seen.page = msgspec.structs.replace(seen.page, tests=tests, browser=browser, version=version)
            seen.round = told.round
            if not self._awaits_tests():
                self._tested.set()
        self._again()

    def where_else(self) -> dict[str, str]:
        """Where a page looks whose request was refused: the host that sign-in leads to, and what leads nowhere."""
        self._checked.wait(WHERE_S)
        with self._lock:
            trace: Trace | None = self._run.trace if self._run is not None else None
        parts = urlsplit(self._line.url)
        found = {"plain": f"{parts.scheme}://{parts.netloc}/favicon.ico", "identity": ""}
        for hop in trace.hops[1:] if trace is not None else ():
            if hop.scheme == "https" and hop.host != parts.hostname:
                found["identity"] = f"https://{hop.host}{'' if hop.port == 443 else f':{hop.port}'}/"
                break
        return found

    # ---- what the person does ------------------------------------------------------------------

    def acted(self) -> None:
        """Somebody is there."""
        self.last_action = time.monotonic()

    def check_again(self) -> None:
        """Run a round more, unless one goes on."""
        if not self._state.checking:
            self._change(checking=True)
            self._work.put(self._round)

    def stop(self) -> None:
        """Wait for no check any more: the report says what was found by now."""
        self._stop.set()
        self._tested.set()

    def share(self) -> None:
        """Let independent servers be asked for the portal's name, and check again."""
        if self._state.may_share:
            self._line.give_leave()
            self.check_again()

    def tried(self, ref: str, outcome: TriedOutcome) -> None:
        """What became of a step."""
        self._go_on(lambda trail: trail.with_tried(ref, outcome, time.time()))

    def told(self, symptoms: Sequence[str]) -> None:
        """What the sign-in page says."""
        self._go_on(lambda trail: trail.with_symptoms(in_order(symptoms), time.time()))

    def start_over(self) -> None:
        """Forget what was tried."""
        self._go_on(lambda trail: Trail(portal=trail.portal))

    def _go_on(self, change: Callable[[Trail], Trail]) -> None:
        with self._lock:
            self._change(trail=change(self._state.trail), again=False)
        self._again()

    def answered(self, window: Window, *, seen: bool) -> None:
        """Whether the sign-in page appeared, as the person says."""
        with self._lock:
            known = self._seen[window.id]
            known.page = msgspec.structs.replace(known.page, sign_in_seen=seen)
        self._again()

    def addressed(self, window: Window, address: str, purpose: Purpose) -> None:
        """An address for another window is shown in this one."""
        with self._lock:
            seen = self._seen[window.id]
            seen.address, seen.address_for = address, purpose
        self._hub.changed()

    # ---- the end -------------------------------------------------------------------------------

    def wait_for_end(self) -> None:
        """Wait until nobody has done anything for long, or nobody listens any more."""
        self._hub.wait_for_end(lambda: self.last_action)
