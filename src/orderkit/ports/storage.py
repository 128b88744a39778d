"""What orderkit asks of a store, and the records that cross the port.

A store keeps families whole: `write` takes the family before and after a change, and the store writes what differs, in
one commit with the history row, the outbox messages and the command's key. The order row is the lock: the commit must
fail with `StaleRecord` unless the stored version is still `before.order.version`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from attrs import field, frozen

from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.journal import JournalEntry
from orderkit.money import Money, Price
from orderkit.orders.records import Attention
from orderkit.personal import Person
from orderkit.ports.exchange import Delivery, DueOperation, EventStatus, InboxEvent
from orderkit.ports.exchange import Message as Message
from orderkit.standing import Standing

Relative = Literal["item", "payment_request", "payment", "operation", "refund"]


@frozen(kw_only=True)
class CommandKey:
    """A caller's idempotency key and what stands under it.

    The primary key is (scope, verb, target, key); `target` is empty for what makes a new order. `fingerprint` is of
    the request as given; `made` names the ids that came of it.
    """

    scope: str
    verb: str
    target: str
    key: str
    fingerprint: str
    made: Mapping[str, str]
    at: datetime


@frozen(kw_only=True)
class Change:
    """One accepted change of one family, to be committed whole or not at all.

    `before` is None for a new order. `after.order.version` is one more than before's. `after.head` is already the
    entry's hash. `standing` is how `after` stands; its figures go into the order row for lists.
    """

    scope: str
    before: OrderFamily | None
    after: OrderFamily
    standing: Standing
    entry: HistoryEntry
    journal: tuple[JournalEntry, ...] = ()
    messages: tuple[Message, ...] = ()
    key: CommandKey | None = None

    def live_alone(self) -> Counter[UUID]:
        """How many payments are live on each request that takes one at a time."""
        alone = {each.id for each in self.after.requests if not each.split}
        return Counter(each.request_id for each in self.after.payments if each.live and each.request_id in alone)

    def starts_beside_a_live_one(self) -> bool:
        """A payment is new on a request that takes one at a time, and is not the only live one there (row S0-28).

        Only intents are bound: a fact may bring an older attempt back to life, and is never refused.
        """
        known = {each.id for each in self.before.payments} if self.before else set()
        live = self.live_alone()
        new = (each for each in self.after.payments if each.id not in known and each.live)
        return any(live[each.request_id] > 1 for each in new)


@frozen(kw_only=True)
class RefusedRequest:
    """A request that was refused, for the unchained log; it leaves no fact (I-66).

    `id` is the error's reference; `target` the id it was about, as text, empty for a new order.
    """

    id: UUID
    scope: str
    target: str
    verb: str
    actor: str
    at: datetime
    code: str
    params: Mapping[str, str | int | bool | None]


@frozen(kw_only=True)
class OrderFilter:
    """Which orders a list shows: every given condition must hold, any of the values within one (row S0-25)."""

    statuses: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    customer_id: str | None = None
    number: int | None = None
    channel: str | None = None
    needs_attention: bool | None = None
    fields: Mapping[str, str | int | bool | None] = field(factory=dict)


@frozen(kw_only=True)
class OrderRow:
    """An order as a list shows it: the order row's own columns, no query per row."""

    id: UUID
    number: int
    type: str
    status: str
    kind: str
    currency: str
    customer_id: str
    placed_at: datetime
    reference: str | None
    summary: str
    line_count: int
    item_count: int
    total: Money
    paid: Money
    refunded: Money
    authorized: Money
    in_flight: Money
    due: Money
    transaction_status: str
    needs_attention: bool


@frozen(kw_only=True)
class Page:
    """Some rows, newest first, and the cursor behind the last one; None when nothing follows."""

    rows: tuple[OrderRow, ...]
    next: tuple[datetime, UUID] | None


@frozen(kw_only=True)
class CurrencyTotals:
    """The sums of a scope in one currency; currencies are never added up (I-61)."""

    currency: str
    orders: int
    total: Money
    paid: Money
    refunded: Money
    due: Money


@frozen(kw_only=True)
class SoldItem:
    """An item that was sold and lives, as the matching of cancellations sees it."""

    order_id: UUID
    order_number: int
    item_id: UUID
    quantity: int
    placed_at: datetime


@frozen(kw_only=True)
class ReferencedRefund:
    """A refund that its caller gave a name to: how many units it covers, and how much goes back."""

    order_id: UUID
    refund_id: UUID
    quantity: int
    amount: Money
    kind: str


class Reading(Protocol):
    """What can be asked of a store; reading changes nothing (I-69). Every question names its scope."""

    def family(self, scope: str, order_id: UUID) -> OrderFamily:
        """The whole family. Raises NotFound, the same for unknown ids and those of another scope."""

    def order_of(self, scope: str, noun: Relative, id: UUID) -> UUID:
        """The order that a relative belongs to. Raises NotFound."""

    def version_of(self, scope: str, order_id: UUID) -> int:
        """The stored version, as committed by now. Raises NotFound."""

    def key(self, scope: str, verb: str, target: str, key: str) -> CommandKey | None: ...

    def history(self, scope: str, order_id: UUID) -> tuple[HistoryEntry, ...]:
        """All rows in sequence. Raises NotFound."""

    def order_with_number(self, scope: str, number: int) -> UUID:
        """The order with this number. Raises NotFound."""

    def page(self, scope: str, filter: OrderFilter, *, after: tuple[datetime, UUID] | None, limit: int) -> Page:
        """Orders by (placed_at, id), newest first, strictly behind the cursor `after`."""

    def totals(self, scope: str) -> tuple[CurrencyTotals, ...]:
        """The sums over all orders of the scope, by currency code."""

    def sold(
        self, scope: str, *, customer_id: str, offer: str, unit_price: Price, until: datetime
    ) -> tuple[SoldItem, ...]:
        """Items of kinds `pending` and `active` sold to this customer, of this offer, at this unit price, placed at or
        before `until`; newest order first, within an order by line position and then item id."""

    def refunds_under(self, scope: str, reference: str) -> tuple[ReferencedRefund, ...]:
        """The refunds with this reference, oldest first, failed and rejected ones left out."""

    def scopes(self) -> tuple[str, ...]:
        """The scopes that have orders, by name; for tools, not for shops."""

    def messages(self, channel: str, *, limit: int) -> tuple[Message, ...]:
        """Messages of a channel that are neither consumed nor given up yet, oldest first."""

    def dead_messages(self, channel: str, *, limit: int) -> tuple[Delivery, ...]:
        """Messages of a channel that were given up, oldest first."""

    def due_operations(self, *, until: datetime, limit: int) -> tuple[DueOperation, ...]:
        """Operations of every scope whose `next_check_at` is at or before `until`, the longest due first."""

    def open_operations(self, scope: str, *, asked_until: datetime, limit: int) -> tuple[DueOperation, ...]:
        """Operations of kinds `waiting`, `in_flight` and `in_doubt` asked at or before, the oldest first (SX-29)."""

    def open_attention(self, scope: str, *, limit: int) -> tuple[Attention, ...]:
        """Attention entries that nobody has closed, the longest open first."""

    def event(self, gateway: str, account: str, event_id: str) -> InboxEvent | None: ...

    def due_events(self, *, until: datetime, limit: int) -> tuple[InboxEvent, ...]:
        """Events of every scope that are neither applied nor dead and due at or before `until`, longest due first."""

    def events(self, statuses: Sequence[EventStatus], *, limit: int) -> tuple[InboxEvent, ...]:
        """Events in one of these statuses, the oldest first."""

    def payment_with_reference(self, gateway: str, account: str, reference: str) -> tuple[str, UUID, UUID] | None:
        """(scope, order, payment) of the payment of that account with an operation of this gateway's reference; the
        one that was asked first; None where there is none (I-29)."""

    def credit_account(self, scope: str, customer_id: str, currency: str) -> CreditAccount:
        """The account; an empty one at version 0 where nothing was ever entered."""

    def credit_accounts(self, scope: str, customer_id: str) -> tuple[CreditAccount, ...]:
        """The customer's accounts, by currency."""

    def credit_entries(self, scope: str, customer_id: str, currency: str) -> tuple[CreditEntry, ...]:
        """All entries of an account, in sequence."""

    def journal(self, scope: str, *, after: tuple[UUID, int, int] | None, limit: int) -> tuple[JournalEntry, ...]:
        """Entries by (order, sequence, position), strictly behind `after`, at most `limit`; for an export in pages."""


class UnitOfWork(Reading, Protocol):
    """Reading and writing that is committed together, or not at all."""

    def write(self, change: Change) -> None:
        """Take the change into this commit. `StaleRecord` may be raised here or by the commit."""

    def next_in_series(self, scope: str, issuer: str, series: str) -> int:
        """The next number of a series without gaps: 1, 2, 3 …; a rolled-back commit consumes none (I-57)."""

    def erase(self, scope: str, person: Person) -> int:
        """Delete a person's values and their salts for good; how many there were (row SX-26)."""

    def consume(self, ids: Sequence[UUID], channel: str) -> None:
        """Mark messages as delivered to the channel."""

    def claim(self, channel: str, *, owner: str, at: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        """Lease messages of a channel that are due at `at` and leased by nobody, the longest due first, until `until`.

        Two workers never hold the same lease; what a dead one held is free again after it. Nothing rests on it but
        that a message is not sent twice for no reason.
        """

    def put_delivery(self, delivery: Delivery) -> None:
        """Write how far a message has come, and give its lease back: tried again at `due_at`, given up where None.

        What was consumed meanwhile stays consumed."""

    def receive(self, event: InboxEvent) -> bool:
        """Add an event; False where (gateway, account, event_id) is there already: duplicates are known for ever."""

    def put_event(self, event: InboxEvent) -> None:
        """Write what became of an event: status, type, reason, attempts, due_at. An applied one stays applied."""

    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        """Add an entry and what the account comes to; False where an entry with this id is there already (I-20).

        Raises:
            StaleRecord: the stored account is not at `before.version`; raised here or by the commit.
        """


class Storage(Protocol):
    """A store. Units of work of two threads, processes or machines may overlap; none sees another's half."""

    @property
    def joins_host_transaction(self) -> bool:
        """Units of work are part of a transaction that the host commits; outside calls must wait for that commit."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work: commits when the block ends, rolls back when it raises.

        Raises:
            StaleRecord: the order was changed since it was loaded.
            KeyReused: the key was taken by another request at the same moment.
            Busy: locked, or not serialisable; nothing was written.
        """

    def reading(self) -> AbstractContextManager[Reading]:
        """A view for reading alone."""

    def number_block(self, scope: str, series: str, size: int) -> int:
        """The first of `size` fresh numbers, committed by itself: unique, rising per block, holes allowed (S1-02)."""

    def note_refusal(self, refused: RefusedRequest) -> None:
        """Add to the log of refused requests, in a commit of its own."""

    def refusals(self, scope: str, *, limit: int) -> tuple[RefusedRequest, ...]:
        """The latest refused requests, newest first."""
