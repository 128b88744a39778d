"""The work for an order does not grow with the store: an import into a full database takes no more of it.

What is counted are the instructions of SQLite's own machine, which are the same on every computer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from attrs import define, evolve
from sqlalchemy import Engine, event
from tests.importing.desks import sqlite_shop

from orderkit.testing.retail_files import OPENING, RetailLine, retail_file

STEP = 100
FEW, MANY = 10, 160


@define
class Instructions:
    """How many instructions every connection has executed so far, in hundreds."""

    hundreds: int = 0

    def count(self) -> int:
        self.hundreds += 1
        return 0  # go on


@contextmanager
def counted() -> Iterator[Instructions]:
    """Counts what connections execute that are made meanwhile."""
    instructions = Instructions()

    def watch(connection: sqlite3.Connection, record: object) -> None:
        connection.set_progress_handler(instructions.count, STEP)

    event.listen(Engine, "connect", watch)
    try:
        yield instructions
    finally:
        event.remove(Engine, "connect", watch)


def bought_and_taken_back(number: int) -> list[RetailLine]:
    """An order of six lines of a customer of its own, and the cancellation of one of them."""
    at = OPENING + timedelta(minutes=20 * number)
    sales = [
        RetailLine(
            order=str(536365 + number),
            offer=str(21750 + position),
            quantity=2,
            unit_price="2.55",
            at=at,
            customer=str(17850 + number),
        )
        for position in range(6)
    ]
    return [*sales, evolve(sales[0], order=f"C{sales[0].order}", quantity=-1, at=at + timedelta(minutes=5))]


def instructions_for_one_more(orders: int, folder: Path) -> int:
    """What the import of one order and its cancellation takes in a store that holds so many."""
    before, one_more = folder / f"{orders}.csv", folder / "one-more.csv"
    before.write_bytes(retail_file([line for n in range(orders) for line in bought_and_taken_back(n)]).content)
    one_more.write_bytes(retail_file(bought_and_taken_back(1_000)).content)
    with counted() as instructions, sqlite_shop(folder / f"{orders}.db") as shop:
        shop.import_file(before, map="uk-retail")
        begun = instructions.hundreds
        report = shop.import_file(one_more, map="uk-retail")
        assert (report.sold, report.cancelled) == (6, 1)
        return (instructions.hundreds - begun) * STEP


def test_one_more_order_costs_a_full_store_no_more_than_an_empty_one(tmp_path: Path) -> None:
    """Placing, paying, matching a cancellation and refunding it: sixteen times the orders, hardly more instructions."""
    few, many = (instructions_for_one_more(orders, tmp_path) for orders in (FEW, MANY))
    assert many < few * 1.5, (few, many)
