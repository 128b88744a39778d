"""The SQL store's other door: a transaction that the host began and will commit, so that its rows and ours are one.

    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("BEGIN IMMEDIATE")                  # on SQLite alone
        shop = desk.scope("acme", actor=..., storage=storage.within(connection))

Units of work are savepoints in it: an error leaves none of our rows behind, and nothing is committed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import frozen
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from orderkit.adapters.sqlalchemy import desk
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver
from orderkit.adapters.sqlalchemy.reading import reading
from orderkit.adapters.sqlalchemy.writing import unit_of_work
from orderkit.errors import StorageError
from orderkit.ports.storage import Reading, RefusedRequest, UnitOfWork


@frozen
class HostedStorage:
    """`Storage` inside the transaction of a host's connection; it is good for as long as that transaction is open."""

    database: Database
    connection: Connection

    @property
    def joins_host_transaction(self) -> bool:
        return True

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.savepoint() as driver, unit_of_work(self.database, self.connection, driver) as work:
            yield work

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with reading(self.database, self.connection, self.driver()) as view:
            yield view

    def number_block(self, scope: str, series: str, size: int) -> int:
        """Fresh numbers, which a rollback of the host gives back; others wait for them until the host commits."""
        with self.savepoint() as driver:
            return desk.number_block(self.database, driver, scope=scope, series=series, size=size)

    def note_refusal(self, refused: RefusedRequest) -> None:
        """Add to the log of refused requests; a rollback of the host takes the entry with it."""
        with self.savepoint() as driver:
            desk.note(self.database, driver, refused)

    def refusals(self, scope: str, *, limit: int) -> tuple[RefusedRequest, ...]:
        return desk.latest(self.database, self.driver(), scope=scope, limit=limit)

    def driver(self) -> Driver:
        """The connection's driver, while the host's transaction is open.

        Raises:
            StorageError: it is not, or it can only be rolled back.
        """
        if self.connection.closed or not self.connection.in_transaction():
            raise StorageError(
                "the connection has no open transaction: begin one, and hand the connection in within it"
            )
        driver = self.database.driver(self.connection)
        driver.require_open_transaction()
        return driver

    @contextmanager
    def savepoint(self) -> Iterator[Driver]:
        """A part of the host's transaction that takes effect in it, or not at all."""
        driver = self.driver()
        try:
            savepoint = self.connection.begin_nested()
        except SQLAlchemyError as error:
            raise self.database.explained(error) from error
        try:
            yield driver
        except BaseException:
            with suppress(SQLAlchemyError):  # a connection that is lost has rolled back by itself
                savepoint.rollback()
            raise
        try:
            savepoint.commit()
        except SQLAlchemyError as error:
            raise self.database.explained(error) from error
