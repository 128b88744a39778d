"""Records: physical lines decoded, split into cells, and joined where a quoted cell runs over several lines.

Only CSV's own grammar lives here (RFC 4180, read as leniently as Python's `csv` within one line); what a cell means is
for `parsing`. A quote that is never closed must not eat the file, and a customer's free text must not become orders:

- a quoted cell may run over lines as long as the record stays within `LINE_LIMIT` and its closing quote stands before
  a delimiter or a line end; otherwise its quote was a stray one, the first line is refused and the next is read afresh;
- when a line inside such a cell would be a whole record by itself, nobody can tell a forgotten quote from a text that
  quotes a record; all lines of it are refused, none is taken for an order and none disappears in a title.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from attrs import define, field, frozen

from orderkit.errors import Refusal
from orderkit.imports.physical import LINE_LIMIT, LookAhead, NumberedLine


@frozen
class Record:
    """The cells of one record; `line` is the number of its first physical line."""

    line: int
    cells: list[str]


@frozen
class BrokenRecord:
    """A line that is no record, and why. `cells` is how it reads if what is wrong with it is passed over."""

    line: int
    refusal: Refusal
    cells: list[str] | None = None


@define
class RecordReader:
    """Reads records one after the other; `columns` is how many a whole record has, known once the header was read."""

    lines: LookAhead
    codec: str
    delimiter: str
    columns: int | None = field(default=None, kw_only=True)

    def __iter__(self) -> Iterator[Record | BrokenRecord]:
        """Every record; empty lines are none, and are not counted."""
        for number, line in self.lines:
            text = self._decoded(line)
            if isinstance(text, Refusal):
                yield BrokenRecord(number, text, cells=self._legible(line))
            elif '"' not in text:
                if text:
                    yield Record(number, text.split(self.delimiter))
            else:
                yield from self._quoted(number, text)

    def _decoded(self, line: bytes | None) -> str | Refusal:
        if line is None:
            return Refusal("is_short_enough", {"field": "line", "most": LINE_LIMIT})
        try:
            text = line.decode(self.codec)
        except UnicodeDecodeError as problem:
            return Refusal("is_decodable", {"field": "line", "encoding": self.codec, "byte": problem.start + 1})
        return Refusal("has_no_nul", {"field": "line"}) if "\0" in text else text

    def _legible(self, line: bytes | None) -> list[str] | None:
        """The cells of a line that is no clean text, so that its amount is known although the line is refused."""
        return None if line is None else split(line.decode(self.codec, "replace"), self.delimiter)[0]

    def _quoted(self, number: int, text: str) -> Iterator[Record | BrokenRecord]:
        cells, is_open = split(text, self.delimiter)
        if not is_open:
            yield Record(number, cells)
            return
        taken: list[NumberedLine] = []
        texts = self._until_closed(text, taken)
        if texts is None:
            self.lines.put_back(taken)
            yield BrokenRecord(
                number, Refusal("has_closed_quotes", {"field": "line"}), cells=text.split(self.delimiter)
            )
        elif self._hides_a_record(texts):
            refusal = Refusal("is_clearly_quoted", {"field": "line", "first": number, "last": taken[-1][0]})
            yield from (BrokenRecord(each, refusal) for each in (number, *(following for following, _ in taken)))
        else:
            yield Record(number, split("\n".join(texts), self.delimiter)[0])

    def _until_closed(self, text: str, taken: list[NumberedLine]) -> list[str] | None:
        """The texts of a record's lines, those after the first collected in `taken`; None when it does not close."""
        texts, room = [text], LINE_LIMIT - len(text)
        for number, line in self.lines:
            taken.append((number, line))
            following = self._decoded(line)
            if isinstance(following, Refusal):
                return None
            texts.append(following)
            room -= len(following)
            try:
                rest = after_closing_quote(following, self.delimiter)
            except csv.Error:
                return None
            if room < 0 or (rest is not None and not split(rest, self.delimiter)[1]):
                return texts if room >= 0 else None
        return None

    def _hides_a_record(self, texts: list[str]) -> bool:
        """A line after the first would be a record by itself; not the last one where it merely ends the first cell."""
        rest = after_closing_quote(texts[-1], self.delimiter) or ""
        ends_first_cell = self.delimiter not in texts[-1].removesuffix(rest)
        return any(self._is_whole(each) for each in (texts[1:-1] if ends_first_cell else texts[1:]))

    def _is_whole(self, text: str) -> bool:
        if self.columns is None or text.count(self.delimiter) + 1 < self.columns:
            return False
        cells, is_open = split(text, self.delimiter)
        return not is_open and len(cells) == self.columns


class _OneText:
    """One text for `csv` to read, that remembers whether `csv` wanted more: then a quoted cell was left open."""

    def __init__(self, text: str) -> None:
        self._texts = iter((text,))
        self.is_open = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for text in self._texts:
            return text
        self.is_open = True
        raise StopIteration


def split(text: str, delimiter: str) -> tuple[list[str], bool]:
    """The cells of one record's text, and whether its last cell's quote was left open."""
    source = _OneText(text)
    return next(csv.reader(source, delimiter=delimiter), []), source.is_open


def after_closing_quote(text: str, delimiter: str) -> str | None:
    """What follows the quote that closes a cell begun on an earlier line; None when none in `text` does.

    Raises:
        csv.Error: a quote stands in the middle of the text, so the cell was never meant to be a quoted one.
    """
    at = text.find('"')
    while at >= 0:
        following = text[at + 1 : at + 2]
        if following in {"", delimiter}:
            return text[at + 1 :]
        if following != '"':
            raise csv.Error
        at = text.find('"', at + 2)
    return None
