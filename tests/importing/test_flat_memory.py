"""Memory does not grow with the file: what an import holds at its peak is the same for four times as many orders.

Allocations of Python are counted, not resident pages, so the figures do not depend on the machine.
"""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest
from tests.importing.desks import sqlite_shop

from orderkit.testing.retail_files import write_long_file

FEW, MANY = 300, 1_200
PER_ORDER = 100
"""Bytes per order that the peak may differ by: an order with its history is some fifty thousand in memory."""


def peak_of(file: Path, database: Path, *, dry_run: bool) -> int:
    """The most bytes that Python held at once during an import, above what it held before."""
    gc.collect()
    tracemalloc.start()
    try:
        imported(file, database, dry_run=dry_run)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def imported(file: Path, database: Path, *, dry_run: bool = False) -> None:
    with sqlite_shop(database) as shop:
        shop.import_file(file, map="uk-retail", dry_run=dry_run, outcomes=lambda outcome: None)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Two files, one four times as long, with all that is computed once (compiled statements, dates) computed."""
    folder = tmp_path_factory.mktemp("long")
    made = {lines: folder / f"{lines}.csv" for lines in (FEW, MANY)}
    for lines, path in made.items():
        write_long_file(path, lines=lines)
    imported(made[MANY], folder / "warm.db")
    imported(made[MANY], folder / "warm.db", dry_run=True)
    return made


@pytest.mark.parametrize("dry_run", [False, True])
def test_four_times_the_orders_take_no_more_memory(files: dict[int, Path], tmp_path: Path, dry_run: bool) -> None:
    """A real run and a dry run over 120 orders and their cancellations peak where one over 30 does."""
    peaks = {lines: peak_of(file, tmp_path / f"{lines}.db", dry_run=dry_run) for lines, file in files.items()}
    orders = (MANY - FEW) // 10
    assert peaks[MANY] - peaks[FEW] < PER_ORDER * orders, peaks
