"""The names of menus that people are told are those that the browsers here show, read from the browsers' own strings.

Only English: the packages here bring no other language. CONTRIBUTING.md says where the rest was looked up."""

from __future__ import annotations

import re
import struct
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from tests.browsers.drivers import CHROMIUM, FIREFOX
from tests.declared import catalog_of

_CHROMIUM_STRINGS = (
    Path("/usr/lib/chromium/locales/en-US.pak"),
    Path("/usr/lib64/chromium-browser/locales/en-US.pak"),
)
_FIREFOX_STRINGS = (Path("/usr/lib/firefox-esr/browser/omni.ja"), Path("/usr/lib/firefox/browser/omni.ja"))
_MENUS = ("menu_data", "menu_allow", "menu_update")
_NO_NAMES = {"the menu"}
_LEADING = re.compile(r"^(look at|at|or) ")
_NAMES = re.compile(r", (?:then|and) | \(")


def _first(places: tuple[Path, ...]) -> Path | None:
    return next((place for place in places if place.is_file()), None)


def _told(browser: str) -> set[str]:
    """The names in what a person is told about the browser's menus, without the words around them."""
    catalog = catalog_of("en")
    parts = (part for menu in _MENUS for part in _NAMES.split(catalog.term(menu, browser)))
    return {_LEADING.sub("", part.rstrip(")")) for part in parts} - _NO_NAMES


def _chromium_strings(place: Path) -> set[str]:
    """Every string of a data pack, version 5 (Chromium, tools/grit/grit/format/data_pack.py)."""
    data = place.read_bytes()
    version, _encoding, count, _aliases = struct.unpack("<IB3xHH", data[:12])
    assert version == 5
    starts = [struct.unpack_from("<HI", data, 12 + 6 * index)[1] for index in range(count + 1)]
    raw = (data[start:end] for start, end in pairwise(starts))
    return {text.decode("utf-8", "replace").replace("&", "") for text in raw}


def _firefox_strings(place: Path) -> set[str]:
    """Every value and attribute of the English Fluent files, with the brand's name put in."""
    found: set[str] = set()
    with zipfile.ZipFile(place) as archive:
        for name in archive.namelist():
            if name.startswith("localization/en-US/browser/") and name.endswith(".ftl"):
                text = archive.read(name).decode("utf-8")
                text = re.sub(r"\{ -brand-short(?:er)?-name \}", "Firefox", text)
                found |= {line.partition(" = ")[2].strip().rstrip("…") for line in text.splitlines()}
    return found


@pytest.mark.skipif(CHROMIUM is None or _first(_CHROMIUM_STRINGS) is None, reason="Chromium is not installed")
def test_chromium_shows_every_name_that_people_are_told() -> None:
    place = _first(_CHROMIUM_STRINGS)
    assert place is not None
    told = _told("chromium")
    assert len(told) > 5
    assert told <= _chromium_strings(place)


@pytest.mark.skipif(FIREFOX is None or _first(_FIREFOX_STRINGS) is None, reason="Firefox is not installed")
def test_firefox_shows_every_name_that_people_are_told() -> None:
    place = _first(_FIREFOX_STRINGS)
    assert place is not None
    told = _told("firefox")
    assert len(told) > 5
    assert told <= _firefox_strings(place)
