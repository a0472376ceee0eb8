"""Names that Windows cannot give to a file, and where people are told that files lie."""

from __future__ import annotations

from pathlib import PurePath, PurePosixPath, PureWindowsPath

import pytest

from portalcheck.places import shown, written
from portalcheck.writing import check_name

ANNA = {
    "USERPROFILE": r"C:\Users\Anna",
    "APPDATA": r"\\server\homes\Anna\AppData",
    "LOCALAPPDATA": r"C:\Users\Anna\AppData\Local",
}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (r"C:\Users\Anna\AppData\Local\portalcheck\config.toml", r"%LOCALAPPDATA%\portalcheck\config.toml"),
        (r"c:\users\anna\appdata\local\x", r"%LOCALAPPDATA%\x"),
        (r"\\server\homes\Anna\AppData\x", r"%APPDATA%\x"),
        ("C:/Users/Anna/Desktop/a b.toml", r"%USERPROFILE%\Desktop\a b.toml"),
        (r"C:\Users\Anna", "%USERPROFILE%"),
        (r"C:\Users\Annabel\x", r"C:\Users\Annabel\x"),
        (r"C:\ProgramData\portalcheck\config.toml", r"C:\ProgramData\portalcheck\config.toml"),
        (r"sub\x.toml", r"sub\x.toml"),
    ],
)
def test_a_place_on_windows_is_told_as_explorer_takes_it(path: str, told: str) -> None:
    assert shown(PureWindowsPath(path), ANNA) == told


@pytest.mark.parametrize("environ", [{}, {"USERPROFILE": "C:\\"}, {"USERPROFILE": "Anna"}])
def test_a_variable_that_leads_nowhere_shortens_no_path(environ: dict[str, str]) -> None:
    assert shown(PureWindowsPath(r"C:\Anna\x"), environ) == r"C:\Anna\x"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/Users/anna/Library/Application Support/portalcheck", "~/Library/Application Support/portalcheck"),
        ("/Users/anna", "~"),
        ("/Users/annabel/x", "/Users/annabel/x"),
        ("x", "x"),
    ],
)
def test_a_place_elsewhere_begins_with_a_tilde(monkeypatch: pytest.MonkeyPatch, path: str, told: str) -> None:
    for name in ("HOME", "USERPROFILE"):  # as Python on Windows has it
        monkeypatch.setenv(name, "/Users/anna")

    assert shown(PurePosixPath(path)) == told


def test_a_path_of_a_table_is_written_as_the_system_does() -> None:
    assert written("%APPDATA%/Mozilla/Firefox", "windows") == r"%APPDATA%\Mozilla\Firefox"
    assert written("~/Library/Safari", "macos") == "~/Library/Safari"


@pytest.mark.parametrize(
    "path",
    [
        *(
            r"C:\x\report.json",
            "report.nul.json",
            "console.txt",
            "COM10",
            "com.txt",
            "null",
            "..\\x",
            ".",
            "a:b",
        ),
        *(r"\\server\share\x", r"\\?\C:\x", "C:\\", ".hidden", "a b.json", "lpt\u0662"),
    ],
)
def test_a_name_that_windows_takes_is_a_name(path: str) -> None:
    check_name(PureWindowsPath(path))


@pytest.mark.parametrize(
    "path",
    [
        *(
            PureWindowsPath(name)
            for name in ("NUL", "x/Aux.tar.gz", "com\u00b2", "a ", "a.", "b:c:d", "a\0b", "...")
        ),
        PurePosixPath("a\0b"),
    ],
)
def test_a_name_that_no_file_can_have_is_refused(path: PurePath) -> None:
    with pytest.raises(OSError):
        check_name(path)
