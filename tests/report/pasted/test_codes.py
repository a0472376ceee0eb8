"""A phone code is found in any text, however it was written, spelled, encoded or sent; and nothing else is one."""

from __future__ import annotations

import base64
import quopri
import random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.model import Status
from portalcheck.report.code import CodeProblem, Decoded, spell
from portalcheck.report.pasted.codes import find_code
from tests.declared import CAUSE_ORDER, CHECK_ORDER, NUMBERS, encode
from tests.report.pasted import mangled

CODE = "754E-PJ4S-2F"

WRITTEN = (
    # the field notes'
    "My code is 754E\u2013PJ4S\u20132F",
    "7 5 4 Echo, Papa Juliett 4 Sierra, 2 Foxtrot",
    "7 5 4 Enrique, Pedro Jorge 4 Sevilla, 2 Francia",
    "754E-PJ4S-2F.",
    "(754E-PJ4S-2F)",
    '"754E-PJ4S-2F"',
    "Code: 754E-PJ4S-2F",
    "754E, PJ4S, 2F",
    "754E.PJ4S.2F",
    "754E_PJ4S_2F",
    "754E\u2212PJ4S\u22122F",
    # dashes and blanks of more kinds
    "754E\u2014PJ4S\u20142F",
    "754E\u2011PJ4S\u20112F",
    "it says 754E - PJ4S - 2F here",
    "754E\uff0dPJ4S\uff0d2F",
    "754E\u2010PJ4S\u20102F, I think",
    "  754E PJ4S 2F \r\n",
    "\u00a0754E\u00a0PJ4S\u00a02F",
    "754e pj4s 2f",
    "7 5 4 E P J 4 S 2 F",
    "754EPJ4S2F",
    "The code was 754EPJ4S2F when I looked.",
    "the code 754E\nPJ4S\n2F",
    "the code: 754E-PJ4S-\n> 2F",
    "754E / PJ4S / 2F",
    "\u201c754E-PJ4S-2F\u201d",
    "*754E-PJ4S-2F*",
    "754E\u200b-PJ4S\u200b-2F",
    "c\u00f3digo 754e pj4s 2f, gracias",
    "My c o d e is code 754e pj4s 2f please help",
    "\uff17\uff15\uff14\uff25-\uff30\uff2a\uff14\uff33-\uff12\uff26",
    "754E-PJ4S-2F and again 754E-PJ4S-2F",
    "Tel. 555-0100, code 754E-PJ4S-2F, id 1234-5678-90",
    # said, and typed as it was heard
    "seven five four echo papa juliet four sierra two foxtrot",
    "Seven, five, four, E as in Echo. P as in Papa, J as in Juliett, four, S like Sierra. Two F as in Foxtrot.",
    "siete cinco cuatro Enrique, Pedro Jorge cuatro Sevilla, dos Francia",
    "siete cinco cuatro, E de Enrique, P de Pedro, J como Jorge, cuatro, S de Sevilla, dos, F de Francia",
    "I wrote down: 754 echo dash papa juliett 4 sierra dash 2 foxtrot, is that it?",
    "7 5 4 E, Papa J 4 Sierra, 2 Foxtrot",
    "Dicho en voz alta: 7 5 4 Enrique, Pedro Jorge 4 Sevilla, 2 Francia",
    "754 echo papa juliet 4 sierra 2 fox",
)


def found(text: str | bytes) -> str | None:
    code = find_code(text, NUMBERS)
    return code.code if isinstance(code, Decoded) else None


@pytest.mark.parametrize("text", WRITTEN)
def test_a_code_is_found_however_it_is_written(text: str) -> None:
    assert found(text) == CODE
    assert (
        found(f"Hello,\n\nplease look at this.\n{text}\n\nRosa Diaz, Tel. 555-0100-22\n") == CODE
        or len(text) < 30
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("dash", ["-", "\u2013", "\u2014"])
def test_a_code_is_found_in_any_encoding(encoding: str, dash: str) -> None:
    assert found(f"Rosa D\u00edaz: 754E{dash}PJ4S{dash}2F\r\n".encode(encoding)) == CODE


@pytest.mark.parametrize(
    "sent",
    [
        lambda text: quopri.encodestring(text.encode()).decode(),
        lambda text: f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes((text * 3).encode()).decode()}",
        lambda text: text.replace("-", "&ndash;"),
        lambda text: "<p>" + text.replace("-", "</b>-<b>") + "</p>",
        quote,
        lambda text: text.replace("-", "\\u2013"),
        lambda text: f"\x1b[33m{text}\x1b[0m",
        lambda text: "x" * 12_000_000 + "\n" + text,
    ],
)  # fmt: skip
def test_a_code_is_found_whatever_a_channel_did_to_it(sent: object) -> None:
    assert callable(sent)
    assert found(sent("Hello, here is the code: 754E-PJ4S-2F. Thank you very much.")) == CODE


def test_what_the_tool_itself_prints_as_said_aloud_is_understood() -> None:
    chance = random.Random(3)
    for _ in range(200):
        statuses = {check: chance.choice((Status.OK, Status.FAIL, Status.SKIP)) for check in CHECK_ORDER}
        code = encode(chance.choice(CAUSE_ORDER), "linux", statuses)
        for lang in ("en", "es"):
            assert found(spell(code, lang)) == code
            assert found(f"Said aloud: {spell(code, lang).lower()}.") == code


@pytest.mark.parametrize(
    "text",
    [
        "754F-PJ4S-2F",
        "My code is 754F-PJ4S-2F, thanks",
        "My code is 754F\u2013PJ4S\u20132F",
        "  754F PJ4S 2F \n",
        "754-PJ4S-2F",
        "code: 754EE-PJ4S-2F",
        "7 5 4 Foxtrot, Papa Juliett 4 Sierra, 2 Foxtrot",
        "the code is 754E-PJ4U-2F",
        "c\u00f3digo 745E PJ4S 2F",
    ],
)
def test_one_wrong_symbol_gets_its_suggestions_everywhere(text: str) -> None:
    problem = find_code(text, NUMBERS)
    assert isinstance(problem, CodeProblem)
    assert CODE in [suggestion.code for suggestion in problem.suggestions]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, the portal does not work since Monday. Please call me at 555-0100.",
        "Dear team, that will be all. Best wishes, Rosa Diaz, 12 Main Street, 12345-6789",
        "run 3f2a9c11-7d0b-4e55-a1c2-d3e4f5061728",
        "2026-11-23 17:34:00",
        "Echo told Papa.",
        "alpha beta",
        "no",
    ],
)
def test_no_code_is_found_where_there_is_none(text: str) -> None:
    assert find_code(text, NUMBERS) is None


def test_a_mail_of_ordinary_words_holds_no_code() -> None:
    words = (mangled.TEXT.split("BEGIN")[0] * 50).replace("\n", " ")
    assert find_code(words, NUMBERS) is None


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_any_text_is_searched_without_harm(text: str | bytes) -> None:
    find_code(text, NUMBERS)
