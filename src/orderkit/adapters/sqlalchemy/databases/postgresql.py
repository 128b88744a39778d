"""PostgreSQL: for any number of processes, by psycopg 3.

Units of work run READ COMMITTED, where conditional writes wait for one another and then see what was committed;
readings run REPEATABLE READ and read-only, which is one snapshot. Several statements go out in one pipeline where the
client library has them, so that they cost one round trip. A conflict that the server resolves by refusing (40001,
40P01, a lock that took too long) is `Busy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import psycopg
from attrs import frozen
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, exc, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect
from sqlalchemy.engine import Dialect

from orderkit.adapters.sqlalchemy.databases.contract import Driver, Durability, Phase, Question, Write
from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire
from orderkit.errors import Busy, CommitUnknown, StorageError


def _same(value: Any) -> Any:  # noqa: ANN401  # psycopg takes and gives UUID and parsed JSON by itself
    return value


WIRE = Wire(id=_same, uuid=_same, parsed=_same)
COMPILER: Dialect = cast("Any", psycopg_dialect.dialect)(paramstyle="format")

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BUSY = {
    "40001": "the transaction could not be serialised",
    "40P01": "two transactions waited for one another",
    "55P03": "a lock took too long",
    "57014": "the statement took too long",
    "53300": "the server has no connection left",
    "25P03": "the transaction was idle for too long",
}
_SENTENCES = {
    "42P01": "the database lacks a table of orderkit: call storage.migrate() or run `orderkit migrate`",
    "42501": "this user lacks a privilege in the database",
    "23503": "a row refers to one that is not there",
    "23505": "a row is there already",
    "25006": "the database is read-only, perhaps a replica: connect to the primary",
    "53100": "the server's disk is full; nothing was written",
    "22021": "a text holds a character that PostgreSQL cannot store",
    "22P05": "a text holds a character that PostgreSQL cannot store",
}
_GONE = ("08", "57P01", "57P02", "57P03", "57P05")
_MIGRATING = 0x6F72646572  # "order", the key of our advisory lock


@frozen
class PsycopgDriver:
    """The psycopg connection below a SQLAlchemy connection."""

    connection: psycopg.Connection[Any]

    def ask(self, question: Question) -> list[Row]:
        try:
            return self._cursor().execute(_sql(question.sql), question.values).fetchall()
        except (psycopg.Error, UnicodeError) as error:
            raise explained(error) from error

    def ask_all(self, questions: Sequence[Question]) -> list[list[Row]]:
        try:
            with self._pipeline():
                cursors = [self._cursor().execute(_sql(each.sql), each.values) for each in questions]
            return [cursor.fetchall() for cursor in cursors]
        except (psycopg.Error, UnicodeError) as error:
            raise explained(error) from error

    def write_all(self, writes: Iterable[Write]) -> list[int]:
        asked = [(each, self._cursor()) for each in writes]
        try:
            with self._pipeline():
                for each, cursor in asked:
                    _write(cursor, each)
        except (psycopg.Error, UnicodeError) as error:
            # All were sent at once, so the error may only follow from a write before it that fell short.
            counts = _counts([(each, cursor) for each, cursor in asked if cursor.statusmessage is not None])
            if not any(each.falls_short(count) for (each, _), count in zip(asked, counts, strict=False)):
                raise explained(error) from error
            return counts
        return _counts(asked)

    def require_open_transaction(self) -> None:
        status = self.connection.info.transaction_status
        if self.connection.autocommit and status is TransactionStatus.IDLE:
            raise StorageError("the connection commits by itself: hand in one with a transaction, not AUTOCOMMIT")
        if status is TransactionStatus.INERROR:
            raise StorageError("a statement of this transaction failed, so it cannot be committed: roll it back")
        if status is TransactionStatus.UNKNOWN:
            raise Busy("the connection to PostgreSQL was lost; nothing was written, make the same call again")

    def require_durable(self) -> None:
        asked = "SELECT current_setting('synchronous_commit'), current_setting('fsync')"
        ((synchronous_commit, fsync),) = self.ask(Question(asked, ()))
        if "off" in (synchronous_commit, fsync):
            raise StorageError(
                f"a commit could be lost with synchronous_commit={synchronous_commit} and fsync={fsync}: "
                "set both to on, or choose durability='relaxed'"
            )

    def is_lost(self) -> bool:
        return self.connection.closed

    def _cursor(self) -> psycopg.Cursor[Row]:
        return self.connection.cursor(row_factory=tuple_row)  # a host's connection may have another one

    def _pipeline(self) -> AbstractContextManager[object]:
        return self.connection.pipeline() if psycopg.Pipeline.is_supported() else nullcontext()


def _sql(text: str) -> Any:  # noqa: ANN401  # psycopg asks for a literal; ours was compiled by Core
    return text


def _write(cursor: psycopg.Cursor[Row], write: Write) -> None:
    if len(write.rows) == 1:
        cursor.execute(_sql(write.sql), write.rows[0])
    elif write.rows:
        cursor.executemany(_sql(write.sql), write.rows)


def _counts(asked: Iterable[tuple[Write, psycopg.Cursor[Row]]]) -> list[int]:
    """The row counts, up to the first that falls short."""
    counts = []
    for each, cursor in asked:
        counts.append(cursor.rowcount if each.rows else 0)
        if each.falls_short(counts[-1]):
            break
    return counts


def explained(error: Exception, during: Phase = "working") -> StorageError:
    """What an error of PostgreSQL means to a caller."""
    if isinstance(error, exc.TimeoutError):
        return Busy("every connection of this process is in use; make the same call again")
    original = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(original, UnicodeError):
        return StorageError(f"a value cannot be stored as it is ({original}); nothing was written")
    state = getattr(original, "sqlstate", None) or ""
    said = str(original).partition("\n")[0]
    if state in _BUSY:
        return Busy(f"{_BUSY[state]} ({said}); nothing was written, make the same call again")
    if state.startswith(_GONE) or (isinstance(original, psycopg.OperationalError) and not state):
        return _gone(said, during)
    return StorageError(f"{_SENTENCES.get(state, 'PostgreSQL refused')} ({said})")


def _gone(said: str, during: Phase) -> StorageError:
    if during == "connecting":
        return StorageError(f"PostgreSQL cannot be connected to: {said}")
    if during == "committing":
        return CommitUnknown(
            f"the connection to PostgreSQL was lost while committing ({said}): whether it was written is not known; "
            "make the same call again under the same key"
        )
    return Busy(f"the connection to PostgreSQL was lost ({said}); nothing was written, make the same call again")


@frozen
class PostgreSQL:
    """The `Database` of a PostgreSQL server."""

    @property
    def compiler(self) -> Dialect:
        return COMPILER

    @property
    def wire(self) -> Wire:
        return WIRE

    def insert_into(self, table: Table) -> postgresql.Insert:
        return postgresql.insert(table)

    def writing_engine(self, url: URL, *, durability: Durability, busy_timeout: float) -> Engine:
        # Said even where it is the server's default, as a server may have another one.
        engine = create_engine(url, isolation_level="READ COMMITTED")
        event.listen(engine, "connect", _Settings(durability, max(1, int(busy_timeout * 1000))))
        return engine

    def reading_engine(self, engine: Engine) -> Engine:
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def driver(self, connection: Connection) -> Driver:
        return PsycopgDriver(cast("psycopg.Connection[Any]", connection.connection.driver_connection))

    def explained(self, error: Exception, during: Phase = "working") -> StorageError:
        return explained(error, during)

    def require_present(self, url: URL) -> None:
        """Nothing to do: the server says so when it is connected to."""

    def lock_migrations(self, connection: Connection) -> None:
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))


@frozen
class _Settings:
    """What every new connection is set to, and whether it may be used at all."""

    durability: Durability
    lock_timeout: int

    def __call__(self, connection: psycopg.Connection[Any], record: object) -> None:
        try:
            connection.autocommit = True  # a setting made in a transaction would be undone with it
            connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{self.lock_timeout}ms"])
            if self.durability == "full":
                PsycopgDriver(connection).require_durable()
            connection.autocommit = False
        except psycopg.Error as error:
            connection.close()
            raise explained(error, "connecting") from error
        except StorageError:
            connection.close()
            raise
