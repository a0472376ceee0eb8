from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalcheck.diagnosis.registry import Installed
from portalcheck.words.catalog import Catalog
from portalcheck.words.files import choose_language, languages
from portalcheck.words.text import clean, fill, placeholders
from tests.architecture.printer import CHECK as PRINTER
from tests.declared import INSTALLED, catalog_of, texts_of

ENGLISH, SPANISH = catalog_of("en"), catalog_of("es")


@pytest.mark.parametrize(
    ("seconds", "english", "spanish"),
    [
        (0, "exact to the second", "exacto al segundo"),
        (1, "1 second ahead", "1 segundo de adelanto"),
        (-1.2, "1.2 seconds behind", "1,2 segundos de atraso"),
        (59.7, "1 minute ahead", "1 minuto de adelanto"),
        (300, "5 minutes ahead", "5 minutos de adelanto"),
        (3_600, "1 hour ahead", "1 hora de adelanto"),
        (3_900, "1 h 5 min ahead", "1 h 5 min de adelanto"),
        (10_800, "3 hours ahead", "3 horas de adelanto"),
        (86_399, "1 day ahead", "1 día de adelanto"),
        (-93_600, "1 d 2 h behind", "1 d 2 h de atraso"),
        (-864_000, "10 days behind", "10 días de atraso"),
        (400 * 86_400, "400 days ahead", "400 días de adelanto"),
        (1_000_000_000, "32 years ahead", "32 años de adelanto"),
    ],
)
def test_a_clocks_error_is_written_in_the_largest_unit_that_is_true(
    seconds: float, english: str, spanish: str
) -> None:
    assert ENGLISH.write(seconds, "offset") == english
    assert SPANISH.write(seconds, "offset") == spanish


@pytest.mark.parametrize(
    ("value", "kind", "english", "spanish"),
    [
        (350, "ms", "350 ms", "350 ms"),
        (1234, "ms", "1.2 seconds", "1,2 segundos"),
        (1, "days", "1 day", "1 día"),
        (12, "days", "12 days", "12 días"),
        (9999, "number", "9999", "9999"),
        (123456, "number", "123,456", "123.456"),
        (8443, "", "8443", "8443"),
        (0.5, "", "0.5", "0,5"),
        (500, "bytes", "500 bytes", "500 bytes"),
        (9000, "bytes", "8.8 KB", "8,8 KB"),
        (16384, "bytes", "16 KB", "16 KB"),
        (
            "2026-11-23T17:34:00Z",
            "date",
            "November 23, 2026, 17:34 UTC",
            "23 de noviembre de 2026, 17:34 UTC",
        ),
        ("yesterday", "date", "yesterday", "yesterday"),
        (True, "", "yes", "sí"),
        (None, "", "-", "-"),
        ("", "", "-", "-"),
        (("a", "b"), "", "a, b", "a, b"),
        ("epiphany", "browser", "GNOME Web", "GNOME Web"),
        ("another", "browser", "a browser that we do not know", "un navegador que no conocemos"),
        ("lynx", "browser", "lynx", "lynx"),
        ("omission", "trick", "a letter is missing", "le falta una letra"),
        ("tld-swap", "trick", "it ends in something else", "termina de otra manera"),
    ],
)
def test_values_are_written_as_the_language_writes_them(
    value: object, kind: str, english: str, spanish: str
) -> None:
    assert ENGLISH.write(value, kind) == english
    assert SPANISH.write(value, kind) == spanish


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 10**400, -(10**400), 1e300, object(), b"x", {}])
@pytest.mark.parametrize("kind", ["", "duration", "offset", "ms", "bytes", "days", "number", "date", "trick"])
def test_a_value_that_cannot_be_written_is_a_dash_or_a_phrase_and_never_an_error(
    odd: object, kind: str
) -> None:
    assert ENGLISH.write(odd, kind) in ("-", ENGLISH.trick("-"))


def test_the_sentence_follows_the_evidence() -> None:
    known = ENGLISH.reason("tls.intercepted", {"trusted": True, "product": "Zscaler"})
    unknown = ENGLISH.reason("tls.intercepted", {"trusted": False, "product": "unknown"})
    assert known == "A filter called Zscaler reads secure pages here. This computer trusts it."
    assert unknown == "A filter opens secure pages here, and this computer does not trust it."
    assert "third" not in ENGLISH.reason(
        "browser.blocks-cookies", {"browser": "edge", "scope": "third-party"}
    )
    assert ENGLISH.reason("browser.blocks-cookies", {"browser": "edge", "scope": "all", "by": "policy"}) == (
        "Edge must block all cookies. The owner of this computer has set this."
    )


def test_the_sentence_follows_the_status_where_it_changes_the_meaning() -> None:
    assert "may be too much" in ENGLISH.reason("cookies.too-large", {"header_bytes": 9000}, "warn").lower()
    assert "too much for most" in ENGLISH.reason("cookies.too-large", {"header_bytes": 17000}, "fail")


def test_a_count_of_one_is_written_as_one() -> None:
    assert ENGLISH.ui("privacy.kind.path", count=1) == "1 folder name"
    assert ENGLISH.ui("privacy.kind.path", count=2) == "2 folder names"
    assert SPANISH.reason("dns.silent", {"servers": 1}).startswith("El servidor")


@pytest.mark.parametrize("language", languages())
def test_every_reason_is_a_sentence_without_any_evidence(language: str) -> None:
    for code in texts_of("en")["reasons"]:
        for status in ("", "ok", "warn", "fail"):
            sentence = catalog_of(language).reason(code, {}, status)
            assert "{" not in sentence
            assert len(sentence) > 10


def test_unknown_codes_get_a_neutral_sentence_that_names_them() -> None:
    for words in (ENGLISH, SPANISH):
        assert "future.reason" in words.reason("future.reason", {"a": 1})
        cause = words.cause("future-cause")
        assert not cause.known
        assert "future-cause" in cause.verdict
        assert cause.actions == ()
        assert "step-99" in words.ref("step-99").title
        assert words.check("future").name == "future"
        assert "quantum" in words.trick("quantum")
        assert words.ui("no.such.key") == "no.such.key"
        assert words.symptom("error-9") == "error-9"


def test_a_code_with_escapes_is_named_without_them() -> None:
    assert ENGLISH.reason("x.\x1b[2J\u202e").isprintable()
    assert ENGLISH.cause("\x07" * 500).verdict.isprintable()


def test_an_added_check_brings_its_own_words() -> None:
    english, spanish = Catalog("en", Installed([PRINTER])), Catalog("es", Installed([PRINTER]))
    assert english.reason("printer.jam", {"page": 3, "x": "y"}) == "Page 3 is stuck in {x.__class__}."
    assert spanish.reason("printer.jam", {"page": 3}) == "La hoja 3 no sale."
    assert spanish.check("printer").name == "Printer"
    assert spanish.check("printer").contacts == "-"
    assert english.cause("printer.stuck").verdict == spanish.cause("printer.stuck").verdict
    assert english.cause("printer.stuck").actions == ("Take it out.", "Print again.")


def test_an_added_check_cannot_change_the_words_of_others() -> None:
    words = Catalog("en", Installed([*INSTALLED.checks, PRINTER]))
    assert "money" not in words.reason("clock.wrong") + words.cause("clock-wrong").verdict


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (("es_MX.UTF-8",), "es"),
        (("es-419",), "es"),
        (("ES",), "es"),
        ((None, "", "de_DE", "es"), "es"),
        (("C.UTF-8",), "en"),
        (("../../etc/passwd",), "en"),
        ((), "en"),
    ],
)
def test_the_language_is_the_first_tag_that_there_are_texts_in(
    tags: tuple[str | None, ...], language: str
) -> None:
    assert choose_language(*tags) == language


_anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(max_size=5), max_size=4)
)
_codes = st.sampled_from(sorted(texts_of("en")["reasons"]))
_names = st.sampled_from(
    ["host", "target", "trick", "count", "ms", "skew_s", "browser", "product", "days", "split"]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(_codes, st.text(max_size=40)), st.dictionaries(_names, _anything), st.text(max_size=8))
def test_whatever_a_report_holds_becomes_one_safe_line(
    code: str, args: dict[str, object], status: str
) -> None:
    for words in (ENGLISH, SPANISH):
        line = words.reason(code, args, status)
        assert line
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_cleaning_leaves_nothing_that_moves_a_cursor_or_turns_text(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= 300
    assert cleaned == clean(cleaned)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mb", "a?[31mb"),
        ("one\ntwo\tthree", "one two three"),
        ("\u202eevil\u200b", "?evil?"),
        ("caf\u00e9 \u4e2d", "caf\u00e9 \u4e2d"),
        ("no\u00a0break", "no break"),
        ("\ud800", "?"),
        ("x" * 301, "x" * 297 + "..."),
    ],
)
def test_cleaning_shows_that_something_was_there(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert fill("{a} {b}", lambda name, _: "{b}" if name == "a" else "end") == "{b} end"
    assert placeholders("{a:ms} {b} {0} {c.d} {e[0]} {F}") == {("a", "ms"), ("b", "")}


def test_the_words_are_loaded_only_when_they_are_asked_for() -> None:
    script = (
        "import sys; from portalcheck.words import catalog, symptoms;"
        "from portalcheck.report import explain; from portalcheck.api import texts;"
        "from portalcheck.diagnosis.registry import installed;"
        "assert not texts.read_texts.cache_info().currsize;"
        "words = catalog.Catalog('en', installed()); before = texts.read_texts.cache_info().currsize;"
        "assert before == 1; words.reason('clock.correct'); assert texts.read_texts.cache_info().currsize == 2;"
        "heavy = {'httpx', 'dns', 'cryptography', 'psutil', 'sqlite3', 'publicsuffixlist', 'jinja2'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
