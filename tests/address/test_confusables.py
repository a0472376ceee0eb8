"""The table of letters that look alike, and the script that makes it."""

from __future__ import annotations

import re

import idna
import pytest

from portalcheck.address.confusables import LOOKS_LIKE, UNICODE_VERSION
from tests.address.make_confusables import module, pairs

SAMPLE = """\ufeff# confusables.txt
# Version: 99.1.0
0430 ;\t0061 ;\tMA\t# CYRILLIC SMALL LETTER A
0061 ;\t0062 ;\tMA\t# a source within ASCII
0410 ;\t0041 ;\tMA\t# a capital, which browsers make small
0271 ;\t0072 006E 0326 ;\tMA\t# m with hook: UTS 39 writes m as rn
00F8 ;\t006F 0338 ;\tMA\t# o with stroke
00E9 ;\t0065 0301 ;\tMA\t# taken apart by NFKD
07C0 ;\t004F ;\tMA\t# a digit that looks like a capital O
4E00 ;\t30FC ;\tMA\t# looks like no ASCII letter
0031 0030 ;\t23E8 ;\tMA\t# two characters
"""


def test_table_is_stamped_with_its_unicode_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", UNICODE_VERSION)


def test_every_letter_of_the_table_can_stand_in_a_host_name() -> None:
    for plain, characters in LOOKS_LIKE.items():
        assert re.fullmatch(r"[a-z0-9]{1,4}", plain)
        for character in characters:
            assert not character.isascii()
            assert idna.uts46_remap(character, std3_rules=False, transitional=False) == character


def test_table_has_no_letter_twice_and_all_that_matter() -> None:
    characters = "".join(LOOKS_LIKE.values())
    assert len(set(characters)) == len(characters) > 300
    assert "\u043e" in LOOKS_LIKE["o"]
    assert "\u0271" in LOOKS_LIKE["m"]


def test_script_keeps_single_foreign_letters_that_look_like_plain_ones() -> None:
    assert pairs(SAMPLE) == {"\u0430": "a", "\u0271": "m", "\u00f8": "o", "\u07c0": "o"}


def test_script_writes_a_module_that_holds_the_pairs() -> None:
    text = module(SAMPLE.lstrip("\ufeff"))
    found: dict[str, object] = {}
    exec(compile(text, "confusables", "exec"), found)
    assert found["UNICODE_VERSION"] == "99.1.0"
    assert found["LOOKS_LIKE"] == {"a": "\u0430", "m": "\u0271", "o": "\u00f8\u07c0"}
    assert all(len(line) <= 110 for line in text.splitlines())


def test_script_refuses_another_file() -> None:
    with pytest.raises(ValueError, match="no version"):
        module("# something else\n")
