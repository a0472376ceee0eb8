"""Which licences the libraries of the program come with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

_OURS = "portalcheck"
_WITHOUT_METADATA = (
    "OpenSSL: Apache-2.0 (https://openssl-library.org/source/license/)",
    "SQLite: public domain (https://sqlite.org/copyright.html)",
    "The start of the program, by PyInstaller: GPL-2.0-or-later with an exception for programs that it starts",
)
"""What comes with Python's own libraries, and what a program that PyInstaller made starts with."""
_LICENCE = ("licen", "copying", "notice")


def licences(libraries: Path) -> str:
    """Who made what is inside: name, release and licence of each library, then the licences' own texts."""
    dists = sorted(distributions(path=[str(libraries)]), key=lambda dist: dist.name.lower())
    others = [dist for dist in dists if dist.name.lower() != _OURS]
    lines = [f"{dist.name} {dist.version}: {licence(dist)}" for dist in others]
    version = ".".join(map(str, sys.version_info[:3]))
    lines += [f"Python {version}: PSF-2.0 (https://docs.python.org/3/license.html)", *_WITHOUT_METADATA]
    texts = [text for dist in others for text in _texts(dist)]
    return "\n".join(lines) + "\n" + "".join(texts)


def licence(dist: Distribution) -> str:
    """The licence by its SPDX expression (PEP 639), else in the older fields' words."""

    def field(name: str) -> str:
        values = dist.metadata.get_all(name) or [""]
        return str(values[0]).partition("\n")[0]

    classifiers = [
        each.rpartition(" :: ")[2]
        for each in dist.metadata.get_all("Classifier") or []
        if each.startswith("License :: ") and each != "License :: OSI Approved"
    ]
    return field("License-Expression") or ", ".join(classifiers) or field("License") or "see below"


def _texts(dist: Distribution) -> Iterator[str]:
    for file in dist.files or ():
        is_ours = ".dist-info" in file.parts[0]
        path = Path(str(dist.locate_file(file)))
        if is_ours and any(word in file.name.lower() for word in _LICENCE) and path.is_file():
            yield f"\n==== {dist.name} {dist.version}: {file.name}\n\n{path.read_text('utf-8', 'replace')}"
