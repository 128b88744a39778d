"""The SQL store's own door: a database that it connects to, migrates, and closes.

    storage = SqlStorage("sqlite:///shop.db")
    storage.migrate()
    desk = Orderkit(storage=storage, ...)

The tables are made by `migrate` (or `orderkit migrate`, or the host's own Alembic) and by nothing else: a database that
lacks them is refused with a sentence that says so, as is one that a newer orderkit has migrated.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from orderkit.adapters.sqlalchemy import desk, revisions
from orderkit.adapters.sqlalchemy.databases import database_of
from orderkit.adapters.sqlalchemy.databases.contract import Driver, Durability
from orderkit.adapters.sqlalchemy.forks import let_go_after_fork
from orderkit.adapters.sqlalchemy.hosted import HostedStorage
from orderkit.adapters.sqlalchemy.reading import reading
from orderkit.adapters.sqlalchemy.writing import unit_of_work
from orderkit.errors import StorageError
from orderkit.ports.storage import Reading, RefusedRequest, Storage, UnitOfWork


class SqlStorage:
    """Orders in SQLite or PostgreSQL; safe for any number of threads, and for any number of processes."""

    def __init__(self, url: str | URL, *, durability: Durability = "full", busy_timeout: float = 5.0) -> None:
        """Nothing is connected to yet.

        Args:
            url: ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or ``postgresql://user:password@host/name``.
            durability: with `full` a commit that was acknowledged survives a power cut, and settings that could lose
                one are refused; `relaxed` takes them (SQLite then syncs at checkpoints alone).
            busy_timeout: for how many seconds to wait for a lock before `Busy` is raised.

        Raises:
            StorageError: the URL names no database that orderkit stores in, or one that keeps nothing.
        """
        self._url = _parsed(url)
        self._durability: Durability = durability
        self._database = database_of(self._url.drivername)
        try:
            self._engine = self._database.writing_engine(self._url, durability=durability, busy_timeout=busy_timeout)
        except ArgumentError as error:
            raise StorageError(f"url: {error}") from error
        self._for_reading = self._database.reading_engine(self._engine)
        # The engines, ours and the hosts', whose databases are known to have our tables as we know them.
        self._current: WeakSet[Engine] = WeakSet()
        let_go_after_fork(self._engine)

    @property
    def url(self) -> URL:
        """Where the database is, the password included; its text hides it."""
        return self._url

    @property
    def joins_host_transaction(self) -> bool:
        return False

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with (
            self._transaction(self._engine) as (connection, driver),
            unit_of_work(self._database, connection, driver) as work,
        ):
            yield work

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with (
            self._transaction(self._for_reading) as (connection, driver),
            reading(self._database, connection, driver) as view,
        ):
            yield view

    def number_block(self, scope: str, series: str, size: int) -> int:
        with self._transaction(self._engine) as (_, driver):
            return desk.number_block(self._database, driver, scope=scope, series=series, size=size)

    def note_refusal(self, refused: RefusedRequest) -> None:
        with self._transaction(self._engine) as (_, driver):
            desk.note(self._database, driver, refused)

    def refusals(self, scope: str, *, limit: int) -> tuple[RefusedRequest, ...]:
        with self._transaction(self._for_reading) as (_, driver):
            return desk.latest(self._database, driver, scope=scope, limit=limit)

    def migrate(self) -> None:
        """Bring the database's tables to the revision of this code; does nothing where they are at it already.

        Raises:
            StorageError: a newer orderkit has migrated it, or its tables belong to a host's own Alembic history.
            Busy: somebody else is migrating, or holds a lock.
        """
        from orderkit.adapters.sqlalchemy.migrating import migrate  # Alembic is not needed to keep orders

        with self._connected(self._engine) as (connection, driver):
            migrate(self._database, connection, driver)
            self._commit(connection, driver)

    def within(self, connection: Connection) -> Storage:
        """A store inside the transaction that is open on the host's connection; the host commits it.

        On SQLite the transaction must have been begun with BEGIN IMMEDIATE: what SQLAlchemy calls one is none yet.

        Raises:
            StorageError: no transaction is open, the connection is of another driver, its settings could lose a
                commit (with `durability="full"`), or the database lacks orderkit's tables.
        """
        hosted = HostedStorage(database_of(f"{connection.dialect.name}+{connection.dialect.driver}"), connection)
        if self._durability == "full":
            hosted.driver().require_durable()
        if connection.engine not in self._current:
            with hosted.savepoint() as driver:
                revisions.require_current(driver)
            self._current.add(connection.engine)
        return hosted

    def close(self) -> None:
        """Close every connection that is not in use; the store may be used again and then connects anew."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[tuple[Connection, Driver]]:
        """A transaction that commits when the block ends and rolls back when it raises, on a database of ours."""
        is_current = self._engine in self._current
        if not is_current:
            self._database.require_present(self._url)
        with self._connected(engine) as (connection, driver):
            if not is_current:
                revisions.require_current(driver)
                self._current.add(self._engine)
            yield connection, driver
            self._commit(connection, driver)

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[tuple[Connection, Driver]]:
        """A connection with a transaction, which is rolled back at the end unless it was committed."""
        try:
            connection = engine.connect()
        except SQLAlchemyError as error:
            raise self._database.explained(error, "connecting") from error
        try:
            self._begin(connection)
            driver = self._database.driver(connection)
            try:
                yield connection, driver
            except BaseException:
                self._drop_if_lost(connection, driver)
                raise
        finally:
            with suppress(SQLAlchemyError):  # closing rolls back, which must not hide why
                connection.close()

    def _begin(self, connection: Connection) -> None:
        try:
            connection.begin()
        except SQLAlchemyError as error:
            raise self._database.explained(error) from error

    def _commit(self, connection: Connection, driver: Driver) -> None:
        driver.require_open_transaction()
        try:
            connection.commit()
        except SQLAlchemyError as error:
            raise self._database.explained(error, "committing") from error

    def _drop_if_lost(self, connection: Connection, driver: Driver) -> None:
        """Where the server has gone, every waiting connection to it is as dead as this one."""
        if driver.is_lost():
            connection.invalidate()
            self._engine.dispose()


def _parsed(url: str | URL) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        raise StorageError("url: give a database URL such as sqlite:///shop.db or postgresql://host/name") from error
