"""The unit of work on an SQL store: what is written into one commit, and what keeps it out.

The order row is the family's lock: its version is compared and set before the rest is written, in the same commit.
Every statement says by its row count whether it took effect; none relies on a constraint error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from attrs import define, field
from sqlalchemy import Connection, Table

from orderkit.adapters.sqlalchemy import changes, inbox, ledgers, outbox, statements, tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver, Write
from orderkit.adapters.sqlalchemy.reading import SqlReading
from orderkit.adapters.sqlalchemy.rows import desk, orders
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import KeyReused, StaleRecord, StorageError
from orderkit.personal import Person
from orderkit.ports.exchange import Delivery, InboxEvent
from orderkit.ports.storage import Change, CommandKey


@define
class SqlUnitOfWork(SqlReading):
    """`UnitOfWork` over one transaction. Once a write of it has failed, nothing of it may be committed."""

    failed: bool = field(default=False, init=False)

    def write(self, change: Change) -> None:
        with self._whole():
            _require_one_live_payment(change)
            self._take_key_and_lock(change)
            steps = list(changes.steps(self.database, change))
            counts = self.driver.write_all([step.write for step in steps])
            for step, count in zip(steps, counts, strict=False):
                if step.write.falls_short(count):
                    raise self._kept_out(change, step)

    def next_in_series(self, scope: str, issuer: str, series: str) -> int:
        with self._whole():
            return count_up(
                self.database, self.driver, tables.series, scope=scope, issuer=issuer, series=series, last=1
            )

    def erase(self, scope: str, person: Person) -> int:
        with self._whole():
            erasing = statements.erasing(self.database).asked(scope=scope, person=str(person))
            (erased,) = self.driver.write_all([Write(erasing.sql, [erasing.values], all=False)])
            return erased

    def consume(self, ids: Sequence[UUID], channel: str) -> None:
        with self._whole():
            outbox.consume(self.database, self.driver, ids=ids, channel=channel)

    def claim(self, channel: str, *, owner: str, at: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        with self._whole():
            return outbox.claim(self.database, self.driver, outbox.Claim(channel, owner, at, until, limit))

    def put_delivery(self, delivery: Delivery) -> None:
        with self._whole():
            outbox.put_delivery(self.database, self.driver, delivery)

    def receive(self, event: InboxEvent) -> bool:
        with self._whole():
            return inbox.receive(self.database, self.driver, event)

    def put_event(self, event: InboxEvent) -> None:
        with self._whole():
            inbox.put_event(self.database, self.driver, event)

    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        with self._whole():
            return ledgers.enter(self.database, self.driver, before=before, entry=entry, after=after)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """A write that takes effect, or leaves the unit of work good for nothing but being rolled back."""
        self.require_whole()
        self.failed = True
        yield
        self.failed = False

    def require_whole(self) -> None:
        """Raise StorageError where a write has failed half-way."""
        if self.failed:
            raise StorageError("an earlier write of this unit of work failed, nothing was written; begin another one")

    def _take_key_and_lock(self, change: Change) -> None:
        row = orders.order_row(self.database.wire, change)
        if change.before is None:
            order = Write(statements.inserting(self.database, tables.orders), [row])
        else:
            row = statements.to_update(tables.orders, row, change.before.order.version)
            order = Write(statements.updating(self.database, tables.orders, "version"), [row])
        keys = [desk.key_row(change.key)] if change.key else []
        key = Write(statements.inserting(self.database, tables.command_keys), keys)
        counts = self.driver.write_all([key, order])
        if key.falls_short(counts[0]) and change.key:
            raise self._key_taken(change, change.key)
        if order.falls_short(counts[1]):
            raise self._stale(change) if self._found(change) or change.before else _number_taken(change)

    def _key_taken(self, change: Change, key: CommandKey) -> StorageError:
        """The same request has to be decided again, to find what it made; another one is refused."""
        known = self.key(key.scope, key.verb, key.target, key.key)
        if known is not None and known.fingerprint != key.fingerprint:
            return KeyReused(key.verb, key.key)
        return self._stale(change)

    def _kept_out(self, change: Change, step: changes.Step) -> StorageError:
        if step.stale:
            return self._stale(change)
        return StorageError(f"{step.table.name} has a row of the change already; ids and numbers are given out once")

    def _stale(self, change: Change) -> StaleRecord:
        expected = change.before.order.version if change.before else 0
        return StaleRecord(change.after.order.id, expected, self._found(change))

    def _found(self, change: Change) -> int | None:
        try:
            return self.version_of(change.scope, change.after.order.id)
        except StorageError:  # not there, or nothing can be asked any more
            return None


@contextmanager
def unit_of_work(database: Database, connection: Connection, driver: Driver) -> Iterator[SqlUnitOfWork]:
    """A unit of work that is over when the block is.

    Raises:
        StorageError: a write had failed and the block went on all the same; nothing may be committed.
    """
    work = SqlUnitOfWork(database, connection, driver)
    try:
        yield work
        work.require_whole()
    finally:
        work.end()


def _require_one_live_payment(change: Change) -> None:
    """No payment starts beside a live one (row S0-28); where two start at once, the unique index says so once more."""
    if change.starts_beside_a_live_one():
        expected = change.before.order.version if change.before else 0
        raise StaleRecord(change.after.order.id, expected, None)


def _number_taken(change: Change) -> StorageError:
    number = change.after.order.number
    return StorageError(f"number: an order {number} is there already; take a number from number_block")


def count_up(database: Database, driver: Driver, table: Table, **values: object) -> int:
    """The count under a key with `last` added to it; others that want the same count wait for this commit."""
    counted: int = driver.ask(statements.counting(database, table).asked(**values))[0][0]
    return counted
