"""Words for codes: every sentence a person reads, looked up by code in texts/<language>.toml.

A sentence is a string, or a table where the evidence changes the meaning: its `default`, and under the name
of an argument one sentence (or table) for each value, as `"tls.intercepted".trusted.true`. Values are written
as in JSON (`true`, `null`, `503`); a missing argument counts as `null`; the first name in the file that has a
sentence for its value wins; `gravity` stands for the finding's status. `{name}` puts an argument in;
`{name:kind}` writes it as a quantity (`portalcheck.quantities`), as a `trick`, or by a table of `terms`.

Words that are missing in a language are taken from English. What nobody has words for gets a neutral sentence
that names the code: readers meet reports of newer versions and of checks that they do not have.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec
import tomli

from portalcheck.quantities import Quantities
from portalcheck.text import LONGEST, clean, fill

ENGLISH = "en"
Texts = Mapping[str, Any]
Words = Mapping[str, Mapping[str, str]]
"""The words a check brings: language -> reason code, `name`, `reads` or `contacts` -> sentence."""

_NONE: Texts = MappingProxyType({})
_LONGEST_LINE = 4000
_MOST_ITEMS = 50


class CauseWords(msgspec.Struct, frozen=True, kw_only=True):
    """A cause or note for its three readers; `known` is false where only the code could be named.

    `in_browser` is what to do where the browser is known, instead of `actions`: templates that name it.
    """

    id: str
    verdict: str
    patient: str
    actions: tuple[str, ...]
    in_browser: tuple[str, ...] = ()
    agent: str
    it: str
    known: bool = True


class RefWords(msgspec.Struct, frozen=True, kw_only=True):
    """A reference of the article in our own words, with what to do in order; `in_browser` as in `CauseWords`."""

    id: str
    title: str
    text: str
    actions: tuple[str, ...]
    in_browser: tuple[str, ...] = ()
    known: bool = True


class CheckWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a check is called, what it reads and whom it contacts."""

    id: str
    name: str
    reads: str
    contacts: str
    known: bool = True


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are texts in, English first."""
    names = (entry.name for entry in (files("portalcheck") / "texts").iterdir())
    found = sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
    return (ENGLISH, *(name for name in found if name != ENGLISH))


def choose_language(*tags: str | None) -> str:
    """The language of the first tag (`es`, `es-MX`, `es_MX.UTF-8`) that there are texts in, else English."""
    for tag in tags:
        primary = re.split(r"[-_.@:]", (tag or "").strip().lower(), maxsplit=1)[0]
        if primary in languages():
            return primary
    return ENGLISH


@cache
def load(language: str) -> Texts:
    """The texts of a language as its file has them; empty where there is none."""
    if language not in languages():
        return _NONE
    source = files("portalcheck") / "texts" / f"{language}.toml"
    return MappingProxyType(tomli.loads(source.read_text(encoding="utf-8")))


def variants(entry: object) -> Iterator[str]:
    """Every sentence of an entry, whatever the evidence."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, Mapping):
        for inner in entry.values():
            yield from variants(inner)


class Catalog:
    """The words of one language; `extra` maps the id of an added check to the words it brings.

    Nothing here raises for what a report holds: unknown codes, missing or odd arguments, control characters.
    """

    def __init__(self, lang: str, extra: Mapping[str, Words] | None = None) -> None:
        self.lang = choose_language(lang)
        self._texts = load(self.lang)
        self._extra = extra or {}
        self._quantities = Quantities(self._texts)

    def reason(self, code: str, args: Mapping[str, object] | None = None, status: str = "") -> str:
        """The sentence of a finding, on one line; `status` is the finding's."""
        evidence = {"gravity": status, **(args or {})}
        template = _pick(self._reason_entry(code), evidence)
        if template is None:
            return self._generic("reason", code)
        return clean(self._fill(template, evidence), _LONGEST_LINE)

    def cause(self, cause_id: str, reasons: Collection[str] = ()) -> CauseWords:
        """The words of a cause or a note; those for one of the `reasons` where the texts have some (`when`)."""
        row = self._row("causes", cause_id)
        if row is None:
            return CauseWords(
                id=cause_id,
                verdict=self._generic("cause", cause_id),
                patient=self._generic("cause_patient", cause_id),
                actions=(),
                agent=self._generic("cause_agent", cause_id),
                it=self._generic("cause_it", cause_id),
                known=False,
            )
        own: Mapping[str, Any] = next(
            (words for reason, words in row.get("when", {}).items() if reason in reasons), {}
        )
        return msgspec.convert({"id": cause_id, **row, **own}, CauseWords)

    def ref(self, ref_id: str) -> RefWords:
        """The words of a reference of the article."""
        row = self._row("refs", ref_id)
        if row is None:
            return RefWords(id=ref_id, title=self._generic("ref", ref_id), text="", actions=(), known=False)
        return msgspec.convert({"id": ref_id, **row}, RefWords)

    def actions(self, told: CauseWords | RefWords, browser: str = "") -> tuple[str, ...]:
        """What to do, in order; in the words and menus of a browser where it is known and there are such words."""
        if not (browser and told.in_browser):
            return told.actions
        return tuple(clean(self._fill(each, {"browser": browser}), _LONGEST_LINE) for each in told.in_browser)

    def check(self, check_id: str) -> CheckWords:
        """The words of a check; one that brings none goes by its id."""
        row = self._row("checks", check_id)
        if row is not None:
            return msgspec.convert({"id": check_id, **row}, CheckWords)
        own = {key: self._extra_words(check_id, key) for key in ("name", "reads", "contacts")}
        return CheckWords(
            id=check_id,
            name=clean(own["name"] or check_id),
            reads=clean(own["reads"] or self._generic("check", check_id)),
            contacts=clean(own["contacts"] or self._language["missing"]),
            known=any(own.values()),
        )

    def ui(self, key: str, /, **args: object) -> str:
        """A fixed word or sentence of the `ui` table by its dotted key; the key where there is none."""
        for texts in self._fallbacks():
            entry: object = texts["ui"]
            for part in key.split("."):
                entry = entry.get(part) if isinstance(entry, Mapping) else None
            template = _pick(entry, args)
            if template is not None:
                return self._fill(template, args, _LONGEST_LINE)
        return clean(key)

    def trick(self, trick_id: str) -> str:
        """How an address differs from an official one, as a clause: `a letter is missing`."""
        known = self._row("tricks", trick_id.replace("-", "_"))
        return known if isinstance(known, str) else self._generic("trick", trick_id)

    def symptom(self, symptom_id: str) -> str:
        """A symptom as it is offered to the person; its id where there are no words."""
        row = self._row("symptoms", symptom_id)
        return clean(symptom_id) if row is None else str(row["label"])

    def term(self, kind: str, value: str) -> str:
        """The word for a value, `Edge` for `term("browser", "edge")`; the value where there is none."""
        for texts in self._fallbacks():
            word = texts["terms"].get(kind, {}).get(value)
            if isinstance(word, str):
                return word
        return clean(value)

    def write(self, value: object, kind: str = "", longest: int = LONGEST) -> str:
        """Any value as this language writes it, on one line; `kind` is a quantity's or a table of terms."""
        quantity = self._quantities.write(value, kind)
        if quantity is not None:
            return quantity
        if value is None or value == "":
            return str(self._language["missing"])
        if isinstance(value, bool):
            return str(self._language["true" if value else "false"])
        if isinstance(value, int | float):
            return self._quantities.plain(value)
        if isinstance(value, list | tuple):
            items = [self.write(item, kind) for item in value[:_MOST_ITEMS]] + ["..."] * (
                len(value) > _MOST_ITEMS
            )
            return str(self._language["list"]).join(items)
        text = value if isinstance(value, str) else str(self._language["missing"])
        if kind == "trick":
            return self.trick(text)
        return self.term(kind, text) if kind else clean(text, longest)

    def reason_codes(self, check_id: str = "") -> tuple[str, ...]:
        """The codes that there are words for, of one check or of all."""
        own = {code for words in self._extra.get(check_id, {}).values() for code in words if "." in code}
        ours = (code for code in load(ENGLISH)["reasons"] if not check_id or code.startswith(check_id + "."))
        return (*ours, *sorted(own))

    def reason_sentences(self, code: str) -> tuple[str, ...]:
        """All sentences that a code can give, with `<name>` where an argument stands; none for a first profile."""
        entry = self._reason_entry(code)

        def mark(name: str, kind: str) -> str:
            return "" if kind == "profile" else f"<{name}>"

        return tuple(dict.fromkeys(fill(text, mark) for text in variants(entry)))

    def ids(self, table: str) -> tuple[str, ...]:
        """The ids in `causes`, `refs`, `checks`, `symptoms` or `tricks`, in the order of the texts."""
        added = tuple(self._extra) if table == "checks" else ()
        return tuple(dict.fromkeys((*load(ENGLISH)[table], *added)))

    @property
    def _language(self) -> Mapping[str, str]:
        language: Mapping[str, str] = self._texts["language"]
        return language

    def _fallbacks(self) -> Iterator[Texts]:
        yield self._texts
        if self.lang != ENGLISH:
            yield load(ENGLISH)

    def _row(self, table: str, key: str) -> Any:
        return next((texts[table][key] for texts in self._fallbacks() if key in texts[table]), None)

    def _reason_entry(self, code: str) -> object:
        entry = self._row("reasons", code)
        return entry if entry is not None else self._extra_words(code.partition(".")[0], code)

    def _extra_words(self, check_id: str, key: str) -> str | None:
        brought = self._extra.get(check_id, {})
        for language in dict.fromkeys((self.lang, ENGLISH, *brought)):
            sentence = brought.get(language, {}).get(key)
            if isinstance(sentence, str):
                return sentence
        return None

    def _fill(self, template: str, args: Mapping[str, object], longest: int = LONGEST) -> str:
        return fill(template, lambda name, kind: self.write(args.get(name), kind, longest))

    def _generic(self, key: str, code: str) -> str:
        return self._fill(self._texts["generic"][key], {"code": clean(code, 60)})


def _pick(entry: object, args: Mapping[str, object]) -> str | None:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, Mapping):
        return None
    for name, by_value in entry.items():
        if isinstance(by_value, Mapping):
            chosen = _pick(by_value.get(_as_key(args.get(name))), args)
            if chosen is not None:
                return chosen
    default = entry.get("default")
    return default if isinstance(default, str) else None


def _as_key(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**6 else ""
    return value if isinstance(value, str) else ""
