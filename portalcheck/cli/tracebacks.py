"""What is told of an exception: its kind and the way to it, and nothing that it holds.

A message of an exception can hold a path, a host or a user's name, so no message is told but of those that are
meant for a check's author.
"""

from __future__ import annotations

import errno
import traceback

from portalcheck.api.declarations import AuthorError
from portalcheck.words.text import clean

_MOST_FRAMES = 40
_MOST_CAUSES = 5


def reduced(error: BaseException) -> str:
    """The kind of an exception and the places it came through, one a line; then what it was raised from."""
    lines: list[str] = []
    at: BaseException | None = error
    while at is not None and len(lines) < _MOST_CAUSES * _MOST_FRAMES:
        lines += [f"{'from ' if lines else ''}{_kind(at)}", *_frames(at)]
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\n".join(lines)


def _kind(error: BaseException) -> str:
    """The class, and of an error of the system its number by name."""
    name = type(error).__name__
    if isinstance(error, AuthorError):
        return f"{name}: {clean(str(error))}"
    if isinstance(error, SyntaxError):
        return f"{name} ({_file(error.filename or '')}:{error.lineno})"
    number = errno.errorcode.get(error.errno or 0) if isinstance(error, OSError) else None
    # What a program calls things tells of nobody.
    called = error.name if isinstance(error, AttributeError | ImportError | NameError) else None
    return f"{name} ({clean(number or called or '')})" if number or called else name


def _frames(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    return [f"  {_file(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]


def _file(path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    return "/".join(parts[-2:] if parts[-1] == "__init__.py" else parts[-1:])
