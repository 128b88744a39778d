"""A plain sum over a CSV file: the yardstick that the demo's figures are held to.

Only the reading that anybody would write lives here: `csv`, `Decimal`, quantity times price. It shares nothing with
`orderkit.imports` but what the columns are called.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Final

from attrs import define, field

from orderkit.imports import ColumnMap

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@define
class PlainSum:
    """What the lines of a file come to, and whose they are.

    Attributes:
        lines: the lines with a quantity and a price; sums: of all of them with their signs, per currency.
        returning: the customers who take something back.
    """

    lines: int = 0
    sums: dict[str, Decimal] = field(factory=dict)
    returning: set[str] = field(factory=set)


def plain_sum(path: Path, column_map: ColumnMap) -> PlainSum:
    """Add up the file; lines without a plain number for quantity or price are left out."""
    found = PlainSum()
    with localcontext(Context(prec=60)):
        for row in _rows(path, column_map):
            _add(found, row, column_map)
    return found


def _rows(path: Path, column_map: ColumnMap) -> Iterator[dict[str, str]]:
    with path.open(encoding=column_map.encoding, errors="replace", newline="") as file:
        rows = _readable(csv.reader(file, delimiter=column_map.delimiter))
        header = [name.strip() for name in next(rows, [])]
        for row in rows:
            if len(row) == len(header):
                yield dict(zip(header, (cell.strip() for cell in row), strict=True))


def _readable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Without the rows that `csv` itself gives up on, such as one of ten megabytes."""
    while True:
        try:
            yield next(rows)
        except csv.Error:
            continue
        except StopIteration:
            return


def _add(found: PlainSum, row: dict[str, str], column_map: ColumnMap) -> None:
    cells = {name: row.get(header, "") for name, header in column_map.columns.items()}
    quantity = cells["quantity"].replace(column_map.decimal, ".")
    price = cells["unit_price"].replace(column_map.decimal, ".")
    if not (_NUMBER.fullmatch(quantity) and _NUMBER.fullmatch(price)):
        return
    found.lines += 1
    currency = cells.get("currency") or column_map.currency or ""
    found.sums[currency] = found.sums.get(currency, Decimal(0)) + Decimal(quantity) * Decimal(price)
    prefix = column_map.cancellation_prefix
    if prefix is not None and cells["order"].startswith(prefix):
        found.returning.add(cells.get("customer", ""))
