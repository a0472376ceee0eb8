"""Reports in text of any layout: over many lines, in lists, within other documents, damaged, or with text around them.

Each report is found by the field that all have (`decoding.MARK`). A document that is cut off or damaged costs
nothing after it, and what can be read of it is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from portalcheck.report.block import layout
from portalcheck.report.fleet.decoding import (
    MARK,
    UNKNOWN,
    Damage,
    Decoder,
    Found,
    Head,
    OtherSchema,
    OtherText,
)
from portalcheck.report.fleet.proof import is_of_one_run
from portalcheck.report.json_text import NotJSONError, decode
from portalcheck.report.pasted.scanner import scan

LONGEST = 16 * 1024 * 1024
"""Bytes of one document; what is longer is no report and is not kept."""
STEP = 1024 * 1024
"""Bytes that are collected before they are looked through."""
_MOST_STRANGE = 1000
"""Documents on one line that are no reports; what has more is no list of reports, and its rest is passed over."""
_MOST_TRIED = 1000
"""Wrappers that are tried in vain in one text."""
_DEEPEST = 3
"""Documents within texts of documents."""
_ANY_BYTES = "surrogateescape"

_MARK = re.compile(rf'{MARK}[\\"]{{1,8}}\s{{0,20}}:[\s\\"]{{0,20}}-?\d{{1,3}}(?!\w)')
"""The field with its number; a seal has the field too, with a checksum of four symbols."""
_LEADS = re.compile(r'[{\s\\"rnt]{1,200}')
"""What stands between the beginning of a report and its first field, also where it is a text of another document."""
_LINES = re.compile(r'[^\n]*(?:\n[ \t}\]",][^\n]*)*')
"""A line, and those after it that can only be further ones of a document."""
_OF_JSON = re.compile(r'"\s*:|[{}\x01-\x08\x0e-\x1f\udc80-\udcff]')
"""What no line of other text holds: parts of JSON, and bytes that are no text."""
_PLAIN = re.compile(r'(?:[^{}"\[\],\x00-\x08\x0e-\x1f\udc80-\udcff\n]*+\n)++')
_BRACES = re.compile(r"[{}]")
_COLORS = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]")
_AROUND = " \t\r\n,[]\ufeff"
"""What may stand around documents: blanks, a list's commas and brackets, byte order marks."""
_REST = re.compile(
    r'(?:[\s,\[\]{}]|"[\w$@.-]{1,40}"\s*+:\s*+(?:-?\d{1,9}|null|true|false|"[^"\\\n]{0,100}"|(?=[\[{])))*+'
)
"""What is left of a document whose reports were read by themselves: brackets, and simple members."""
_LONGEST_REST = 2000
_MOST_TRIED_OTHERWISE = 256 * 1024
"""Characters of a text that is given to the reader of pasted reports, who has more patience with each."""
_Line = tuple[int, Found]


class Scanner:
    """Finds reports in text that is added piece by piece; gives each with the line it begins on."""

    def __init__(self, read: Decoder) -> None:
        self._read = read
        self._held = bytearray()
        self._line = 0
        self._enough = STEP
        self._passing = False

    def add(self, line: int, text: bytes, *, ends: bool) -> Iterator[_Line]:
        """What is found once a piece is added that begins on a line, and whether the line ends with it."""
        if self._passing:
            self._passing = not ends
            return
        if not self._held:
            self._line = line
        self._held += text
        if ends:
            self._held += b"\n"
        if len(self._held) > self._enough:
            yield from self._look(final=False)

    def end(self) -> Iterator[_Line]:
        """What is found in all that is left."""
        self._passing = False
        if self._held:
            yield from self._look(final=True)

    def _look(self, *, final: bool) -> Iterator[_Line]:
        held = bytes(self._held)
        text = (_COLORS.sub(b"", held) if b"\x1b" in held else held).decode("utf-8", _ANY_BYTES)
        looked = _Pass(text, self._line, self._read, final=final)
        looked.run()
        if final:
            looked.otherwise()
        yield from looked.found
        rest, self._line = text[looked.at :].encode("utf-8", _ANY_BYTES), looked.line(looked.at)
        self._held = bytearray(rest)
        self._enough = max(STEP, min(2 * len(rest), LONGEST))
        if len(rest) > LONGEST:
            yield self._line, Damage.TOO_LONG
            self._passing = not rest.endswith(b"\n")
            self._held, self._enough = bytearray(), STEP


class _Pass:
    """One look through a text: what was `found`, and `at` which place it goes on when more has come."""

    def __init__(self, text: str, line: int, read: Decoder, *, final: bool, depth: int = 0) -> None:
        self._text, self._read, self._final, self._depth = text, read, final, depth
        self.found: list[_Line] = []
        self.at = 0
        self._first = self._line = line
        self._counted = 0
        self._tried, self._half = 0, ""

    def line(self, at: int) -> int:
        """The line of a place, which is not before the last one that was asked for."""
        self._line += self._text.count("\n", self._counted, at)
        self._counted = max(at, self._counted)
        return self._line

    def run(self) -> None:
        """Look through all of the text."""
        marks = [mark.span() for mark in _MARK.finditer(self._text)]
        for number, (start, end) in enumerate(marks):
            if start < self.at:
                continue
            last = number + 1 == len(marks)
            until = len(self._text) if last else self._begin_of(end, marks[number + 1][0])
            if not self._report(start, until, goes_on=last and not self._final):
                return
        self._between(len(self._text))

    def _tell(self, at: int, found: Found) -> None:
        self.found.append((self.line(at), found))

    def _begin_of(self, after: int, mark: int) -> int:
        """Where the report of a mark begins, if the mark is its first field; else the mark."""
        brace = self._text.rfind("{", after, mark)
        return brace if brace >= 0 and _LEADS.fullmatch(self._text, brace, mark) else mark

    def _report(self, mark: int, until: int, *, goes_on: bool) -> bool:
        """Read the report of a mark, of which the next one begins at `until`; False where it may still go on."""
        near = self._begin_of(self.at, mark)
        first = self._text.find("{", self.at, mark)
        if 0 <= first < near:
            within = self._within(first, mark, goes_on=goes_on)
            if within is not None:
                return within
        begin = near if near < mark else first if first >= 0 else max(self.at, mark - 1)
        part = self._text[begin:until].rstrip()
        is_all = self._read.is_document(part.encode("utf-8", _ANY_BYTES))
        stop, document = (begin + len(part), part) if is_all else _document(self._text, begin, until)
        found = self._decoded(document) if document else None
        line_end = self._text.find("\n", begin, until)
        if line_end >= 0 and self._text.find('"run_id"', begin, line_end) >= 0:
            # All of a report on one line: what follows may be the end of another, which fits it by chance.
            if document is None or (stop > line_end and isinstance(found, Head) and _is_of_two_runs(found)):
                document, found, until = None, None, line_end
        elif document is None and goes_on:
            begin = first if first >= 0 else begin
        self._between(begin)
        if document is None and goes_on:
            return False
        if document is None or stop <= mark:
            lines = _LINES.match(self._text, begin, until)
            stop = max(lines.end() if lines else begin, mark + len(MARK))
            found = self._decoded(_mended(self._text[begin:stop]) or self._text[begin:stop])
        self._tell_part(begin, self._text[begin:stop], found)
        self.at = stop
        return True

    def _decoded(self, text: str) -> Head | OtherSchema | None:
        found = self._read.decode(text.encode("utf-8", _ANY_BYTES))
        return found if isinstance(found, Head | OtherSchema) else self._read.recover(text)

    def _within(self, brace: int, mark: int, *, goes_on: bool) -> bool | None:
        """Read a document that holds reports somewhere. None where there is none, False where it may still go on."""
        if self._tried > _MOST_TRIED:
            return None
        try:
            document = decode(self._text, brace)
        except NotJSONError as error:
            self._tried += 1
            if not (goes_on and _is_cut(error, self._text)):
                return None
            self._between(brace)
            return False
        if document.end <= mark:
            return None
        self._between(brace)
        for found in [*self._reports(document.value)] or (Damage.NO_REPORT,):
            self._tell(brace, found)
        self.at = document.end
        return True

    def _reports(self, document: object) -> Iterator[Head | OtherSchema]:
        """The reports in a decoded document, in its texts too."""
        waiting = [document]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict) and MARK in part:
                found = self._decoded(json.dumps(part, default=repr))
                if found is not None:
                    yield found
            elif isinstance(part, dict | list):
                waiting += reversed([*part.values()] if isinstance(part, dict) else part)
            elif isinstance(part, str) and MARK in part and self._depth < _DEEPEST:
                inner = _Pass(part, 1, self._read, final=True, depth=self._depth + 1)
                inner.run()
                yield from (found for _, found in inner.found if isinstance(found, Head | OtherSchema))

    # ---- what is between reports -----------------------------------------------------------------

    def _between(self, until: int) -> None:
        """Tell of what stands before a place and is no report."""
        text, strange = self._text, 0
        if self._is_rest(until):
            # At the end, more may come with which it is something else.
            self.at = until if until < len(text) or self._final else self.at
            return
        # Once, and not for each line: a search goes through all that follows.
        if layout.MARKER.search(text, self.at, until) and not self._blocks(until):
            return
        while self.at < until:
            self._plain_lines(until)
            end = text.find("\n", self.at, until) + 1 or until
            line = text[self.at : end]
            brace = line.find("{")
            if not (bare := line.strip(_AROUND)) or self._is_beside(end, line, until):
                self.at = end
            elif brace >= 0 and not _OF_JSON.search(line[:brace].strip(_AROUND)):
                strange += 1
                if not self._strange(self.at + brace, until, end, passing=strange > _MOST_STRANGE):
                    return
            elif _OF_JSON.search(bare):
                self._damaged(self.at + line.find(bare), until)
            else:
                self._tell(self.at, OtherText())
                self.at = end

    def _plain_lines(self, until: int) -> None:
        """Pass over whole lines that have nothing of JSON, all at once, since there may be very many."""
        begins = self.at == 0 or self._text[self.at - 1] == "\n"
        if begins and (plain := _PLAIN.match(self._text, self.at, until)):
            lines = sum(map(bool, map(str.strip, plain[0].split("\n"))))
            if lines:
                self._tell(self.at, OtherText(lines))
            self.at = plain.end()

    def _blocks(self, until: int) -> bool:
        """Read the pasted reports (`report.block`) that stand before a place; False where one may still go on."""
        text = self._text
        while marker := layout.MARKER.search(text, self.at, until):
            for line in text[self.at : marker.start()].splitlines()[:-1]:
                if line.strip():
                    self._tell(self.at, OtherText())
            self.at = marker.start()
            end = next((each for each in layout.MARKER.finditer(text, marker.end(), until)), None)
            if end is None and until == len(text) and not self._final:
                return False
            stop = end.end() if end is not None and end[1].lower() == "end" else end.start() if end else until
            for found in self._pasted(text[self.at : stop]) or [(1, Damage.DAMAGED)]:
                self._tell(self.at, found[1])
            self.at = stop
        return True

    def _pasted(self, text: str) -> list[_Line]:
        """The reports that the reader of pasted texts finds; each with its line, from 1."""
        found = scan(text, self._read.numbers)
        return [(each.line or 1, self._read.recovered(each.report)) for each in found]

    def otherwise(self) -> None:
        """Where something is damaged, read the text as one that was pasted, if that finds more."""
        if not any(found is Damage.DAMAGED for _, found in self.found) or MARK not in self._text:
            return
        if len(self._text) > _MOST_TRIED_OTHERWISE:
            return
        pasted = [
            (self._first + line - 1, found)
            for line, found in self._pasted(self._text)
            if isinstance(found, Head | OtherSchema)
        ]
        if len(pasted) > sum(isinstance(found, Head | OtherSchema) for _, found in self.found):
            others = [
                each for each in self.found if each[1] is Damage.NO_REPORT or isinstance(each[1], OtherText)
            ]
            self.found = sorted((*pasted, *others), key=lambda each: each[0])

    def _is_beside(self, end: int, line: str, until: int) -> bool:
        """Whether a part of a line is only what an engine, a log or a table writes beside a report."""
        follows = self.at > 0 and self._text[self.at - 1] != "\n"
        leads = end == until < len(self._text) and line[-1:] != "\n"
        return (follows or leads) and not _BRACES.search(line)

    def _is_rest(self, until: int) -> bool:
        """Whether what stands before a place can belong to a document around reports that are read."""
        part = self._text[self.at : until] if until - self.at <= _LONGEST_REST else "?"
        if not _REST.fullmatch(part):
            return False
        at_end = until == len(self._text) and self._final
        return not at_end or (bool(self.found) and part.count("{") <= part.count("}"))

    def _strange(self, brace: int, until: int, line_end: int, *, passing: bool) -> bool:
        """A document that is no report; False where it may still go on."""
        try:
            stop = decode(self._text, brace).end
        except NotJSONError as error:
            if until == len(self._text) and not self._final and _is_cut(error, self._text):
                self.at = brace
                return False
            self._damaged(brace, until)
            return True
        self._tell(brace, Damage.NO_REPORT)
        self.at = max(line_end, stop) if passing else stop
        return True

    def _damaged(self, begin: int, until: int) -> None:
        """A damaged document, or the end of a report whose beginning is lost: its line, or the lines that go on."""
        end = self._text.find("\n", begin, until) + 1 or until
        part = self._text[begin:end]
        recovered = self._read.recover(part)
        if recovered is None and (lines := _LINES.match(self._text, begin, until)):
            end, part = lines.end(), lines[0]
            recovered = self._read.recover(part)
        self._tell_part(begin, part, recovered)
        self.at = end

    def _tell_part(self, begin: int, text: str, found: Head | OtherSchema | None) -> None:
        """Tell of what may be one half of a report that an end of line has parted."""
        before, self._half = self._half, ""
        if isinstance(found, Head) and not found.whole:
            joined = self._read.recover(before + text) if before and not found.run_id else None
            if isinstance(joined, Head) and is_of_one_run(joined):
                self.found[-1] = self.found[-1][0], joined
                return
            self._half = text if found.cause == UNKNOWN else ""
        self._tell(begin, found or Damage.DAMAGED)


def _document(text: str, begin: int = 0, until: int | None = None) -> tuple[int, str | None]:
    """Where the document ends that begins at a place, and the document; None where there is none."""
    part = text[begin:until]
    try:
        stop = decode(part).end
    except NotJSONError:
        return begin, None
    return begin + stop, part[:stop]


def _is_of_two_runs(head: Head) -> bool:
    """Whether the seal shows that a document was put together from two."""
    return bool(head.seal.cause) and not is_of_one_run(head)


def _is_cut(error: NotJSONError, text: str) -> bool:
    """Whether a text that is no document may only lack its end; of a text that does not end its quote is told."""
    return error.place >= len(text.rstrip()) - 6 or text[error.place] == '"'


def _mended(text: str) -> str | None:
    """A document whose quotes are escaped or doubled, as in a log or a table, as it was; None for another text."""
    for _ in range(_DEEPEST):
        if text.startswith("{\\"):
            text = text.replace("\\n", "\n").replace("\\r", "\r").replace('\\"', '"').replace("\\\\", "\\")
        elif text.startswith('{""'):
            text = text.replace('""', '"')
        else:
            return None
        _, document = _document(text)
        if document is not None:
            return document
    return None
