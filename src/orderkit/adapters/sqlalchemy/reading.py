"""What can be asked of an SQL store about one thing: a family, its history, a key, a number, the messages waiting.

Lists and sums are in `lists.py`. A reading is good for one transaction, which somebody else begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import define
from sqlalchemy import Connection, Table

from orderkit.adapters.sqlalchemy import families, lists, statements, tables
from orderkit.adapters.sqlalchemy.databases import Database
from orderkit.adapters.sqlalchemy.databases.contract import OVER, Driver, Question
from orderkit.adapters.sqlalchemy.rows import desk
from orderkit.adapters.sqlalchemy.rows.wire import fits
from orderkit.errors import NotFound
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.money import Price
from orderkit.ports.storage import (
    CommandKey,
    CurrencyTotals,
    Message,
    OrderFilter,
    Page,
    ReferencedRefund,
    Relative,
    SoldItem,
)

_RELATIVES: Final[dict[Relative, Table]] = {
    "item": tables.items,
    "payment_request": tables.payment_requests,
    "payment": tables.payments,
    "operation": tables.operations,
    "refund": tables.refunds,
}


@define
class SqlReading:
    """`Reading` over one transaction of one connection."""

    database: Database
    connection: Connection
    driver: Driver

    def end(self) -> None:
        """From now on every question is an error: the connection belongs to somebody else."""
        self.driver = OVER

    def family(self, scope: str, order_id: UUID) -> OrderFamily:
        return families.load(self.database, self.driver, scope=scope, order_id=order_id)

    def order_of(self, scope: str, noun: Relative, id: UUID) -> UUID:
        statement = statements.order_of(self.database, _RELATIVES[noun])
        rows = self.driver.ask(statement.asked(scope=scope, id=self.database.wire.id(id)))
        if not rows:
            raise NotFound(noun.replace("_", " "), id)
        return self.database.wire.uuid(rows[0][0])

    def version_of(self, scope: str, order_id: UUID) -> int:
        key = (scope, self.database.wire.id(order_id))
        rows = self.driver.ask(Question(statements.the_version(self.database), key))
        if not rows:
            raise NotFound("order", order_id)
        version: int = rows[0][0]
        return version

    def key(self, scope: str, verb: str, target: str, key: str) -> CommandKey | None:
        statement = statements.the_key(self.database)
        rows = self.driver.ask(statement.asked(scope=scope, verb=verb, target=target, key=key))
        return desk.key_of(self.database.wire, rows[0]) if rows else None

    def history(self, scope: str, order_id: UUID) -> tuple[HistoryEntry, ...]:
        key = (scope, self.database.wire.id(order_id))
        rows = self.driver.ask(Question(statements.of_order(self.database, tables.history), key))
        if not rows:
            raise NotFound("order", order_id)
        entries = (desk.history_of(self.database.wire, row) for row in rows)
        return tuple(sorted(entries, key=lambda entry: entry.sequence))

    def order_with_number(self, scope: str, number: int) -> UUID:
        if not fits(number):
            raise NotFound("order number", number)
        rows = self.driver.ask(statements.order_with_number(self.database).asked(scope=scope, number=number))
        if not rows:
            raise NotFound("order number", number)
        return self.database.wire.uuid(rows[0][0])

    def page(self, scope: str, filter: OrderFilter, *, after: tuple[datetime, UUID] | None, limit: int) -> Page:
        return lists.page(self.database, self.connection, lists.Wanted(scope, filter, after, limit))

    def totals(self, scope: str) -> tuple[CurrencyTotals, ...]:
        return lists.totals(self.database, self.driver, scope)

    def sold(
        self, scope: str, *, customer_id: str, offer: str, unit_price: Price, until: datetime
    ) -> tuple[SoldItem, ...]:
        wanted = lists.Sale(scope, customer_id, offer, unit_price, until)
        return lists.sold(self.database, self.driver, wanted)

    def refunds_under(self, scope: str, reference: str) -> tuple[ReferencedRefund, ...]:
        return lists.refunds_under(self.database, self.driver, scope=scope, reference=reference)

    def scopes(self) -> tuple[str, ...]:
        # Sorted here: databases sort text by their own rules.
        return tuple(sorted(row[0] for row in self.driver.ask(statements.scopes(self.database).asked())))

    def messages(self, channel: str, *, limit: int) -> tuple[Message, ...]:
        rows = self.driver.ask(statements.waiting(self.database).asked(channel=channel, limit=limit))
        return tuple(desk.message_of(self.database.wire, row) for row in rows)


@contextmanager
def reading(database: Database, connection: Connection, driver: Driver) -> Iterator[SqlReading]:
    """A reading that is over when the block is."""
    view = SqlReading(database, connection, driver)
    try:
        yield view
    finally:
        view.end()
