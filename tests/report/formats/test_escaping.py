"""No string from outside leaves its place in a format: every format, every field, every kind of string.

What a reader of the format sees with a hostile string must have the shape that it has with a harmless one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from portalcheck.model import Report
from tests.report.formats import hostile
from tests.report.formats.formats import ENGLISH, LANGUAGES, RENDER

_NEVER = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_TIMESTAMP = frozenset({"timestamp"})
Shape = object


def harmful(text: str) -> list[str]:
    """What a terminal or a page must not get: controls, format characters (bidi, zero width), surrogates."""
    return [character for character in set(text) - {"\n"} if unicodedata.category(character) in _NEVER]


class Elements(HTMLParser):
    """The tags of a page with their attributes' names, and the values of those that a browser acts on."""

    ACTED_ON = frozenset(
        {"href", "src", "action", "style", "http-equiv", "content", "id", "class", "type", "lang"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str | None, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "text":  # long labels of the picture are set in more lines
            acted_on = (v for name, v in attrs if name in self.ACTED_ON)
            self.found.append((tag, (*(name for name, _ in attrs), *acted_on)))

    def handle_endtag(self, tag: str) -> None:
        if tag != "text":
            self.found.append(("/" + tag, ()))


def html_shape(text: str) -> Shape:
    page = Elements()
    page.feed(text)
    page.close()
    return page.found


def junit_shape(text: str) -> Shape:
    return [(item.tag, sorted(set(item.attrib) - _TIMESTAMP)) for item in ElementTree.fromstring(text).iter()]


def prometheus_shape(text: str) -> Shape:
    """Every series by its name and its labels' names; a series of the start only where it is a time."""
    return [
        (family.name, family.type, [sorted(sample.labels) for sample in family.samples])
        for family in text_string_to_metric_families(text)
        if family.name != "portalcheck_last_run_timestamp_seconds"
    ]


def nagios_shape(text: str) -> Shape:
    before, bar, data = text.partition("|")
    assert bar
    assert len(before.rstrip()) < 80
    assert not set("`~$&<>\\") & set(before)
    return text.count("\n"), data


def intune_shape(text: str) -> Shape:
    assert len(text.encode()) <= 2048
    return text.count("\n"), text.endswith("\n")


def jamf_shape(text: str) -> Shape:
    return bool(re.fullmatch(r"<result>[^<>&\n]{1,250}</result>\n", text))


def json_shape(text: str) -> Shape:
    report = json.loads(text)
    return sorted(report), [sorted(check) for check in report["checks"]]


def text_shape(text: str) -> Shape:
    lines = text.splitlines()
    return lines.count("BEGIN PORTALCHECK REPORT"), lines.count("END PORTALCHECK REPORT")


SHAPES: dict[str, Callable[[str], Shape]] = {
    "text": text_shape,
    "json": json_shape,
    "html": html_shape,
    "junit": junit_shape,
    "nagios": nagios_shape,
    "prometheus": prometheus_shape,
    "intune": intune_shape,
    "jamf": jamf_shape,
}


def shape(form: str, report: Report, lang: str = "en") -> Shape:
    text = RENDER[form](report, LANGUAGES[lang])
    text.encode()
    assert not harmful(text)
    return SHAPES[form](text)


@pytest.mark.parametrize("field", hostile.FIELDS)
@pytest.mark.parametrize("form", RENDER)
def test_a_hostile_string_stays_in_its_place(form: str, field: str) -> None:
    expected = shape(form, hostile.report(field, hostile.HARMLESS))
    for kind, text in hostile.STRINGS.items():
        assert shape(form, hostile.report(field, text)) == expected, kind


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", RENDER)
def test_hostile_strings_in_all_fields_at_once_stay_in_their_places(form: str, lang: str) -> None:
    expected = shape(form, hostile.everywhere(hostile.HARMLESS), lang)
    for kind, text in hostile.STRINGS.items():
        assert shape(form, hostile.everywhere(text), lang) == expected, kind


@pytest.mark.parametrize("form", RENDER)
@settings(max_examples=40, deadline=None)
# No code begins with a tilde: a known cause or reference has words of its own.
@given(text=st.text(st.characters(), max_size=60).map("~{}".format))
def test_any_string_stays_in_its_place(form: str, text: str) -> None:
    assert shape(form, hostile.everywhere(text)) == shape(form, hostile.everywhere(hostile.HARMLESS))


@pytest.mark.parametrize("kind", sorted(set(hostile.STRINGS) - {"surrogates"}))
def test_json_gives_back_every_string_as_it_was(kind: str) -> None:
    report = hostile.everywhere(hostile.STRINGS[kind])
    assert msgspec.json.decode(RENDER["json"](report, ENGLISH), type=Report) == report


def test_what_is_taken_out_of_a_page_is_seen_to_be_taken_out() -> None:
    page = RENDER["html"](hostile.report("portal.name", "Lab\u202eportal"), ENGLISH)
    assert "Lab?portal" in page
