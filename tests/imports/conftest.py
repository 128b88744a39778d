"""What the tests of imports share: files with given content, and a driver that keeps its sales in memory."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import define, field

from orderkit.imports import Candidate, Staged, cancelled, has_customer, match, refused, reverses, sold
from orderkit.imports.stated import CancellationLine, SaleLine
from orderkit.money import Money, total

HEADER = "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country"


@pytest.fixture
def new_file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a file; text becomes UTF-8 without a byte order mark."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / f"file-{len(list(tmp_path.iterdir()))}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def new_retail_file(new_file: Callable[[str | bytes], Path]) -> Callable[..., Path]:
    """Writes a file of the given lines below the retail header."""
    return lambda *lines: new_file("\n".join((HEADER, *lines)) + "\n")


@define
class MemoryDriver:
    """Takes up a staged file as the real driver does, with a list for a store."""

    remaining: dict[int, int] = field(factory=dict)
    totals: dict[str, Decimal] = field(factory=dict)
    refunded: dict[str, Decimal] = field(factory=dict)

    def settle(self, staged: Staged) -> None:
        sales: list[SaleLine] = []
        for order in staged.orders():
            amounts = [line.unit_price.times(line.quantity) for line in order.lines]
            self.totals[order.order] = total(amounts, order.currency).amount
            for line in order.lines:
                staged.record(sold(line))
                sales.append(line)
        self.remaining = {line.line: line.quantity for line in sales}
        for cancellation in staged.cancellations():
            self._cancel(cancellation, sales, staged)

    def _cancel(self, line: CancellationLine, sales: list[SaleLine], staged: Staged) -> None:
        refusal = has_customer(line)
        if refusal:
            staged.record(refused(line, refusal))
            return
        candidates = [
            Candidate(sale=sale, placed_at=sale.placed_at, remaining=self.remaining[sale.line])
            for sale in sales
            if reverses(line, sale)
        ]
        found = match(line.quantity, candidates, at=line.placed_at)
        for part in found.parts:
            self.remaining[part.sale.line] -= part.quantity
            amount = line.unit_price.times(part.quantity).amount
            self.refunded[part.sale.order] = self.refunded.get(part.sale.order, Decimal(0)) + amount
        money = line.unit_price.times(found.quantity) if found.quantity else Money.zero(line.currency)
        staged.record(cancelled(line, quantity=found.quantity, refunded=money))


@pytest.fixture
def driver() -> MemoryDriver:
    """A driver with nothing in it."""
    return MemoryDriver()


@pytest.fixture(scope="session")
def new_driver() -> Callable[[], MemoryDriver]:
    """Makes drivers, for tests that need one per drawn file."""
    return MemoryDriver
