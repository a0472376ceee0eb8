"""What `--help` and the manual page tell besides options: examples, and exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from portalcheck.cli.exit_codes import BUG, FINDING, INTERRUPTED, OK, UNKNOWN, USAGE

if TYPE_CHECKING:
    from portalcheck.words.catalog import Catalog

DEFAULT = "run"
EXIT_CODES = {
    OK: "ok",
    FINDING: "finding",
    USAGE: "usage",
    UNKNOWN: "unknown",
    BUG: "bug",
    INTERRUPTED: "interrupted",
}
"""The codes (contract.md, Exit codes) and the keys of their words."""
EXAMPLES = {
    "portalcheck": "run",
    "portalcheck https://www.example.com/": "url",
    'portalcheck --symptom "my account is locked"': "symptom",
    "portalcheck -f json -o report.json": "json",
    "portalcheck read 7K4M-6TDS-Z6": "read",
    "portalcheck read report.txt": "read_file",
    "portalcheck explain clock-wrong": "explain",
    "portalcheck explain -f json": "explain_json",
    "portalcheck checks": "checks",
    "portalcheck portals": "portals",
    "portalcheck config show": "config_show",
    "portalcheck config check": "config_check",
    "portalcheck config path": "config_path",
    "portalcheck demo --fault captive-portal": "demo",
    "portalcheck demo --list": "demo_list",
    "portalcheck fleet reports -f html -o reports.html": "fleet",
    "portalcheck fleet reports --by browser --since 7d": "fleet_by",
    "portalcheck fleet reports --list proxy-auth": "fleet_list",
    "portalcheck schema report": "schema",
    "portalcheck last -f html -o last.html": "last",
    "portalcheck integrations ansible -o play": "integrations",
    "portalcheck completion bash": "completion",
    "portalcheck man": "man",
}
"""Command lines that work as they stand, where their files are there; and the keys of their words."""


_SHOWN_FIRST = frozenset({"read", "explain", "demo", "fleet"})


def examples(path: str, words: Catalog) -> Iterator[tuple[str, str]]:
    """The examples of a command by its path, such as `portalcheck config show`, each with what it does.

    The program itself shows those of its default command, and one of some others.
    """
    own = path.split()[1:]
    seen = set[str]()
    for line, key in EXAMPLES.items():
        parts = line.split()[1:]
        is_default = not parts or not parts[0].isalpha()
        name = DEFAULT if is_default else parts[0]
        if own:
            is_shown = own == [DEFAULT] if is_default else parts[: len(own)] == own
        else:
            is_shown = is_default or (name in _SHOWN_FIRST and name not in seen)
        if is_shown:
            seen.add(name)
            yield line, words.ui(f"man.example.{key}")


def exit_codes(words: Catalog) -> Iterator[tuple[str, str]]:
    """The exit codes, each with its meaning."""
    yield from ((str(code), words.ui(f"man.exit.{key}")) for code, key in EXIT_CODES.items())
