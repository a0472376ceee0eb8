"""Plays one situation on the patient's computer: the program, a real browser, and what a person does there.

`python -m tests.guide.driver SITUATION`, in the lab's namespace; prints what came of it as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.guide.browsers import Driven, DrivenChromium, DrivenFirefox, OpenWindow, settings, wait
from tests.guide.rows import SITUATIONS
from tests.guide.situation import CHROMIUM, Situation, told

HOME = Path(os.environ.get("HOME", "/nonexistent"))
KEPT = HOME / ".local/share/portalcheck/last-report.json"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/s/\S+")


class Program:
    """`portalcheck guide`, as a process."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "portalcheck", "guide", "--no-open", "-f", "json", *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr is not None
        self.said = ""
        while (found := _ADDRESS.search(self.said)) is None:
            line = self._process.stderr.readline()
            assert line, self.said
            self.said += line
        self.address = found[0]
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        assert self._process.stderr is not None
        self.said += self._process.stderr.read()

    def end(self) -> tuple[dict[str, Any], int]:
        """Ctrl-C; the report and the exit code."""
        self._process.send_signal(signal.SIGINT)
        assert self._process.stdout is not None
        text = self._process.stdout.read()
        code = self._process.wait(20)
        return (json.loads(text) if text else {"error": self.said}), code


def report() -> dict[str, Any]:
    """The report as it is kept by now."""
    try:
        found: dict[str, Any] = json.loads(KEPT.read_text())
    except (OSError, ValueError):
        return {}
    return found


def browser_of(situation: Situation) -> Driven:
    """The situation's browser, started."""
    if situation.browser == CHROMIUM:
        default = HOME / ".config/chromium/Default"
        default.mkdir(parents=True, exist_ok=True)
        (default / "Preferences").write_text(settings(situation.preferences))
        return DrivenChromium(HOME, situation.options, extension=situation.extension)
    return DrivenFirefox(HOME, situation.preferences, extension=situation.extension)


def other_browser(situation: Situation, folder: Path) -> Driven:
    """The other browser, as it comes."""
    if situation.browser == CHROMIUM:
        return DrivenFirefox(folder, profile=folder / "firefox")
    return DrivenChromium(folder, data=folder / "chromium")


def play(situation: Situation, folder: Path) -> dict[str, Any]:
    """What came of a situation."""
    with contextlib.closing(browser_of(situation)) as browser:
        program = Program()
        window = browser.open(program.address, private=situation.private)
        # Whatever the page tells first, it has then told of everything.
        wait(lambda: _has_told(report()))
        others: list[Driven] = []
        for act in situation.then:
            _act(act, situation, folder, browser, window, others)
        came = wait(lambda: situation.wants <= told(report()), 20.0)
        found, code = program.end()
        for other in others:
            other.close()
    return {"report": found, "code": code, "came": came, "said": program.said}


def _has_told(found: dict[str, Any]) -> bool:
    reasons = told(found)
    return bool(reasons & {"page.reaches", "page.blocked", "page.untested"}) and (
        "page.untested why=no-answer" not in reasons
    )


def _act(
    act: str,
    situation: Situation,
    folder: Path,
    browser: Driven,
    window: OpenWindow,
    others: list[Driven],
) -> None:
    if act in ("private", "other"):
        window.evaluate(f"document.getElementById('act-address-{act}').click()")
        address = _value(window, "(document.getElementById('address') || {}).value")
        if act == "private":
            browser.open(address, private=True)
        else:
            home = folder / "other"
            home.mkdir()
            others.append(other_browser(situation, home))
            others[-1].open(address)
        name = "page.private-works" if act == "private" else "page.other-works"
        wait(lambda: name in told(report()), 25.0)
    else:
        before = report().get("run_id")
        window.evaluate(f"document.getElementById('act-{act}').click()")
        wait(lambda: report().get("run_id") != before, 20.0)


def _value(window: OpenWindow, expression: str) -> str:
    found: list[str] = []

    def there() -> bool:
        value = window.evaluate(expression)
        found[:] = [value] if value else []
        return bool(value)

    assert wait(there, 15.0), expression
    return found[0]


def main(work: Callable[[], object]) -> None:
    """Print what comes of some work, and end at once, whatever threads are left."""
    json.dump(work(), sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(lambda: play(SITUATIONS[sys.argv[1]], Path.cwd()))
