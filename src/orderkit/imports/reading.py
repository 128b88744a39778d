"""Reading a file: bytes on disk become rows of named texts, streamed, with every line either a row or a bad row.

Only the opening of the file and the passage from records to rows live here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from attrs import frozen

from orderkit.errors import InvalidRequest, Refusal
from orderkit.imports.header import Layout, layout_of
from orderkit.imports.maps import ColumnMap, FieldName
from orderkit.imports.physical import LookAhead, physical_lines
from orderkit.imports.records import BrokenRecord, Record, RecordReader

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@frozen
class RawRow:
    """One record of the file: the texts of the mapped fields, and of every other column that says something."""

    line: int
    values: Mapping[FieldName, str]
    extra: Mapping[str, str]


@frozen
class BadRow:
    """One record that cannot be used, and why. `values` is what could be read all the same, for its amount's sake."""

    line: int
    refusal: Refusal
    values: Mapping[FieldName, str] | None = None


def read_rows(path: str | os.PathLike[str], column_map: ColumnMap) -> Iterator[RawRow | BadRow]:
    """Every record below the header, in the order of the file, in memory that does not grow with it.

    Line numbers are those of the file, the header's included; a record over several lines has its first line's number.

    Raises:
        InvalidRequest: (from the first step on) the file is missing, a directory, unreadable or empty, or its header
            lacks a column; `field` is ``file``, ``header``, ``delimiter`` or ``encoding``.
    """
    if "\0" in os.fspath(path):
        raise InvalidRequest("file", "exists", path=os.fspath(path))
    try:
        with open(path, "rb") as file:
            yield from _rows(file, column_map)
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidRequest("file", "exists", path=os.fspath(path)) from None
    except IsADirectoryError:
        raise InvalidRequest("file", "is_a_file", path=os.fspath(path)) from None
    except OSError as problem:
        raise InvalidRequest("file", "is_readable", path=os.fspath(path), problem=problem.strerror) from problem


def _rows(file: BinaryIO, column_map: ColumnMap) -> Iterator[RawRow | BadRow]:
    reader = RecordReader(LookAhead(_without_mark(file)), column_map.codec, column_map.delimiter)
    records = iter(reader)
    layout = _header(records, column_map)
    reader.columns = layout.columns
    for record in records:
        yield _row(record, layout)


def _without_mark(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    for number, line in physical_lines(file):
        yield number, line.removeprefix(_BYTE_ORDER_MARK) if number == 1 and line is not None else line


def _header(records: Iterator[Record | BrokenRecord], column_map: ColumnMap) -> Layout:
    first = next(records, None)
    if first is None:
        raise InvalidRequest("file", "is_not_empty")
    if isinstance(first, Record):
        return layout_of(first.cells, column_map)
    if first.refusal.code in {"is_decodable", "has_no_nul"}:
        raise InvalidRequest("encoding", "reads_the_file", encoding=column_map.encoding)
    raise InvalidRequest("header", first.refusal)


def _row(record: Record | BrokenRecord, layout: Layout) -> RawRow | BadRow:
    if isinstance(record, Record):
        if len(record.cells) == layout.columns:
            return RawRow(record.line, layout.values(record.cells), layout.others_said(record.cells))
        counts = {"field": "line", "expected": layout.columns, "found": len(record.cells)}
        return BadRow(record.line, Refusal("has_columns", counts))
    is_legible = record.cells is not None and len(record.cells) == layout.columns
    return BadRow(record.line, record.refusal, layout.values(record.cells or ()) if is_legible else None)
