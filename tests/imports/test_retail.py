"""The whole way from a retail file to its report: the real export, and drawn files against an independent yardstick."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from orderkit.imports import map_named, sold, stage_file
from orderkit.testing.retail_files import RetailFile, retail_files, write_long_file

RETAIL = map_named("uk-retail")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file that the drawn contents are written to."""
    return tmp_path_factory.mktemp("drawn") / "retail.csv"


def own_rows(path: Path) -> list[dict[str, str]]:
    """The file as Python's own `csv` reads it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def own_amount(row: dict[str, str]) -> Decimal:
    """What a row adds to the file's sum."""
    return int(row["Quantity"]) * Decimal(row["UnitPrice"].replace(",", "."))


def test_every_line_of_a_real_export_is_accounted_for(retail_csv: Path, driver: Any) -> None:
    """All 10,000 real lines get one outcome each; what came of them adds up to the file's own sum, 180667.75 GBP."""
    rows = own_rows(retail_csv)
    with stage_file(retail_csv, RETAIL) as staged:
        driver.settle(staged)
        report = staged.report()
        outcomes = list(staged.outcomes())
    assert [outcome.line for outcome in outcomes] == list(range(2, len(rows) + 2))
    assert [outcome.quantity_done + outcome.quantity_refused for outcome in outcomes] == [
        int(row["Quantity"]) for row in rows
    ]
    (sums,) = report.sums
    assert sums.in_file == sum(map(own_amount, rows)) == Decimal("180667.75")
    assert sums.sold + sums.cancelled + sums.refused == sums.in_file
    assert sum(driver.totals.values()) - sum(driver.refunded.values()) + sums.refused == sums.in_file


def test_a_real_export_is_grouped_as_its_invoices_are(retail_csv: Path) -> None:
    """The orders are the file's invoices with something sold, each with its customer and all its lines."""
    wanted: dict[str, list[str]] = {}
    customers: dict[str, str] = {}
    for row in own_rows(retail_csv):
        if int(row["Quantity"]) > 0:
            wanted.setdefault(row["InvoiceNo"], []).append(row["StockCode"])
            customers[row["InvoiceNo"]] = row["CustomerID"]
    with stage_file(retail_csv, RETAIL) as staged:
        orders = list(staged.orders())
    assert {order.order: [line.offer for line in order.lines] for order in orders} == wanted
    assert {order.order: order.customer or "" for order in orders} == customers


@given(file=retail_files())
def test_cancellations_find_the_sales_they_reverse(
    drawn: Path, new_driver: Callable[[], Any], file: RetailFile
) -> None:
    """Whole, partial, early, doubled and excessive cancellations come out as a pile of single units says they must."""
    drawn.write_bytes(file.content)
    driver = new_driver()
    with stage_file(drawn, RETAIL) as staged:
        driver.settle(staged)
        report = staged.report()
        outcomes = {outcome.line: outcome for outcome in staged.outcomes()}
    assert {
        number: (each.action, each.quantity_done, each.quantity_refused, each.amount_refused)
        for number, each in outcomes.items()
    } == {number: (each.action, each.done, each.refused, each.amount_refused) for number, each in file.expected.items()}
    assert driver.totals == {order: each.total for order, each in file.orders.items()}
    assert {order: driver.refunded.get(order, 0) for order in file.orders} == {
        order: each.refunded for order, each in file.orders.items()
    }
    assert sum(each.in_file for each in report.sums) == file.in_file


def test_a_small_decimal_context_of_the_host_has_no_influence(tmp_path: Path, driver: Any) -> None:
    """With a host context of three digits, the sums are still exact."""
    path = tmp_path / "long.csv"
    in_file = write_long_file(path, lines=500)
    with localcontext() as context:
        context.prec = 3
        with stage_file(path, RETAIL) as staged:
            driver.settle(staged)
            (sums,) = staged.report().sums
    assert sums.in_file == in_file


def test_an_invoice_over_two_minutes_is_one_order(tmp_path: Path) -> None:
    """Invoice 536591 of the real set spans two minutes: one order, placed when its first line was."""
    path = tmp_path / "two.csv"
    path.write_text(
        "InvoiceNo;StockCode;Description;Quantity;InvoiceDate;UnitPrice;CustomerID;Country\n"
        "536591;a;A;1;1/12/2010 16:57;1,25;14606;UK\n536592;b;B;1;1/12/2010 17:06;1;;UK\n"
        "536591;c;C;1;1/12/2010 16:58;1,25;14606;UK\n"
    )
    with stage_file(path, RETAIL) as staged:
        first, _ = staged.orders()
        assert [line.offer for line in first.lines] == ["a", "c"]
        assert f"{first.placed_at:%H:%M}" == "16:57"
        assert sold(first.lines[1]).order == "536591"
