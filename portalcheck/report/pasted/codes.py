"""A phone code in what people send, whatever encoding and channel it came through."""

from __future__ import annotations

from collections.abc import Iterator

from portalcheck.api.declarations import Numbers
from portalcheck.report.code import CodeProblem, Decoded
from portalcheck.report.code.finding import find
from portalcheck.report.pasted import encodings
from portalcheck.report.pasted.channels import undone


def find_code(text: str | bytes, numbers: Numbers) -> Decoded | CodeProblem | None:
    """The phone code in a text that holds no report: a right one, else what may have been meant for one."""
    problem: CodeProblem | None = None
    for plain in dict.fromkeys(_readings(text)):
        found = find(plain, numbers)
        if isinstance(found, Decoded):
            return found
        problem = problem or found
    return problem


def _readings(text: str | bytes) -> Iterator[str]:
    decoded, _ = encodings.decode(text)
    yield decoded
    yield undone(decoded)
    if isinstance(text, bytes) and encodings.is_mixed(text):
        yield encodings.only_ascii(text)
