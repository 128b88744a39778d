"""Memory does not grow with the file: what an import holds at its peak is the same for four times as many orders.

Allocations of Python are counted, not resident pages, so the figures do not depend on the machine.
"""

from __future__ import annotations

import gc
import tracemalloc
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve
from tests.importing.desks import sqlite_shop

from orderkit import Shop
from orderkit.testing.retail_files import OPENING, RetailLine, retail_file

FEW, MANY = 17, 68
"""Orders of 64 lines and a cancellation: even the short file is longer than two of the batches that are staged."""

PER_LINE = 10
"""Bytes that the peak may differ by for each line more; one line's record alone has some hundreds."""


def lines_of(orders: int) -> list[RetailLine]:
    """Orders of as many lines each, every one followed by a cancellation of its first line."""
    lines: list[RetailLine] = []
    for number in range(orders):
        at = OPENING + timedelta(minutes=20 * number)
        sales = [
            RetailLine(
                order=str(536365 + number),
                offer=str(21750 + position),
                quantity=2,
                unit_price="2.55",
                at=at,
                customer="17850",
                title=f"ITEM {position}",
            )
            for position in range(64)
        ]
        lines += [*sales, evolve(sales[0], order=f"C{sales[0].order}", quantity=-1, at=at + timedelta(minutes=1))]
    return lines


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The two files; whatever is computed once for all (statements, dates) has been computed."""
    folder = tmp_path_factory.mktemp("long")
    made = {orders: folder / f"{orders}.csv" for orders in (FEW, MANY)}
    for orders, path in made.items():
        path.write_bytes(retail_file(lines_of(orders)).content)
    with sqlite_shop(folder / "warm.db") as shop:
        shop.import_file(made[MANY], map="uk-retail", dry_run=True)
        shop.import_file(made[FEW], map="uk-retail")
    return made


def peak_of(shop: Shop, file: Path, *, dry_run: bool) -> int:
    """The most bytes that Python held at once during an import, above what it held before."""
    shop.orders.totals()  # the connection is there
    gc.collect()
    tracemalloc.start()
    try:
        report = shop.import_file(
            file,
            map="uk-retail",
            dry_run=dry_run,
            outcomes=lambda outcome: None,
            progress=_collected,
        )
        assert report.refused == 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _collected(stage: str, done: int, of: int) -> None:
    """The interpreter keeps up to two thousand freed tuples of each length for itself, until it collects."""
    gc.collect()


@pytest.mark.parametrize("dry_run", [False, True])
def test_four_times_the_orders_take_no_more_memory(files: dict[int, Path], tmp_path: Path, dry_run: bool) -> None:
    """A real run and a dry run over 68 orders and their cancellations peak where one over 17 does."""
    peaks: dict[int, int] = {}
    for orders, file in files.items():
        with sqlite_shop(tmp_path / f"{orders}.db") as shop:
            peaks[orders] = peak_of(shop, file, dry_run=dry_run)
    assert peaks[MANY] - peaks[FEW] < PER_LINE * 65 * (MANY - FEW), peaks
