"""Words for codes: every sentence a person reads, looked up by code beside the check that declares it.

What the program itself says lies in words/<language>.toml.

A sentence is a string, or a table where the evidence changes the meaning: its `default`, and under the name
of an argument one sentence (or table) for each value, as `"tls.intercepted".trusted.true`. Values are written
as in JSON (`true`, `null`, `503`); a missing argument counts as `null`; the first name in the file that has a
sentence for its value wins; `gravity` stands for the finding's status. In the words of causes and references the
name is `os`, the kind of system that a report is of. `{name}` puts an argument in;
`{name:kind}` writes it as a quantity (`portalcheck.words.quantities`), as a `trick`, or by a table of `terms`.

Words that are missing in a language are taken from English. What nobody has words for gets a neutral sentence
that names the code: readers meet reports of newer versions and of checks that they do not have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

import msgspec

from portalcheck.api.texts import ENGLISH, Texts, load_texts
from portalcheck.diagnosis.registry import NO_CHECKS, Installed
from portalcheck.words.files import choose_language, load
from portalcheck.words.quantities import Quantities
from portalcheck.words.text import LONGEST, clean, fill

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


class Question(msgspec.Struct, frozen=True):
    """What the help desk asks, and what each answer means."""

    question: str
    answers: tuple[str, ...]


class Script(msgspec.Struct, frozen=True):
    """What the help desk asks a caller, in order, and when to hand on, and to whom; empty where there are no words."""

    questions: tuple[Question, ...] = ()
    hand_on: str = ""


class RefWords(msgspec.Struct, frozen=True, kw_only=True):
    """A reference of the article in our own words, with what to do in order; `in_browser` as in `CauseWords`.

    `in_current` is the same for the browser that the person uses, where `in_browser` is for one to try instead.
    """

    id: str
    title: str
    text: str
    actions: tuple[str, ...]
    in_browser: tuple[str, ...] = ()
    in_current: tuple[str, ...] = ()


class CheckWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a check is called, what it reads and whom it contacts."""

    id: str
    name: str
    reads: str
    contacts: str


def variants(entry: object) -> Iterator[str]:
    """Every sentence of an entry, whatever the evidence."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, Mapping):
        for inner in entry.values():
            yield from variants(inner)


class Catalog:
    """The words of one language; those beside checks among them, of what is `installed`.

    Nothing here raises for what a report holds: unknown codes, missing or odd arguments, control characters. A
    check whose words cannot be read has none.
    """

    def __init__(self, lang: str, installed: Installed = NO_CHECKS) -> None:
        self.lang = choose_language(lang)
        self.installed = installed
        self._texts = load(self.lang)
        self._quantities = Quantities(self._texts)

    def reason(self, code: str, args: Mapping[str, object] | None = None, status: str = "") -> str:
        """The sentence of a finding, on one line; `status` is the finding's."""
        evidence = {"gravity": status, **(args or {})}
        template = _pick(self._reason_entry(code), evidence)
        if template is None:
            return self._generic("reason", code)
        sentence = clean(self._fill(template, evidence), _LONGEST_LINE)
        # A term may be a common noun; a host or a number at the beginning stays as it is.
        return sentence[:1].upper() + sentence[1:] if template.startswith("{browser:") else sentence

    def cause(self, cause_id: str, reasons: Collection[str] = (), system: str = "") -> CauseWords:
        """The words of a cause or a note; those for one of the `reasons` where the texts have some (`when`).

        With a `system` (windows, macos, linux) only its menus and programs are named, without one those of all.
        """
        row = self._of_system(self._by_evidence(cause_id, reasons), system)
        try:
            return msgspec.convert({"actions": (), **row, "id": cause_id}, CauseWords)
        except msgspec.ValidationError:
            return CauseWords(
                id=cause_id,
                verdict=self._generic("cause", cause_id),
                patient=self._generic("cause_patient", cause_id),
                actions=(),
                agent=self._generic("cause_agent", cause_id),
                it=self._generic("cause_it", cause_id),
                known=False,
            )

    def script(self, cause_id: str, reasons: Collection[str] = ()) -> Script:
        """What the help desk asks where a cause was found, as its evidence asks for it."""
        return self._script(self._by_evidence(cause_id, reasons))

    def symptom_script(self, symptom_id: str) -> Script:
        """What the help desk asks for a symptom."""
        return self._script(self._row("symptoms", symptom_id) or {})

    def _script(self, row: Mapping[str, Any]) -> Script:
        also = (self._row("asked", each) for each in row.get("ask_also", ()))
        questions = [*row.get("ask", ()), *filter(None, also)]
        try:
            return msgspec.convert({"questions": questions, "hand_on": row.get("hand_on", "")}, Script)
        except msgspec.ValidationError:
            return Script()

    def _by_evidence(self, cause_id: str, reasons: Collection[str]) -> dict[str, Any]:
        row = self._cause_row(cause_id)
        own: Mapping[str, Any] = next(
            (told for reason, told in row.get("when", {}).items() if reason in reasons), {}
        )
        return {**row, **own}

    def _cause_row(self, cause_id: str) -> dict[str, Any]:
        """The words of a cause, the language's own before English; variants also of those who add rows to it."""
        row: dict[str, Any] = {}
        for texts in chain(
            *(self._beside(check) for check in self._speaking_of.get(cause_id, ())), self._fallbacks()
        ):
            told = texts.get("causes", {}).get(cause_id, {})
            row = {**told, **row, "when": {**told.get("when", {}), **row.get("when", {})}}
        return row

    def _of_system(self, row: Mapping[str, Any], system: str) -> dict[str, Any]:
        """A row with the sentences of one system; in a list those of all, by name, where it is not known."""

        def sentences(entry: object) -> Iterator[str]:
            one = _pick(entry, {"os": system})
            if one is None and isinstance(entry, Mapping) and not system:
                named = entry.get("os", {}).items()
                yield from (f"{self.term('system', name)}: {sentence}" for name, sentence in named)
            elif one is not None:
                yield one

        told: dict[str, Any] = {}
        for key, entry in row.items():
            if isinstance(entry, list):
                told[key] = [sentence for each in entry for sentence in sentences(each)]
            else:
                told[key] = _pick(entry, {"os": system})
        return told

    def ref(self, ref_id: str, system: str = "") -> RefWords:
        """The words of a reference of the article, for a `system` as in `cause`."""
        row = self._row("refs", ref_id)
        if row is None:
            return RefWords(id=ref_id, title=self._generic("ref", ref_id), text="", actions=())
        return msgspec.convert({"id": ref_id, **self._of_system(row, system)}, RefWords)

    def actions(self, told: CauseWords | RefWords, browser: str = "", current: str = "") -> tuple[str, ...]:
        """What to do, in order; in the words and menus of a browser where it is known and there are such words.

        `current` is the browser that the person uses, whose menus come first where a reference has words for them.
        """
        if isinstance(told, RefWords) and told.in_current and self._has_menus(current):
            return self._in_browser(told.in_current, current)
        if told.in_browser and self._has_menus(browser):
            return self._in_browser(told.in_browser, browser)
        return told.actions

    def _has_menus(self, browser: str) -> bool:
        return any(browser in texts["terms"]["menu_data"] for texts in self._fallbacks())

    def _in_browser(self, templates: tuple[str, ...], browser: str) -> tuple[str, ...]:
        return tuple(clean(self._fill(each, {"browser": browser}), _LONGEST_LINE) for each in templates)

    def check(self, check_id: str) -> CheckWords:
        """The words of a check; one that brings none goes by its id."""
        own = {key: self._beside_row(check_id, key) for key in ("name", "reads", "contacts")}
        return CheckWords(
            id=check_id,
            name=clean(own["name"] or check_id),
            reads=clean(own["reads"] or self._generic("check", check_id)),
            contacts=clean(own["contacts"] or self._language["missing"]),
        )

    def group(self, group: str, value: str | None = None) -> str:
        """What a group of `fleet`, or a value in it, is called; the value itself where there is no word for it."""
        checks = self.installed.checks
        check = next((c.id for c in checks for r in c.reasons if r.fleet and r.fleet[0] == group), "")
        if value is not None:
            return clean(self._beside_row(check, "fleet_values", value) or self.term(group, value))
        return clean(self._beside_row(check, "fleet") or self.term("group", group))

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
        return self._of_symptom(symptom_id, "label")

    def symptom_means(self, symptom_id: str) -> str:
        """What a symptom means for the person where the way to the portal is healthy."""
        return self._of_symptom(symptom_id, "patient")

    def symptom_agent(self, symptom_id: str) -> str:
        """What the help desk looks at for a symptom where the way to the portal is healthy."""
        return self._of_symptom(symptom_id, "agent")

    def symptom_unseen(self, symptom_id: str) -> str:
        """What was not looked at though the symptom is about it; empty for most."""
        return str((self._row("symptoms", symptom_id) or {}).get("unseen", ""))

    def _of_symptom(self, symptom_id: str, part: str) -> str:
        row = self._row("symptoms", symptom_id)
        return clean(symptom_id) if row is None else str(row[part])

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

    def reason_sentences(self, code: str) -> tuple[str, ...]:
        """All sentences that a code can give, with `<name>` where an argument stands; none for a first profile."""
        entry = self._reason_entry(code)

        def mark(name: str, kind: str) -> str:
            return "" if kind == "profile" else f"<{name}>"

        return tuple(dict.fromkeys(fill(text, mark) for text in variants(entry)))

    def ids(self, table: str) -> tuple[str, ...]:
        """The ids in `refs`, `symptoms` or `tricks`, in the order of the texts."""
        return tuple(load(ENGLISH)[table])

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
        return entry if entry is not None else self._beside_row(code.partition(".")[0], "reasons", code)

    def _beside(self, check_id: str) -> Iterator[Texts]:
        """The words beside a check, in this language and in English."""
        check = self.installed.check(check_id)
        package = check.words if check is not None else ""
        for language in dict.fromkeys((self.lang, ENGLISH)):
            try:
                yield load_texts(package, language)
            except Exception:
                # Another package's files may be damaged in any way; its check goes by its codes then.
                yield {}

    def _beside_row(self, check_id: str, *path: str) -> Any:
        for texts in self._beside(check_id):
            entry: Any = texts
            for key in path:
                entry = entry.get(key) if isinstance(entry, Mapping) else None
            if entry is not None:
                return entry
        return None

    @cached_property
    def _speaking_of(self) -> Mapping[str, list[str]]:
        """The checks with words of a cause: who declares it first, then those who add rows to it."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for check in self.installed.checks:
            for row in check.causes:
                if check.id not in found[row.id]:
                    found[row.id].append(check.id)
        return found

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
