"""The header: which cell of a record holds which field, found by the columns' names in whatever order they stand.

Only the layout and its finding live here. Columns that the map does not name are carried along, under the map's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import frozen

from orderkit.errors import InvalidRequest
from orderkit.imports.maps import ColumnMap, FieldName

DELIMITERS = (";", ",", "\t", "|")
_SHOWN = 500
"""How many characters of what was found a message shows."""


@frozen
class Layout:
    """Where each field stands in a record: positions from 0."""

    columns: int
    fields: tuple[tuple[FieldName, int], ...]
    others: tuple[tuple[str, int], ...]

    def values(self, cells: Sequence[str]) -> dict[FieldName, str]:
        """The mapped fields' texts, without blanks around them."""
        return {name: cells[position].strip() for name, position in self.fields}

    def others_said(self, cells: Sequence[str]) -> dict[str, str]:
        """The other columns that say something, by ``"<map>.<header>"``."""
        return {name: cells[position] for name, position in self.others if cells[position]}


def layout_of(cells: Sequence[str], column_map: ColumnMap) -> Layout:
    """Reads a header's cells.

    Raises:
        InvalidRequest: a column is missing or stands there twice; it is named, and what was found is listed.
    """
    headers = [_plain(cell) for cell in cells]
    wanted = {name: _plain(header) for name, header in column_map.columns.items()}
    _check_missing(headers, wanted, column_map)
    _check_doubled(headers, wanted, column_map)
    named = set(wanted.values())
    return Layout(
        columns=len(headers),
        fields=tuple((name, headers.index(header)) for name, header in wanted.items() if header in headers),
        others=tuple(
            (f"{column_map.name}.{cell.strip()}", position)
            for position, cell in enumerate(cells)
            if cell.strip() and headers[position] not in named
        ),
    )


def _plain(header: str) -> str:
    return header.strip().casefold()


def _check_missing(headers: list[str], wanted: Mapping[FieldName, str], column_map: ColumnMap) -> None:
    optional = column_map.optional | ({"currency"} if column_map.currency else frozenset())
    missing = [column_map.columns[name] for name in wanted if name not in optional and wanted[name] not in headers]
    if not missing:
        return
    found = ", ".join(headers)[:_SHOWN]
    hint = _better_delimiter(headers, wanted, column_map)
    if hint is not None:
        raise InvalidRequest("delimiter", "separates_the_columns", used=column_map.delimiter, found=found, better=hint)
    raise InvalidRequest("header", "has_header", missing=", ".join(missing), found=found, map=column_map.name)


def _better_delimiter(headers: list[str], wanted: Mapping[FieldName, str], column_map: ColumnMap) -> str | None:
    """The delimiter under which every column would be there, if the map's own was not the one that was used."""
    line = column_map.delimiter.join(headers)
    for delimiter in DELIMITERS:
        found = {_plain(cell.strip().strip('"')) for cell in line.split(delimiter)}
        if all(header in found for name, header in wanted.items() if name not in column_map.optional):
            return delimiter
    return None


def _check_doubled(headers: list[str], wanted: Mapping[FieldName, str], column_map: ColumnMap) -> None:
    counts = Counter(headers)
    doubled = [column_map.columns[name] for name, header in wanted.items() if counts[header] > 1]
    if doubled:
        raise InvalidRequest("header", "is_there_once", found=", ".join(doubled), map=column_map.name)
