"""What the tests of imports share: a place for drawn files, and the real export inside a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from tests.importing.desks import sqlite_shop

from orderkit import ImportReport, LineOutcome, Shop


@frozen
class RealImport:
    """The real export as it was imported once, for all tests that only read it."""

    shop: Shop
    report: ImportReport
    outcomes: tuple[LineOutcome, ...]


@pytest.fixture(scope="session")
def real_import(retail_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealImport]:
    """All ten thousand real lines in a fresh SQLite file, through the real services."""
    outcomes: list[LineOutcome] = []
    with sqlite_shop(tmp_path_factory.mktemp("real") / "shop.db") as shop:
        report = shop.import_file(retail_csv, map="uk-retail", outcomes=outcomes.append)
        yield RealImport(shop, report, tuple(outcomes))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file that drawn contents are written to."""
    return tmp_path_factory.mktemp("drawn") / "retail.csv"
