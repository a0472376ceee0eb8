"""The walls between the rooms hold: who imports whom, who prints, who opens sockets."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FUNCTION = 45
"""Lines."""
CORE = ROOT / "portalcheck"
CHECKS = ROOT / "checks" / "portalcheck_checks"

NOUNS = {"model", "facts"}
ALLOWED = {
    "model": set(),
    "facts": {"model"},
    "address": {"model"},
    "api": NOUNS | {"address"},
    "machine": NOUNS | {"address", "api", "probe.limits", "shortage"},
    "probe": NOUNS | {"address", "api", "machine.files", "shortage", "writing"},
    "diagnosis": NOUNS | {"api", "probe.limits", "shortage"},
    "words": {"api", "diagnosis"},
    "report": NOUNS | {"api", "diagnosis", "words", "writing"},
    "guide": NOUNS | {"api", "diagnosis", "words", "report", "writing"},
    "settings": {
        "address.domains",
        "address.host",
        "address.literal",
        "address.url",
        "model",
        "probe.policy",
        "machine.known_folders",
        "machine.ownership",
        "machine.pem",
        "machine.registry",
        "places",
        "words.interface",
    },
    "places": set(),
    "writing": {"words.interface"},
    "shortage": set(),
    "demo": NOUNS | {"address", "api", "shortage"},
    "integrations": set(),
    "testing": {"address", "api", "demo", "diagnosis", "facts", "machine", "model", "probe", "words"},
    "program": {"cli.frozen", "words.interface", "__version__"},
    "__init__": set(),
}
"""What each room of the core may import of ours. `cli` may import everything, and nobody imports `cli` but the
start of the built program."""

PARTS = {
    "probe": {
        "limits": set(),
        "describe": set(),
        "aliases": {"describe"},
        "debug_log": set(),
        "policy": {"aliases"},
        "dependencies": set(),
        "deadline": {"limits"},
        "threads": set(),
        "memo": {"aliases", "deadline", "dependencies", "threads"},
        "failures": set(),
        "streams": {"failures"},
        "dns": {"connect.socket_options", "deadline", "failures", "limits", "memo", "threads"},
        "tls": {"deadline", "failures", "limits", "memo", "streams", "threads"},
        "http": {"deadline", "limits", "streams"},
        "connect": {"deadline", "failures", "http", "limits", "memo", "policy", "streams", "threads", "tls"},
        "trace": {"connect", "deadline", "dns", "http", "memo", "policy", "streams", "threads"},
        "third_parties": {
            *("connect", "deadline", "dns", "http", "limits", "memo"),
            *("policy", "streams", "threads", "tls", "trace"),
        },
        "context": {
            *("aliases", "connect", "deadline", "dns", "limits", "memo"),
            *("policy", "third_parties", "threads", "tls", "trace"),
        },
    },
    "report": {
        "build": {"checksums", "code", "privacy"},
        "privacy": set(),
        "history": {"checksums", "json_text"},
        "json_text": set(),
        "recovered": {"json_text"},
        "checksums": set(),
        "explain": set(),
        "code": set(),
        "block": {"checksums", "code", "recovered"},
        "pasted": {"block", "checksums", "code", "json_text", "recovered"},
        "formats": {"block", "build", "code", "explain", "guidance", "json_text", "recovered"},
        "fleet": {"block", "checksums", "formats", "json_text", "pasted", "recovered"},
    },
}
"""What each part of a large room may import of the other parts of the same room."""

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
    "ada_url",
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


def test_programs_are_started_in_one_place() -> None:
    """Which takes them from the system's folders, whatever PATH says, and on Windows opens no window for them."""
    modules = ("subprocess", "pty", "multiprocessing")
    calls = re.compile(r"os\.(system|popen|startfile|spawn\w+|exec\w+|posix_spawn\w*)")
    starting = {
        name
        for name, tree in (*_modules(CORE), *_modules(CHECKS))
        if any(imported.split(".")[0] in modules for imported, _ in _imports(tree))
        or any(calls.fullmatch(call) for call in _calls(tree))
    }
    assert starting == {"machine/commands.py", "program/__main__.py", "program/building.py"}


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
    assert rooms == ALLOWED.keys()


@pytest.mark.parametrize("room", PARTS)
def test_a_part_of_a_room_imports_only_the_parts_it_may(room: str) -> None:
    strange = []
    for module, tree in _modules(CORE / room):
        part = _room(module)
        if part == "__init__":
            continue
        for imported, _ in _imports(tree):
            inner = imported.removeprefix(f"portalcheck.{room}.")
            if inner == imported:
                continue
            parts = inner.split(".")
            allowed = PARTS[room][part]
            if parts[0] not in {part, *allowed} and ".".join(parts[:2]) not in allowed:
                strange.append(f"{module} imports {inner}")
    assert strange == []


def test_no_module_imports_itself_round_a_circle() -> None:
    graph = _graph()
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def _graph() -> dict[str, set[str]]:
    """Each module of ours with those that it imports, wherever in its text; a package is its `__init__`."""
    names = {}
    for folder, package in ((CORE, "portalcheck"), (CHECKS, "portalcheck_checks")):
        for module, tree in _modules(folder):
            dotted = f"{package}.{module.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
            names[dotted] = tree
    graph = {}
    for name, tree in names.items():
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        longest = {
            each
            for each in found & names.keys()
            if not any(o.startswith(f"{each}.") for o in found & names.keys())
        }
        graph[name] = longest - {name}
    return graph


def test_no_function_is_longer_than_a_screen() -> None:
    longest = [
        f"{module}: {node.name}"
        for folder in (CORE, CHECKS)
        for module, tree in _modules(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert longest == []


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


def test_only_the_probe_and_the_practice_servers_open_sockets() -> None:
    openers = {"socket.socket", "socket.create_connection", "socket.create_server", "socket.socketpair"}
    strange = []
    for folder in (CORE, CHECKS):
        for module, tree in _modules(folder):
            if folder == CORE and _room(module) in ("probe", "demo"):
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
