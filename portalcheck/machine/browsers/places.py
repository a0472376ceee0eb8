"""Where the browsers of a user keep their data: the table `locations.toml`, seen from one environment."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

import msgspec
import tomli

from portalcheck.facts import Unreadable
from portalcheck.machine.answering import statuses
from portalcheck.machine.browsers.default import browser_of, default_browser
from portalcheck.machine.environment import Environment
from portalcheck.machine.files import is_remote
from portalcheck.machine.known_folders import of_user

_Kind = TypeVar("_Kind")
_one_by_one = threading.Lock()


class Policies(msgspec.Struct, frozen=True):
    """Where policies lie: folders on Linux, registry keys on Windows, preference domains on macOS."""

    linux: tuple[str, ...] = ()
    macos: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()


class Browser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table. `beacons` are registry keys (below HKCU) that hold the version."""

    name: str
    family: str
    linux: tuple[str, ...] = ()
    macos: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    policies: Policies = Policies()
    beacons: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """A folder that one installation of a browser keeps all profiles in.

    `boxed` says that the browser runs in a sandbox whose process numbers mean nothing outside of it, `away` that
    the folder lies on a file server that does not answer. `row` is the folder's number among the browser's.
    """

    browser: Browser
    folder: Path
    boxed: bool = False
    away: bool = False
    row: int = 0


@cache
def data(name: str) -> dict[str, object]:
    """A TOML file of this package, by its name, as a dictionary."""
    return tomli.loads(files(__package__).joinpath(name).read_text("utf-8"))


def typed(content: object, kind: type[_Kind]) -> _Kind:
    """What a table holds, as structs of a type. Safe to call from several threads.

    msgspec works out what it must know of a struct at its first use, and a second thread that comes upon the
    half of it brings the whole process down (seen with msgspec 0.22, once in ten runs).
    """
    with _one_by_one:
        return msgspec.convert(content, kind)


@cache
def browsers() -> tuple[Browser, ...]:
    """All browsers of `locations.toml`, in its order."""
    return typed(data("locations.toml")["browser"], tuple[Browser, ...])


def places(
    environment: Environment, moved: Callable[[Browser], Path | None] = lambda _browser: None
) -> tuple[Place, ...]:
    """Every folder of the table that this environment has, each once, in the table's order.

    Of those that do not answer, the first of each browser that is known to be installed. A browser that an
    administrator has `moved` keeps its data in that folder alone.
    """
    starts = variables(environment)
    wanted = []
    for browser in browsers():
        elsewhere = moved(browser)
        if elsewhere is not None and isinstance(
            statuses([(elsewhere, elsewhere)])[elsewhere], os.stat_result
        ):
            wanted.append((elsewhere, Place(browser, elsewhere)))
            continue
        for row, template in enumerate(getattr(browser, environment.os, ())):
            start, folder = filled(template, starts)
            if start is not None and folder is not None:
                wanted.append((start, Place(browser, folder, boxed="/.var/app/" in template, row=row)))
    found = statuses([(place.folder, start) for start, place in wanted])
    seen: set[tuple[int, int] | str] = set()
    there = []
    for _, place in wanted:
        status = found[place.folder]
        key: tuple[int, int] | str
        if status is Unreadable.AWAY:
            key, place = place.browser.name, msgspec.structs.replace(place, away=True)
            if key not in _installed(environment):
                continue
        elif isinstance(status, os.stat_result):
            key = (status.st_dev, status.st_ino)
        else:
            continue
        if key not in seen:
            seen.add(key)
            there.append(place)
    return tuple(there)


def _installed(environment: Environment) -> frozenset[str]:
    """The browsers that the system knows of: the default one, and on Windows those of the Start menu."""
    clients = [
        client
        for hive in ("HKLM", "HKCU")
        for client in environment.registry.subkeys(hive, r"SOFTWARE\Clients\StartMenuInternet")
    ]
    return frozenset({default_browser(environment), *map(browser_of, clients)})


def variables(environment: Environment) -> dict[str, Path | None]:
    """The folders that the templates of the tables begin with, None for one that is not set."""
    home = environment.home

    def below_home(path: str) -> Path | None:
        return None if home is None else home / path

    config = environment.folder("XDG_CONFIG_HOME") or below_home(".config")
    return {
        "home": home,
        "config": config,
        "chrome": environment.folder("CHROME_CONFIG_HOME") or config,
        "data": environment.folder("XDG_DATA_HOME") or below_home(".local/share"),
        "support": below_home("Library/Application Support"),
        "local": of_user(environment, "Local AppData", "LOCALAPPDATA", "AppData/Local"),
        "roaming": of_user(environment, "AppData", "APPDATA", "AppData/Roaming"),
        "CHROME_USER_DATA_DIR": environment.folder("CHROME_USER_DATA_DIR"),
    }


def filled(template: str, starts: dict[str, Path | None]) -> tuple[Path | None, Path | None]:
    """The folder that a template such as `{home}/.mozilla` begins with, and the whole; None if it is not set."""
    name, _, rest = template.removeprefix("{").partition("}")
    start = starts[name]
    return start, None if start is None else start / rest.removeprefix("/") if rest else start


def placed(root: Path | None, path: str, environment: Environment) -> Path | None:
    """Where a path that a browser noted lies, from `root` on if relative.

    None by `..`, and on another computer, unless on the share that `root` itself lies on.
    """
    pure = PureWindowsPath(path) if environment.os == "windows" else PurePosixPath(path)
    if not path or "\0" in path or ".." in pure.parts or (is_remote(path) and not _on_same_share(path, root)):
        return None
    if pure.is_absolute():
        return environment.at(path)
    return None if root is None or pure.anchor else root.joinpath(*pure.parts)


def _on_same_share(path: str, root: Path | None) -> bool:
    return (
        root is not None and PureWindowsPath(path).drive.casefold() == PureWindowsPath(root).drive.casefold()
    )


def is_new(folder: Path, seen: set[tuple[int, int]]) -> bool:
    """Whether there is such a folder, and not the same one as under an earlier name."""
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return False
    key = (status.st_dev, status.st_ino)
    is_new = key not in seen
    seen.add(key)
    return is_new
