"""A traceback without what tells of a person: paths reduced to the file's name, no values."""

from __future__ import annotations

import re
import traceback

_QUOTED_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[^\\/\s'\":]+[\\/])+([^\\/\s'\":]+)")


def reduced(error: BaseException) -> str:
    """The frames of an exception and its kind, one a line."""
    lines = [f"{type(error).__name__}: {shortened(str(error))}"]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(
            f"  {frame.filename.replace(chr(92), '/').rsplit('/', 1)[-1]}:{frame.lineno} in {frame.name}"
        )
    return "\n".join(lines)


def shortened(text: str) -> str:
    """A text with every path cut to its last part."""
    return _QUOTED_PATH.sub(r"\1", text)[:2000]
