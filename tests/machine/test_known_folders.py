"""Windows' folders are the registry's, and what that leaves open is told by the system."""

from __future__ import annotations

import pytest

from portalcheck.machine.known_folders import of_system, program_data, windows_folder
from tests.machine.recorded import RecordedRegistry

PROFILES = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"


@pytest.mark.parametrize(
    ("named", "windows", "folder"),
    [
        (None, r"C:\Windows", r"C:\ProgramData"),
        (r"%SystemDrive%\ProgramData", r"C:\Windows", r"C:\ProgramData"),
        (r"%systemdrive%\ProgramData", r"D:\WinNT", r"D:\ProgramData"),
        (r"E:\Shared", r"C:\Windows", r"E:\Shared"),
        (r"%TEMP%\ProgramData", r"C:\Windows", r"C:\ProgramData"),
        ("ProgramData", r"C:\Windows", r"C:\ProgramData"),
        (7, r"C:\Windows", r"C:\ProgramData"),
    ],
)
def test_the_folder_for_all_users_is_the_systems_whatever_variables_say(
    named: str | int | None, windows: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ProgramData", "PROGRAMDATA", "SystemDrive", "SYSTEMDRIVE", "TEMP", "SystemRoot", "windir"):
        monkeypatch.setenv(name, r"C:\mine")
    registry = RecordedRegistry({PROFILES: {} if named is None else {"ProgramData": named}})
    assert program_data(registry, windows) == folder


def test_only_what_the_system_knows_is_filled_in() -> None:
    assert of_system(r"%WinDir%\x;%SystemRoot%;%USERNAME%", r"D:\WinNT") == r"D:\WinNT\x;D:\WinNT;%USERNAME%"


def test_where_there_is_no_windows_it_lies_in_its_usual_place() -> None:
    assert windows_folder().lower() == r"c:\windows"
