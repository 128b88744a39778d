"""The real export in a real store: every line once, every penny, and no line refused that a shop could use.

The yardstick is Python's own `csv` and `Decimal`; it shares nothing with the importer, not even its idea of a match:
it asks of every refused line whether the file itself holds a reason.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attrs import frozen
from tests.importing.canonical import rows
from tests.importing.conftest import RealImport

from orderkit.history import replay, without_personal

LONDON = ZoneInfo("Europe/London")


@frozen
class CsvLine:
    """A line as `csv` reads it, with its number in the file."""

    number: int
    order: str
    offer: str
    quantity: int
    at: datetime
    unit_price: Decimal
    customer: str

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.unit_price

    @property
    def cancels(self) -> bool:
        return self.order.startswith("C")

    def could_reverse(self, sale: CsvLine) -> bool:
        """Same customer, product and price, and bought before."""
        named = (self.customer, self.offer, self.unit_price) == (sale.customer, sale.offer, sale.unit_price)
        return named and bool(self.customer) and not sale.cancels and sale.quantity > 0 and sale.at <= self.at


@pytest.fixture(scope="module")
def lines(retail_csv: Path) -> dict[int, CsvLine]:
    """The file's own lines, by number."""
    return {each.number: each for each in csv_lines(retail_csv)}


def csv_lines(path: Path) -> Iterator[CsvLine]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file, delimiter=";"), start=2):
            yield CsvLine(
                number,
                row["InvoiceNo"],
                row["StockCode"],
                int(row["Quantity"]),
                datetime.strptime(row["InvoiceDate"], "%d/%m/%Y %H:%M").replace(tzinfo=LONDON),
                Decimal(row["UnitPrice"].replace(",", ".")),
                row["CustomerID"],
            )


def test_the_stored_orders_and_the_refused_lines_are_the_file_to_the_penny(
    real_import: RealImport, lines: dict[int, CsvLine]
) -> None:
    """Imported orders minus their refunds, plus the signed amounts of refused lines, are the CSV's sum, 180667.75."""
    orders = list(rows(real_import.shop))
    stored = sum((row.total.amount - row.refunded.amount for row in orders), Decimal(0))
    refused = [each for each in real_import.outcomes if each.quantity_refused]
    of_refused_lines = sum(
        (each.quantity_refused * lines[each.line].unit_price for each in refused), Decimal(0)
    )  # by the file's own prices, not by what the report says of them
    in_file = sum((each.amount for each in lines.values()), Decimal(0))
    assert in_file == Decimal("180667.75")
    assert stored + of_refused_lines == in_file
    assert of_refused_lines == sum(each.amount_refused or 0 for each in refused)


def test_lists_details_and_totals_tell_the_same_sums(real_import: RealImport) -> None:
    """The totals per currency, the rows of the list, and the folds of the single orders agree; nothing is left due."""
    orders = list(rows(real_import.shop))
    (totals,) = real_import.shop.orders.totals()
    assert totals.orders == len(orders)
    for name in ("total", "paid", "refunded", "due"):
        assert getattr(totals, name).minor == sum(getattr(row, name).minor for row in orders)
    assert totals.due.minor == 0
    assert totals.paid == totals.total
    for row in orders[:40]:
        stands = real_import.shop.orders.details(row.id).standing
        assert (stands.total, stands.paid, stands.refunded) == (row.total, row.paid, row.refunded)


def test_every_line_has_one_outcome_and_every_unit_is_done_or_refused(
    real_import: RealImport, lines: dict[int, CsvLine]
) -> None:
    """The report names each of the ten thousand lines once, in the order of the file, with all its units."""
    assert [each.line for each in real_import.outcomes] == list(lines)
    for each in real_import.outcomes:
        line = lines[each.line]
        assert each.order == line.order
        assert each.quantity_done + each.quantity_refused == line.quantity
        assert each.amount_refused is not None
        assert each.amount_done + each.amount_refused + each.rounding == line.amount
    report = real_import.report
    assert (report.lines, report.unreadable) == (len(lines), 0)
    assert report.lines == report.sold + report.cancelled + report.refused


def test_the_orders_are_the_invoices_with_their_lines(real_import: RealImport, lines: dict[int, CsvLine]) -> None:
    """One order per invoice that sells something, with its customer, its lines in the file's order, paid offline."""
    sales: dict[str, list[CsvLine]] = {}
    for line in lines.values():
        if line.quantity > 0:
            sales.setdefault(line.order, []).append(line)
    stored = {str(row.reference): row for row in rows(real_import.shop)}
    assert set(stored) == set(sales)
    for order, row in stored.items():
        family = real_import.shop.orders.details(row.id).family
        assert [(each.offer, each.quantity, each.unit_price.amount) for each in family.lines] == [
            (each.offer, each.quantity, each.unit_price) for each in sales[order]
        ]
        assert row.customer_id == (sales[order][0].customer or f"guest:{order}")
        assert row.placed_at == sales[order][0].at
        assert [each.status for each in family.operations if each.type == "sale"] == ["succeeded"] * bool(row.total)


def test_no_line_is_refused_without_a_reason_in_the_file(real_import: RealImport, lines: dict[int, CsvLine]) -> None:
    """Two reasons occur: adjustments of the stock, and cancellations whose units were not sold in this file before."""
    reversible = units_reversed(lines)
    assert Counter(each.reason.code for each in real_import.outcomes if each.reason) == real_import.report.reasons
    assert set(real_import.report.reasons) == {"is_positive_quantity", "finds_its_sale"}
    for each in real_import.outcomes:
        line = lines[each.line]
        if line.cancels:
            assert -each.quantity_done == reversible[line.number], line
            assert each.amount_done == each.quantity_done * line.unit_price
        else:
            assert (each.quantity_done == 0) == (line.quantity < 0), line
        assert bool(each.sentence) == bool(each.quantity_refused)


def units_reversed(lines: dict[int, CsvLine]) -> dict[int, int]:
    """How many units of each cancellation find a sale, by an own match: cancellations by time, newest sale first."""
    left = {each.number: each.quantity for each in lines.values()}
    found: dict[int, int] = {}
    for line in sorted((each for each in lines.values() if each.cancels), key=lambda each: (each.at, each.number)):
        found[line.number] = 0
        for sale in sorted(filter(line.could_reverse, lines.values()), key=lambda each: each.at, reverse=True):
            units = min(left[sale.number], -line.quantity - found[line.number])
            left[sale.number] -= units
            found[line.number] += units
    return found


def test_some_cancellations_of_the_file_become_refunds(real_import: RealImport) -> None:
    """Ten lines of this export reverse a sale of it; each is one refund, under a name made of what the line says."""
    refunds = [
        refund
        for row in rows(real_import.shop)
        if row.refunded
        for refund in real_import.shop.orders.details(row.id).family.refunds
    ]
    assert real_import.report.cancelled == len(refunds) == len({each.reference for each in refunds}) == 10
    assert {each.status for each in refunds} == {"done"}


def test_each_step_is_a_history_row_with_its_actor_and_replays(real_import: RealImport) -> None:
    """Placing, intent, the gateway's answer and the confirmation are separate rows; together they replay the order."""
    shop = real_import.shop
    paid = next(row for row in rows(shop) if row.transaction_status == "succeeded")
    refunded = next(row for row in rows(shop) if row.refunded)
    steps = {
        row.id: [(each.entry.event, each.entry.actor) for each in shop.orders.history(row.id)]
        for row in (paid, refunded)
    }
    assert steps[paid.id] == [
        ("place", "user:clerk"),
        ("pay", "user:clerk"),
        ("sale_pending", "gateway:transfer"),
        ("confirm", "user:clerk"),
    ]
    assert steps[refunded.id][4:7] == [
        ("refund", "user:clerk"),
        ("refund_pending", "gateway:transfer"),
        ("confirm_refund", "user:clerk"),
    ]
    for row in (paid, refunded):
        entries = [each.entry for each in shop.orders.history(row.id)]
        assert replay(entries) == without_personal(shop.orders.details(row.id).family)
