"""What the engines of IT need to run portalcheck: scripts, units and queries, as files beside this one.

They are kept here so that they always match the version, which is filled in for `@VERSION@` when they are written
out, as the program's place is for `@PROGRAM@`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

_FOLDER = Path(__file__).parent
_ON_POSIX = "/usr/local/bin/portalcheck"
_ON_WINDOWS = r"C:\Program Files\portalcheck\portalcheck.exe"
_WITHOUT_WINDOW = r"C:\Program Files\portalcheck\portalcheckw.exe"
_UTF_16 = frozenset({"portalcheck-task.xml"})
"""Files that their reader wants in UTF-16 with a mark: Windows' schtasks refuses other tasks."""
_PLAIN = re.compile(r"(?:[A-Za-z]:\\|/)[A-Za-z0-9 _.,+@()/\\-]*")
"""Paths that mean the same in a shell's and PowerShell's single quotes, XML, YAML, a unit and a crontab."""


class Integration(msgspec.Struct, frozen=True):
    """An engine's files. `program` is where they expect portalcheck; empty where they install it themselves."""

    program: str = _ON_POSIX
    blanks: bool = False
    """Whether the program's path may hold blanks."""
    next_step: str = ""
    """What is to be done with the files once they are written; `{folder}` is where they are."""


INTEGRATIONS: Mapping[str, Integration] = {
    "ansible": Integration(
        "", next_step="ansible-playbook -i INVENTORY {folder}/playbook.yml -e portalcheck_package=WHEEL"
    ),
    "intune": Integration(_ON_WINDOWS, blanks=True),
    "jamf": Integration(blanks=True),
    "fleet": Integration("", next_step="fleetctl apply -f {folder}/queries.yml"),
    "systemd": Integration(
        next_step="cp {folder}/portalcheck.* /etc/systemd/system/ && systemctl daemon-reload && "
        "systemctl enable --now portalcheck.timer"
    ),
    "windows-task": Integration(
        _WITHOUT_WINDOW,
        blanks=True,
        next_step="schtasks /Create /TN portalcheck /XML {folder}/portalcheck-task.xml",
    ),
    "launchd": Integration(
        blanks=True,
        next_step="sudo cp {folder}/org.portalcheck.run.plist /Library/LaunchDaemons/ && "
        "sudo launchctl bootstrap system /Library/LaunchDaemons/org.portalcheck.run.plist",
    ),
    "nagios": Integration(),
    "prometheus": Integration(next_step="promtool check rules {folder}/rules.yml"),
    "duckdb": Integration("", next_step="duckdb < {folder}/reports.sql"),
}


class File(msgspec.Struct, frozen=True):
    """A file to write: its path below the folder, with `/` between the parts, and what it holds."""

    path: str
    text: str
    encoding: str = "utf-8"

    @property
    def content(self) -> bytes:
        """The bytes; a text in UTF-16 has its mark."""
        return self.text.encode(self.encoding)


def files(name: str, *, version: str, program: str = "") -> Iterator[File]:
    """The files of an engine, by path, for this version and a program at this place.

    Raises KeyError for an engine that is not known, ValueError for a path that not every reader takes as it is.
    """
    integration = INTEGRATIONS[name]
    place = program or integration.program
    if place and (not _PLAIN.fullmatch(place) or (" " in place and not integration.blanks)):
        raise ValueError(place)
    folder = _FOLDER / name
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = path.read_text("utf-8").replace("@VERSION@", version).replace("@PROGRAM@", place)
        encoding = "utf-16" if path.name in _UTF_16 else "utf-8"
        yield File(path.relative_to(folder).as_posix(), text, encoding)
