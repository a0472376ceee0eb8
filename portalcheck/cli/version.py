"""What this copy of the program is made of, for `--version --verbose`: what IT asks for first in a fault report."""

from __future__ import annotations

import json
import platform
import re
import sys
from importlib import metadata
from pathlib import Path

from OpenSSL import SSL

BUILD_FACTS = "portalcheck-build.json"
"""Beside the libraries of the built program: the day, the commit and the lock file that it was made from."""
_NAME_OF_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


def facts() -> list[str]:
    """A line for each fact, `key: value`, in a fixed order."""
    libc = " ".join(filter(None, platform.libc_ver()))
    return [
        f"form: {_form()}",
        f"python: {platform.python_implementation()} {platform.python_version()}",
        f"tls: {SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode('ascii')}",
        f"system: {' '.join(filter(None, (platform.system(), platform.release(), platform.machine(), libc)))}",
        f"libraries: {', '.join(_libraries())}",
    ]


def _form() -> str:
    """Installed as a package, or built as a program of its own, and then from what."""
    if not getattr(sys, "frozen", False):
        return "package"
    path = Path(getattr(sys, "_MEIPASS", ""), BUILD_FACTS)
    built: dict[str, str] = json.loads(path.read_text("utf-8"))
    return f"program, {', '.join(f'{key} {value}' for key, value in built.items())}"


def _libraries() -> list[str]:
    """The libraries that the package asks for on this system, with the versions that are here."""
    found = []
    for requirement in metadata.requires("portalcheck") or ():
        name = _NAME_OF_REQUIREMENT.match(requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            found.append(f"{name[0]} {metadata.version(name[0])}")
        except metadata.PackageNotFoundError:
            continue  # asked for on other systems only
    return found
