"""What can be asked of an SQL store: here about one thing, such as a family, its history, a key, a number.

Lists and sums are in `lists.py`, messages in `outbox.py`, events in `inbox.py`, accounts and the journal in
`ledgers.py`, what is due or open in `recovery.py`. A reading is good for one transaction, which somebody else begins
and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import define
from sqlalchemy import Connection, Table

from orderkit.adapters.sqlalchemy import families, inbox, ledgers, lists, outbox, recovery, statements, tables
from orderkit.adapters.sqlalchemy.databases import Database
from orderkit.adapters.sqlalchemy.databases.contract import OVER, Driver, Question
from orderkit.adapters.sqlalchemy.rows import desk
from orderkit.adapters.sqlalchemy.rows.wire import fits
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import NotFound
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.journal import JournalEntry
from orderkit.money import Price
from orderkit.orders.records import Attention
from orderkit.ports.exchange import Delivery, DueOperation, EventStatus, InboxEvent, Message
from orderkit.ports.storage import (
    CommandKey,
    CurrencyTotals,
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
        return outbox.messages(self.database, self.driver, channel=channel, limit=limit)

    def dead_messages(self, channel: str, *, limit: int) -> tuple[Delivery, ...]:
        return outbox.dead_messages(self.database, self.driver, channel=channel, limit=limit)

    def due_operations(self, *, until: datetime, limit: int) -> tuple[DueOperation, ...]:
        return recovery.due_operations(self.database, self.driver, until=until, limit=limit)

    def open_operations(self, scope: str, *, asked_until: datetime, limit: int) -> tuple[DueOperation, ...]:
        return recovery.open_operations(self.database, self.driver, scope=scope, asked_until=asked_until, limit=limit)

    def open_attention(self, scope: str, *, limit: int) -> tuple[Attention, ...]:
        return recovery.open_attention(self.database, self.driver, scope=scope, limit=limit)

    def event(self, gateway: str, account: str, event_id: str) -> InboxEvent | None:
        return inbox.event(self.database, self.driver, gateway=gateway, account=account, event_id=event_id)

    def due_events(self, *, until: datetime, limit: int) -> tuple[InboxEvent, ...]:
        return inbox.due_events(self.database, self.driver, until=until, limit=limit)

    def events(self, statuses: Sequence[EventStatus], *, limit: int) -> tuple[InboxEvent, ...]:
        return inbox.events(self.database, self.driver, statuses=statuses, limit=limit)

    def payment_with_reference(self, gateway: str, account: str, reference: str) -> tuple[str, UUID, UUID] | None:
        return recovery.payment_with_reference(
            self.database, self.driver, gateway=gateway, account=account, reference=reference
        )

    def credit_account(self, scope: str, customer_id: str, currency: str) -> CreditAccount:
        return ledgers.account(self.database, self.driver, scope=scope, customer_id=customer_id, currency=currency)

    def credit_accounts(self, scope: str, customer_id: str) -> tuple[CreditAccount, ...]:
        return ledgers.accounts(self.database, self.driver, scope=scope, customer_id=customer_id)

    def credit_entries(self, scope: str, customer_id: str, currency: str) -> tuple[CreditEntry, ...]:
        return ledgers.entries(self.database, self.driver, scope=scope, customer_id=customer_id, currency=currency)

    def journal(self, scope: str, *, after: tuple[UUID, int, int] | None, limit: int) -> tuple[JournalEntry, ...]:
        return ledgers.journal(self.database, self.driver, scope=scope, after=after, limit=limit)


@contextmanager
def reading(database: Database, connection: Connection, driver: Driver) -> Iterator[SqlReading]:
    """A reading that is over when the block is."""
    view = SqlReading(database, connection, driver)
    try:
        yield view
    finally:
        view.end()
