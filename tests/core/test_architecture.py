"""The walls between the rooms hold: who imports whom, who prints, who opens sockets."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "portalcheck"
CHECKS = ROOT / "checks" / "portalcheck_checks"

NOUNS = {"model", "facts", "text"}
ASKING = NOUNS | {"address", "protocols"}
API = ASKING | {"api", "declarations", "proof"}
ALLOWED = {
    "model": set(),
    "text": set(),
    "facts": {"model"},
    "address": {"model", "text"},
    "protocols": NOUNS | {"address"},
    "declarations": {"facts", "model", "protocols"},
    "api": API,
    "machine": ASKING,
    "path": ASKING,
    "diagnosis": {"article", "declarations", "model", "phonecode", "protocols", "wording"},
    "privacy": {"model"},
    "phonecode": {"model"},
    "seal": set(),
    "phrases": set(),
    "paste": {"model", "phonecode", "seal", "text"},
    "report": {"facts", "model", "phonecode", "privacy", "seal"},
    "memory": {"model"},
    "article": set(),
    "proof": {"facts", "protocols"},
    "wording": set(),
    "quantities": {"text"},
    "catalog": {"diagnosis", "quantities", "text", "wording"},
    "symptoms": {"article", "wording"},
    "explain": {"article", "catalog", "declarations", "diagnosis", "symptoms"},
    "fleet": {"model", "text"},
    "render": {
        *(
            "article",
            "catalog",
            "declarations",
            "diagnosis",
            "fleet",
            "model",
            "paste",
            "phonecode",
            "report",
            "text",
        ),
    },
    "settings": {"model", "path.policy", "machine.pem"},
    "context": ASKING | {"path"},
    "demo": ASKING,
    "integrations": set(),
    "testing": API | {"path", "context", "machine", "diagnosis", "demo", "wording", "catalog"},
    "program": {"cli.alone", "turn", "__version__"},
    "turn": set(),
    "__init__": set(),
}
"""What each room of the core may import of ours. `cli` may import everything, and nobody imports `cli` but the
start of the built program."""

HEAVY = {
    "httpx",
    "httpcore",
    "h11",
    "dns",
    "cryptography",
    "psutil",
    "sqlite3",
    "jinja2",
    "publicsuffixlist",
    "idna",
}


@cache
def _modules(folder: Path) -> tuple[tuple[str, ast.Module], ...]:
    paths = sorted(folder.rglob("*.py"))
    return tuple((path.relative_to(folder).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths)


def _imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "portalcheck":
                yield from ((f"portalcheck.{alias.name}", node) for alias in node.names)
            else:
                yield node.module, node


def _room(name: str) -> str:
    return name.split("/")[0].removesuffix(".py")


def _calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("name", sorted({_room(name) for name, _ in _modules(CORE)} - {"cli", "__main__"}))
def test_a_room_imports_only_the_rooms_it_may(name: str) -> None:
    allowed = ALLOWED[name]
    strange = []
    for module, tree in _modules(CORE):
        if _room(module) != name:
            continue
        for imported, _ in _imports(tree):
            if not imported.startswith("portalcheck.") and imported != "portalcheck_checks":
                continue
            inner = imported.removeprefix("portalcheck.")
            if inner.split(".")[0] == name or inner.split(".")[0] in allowed or inner in allowed:
                continue
            strange.append(f"{module} imports {imported}")
    assert strange == []


def test_every_room_has_a_rule() -> None:
    rooms = {_room(name) for name, _ in _modules(CORE)} - {"cli", "__main__"}
    assert sorted(rooms - ALLOWED.keys()) == []


def test_checks_import_nothing_of_ours_but_the_api() -> None:
    strange = [
        f"{module} imports {imported}"
        for module, tree in _modules(CHECKS)
        for imported, _ in _imports(tree)
        if imported.split(".")[0] == "portalcheck" and imported != "portalcheck.api"
    ]
    assert strange == []


def test_only_the_command_line_prints_exits_and_reads_arguments() -> None:
    strange = []
    for folder in (CORE, CHECKS):
        for module, tree in _modules(folder):
            if folder == CORE and _room(module) in ("cli", "__main__", "program"):
                continue
            calls = set(_calls(tree))
            strange += [
                f"{module} calls {call}"
                for call in calls & {"print", "exit", "sys.exit", "os._exit", "click.echo"}
            ]
            strange += [
                f"{module} reads argv"
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute) and ast.unparse(node) == "sys.argv"
            ]
    assert strange == []


def test_only_the_path_and_the_practice_servers_open_sockets() -> None:
    openers = {"socket.socket", "socket.create_connection", "socket.create_server", "socket.socketpair"}
    strange = []
    for folder in (CORE, CHECKS):
        for module, tree in _modules(folder):
            if folder == CORE and _room(module) in ("path", "demo"):
                continue
            strange += [f"{module} calls {call}" for call in set(_calls(tree)) & openers]
            strange += [
                f"{module} imports {name}"
                for name, _ in _imports(tree)
                if name.split(".")[0] in {"httpx", "httpcore", "urllib3", "requests"}
            ]
    assert strange == []


def test_there_is_no_module_called_checks() -> None:
    assert not (ROOT / "checks" / "__init__.py").exists()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_help_and_version_load_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom portalcheck.cli import main\n"
        f"main({arguments!r})\n"
        f"print('LOADED', sorted({HEAVY!r} & {{name.split('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"
