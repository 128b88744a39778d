"""Staging: a file's lines wait in a private table on disk until their orders and cancellations are taken up.

Only the table's life and its questions live here. An order's lines need not stand together in the file, and a file may
be longer than memory: so lines are grouped by a temporary SQLite database that no other process sees and that is gone
with its connection. It holds no decision; outcomes are recorded in it line by line.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from types import TracebackType
from typing import Final, Self, TypeVar, cast

from attrs import frozen

from orderkit.errors import Refusal, StorageError
from orderkit.imports import staged_rows as rows
from orderkit.imports.maps import ColumnMap
from orderkit.imports.matching import Candidate
from orderkit.imports.outcomes import LineOutcome, refused
from orderkit.imports.parsing import parse_rows
from orderkit.imports.reading import read_rows
from orderkit.imports.report import ImportReport, Tally
from orderkit.imports.stated import CancellationLine, ParsedLine, RefusedLine, SaleLine, StatedLine
from orderkit.keys import to_micros

MOST_LINES_PER_ORDER: Final = 10_000
"""An order is placed in one piece, so its lines must fit into memory."""

_BATCH: Final = 500

Read = TypeVar("Read")


@frozen(kw_only=True)
class StagedOrder:
    """One order of the file with all its lines, in the order of the file.

    Attributes:
        order: its id in the file; placed_at: its first line's time, UTC.
        customer, name: what the first line that says so says.
    """

    order: str
    customer: str | None
    name: str | None
    currency: str
    placed_at: datetime
    lines: tuple[SaleLine, ...]


@frozen(kw_only=True)
class StagedCounts:
    """How much there is to do, for showing progress."""

    lines: int
    orders: int
    cancellations: int


class Staged:
    """A file's lines, grouped, and what came of them. Use it as a context manager; closing it drops everything.

    Every method may raise `StorageError`: the temporary disk is full or gone.
    """

    def __init__(self) -> None:
        self._tally = Tally()
        with _as_storage_error():
            self._database = sqlite3.connect("", isolation_level=None)
            for statement in (*rows.SETTINGS, *rows.TABLES, "BEGIN"):
                self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drops the table and its file."""
        self._database.close()

    def add(self, lines: Iterable[ParsedLine]) -> None:
        """Takes all lines in; refused ones, and those that contradict what their order said before, are done with."""
        waiting = iter(lines)
        while batch := list(islice(waiting, _BATCH)):
            self._add_batch(batch)
        for statement in rows.BEFORE_READING:
            self._execute(statement)

    @property
    def counts(self) -> StagedCounts:
        """What was taken in: all lines, the orders, and the lines that are cancellations."""
        (orders,) = next(self._read("SELECT count(*) FROM orders", tuple))
        (cancellations,) = next(self._read("SELECT count(*) FROM lines WHERE kind = 'cancellation'", tuple))
        return StagedCounts(lines=self._tally.report().lines, orders=orders, cancellations=cancellations)

    def orders(self) -> Iterator[StagedOrder]:
        """Every order, by first appearance in the file."""
        for order, customer, name, currency, placed_at in self._read(rows.ORDERS, tuple):
            yield StagedOrder(
                order=order,
                customer=customer,
                name=name,
                currency=currency,
                placed_at=rows.as_instant(placed_at),
                lines=tuple(cast("Iterator[SaleLine]", self._read(rows.SALES_OF_ORDER, rows.stated_line, (order,)))),
            )

    def cancellations(self) -> Iterator[CancellationLine]:
        """Every cancellation, by its time and then its place in the file."""
        return cast("Iterator[CancellationLine]", self._read(rows.CANCELLATIONS, rows.stated_line))

    def sales_like(self, line: CancellationLine) -> tuple[Candidate[str], ...]:
        """The file's own sales that the line may reverse, less what `take` took of them; for a dry run."""
        price = line.unit_price
        told = (line.customer, line.offer, price.coefficient, price.digits, price.currency, to_micros(line.placed_at))
        found = self._read(rows.SALES_LIKE, tuple, told)
        return tuple(Candidate(sale=sale, placed_at=rows.as_instant(at), remaining=rest) for sale, at, rest in found)

    def take(self, sale: str, quantity: int) -> None:
        """Counts units of a sale as reversed; for a dry run, which changes nothing else."""
        self._execute(rows.TAKE, (sale, quantity))

    def taken(self, sale: str) -> int:
        """How many units `take` took of the sale."""
        return next((quantity for (quantity,) in self._read(rows.TAKEN, tuple, (sale,))), 0)

    def unaccounted(self) -> Iterator[StatedLine]:
        """Every line that has no outcome yet, in the order of the file."""
        return self._read(rows.UNACCOUNTED, rows.stated_line)

    def record(self, outcome: LineOutcome) -> None:
        """Keeps what came of one line.

        Raises:
            StorageError: that line has its outcome already.
        """
        if not self._execute(rows.ADD_OUTCOME, rows.outcome_row(outcome)):
            raise StorageError(f"line {outcome.line} already has its outcome; a line is accounted for once")
        self._tally.settled(outcome)

    def outcomes(self) -> Iterator[LineOutcome]:
        """What came of each line, in the order of the file."""
        return self._read(rows.OUTCOMES, rows.line_outcome)

    def report(self) -> ImportReport:
        """The figures, checked.

        Raises:
            StorageError: a line has no outcome, or the sums differ from the file's.
        """
        report = self._tally.report()
        if not report.is_complete:
            line = next(self.unaccounted(), None)
            raise StorageError(f"line {line.line if line else '?'} has no outcome; record one for every line")
        if not report.balances:
            raise StorageError("what was sold, cancelled and refused does not add up to the file's own sum")
        return report

    def _add_batch(self, batch: list[ParsedLine]) -> None:
        accepted: list[StatedLine] = []
        for line in batch:
            self._tally.stated(line)
            refusal = self._joined(line) if isinstance(line, SaleLine) else None
            if isinstance(line, RefusedLine) or refusal:
                self.record(refused(line, refusal))
            else:
                accepted.append(line)
        with _as_storage_error():
            self._database.executemany(rows.ADD_LINE, map(rows.line_row, accepted))

    def _joined(self, line: SaleLine) -> Refusal | None:
        """Makes the line one of its order, or says what the order said before that contradicts it."""
        row = rows.order_row(line, most=MOST_LINES_PER_ORDER)
        if self._execute(rows.JOIN_ORDER, row) or self._execute(rows.BEGIN_ORDER, row):
            return None
        customer, currency = next(self._read(rows.SAID_BEFORE, tuple, (line.order,)))
        if currency != line.currency:
            return _contradiction("currency", currency, line.currency)
        if customer and line.customer and customer != line.customer:
            return _contradiction("customer", customer, line.customer)
        return Refusal("order_is_short_enough", {"field": "order", "most": MOST_LINES_PER_ORDER})

    def _execute(self, statement: str, values: rows.Row | dict[str, str | int | None] = ()) -> int:
        with _as_storage_error():
            return self._database.execute(statement, values).rowcount

    def _read(self, statement: str, made: Callable[[rows.Row], Read], values: rows.Row = ()) -> Iterator[Read]:
        with _as_storage_error():
            cursor = self._database.execute(statement, values)
        while True:
            with _as_storage_error():
                row = cursor.fetchone()
            if row is None:
                return
            yield made(row)


def stage(lines: Iterable[ParsedLine]) -> Staged:
    """Takes all lines in; whatever the lines raise, nothing is left behind."""
    staged = Staged()
    try:
        staged.add(lines)
    except BaseException:
        staged.close()
        raise
    return staged


def stage_file(path: str | os.PathLike[str], column_map: ColumnMap) -> Staged:
    """Reads, parses and stages a whole file, in memory that does not grow with it.

    Raises:
        InvalidRequest: the file as a whole cannot be read; see `read_rows`.
    """
    return stage(parse_rows(read_rows(path, column_map), column_map))


def _contradiction(field: str, expected: str, found: str) -> Refusal:
    return Refusal(f"one_{field}_per_order", {"field": field, "expected": expected, "found": found})


@contextmanager
def _as_storage_error() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as problem:
        raise StorageError(f"the temporary table of the import: {problem}; is the temporary disk full?") from problem
