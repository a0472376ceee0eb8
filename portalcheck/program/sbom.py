"""What the program is made of, as a program reads it: a bill of materials in CycloneDX 1.6 (ECMA-424), JSON."""

from __future__ import annotations

import json
import sqlite3
import ssl
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

from portalcheck import __version__
from portalcheck.program.licences import licence

NAME = "portalcheck.cdx.json"
"""As CycloneDX recommends for files that are to be recognized."""
_OURS = "portalcheck"


def sbom(libraries: Path) -> str:
    """The document for the libraries of a built program, and what comes with Python: the same for the same libraries.

    It has no serial number and no time, which the specification leaves free: they would differ at each build.
    """
    found = sorted(distributions(path=[str(libraries)]), key=lambda dist: dist.name.lower())
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": _component("application", _OURS, __version__, f"pkg:pypi/{_OURS}@{__version__}")
        },
        "components": [*map(_library, filter(lambda dist: dist.name.lower() != _OURS, found)), *_of_python()],
    }
    return json.dumps(document, indent=1) + "\n"


def _library(dist: Distribution) -> dict[str, Any]:
    name = dist.name.lower().replace("_", "-").replace(".", "-")  # as purl has names of PyPI
    told = _component("library", dist.name, dist.version, f"pkg:pypi/{name}@{quote(dist.version)}")
    expression = (dist.metadata.get_all("License-Expression") or [""])[0]
    known = {"expression": expression} if expression else {"license": {"name": licence(dist)}}
    return told | {"licenses": [known]}


def _of_python() -> list[dict[str, Any]]:
    python = ".".join(map(str, sys.version_info[:3]))
    openssl = ssl.OPENSSL_VERSION.split()[1]
    rows = (
        ("Python", python, f"pkg:generic/python@{python}", {"license": {"id": "PSF-2.0"}}),
        ("OpenSSL", openssl, f"pkg:generic/openssl@{openssl}", {"license": {"id": "Apache-2.0"}}),
        (
            "SQLite",
            sqlite3.sqlite_version,
            f"pkg:generic/sqlite@{sqlite3.sqlite_version}",
            {"license": {"name": "public domain"}},
        ),
    )
    return [
        _component("library", name, version, purl) | {"licenses": [known]}
        for name, version, purl, known in rows
    ]


def _component(kind: str, name: str, version: str, purl: str) -> dict[str, Any]:
    return {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
