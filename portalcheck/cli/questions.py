"""What a person is asked after a run, on a terminal."""

from __future__ import annotations

from urllib.parse import urlsplit

from portalcheck.cli import console
from portalcheck.cli.session import Session
from portalcheck.diagnosis.steps import OTHER


def symptom(session: Session) -> tuple[str, ...]:
    """What the sign-in page says, by number or in words; nothing if the person skips."""
    from portalcheck.report.formats.lines import numbered, wrap

    words = session.words
    offered = words.ids("symptoms")
    for line in (*wrap(words.ui("question.symptom")), *numbered(map(words.symptom, offered))):
        console.say(line)
    answer = console.ask("> ")
    if answer.isdecimal() and 1 <= int(answer) <= len(offered):
        answer = offered[int(answer) - 1]
    if answer == OTHER:
        answer = console.ask(words.ui("question.other_text") + " ") or OTHER
    return session.symptoms([answer] if answer else [])


def leave_to_share(session: Session, url: str) -> bool:
    """Whether independent DNS servers may be asked for the portal's own name."""
    question = session.words.ui("question.share_name", host=urlsplit(url).hostname)
    return console.ask(question + " ").lower() in session.words.ui("question.yes").split()
