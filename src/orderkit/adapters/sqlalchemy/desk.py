"""What a store keeps outside every unit of work: number blocks and the log of refused requests."""

from __future__ import annotations

from orderkit.adapters.sqlalchemy import statements, tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver, Write
from orderkit.adapters.sqlalchemy.rows import desk
from orderkit.adapters.sqlalchemy.writing import count_up
from orderkit.errors import StorageError
from orderkit.ports.storage import RefusedRequest


def number_block(database: Database, driver: Driver, *, scope: str, series: str, size: int) -> int:
    """The first of `size` fresh numbers."""
    if size < 1:
        raise StorageError(f"size: a block holds at least one number, not {size}")
    return count_up(database, driver, tables.numbers, scope=scope, series=series, last=size) - size + 1


def note(database: Database, driver: Driver, refused: RefusedRequest) -> None:
    """Add a refused request to the log."""
    row = desk.refused_row(database.wire, refused)
    driver.write_all([Write(statements.inserting(database, tables.refused), [row])])


def latest(database: Database, driver: Driver, *, scope: str, limit: int) -> tuple[RefusedRequest, ...]:
    """The latest refused requests, newest first."""
    rows = driver.ask(statements.latest_refused(database).asked(scope=scope, limit=limit))
    return tuple(desk.refused_of(database.wire, row) for row in rows)
