"""What the memory store answers about money and the outside: messages, events, operations, accounts, the journal.

Each is answered under the lock, so that none sees half of a commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from heapq import nsmallest
from uuid import UUID

from orderkit.adapters.memory.contents import Contents
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.journal import JournalEntry
from orderkit.orders.records import Attention
from orderkit.payments.records import Operation, Payment
from orderkit.ports.exchange import Delivery, DueOperation, EventStatus, InboxEvent, Message

Lock = AbstractContextManager[object]

_OPEN = ("waiting", "in_flight", "in_doubt")
_SETTLED = ("applied", "dead")


class MoneyQuestions:
    """The part of `Reading` that recovery, the relay and the inbox ask for."""

    _lock: Lock
    _contents: Contents

    def messages(self, channel: str, *, limit: int) -> tuple[Message, ...]:
        with self._lock:
            waiting = (each.delivery for each in self._contents.outgoing(channel))
            oldest = nsmallest(limit, (each.message for each in waiting if each.due_at is not None), key=_age)
        return tuple(oldest)

    def dead_messages(self, channel: str, *, limit: int) -> tuple[Delivery, ...]:
        with self._lock:
            dead = (each.delivery for each in self._contents.outgoing(channel) if each.delivery.due_at is None)
            return tuple(nsmallest(limit, dead, key=lambda each: _age(each.message)))

    def due_operations(self, *, until: datetime, limit: int) -> tuple[DueOperation, ...]:
        with self._lock:
            due = (
                (each.next_check_at, each.id, found)
                for found, each in self._operations()
                if each.next_check_at is not None and each.next_check_at <= until
            )
            return tuple(found for _, _, found in nsmallest(limit, due, key=lambda each: each[:2]))

    def open_operations(self, scope: str, *, asked_until: datetime, limit: int) -> tuple[DueOperation, ...]:
        with self._lock:
            found = (
                found
                for found, each in self._operations()
                if found.scope == scope and each.kind in _OPEN and each.asked_at <= asked_until
            )
            return tuple(nsmallest(limit, found, key=lambda each: (each.asked_at, each.operation_id)))

    def open_attention(self, scope: str, *, limit: int) -> tuple[Attention, ...]:
        with self._lock:
            families = self._contents.of(scope)
            found = (each for family in families for each in family.attention if each.closed_at is None)
            return tuple(nsmallest(limit, found, key=lambda each: (each.opened_at, each.id)))

    def event(self, gateway: str, account: str, event_id: str) -> InboxEvent | None:
        with self._lock:
            return self._contents.inbox.get((gateway, account, event_id))

    def due_events(self, *, until: datetime, limit: int) -> tuple[InboxEvent, ...]:
        with self._lock:
            due = (
                ((each.due_at, each.id), each)
                for each in self._contents.inbox.values()
                if each.status not in _SETTLED and each.due_at is not None and each.due_at <= until
            )
            return tuple(each for _, each in nsmallest(limit, due, key=lambda pair: pair[0]))

    def events(self, statuses: Sequence[EventStatus], *, limit: int) -> tuple[InboxEvent, ...]:
        with self._lock:
            found = (each for each in self._contents.inbox.values() if each.status in statuses)
            return tuple(nsmallest(limit, found, key=lambda each: (each.received_at, each.id)))

    def payment_with_reference(self, gateway: str, account: str, reference: str) -> tuple[str, UUID, UUID] | None:
        def is_meant(payment: Payment, operation: Operation) -> bool:
            return (payment.gateway, payment.account, operation.reference) == (gateway, account, reference)

        with self._lock:
            first = min(self._operations(is_meant), key=lambda pair: (pair[1].asked_at, pair[1].id), default=None)
        return (first[0].scope, first[0].order_id, first[1].payment_id) if first else None

    def credit_account(self, scope: str, customer_id: str, currency: str) -> CreditAccount:
        with self._lock:
            return self._contents.credit_account(scope, customer_id, currency)

    def credit_accounts(self, scope: str, customer_id: str) -> tuple[CreditAccount, ...]:
        with self._lock:
            accounts = self._contents.accounts.items()
            own = [each for place, each in accounts if place[:2] == (scope, customer_id)]
        return tuple(sorted(own, key=lambda each: each.currency))

    def credit_entries(self, scope: str, customer_id: str, currency: str) -> tuple[CreditEntry, ...]:
        with self._lock:
            return self._contents.entries.get((scope, customer_id, currency), ())

    def journal(self, scope: str, *, after: tuple[UUID, int, int] | None, limit: int) -> tuple[JournalEntry, ...]:
        with self._lock:
            places = (each[1:] for each in self._contents.postings if each[0] == scope)
            behind = nsmallest(limit, (each for each in places if after is None or each > after))
            return tuple(self._contents.postings[scope, *each] for each in behind)

    def _operations(
        self, is_meant: Callable[[Payment, Operation], bool] = lambda payment, operation: True
    ) -> Iterator[tuple[DueOperation, Operation]]:
        """Every operation of every scope, beside how recovery is told of it."""
        for family in self._contents.families.values():
            payments = {each.id: each for each in family.payments}
            for each in family.operations:
                if is_meant(payments[each.payment_id], each):
                    yield _due_operation(family.order.scope, each), each


def _age(message: Message) -> tuple[datetime, UUID]:
    return message.at, message.id


def _due_operation(scope: str, operation: Operation) -> DueOperation:
    return DueOperation(
        scope=scope,
        order_id=operation.order_id,
        operation_id=operation.id,
        type=operation.type,
        status=operation.status,
        asked_at=operation.asked_at,
        next_check_at=operation.next_check_at,
    )
