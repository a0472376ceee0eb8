"""Make Wine's registry say what a real Windows says: its release, its network connections and their DNS servers.

    winpython as_windows.py RELEASE [--dns ADDRESS,ADDRESS] [--connection NAME] [--tunnel NAME]...
                            [--proxy HOST:PORT [--bypass NAMES]] [--pac URL] [--detect] [--firefox]

RELEASE is 7, 8.1, 10-22H2, 10-LTSC-2021, 11-23H2, 11-24H2, 11-25H2, server-2019, server-2022 or server-2025.
Wine fills in next to nothing below Tcpip\\Parameters\\Interfaces and Control\\Network; a real Windows has, for every
connection, a GUID with a name (here that of the network interface, as Wine calls it) and the servers set or got by
DHCP. A tunnel is a connection whose driver is OpenVPN's. Proxies are the user's Internet Settings, which Windows keeps
twice: as plain values and as a binary one. With --firefox links open in Firefox, in place of Wine's own browser.
"""

from __future__ import annotations

import argparse
import contextlib
import struct
import sys

assert sys.platform == "win32"

import winreg  # noqa: E402  there is none elsewhere

VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
CLASS = "{4D36E972-E325-11CE-BFC1-08002BE10318}"
NETWORK = rf"SYSTEM\CurrentControlSet\Control\Network\{CLASS}"
ADAPTERS = rf"SYSTEM\CurrentControlSet\Control\Class\{CLASS}"
TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces"
INTERNET = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
CHOICE = r"Software\Microsoft\Windows\Shell\Associations\UrlAssociations\https\UserChoice"
FIREFOX = "FirefoxURL-308046B0AF4A39CB"
ETHERNET = ("Intel(R) Ethernet Connection", r"PCI\VEN_8086", 6)
TUNNEL = ("TAP-Windows Adapter V9", "tap0901", 53)
RELEASES = {
    # product, CurrentVersion, build, DisplayVersion, ReleaseId, EditionID, InstallationType
    "7": ("Windows 7 Home Premium", "6.1", "7601", "", "", "HomePremium", "Client"),
    "8.1": ("Windows 8.1", "6.3", "9600", "", "", "Core", "Client"),
    "10-22H2": ("Windows 10 Home", "6.3", "19045", "22H2", "2009", "Core", "Client"),
    "10-LTSC-2021": (
        "Windows 10 Enterprise LTSC 2021",
        "6.3",
        "19044",
        "21H2",
        "2009",
        "EnterpriseS",
        "Client",
    ),
    "11-23H2": ("Windows 10 Home", "6.3", "22631", "23H2", "2009", "Core", "Client"),
    "11-24H2": ("Windows 10 Home", "6.3", "26100", "24H2", "2009", "Core", "Client"),
    "11-25H2": ("Windows 10 Home", "6.3", "26200", "25H2", "2009", "Core", "Client"),
    "server-2019": ("Windows Server 2019 Standard", "6.3", "17763", "", "1809", "ServerStandard", "Server"),
    "server-2022": (
        "Windows Server 2022 Standard",
        "6.3",
        "20348",
        "21H2",
        "2009",
        "ServerStandard",
        "Server",
    ),
    "server-2025": (
        "Windows Server 2025 Standard",
        "6.3",
        "26100",
        "24H2",
        "2009",
        "ServerStandard",
        "Server",
    ),
}


def key(path: str) -> winreg.HKEYType:
    """A key of HKLM, made where it is missing."""
    return winreg.CreateKeyEx(
        winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_ALL_ACCESS | winreg.KEY_WOW64_64KEY
    )


def set_release(name: str) -> None:
    """The values that tell which Windows it is."""
    product, version, build, display, release, edition, kind = RELEASES[name]
    new = version == "6.3" and name != "8.1"
    texts = {
        "ProductName": product,
        "CurrentVersion": version,
        "CurrentBuild": build,
        "CurrentBuildNumber": build,
        "EditionID": edition,
        "InstallationType": kind,
        "DisplayVersion": display,
        "ReleaseId": release,
    }
    with key(VERSION) as handle:
        for value, text in texts.items():
            if text:
                winreg.SetValueEx(handle, value, 0, winreg.REG_SZ, text)
            else:
                drop(handle, value)
        for value, number in (("CurrentMajorVersionNumber", 10), ("CurrentMinorVersionNumber", 0)):
            if new:
                winreg.SetValueEx(handle, value, 0, winreg.REG_DWORD, number)
            else:
                drop(handle, value)


def drop(handle: winreg.HKEYType, value: str) -> None:
    """Remove a value, if there is one."""
    with contextlib.suppress(OSError):
        winreg.DeleteValue(handle, value)


def set_connection(name: str, servers: str, number: int = 0, driver: tuple[str, str, int] = ETHERNET) -> None:
    """One connection, with a driver behind it and its DNS servers as DHCP gives them."""
    words, component, kind = driver
    guid = f"{{0F0E0D0C-0000-0000-0000-{number:012X}}}"
    with key(rf"{NETWORK}\{guid}\Connection") as handle:
        winreg.SetValueEx(handle, "Name", 0, winreg.REG_SZ, name)
    with key(rf"{ADAPTERS}\{number:04d}") as handle:
        winreg.SetValueEx(handle, "NetCfgInstanceId", 0, winreg.REG_SZ, guid)
        winreg.SetValueEx(handle, "DriverDesc", 0, winreg.REG_SZ, words)
        winreg.SetValueEx(handle, "ComponentId", 0, winreg.REG_SZ, component)
        winreg.SetValueEx(handle, "*IfType", 0, winreg.REG_DWORD, kind)
    with key(rf"{TCPIP}\{guid}") as handle:
        winreg.SetValueEx(handle, "NameServer", 0, winreg.REG_SZ, "")
        winreg.SetValueEx(handle, "DhcpNameServer", 0, winreg.REG_SZ, servers.replace(",", " "))


def set_proxies(server: str, bypass: str, script: str, *, detect: bool) -> None:
    """The user's Internet Settings, as the settings page writes them."""
    texts = {"ProxyServer": server, "ProxyOverride": bypass, "AutoConfigURL": script}
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, INTERNET) as handle:
        winreg.SetValueEx(handle, "ProxyEnable", 0, winreg.REG_DWORD, int(bool(server)))
        for value, text in texts.items():
            if text:
                winreg.SetValueEx(handle, value, 0, winreg.REG_SZ, text)
            else:
                drop(handle, value)
    flags = 1 | 2 * bool(server) | 4 * bool(script) | 8 * detect
    data = struct.pack("<III", 0x46, 1, flags)
    for text in texts.values():
        data += struct.pack("<I", len(text)) + text.encode("latin-1")
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"{INTERNET}\Connections") as handle:
        winreg.SetValueEx(
            handle, "DefaultConnectionSettings", 0, winreg.REG_BINARY, data.ljust(len(data) + 32, b"\0")
        )


def open_links_in_firefox() -> None:
    """What the settings page of default apps writes."""
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, CHOICE) as handle:
        winreg.SetValueEx(handle, "ProgId", 0, winreg.REG_SZ, FIREFOX)


def main() -> None:
    """Set what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("release", choices=RELEASES)
    parser.add_argument("--dns", default="")
    parser.add_argument("--connection", default="eth0")
    parser.add_argument("--tunnel", action="append", default=[])
    for text in ("--proxy", "--bypass", "--pac"):
        parser.add_argument(text, default="")
    for switch in ("--detect", "--firefox"):
        parser.add_argument(switch, action="store_true")
    asked = parser.parse_args()
    set_release(asked.release)
    set_connection(asked.connection, asked.dns)
    for number, name in enumerate(asked.tunnel, 1):
        set_connection(name, "", number, TUNNEL)
    set_proxies(asked.proxy, asked.bypass, asked.pac, detect=asked.detect)
    if asked.firefox:
        open_links_in_firefox()


if __name__ == "__main__":
    main()
