"""What the store asks of a database: the Protocols that every module of this room fulfils, and what crosses them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, Protocol, TypeAlias

from attrs import frozen
from sqlalchemy import URL, Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire
from orderkit.errors import StorageError

Durability = Literal["full", "relaxed"]
Phase = Literal["connecting", "working", "committing"]
Insert: TypeAlias = sqlite.Insert | postgresql.Insert


@frozen
class Question:
    """A compiled SELECT, or a statement that returns rows, with its values in the order of its placeholders."""

    sql: str
    values: Row


@frozen
class Write:
    """A compiled statement, run for each of `rows`; where `all` must change a row, fewer is a conflict."""

    sql: str
    rows: Sequence[Row]
    all: bool = True

    def falls_short(self, count: int) -> bool:
        return self.all and count != len(self.rows)


class Driver(Protocol):
    """One connection's own driver: what is asked here belongs to the transaction that SQLAlchemy began on it.

    Every method raises StorageError or Busy, never the driver's own errors.
    """

    def ask(self, question: Question) -> list[Row]: ...

    def ask_all(self, questions: Sequence[Question]) -> list[list[Row]]:
        """The answers to several questions, in as few round trips as the driver can."""

    def write_all(self, writes: Iterable[Write]) -> list[int]:
        """How many rows each of the writes changed, in as few round trips as the driver can.

        The answer ends with the first write that fell short: what comes after it means nothing.
        """

    def require_open_transaction(self) -> None:
        """Raise StorageError where no transaction is open, or the open one can only be rolled back."""

    def require_durable(self) -> None:
        """Raise StorageError where the connection's settings could lose a commit that was acknowledged."""

    def is_lost(self) -> bool:
        """The server has gone, or will not have this connection any more."""


@frozen
class Over:
    """The driver of what has ended: every question is refused."""

    def ask(self, question: Question) -> list[Row]:
        raise self._error()

    def ask_all(self, questions: Sequence[Question]) -> list[list[Row]]:
        raise self._error()

    def write_all(self, writes: Iterable[Write]) -> list[int]:
        raise self._error()

    def require_open_transaction(self) -> None:
        raise self._error()

    def require_durable(self) -> None:
        raise self._error()

    def is_lost(self) -> bool:
        return True

    def _error(self) -> StorageError:
        return StorageError("the unit of work has ended; begin another one")


OVER: Final[Driver] = Over()


class Database(Protocol):
    """One kind of database; equal to another of its kind, so that what was compiled for one serves both."""

    def __hash__(self) -> int: ...

    @property
    def compiler(self) -> Dialect:
        """What SQL is compiled with, with placeholders by position; one object, so that it can name caches."""

    @property
    def wire(self) -> Wire: ...

    def insert_into(self, table: Table) -> Insert:
        """An INSERT that can say what to do about rows whose key is there already."""

    def writing_engine(self, url: URL, *, durability: Durability, busy_timeout: float) -> Engine:
        """An engine whose transactions may write from their first statement on."""

    def reading_engine(self, engine: Engine) -> Engine:
        """The same connections, with transactions that only read, and see one commit's state throughout."""

    def driver(self, connection: Connection) -> Driver: ...

    def explained(self, error: Exception, during: Phase = "working") -> StorageError:
        """What an error of SQLAlchemy or the driver means to a caller: `Busy` where the same call may be made again."""

    def require_present(self, url: URL) -> None:
        """Raise StorageError where it is plain before connecting that there is no such database."""

    def lock_migrations(self, connection: Connection) -> None:
        """Keep others from migrating until the transaction ends."""
