"""SQLite: in the host's own process, one writer at a time, by Python's own driver.

Write-ahead log, foreign keys on, `BEGIN IMMEDIATE` for what may write and `BEGIN` for what only reads, and
`synchronous=FULL`: a commit that was acknowledged survives a power cut. The driver's own transactions are switched
off, as they would begin too late and read before they lock.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from operator import attrgetter
from pathlib import Path
from time import sleep
from typing import Any, cast
from uuid import UUID

from attrs import frozen
from sqlalchemy import URL, Connection, Engine, QueuePool, Table, create_engine, event, exc
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect

from orderkit.adapters.sqlalchemy.databases.contract import Driver, Durability, Phase, Question, Write
from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire
from orderkit.errors import Busy, CommitUnknown, StorageError

WIRE = Wire(id=attrgetter("bytes"), uuid=lambda stored: UUID(bytes=stored), parsed=json.loads)
COMPILER: Dialect = cast("Any", sqlite.dialect)(paramstyle="qmark")

_BEGIN = "orderkit_begin"
_FULL, _EXTRA = 2, 3
_PAUSE_SECONDS = 0.01

# What a person can do about it, by the primary result code of https://sqlite.org/rescode.html.
_SENTENCES = {
    sqlite3.SQLITE_READONLY: "the database is read-only: let this process write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened: check that the folder exists and this process may use it",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was written",
    sqlite3.SQLITE_IOERR: "the disk answered with an error",
    sqlite3.SQLITE_CORRUPT: "the database file is damaged: restore a backup",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database",
    sqlite3.SQLITE_CONSTRAINT: "a row refers to one that is not there, or is there already",
    sqlite3.SQLITE_PERM: "this process may not use the database file",
}


@frozen
class SqliteDriver:
    """The sqlite3 connection below a SQLAlchemy connection."""

    connection: sqlite3.Connection

    def ask(self, question: Question) -> list[Row]:
        try:
            return self._cursor().execute(question.sql, question.values).fetchall()
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise explained(error) from error

    def ask_all(self, questions: Sequence[Question]) -> list[list[Row]]:
        return [self.ask(each) for each in questions]

    def write_all(self, writes: Iterable[Write]) -> list[int]:
        cursor = self._cursor()
        counts = []
        try:
            for each in writes:
                counts.append(_changed(cursor, each))
                if each.falls_short(counts[-1]):
                    break
            return counts
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise explained(error) from error

    def require_open_transaction(self) -> None:
        if not self.connection.in_transaction:
            raise StorageError(
                "no transaction is open on the SQLite connection: begin it with "
                'connection.exec_driver_sql("BEGIN IMMEDIATE")'
            )

    def require_durable(self) -> None:
        synchronous = self._setting("synchronous")
        journal = str(self._setting("journal_mode")).lower()
        enough = {"wal": _FULL, "truncate": _FULL, "persist": _FULL, "delete": _EXTRA}
        if journal not in enough or int(synchronous) < enough[journal]:
            raise StorageError(
                f"a commit could be lost with journal_mode={journal} and synchronous={synchronous}: "
                "set PRAGMA journal_mode=WAL and PRAGMA synchronous=FULL, or choose durability='relaxed'"
            )

    def is_lost(self) -> bool:
        return False

    def _setting(self, name: str) -> Any:  # noqa: ANN401  # a number or a word
        return self.ask(Question(f"PRAGMA {name}", ()))[0][0]

    def _cursor(self) -> sqlite3.Cursor:
        cursor = self.connection.cursor()
        cursor.row_factory = None  # a host's connection may have one of its own
        return cursor


def _changed(cursor: sqlite3.Cursor, write: Write) -> int:
    if len(write.rows) == 1:
        return cursor.execute(write.sql, write.rows[0]).rowcount
    return cursor.executemany(write.sql, write.rows).rowcount if write.rows else 0


def explained(error: Exception, during: Phase = "working") -> StorageError:
    """What an error of SQLite means to a caller."""
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(error, exc.TimeoutError):
        return Busy("every connection of this process is in use; make the same call again")
    code = getattr(original, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy("the database is locked by another writer; make the same call again")
    if code == sqlite3.SQLITE_ERROR and "no such table: orderkit_" in str(original):
        return StorageError(f"the database lacks a table of orderkit ({original}): call storage.migrate()")
    if isinstance(original, UnicodeError | OverflowError):
        return StorageError(f"a value cannot be stored as it is ({original}); nothing was written")
    if code == sqlite3.SQLITE_IOERR and during == "committing":
        return CommitUnknown(
            f"the disk answered with an error while committing ({original}): whether it was written is not known; "
            "make the same call again under the same key"
        )
    return StorageError(f"{_SENTENCES.get(code, 'SQLite refused')} ({original})")


@frozen
class Sqlite:
    """The `Database` of an SQLite file."""

    @property
    def compiler(self) -> Dialect:
        return COMPILER

    @property
    def wire(self) -> Wire:
        return WIRE

    def insert_into(self, table: Table) -> sqlite.Insert:
        return sqlite.insert(table)

    def writing_engine(self, url: URL, *, durability: Durability, busy_timeout: float) -> Engine:
        lasting = _is_file(url)
        if durability == "full" and not lasting:
            raise StorageError(
                "a database in memory keeps nothing: name a file (sqlite:///shop.db), use MemoryStorage, or choose "
                "durability='relaxed'"
            )
        engine = create_engine(
            url,
            poolclass=QueuePool,
            # A database in memory is its one connection: units of work wait for one another.
            **({} if lasting else {"pool_size": 1, "max_overflow": 0, "pool_timeout": busy_timeout}),
            connect_args={"timeout": busy_timeout, "isolation_level": None, "check_same_thread": False},
            execution_options={_BEGIN: "BEGIN IMMEDIATE"},
        )
        event.listen(engine, "connect", _Settings(durability, lasting, busy_timeout))
        event.listen(engine, "begin", _begin)
        return engine

    def reading_engine(self, engine: Engine) -> Engine:
        return engine.execution_options(**{_BEGIN: "BEGIN"})

    def driver(self, connection: Connection) -> Driver:
        return SqliteDriver(cast("sqlite3.Connection", connection.connection.driver_connection))

    def explained(self, error: Exception, during: Phase = "working") -> StorageError:
        return explained(error, during)

    def require_present(self, url: URL) -> None:
        if _is_file(url) and url.query.get("uri") is None and not Path(url.database or "").exists():
            raise StorageError(
                f"there is no database at {url.database}: call storage.migrate() or run `orderkit migrate` to make it"
            )

    def lock_migrations(self, connection: Connection) -> None:
        """Nothing to do: BEGIN IMMEDIATE has locked the whole database."""


@frozen
class _Settings:
    """What every new connection is set to, before anything else happens on it."""

    durability: Durability
    lasting: bool
    busy_timeout: float

    def __call__(self, connection: sqlite3.Connection, record: object) -> None:
        try:
            journal = self._with_log(connection)
            for setting in self._settings():
                connection.execute(f"PRAGMA {setting}")
        except sqlite3.Error as error:
            connection.close()
            raise explained(error) from error
        if self.lasting and journal != "wal":
            connection.close()
            raise StorageError(f"SQLite cannot keep a write-ahead log here (journal_mode={journal}): use a local disk")

    def _with_log(self, connection: sqlite3.Connection) -> str:
        """Switch to the write-ahead log; while another process does, SQLite refuses at once instead of waiting."""
        for _ in range(int(self.busy_timeout / _PAUSE_SECONDS)):
            try:
                return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                sleep(_PAUSE_SECONDS)
        return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])

    def _settings(self) -> tuple[str, ...]:
        synchronous = "FULL" if self.durability == "full" else "NORMAL"
        # On macOS alone a plain fsync leaves the data in the drive's own cache.
        flushed = ("fullfsync=ON", "checkpoint_fullfsync=ON") if self.durability == "full" else ()
        return f"synchronous={synchronous}", "foreign_keys=ON", *flushed


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()[_BEGIN])


def _is_file(url: URL) -> bool:
    return bool(url.database) and ":memory:" not in str(url.database) and url.query.get("mode") != "memory"
