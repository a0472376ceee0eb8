"""The lock file: which release of which library, and the hash of every file that may be taken for it.

The form is pip's (requirements file format, hash-checking mode), as `uv pip compile --universal` writes it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

PATH = Path(__file__).with_name("lock.txt")
_PIN = re.compile(r"([A-Za-z0-9._-]+)==([^ ;\\]+)")


def normal(name: str) -> str:
    """A distribution's name as names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> Mapping[str, str]:
    """The release of each library by its normal name, whatever the system.

    Raises ValueError for a line that names no release, or no hash.
    """
    found = {}
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _PIN.match(line)
        if match is None or "--hash=sha256:" not in line:
            raise ValueError(f"no release with a hash: {line[:60]}")
        found[normal(match[1])] = match[2]
    return found


def digest() -> str:
    """The first 12 digits of the lock file's SHA-256, whatever its line ends."""
    return hashlib.sha256(PATH.read_text("utf-8").encode()).hexdigest()[:12]
