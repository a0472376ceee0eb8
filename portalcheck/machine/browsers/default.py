"""Which browser opens a link to an https page, by the system's own settings."""

from __future__ import annotations

from pathlib import Path

from portalcheck.facts import ANOTHER, Unreadable
from portalcheck.machine.browsers.reading import exists, part, read_ini, read_plist
from portalcheck.machine.environment import Environment

_SCHEME = "x-scheme-handler/https"
_MAX_LIST = 1024 * 1024
_WORDS = (
    # What the names of desktop files, ProgIds and bundles begin with or hold; the first that fits counts.
    ("microsoft-edge", "edge"),
    ("msedge", "edge"),
    ("com.microsoft.edge", "edge"),
    ("brave", "brave"),
    ("opera", "opera"),
    ("vivaldi", "vivaldi"),
    ("chromium", "chromium"),
    ("chrome", "chrome"),
    ("firefox", "firefox"),
    ("librewolf", "firefox"),
    ("safari", "safari"),
    ("epiphany", "epiphany"),
)
_CHOOSERS = (
    "browserosaurus",
    "browserpicker",
    "software.browsers",
    "browserselect",
    "choosy",
    "finicky",
    "hurl",
    "junction",
    "linkquisition",
    "velja",
)
"""Programs that open no page themselves, and ask which browser to open it in."""
_CHOICES = (
    # Since Windows 11 24H2 the first is what links follow, and the second may stay behind.
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoiceLatest\ProgId",
    r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice",
)
_HANDLERS = "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"


def default_browser(environment: Environment) -> str:
    """The name of the default browser (contract.md, Reasons and arguments), `ANOTHER` for one of no table.

    `""` if the system does not say, or if links go to a program that asks which browser to open.
    """
    handler = handler_of_links(environment)
    if not handler or any(word in handler.casefold() for word in _CHOOSERS):
        return ""
    return browser_of(handler) or ANOTHER


def handler_of_links(environment: Environment) -> str:
    """What the system itself calls the program that opens a link to an https page; it may tell of a person."""
    readers = {"windows": _windows, "macos": _macos, "linux": _linux}
    return readers[environment.os](environment)


def browser_of(handler: str) -> str:
    """The browser that a desktop file, ProgId, bundle or entry of the Start menu belongs to; `""` for another."""
    handler = handler.casefold()
    return next((browser for word, browser in _WORDS if word in handler), "")


def _windows(environment: Environment) -> str:
    registry = environment.registry
    chosen = (registry.value("HKCU", key, "ProgId") for key in _CHOICES)
    handler = next((value for value in chosen if isinstance(value, str) and value), "")
    if not handler.casefold().startswith("appx"):
        return handler
    # An app of the Store: what opens is a number, and who it belongs to stands beside it.
    owner = registry.value("HKCU", rf"Software\Classes\{handler}\Application", "AppUserModelID")
    return owner if isinstance(owner, str) and owner else handler


def _macos(environment: Environment) -> str:
    if environment.home is None:
        return ""
    chosen = read_plist(environment.home / _HANDLERS)
    if isinstance(chosen, Unreadable) and chosen is not Unreadable.ABSENT:
        return ""
    handlers = part(chosen, "LSHandlers")
    for handler in handlers if isinstance(handlers, list) else []:
        if part(handler, "LSHandlerURLScheme") == "https":
            return str(part(handler, "LSHandlerRoleAll") or part(handler, "LSHandlerRoleViewer") or "")
    return "com.apple.safari"  # nobody was ever asked to be another


def _linux(environment: Environment) -> str:
    """The first association of the desktop's lists whose program is there (XDG, mime-apps-spec 1.0).

    Where none is there the first that is listed, as programs lie in more places than are known here; where none is
    listed, what KDE keeps of its own.
    """
    listed = [
        name
        for path in _lists(environment)
        for name in read_ini(path, _MAX_LIST).get("Default Applications", {}).get(_SCHEME, "").split(";")
        if name
    ]
    if listed:
        folders = _applications(environment)
        return next((name for name in listed if _is_there(name, folders)), listed[0])
    config = _config(environment)
    kde = {} if config is None else read_ini(config / "kdeglobals", _MAX_LIST)
    return kde.get("General", {}).get("BrowserApplication", "")


def _is_there(name: str, folders: list[Path]) -> bool:
    # In the name, a dash may stand for a folder.
    names = {name, *(name[:at] + "/" + name[at + 1 :] for at, letter in enumerate(name) if letter == "-")}
    return ".." not in name and any(exists(folder / each) for folder in folders for each in names)


def _applications(environment: Environment) -> list[Path]:
    """Where the programs of a desktop are listed, Flatpak's and Snap's among them."""
    data = _data(environment)
    shared = environment.variable("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = [] if data is None else [data / "applications", data / "flatpak/exports/share/applications"]
    others = [
        *(f"{folder}/applications" for folder in shared.split(":") if folder.startswith("/")),
        "/var/lib/flatpak/exports/share/applications",
        "/var/lib/snapd/desktop/applications",
    ]
    return [*own, *(environment.at(folder) for folder in others)]


def _config(environment: Environment) -> Path | None:
    home = environment.home
    return environment.folder("XDG_CONFIG_HOME") or (home and home / ".config")


def _data(environment: Environment) -> Path | None:
    home = environment.home
    return environment.folder("XDG_DATA_HOME") or (home and home / ".local/share")


def _lists(environment: Environment) -> list[Path]:
    config, data = _config(environment), _data(environment)
    own = [config, environment.at("/etc/xdg"), data and data / "applications"]
    shared = [environment.at("/usr/local/share/applications"), environment.at("/usr/share/applications")]
    desktops = environment.variable("XDG_CURRENT_DESKTOP").lower().split(":")
    names = [f"{desktop}-mimeapps.list" for desktop in desktops if desktop.isalnum()] + ["mimeapps.list"]
    return [folder / name for folder in (*own, *shared) if folder is not None for name in names]
