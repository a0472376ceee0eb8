"""What a person is asked after a run, on a terminal."""

from __future__ import annotations

from urllib.parse import urlsplit

from portalcheck.cli import console
from portalcheck.cli.session import Session
from portalcheck.diagnosis.steps import OTHER

_TRIES = 2
"""How often the list is gone by: what fits none of it is asked for once more."""


def symptom(session: Session) -> tuple[str, ...]:
    """What the sign-in page says, by number or in words; nothing if the person skips."""
    from portalcheck.report.formats.lines import numbered, wrap

    words = session.words
    offered = words.ids("symptoms")
    for line in (*wrap(words.ui("question.symptom")), *numbered(map(words.symptom, offered))):
        console.say(line)
    for _ in range(_TRIES):
        answer = console.ask("> ").rstrip(".) ")
        if answer.isdecimal() and 1 <= int(answer) <= len(offered):
            answer = offered[int(answer) - 1]
        if answer == OTHER:
            answer = console.ask(words.ui("question.other_text") + " ") or OTHER
        told = session.symptoms([answer] if answer else [])
        if told != (OTHER,) or answer == OTHER:
            break
    return told


def leave_to_share(session: Session, url: str) -> bool:
    """Whether independent DNS servers may be asked for the portal's own name."""
    question = session.words.ui("question.share_name", host=urlsplit(url).hostname)
    return console.ask(question + " ").lower() in session.words.ui("question.yes").split()
