"""Which browser opens a link to an https page, by the system's own settings. `""` if they do not say."""

from __future__ import annotations

from pathlib import Path

from portalcheck.facts import Unreadable
from portalcheck.machine.browsers.reading import part, read_ini, read_plist
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
_CHOICE = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice"
_HANDLERS = "Library/Preferences/com.apple.LaunchServices/com.apple.launchservices.secure.plist"


def default_browser(environment: Environment) -> str:
    """The name of the default browser (contract.md, Reasons and arguments)."""
    readers = {"windows": _windows, "macos": _macos, "linux": _linux}
    return browser_of(readers[environment.os](environment))


def browser_of(handler: str) -> str:
    """The browser that a desktop file, ProgId, bundle or entry of the Start menu belongs to; `""` for another."""
    handler = handler.casefold()
    return next((browser for word, browser in _WORDS if word in handler), "")


def _windows(environment: Environment) -> str:
    value = environment.registry.value("HKCU", _CHOICE, "ProgId")
    return value if isinstance(value, str) else ""


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
    """The first association that the lists of the desktop give (XDG, mime-apps-spec 1.0)."""
    for path in _lists(environment):
        handlers = read_ini(path, _MAX_LIST).get("Default Applications", {}).get(_SCHEME, "")
        first = handlers.partition(";")[0]
        if first:
            return first
    return ""


def _lists(environment: Environment) -> list[Path]:
    home = environment.home
    config = environment.folder("XDG_CONFIG_HOME") or (home and home / ".config")
    data = environment.folder("XDG_DATA_HOME") or (home and home / ".local/share")
    own = [config, environment.at("/etc/xdg"), data and data / "applications"]
    shared = [environment.at("/usr/local/share/applications"), environment.at("/usr/share/applications")]
    desktops = environment.variable("XDG_CURRENT_DESKTOP").lower().split(":")
    names = [f"{desktop}-mimeapps.list" for desktop in desktops if desktop.isalnum()] + ["mimeapps.list"]
    return [folder / name for folder in (*own, *shared) if folder is not None for name in names]
