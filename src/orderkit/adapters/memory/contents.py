"""What the memory store holds, and what keeps a change out of it.

Only `Contents` lives here, and how a changed family is merged into the stored one; messages and events are in
`exchange.py`, accounts in `ledgers.py`. Nothing here knows of threads: whoever calls holds the lock.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, MutableMapping
from uuid import UUID

from attrs import define, evolve, field

from orderkit.adapters.memory.exchange import Exchange, Place, Waiting
from orderkit.adapters.memory.ledgers import Account, Ledgers
from orderkit.adapters.memory.rows import row_of
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.errors import Busy, KeyReused, NotFound, StaleRecord, StorageError
from orderkit.family import OrderFamily, R, in_order
from orderkit.history import HistoryEntry
from orderkit.journal import JournalEntry
from orderkit.ports.exchange import InboxEvent
from orderkit.ports.storage import Change, CommandKey, OrderRow, Relative

Series = tuple[str, str, str]

_RELATIVES: dict[Relative, str] = {
    "item": "items",
    "payment_request": "requests",
    "payment": "payments",
    "operation": "operations",
    "refund": "refunds",
}


@define
class Contents(Exchange, Ledgers):
    """What is stored, by its keys. Contents made by `over` hold what differs from others, and show the whole.

    `waiting` and `consumed` hold messages by id and channel, `inbox` events by what they are unique by, `entry_ids`
    those of credit entries by scope, `postings` journal entries by scope and place; `series` the last number given out.
    """

    families: MutableMapping[UUID, OrderFamily] = field(factory=dict)
    rows: MutableMapping[UUID, OrderRow] = field(factory=dict)
    histories: MutableMapping[UUID, tuple[HistoryEntry, ...]] = field(factory=dict)
    numbers: MutableMapping[tuple[str, int], UUID] = field(factory=dict)
    owners: MutableMapping[tuple[str, UUID], UUID] = field(factory=dict)
    keys: MutableMapping[tuple[str, str, str, str], CommandKey] = field(factory=dict)
    waiting: MutableMapping[Place, Waiting] = field(factory=dict)
    consumed: MutableMapping[Place, bool] = field(factory=dict)
    inbox: MutableMapping[tuple[str, str, str], InboxEvent] = field(factory=dict)
    accounts: MutableMapping[Account, CreditAccount] = field(factory=dict)
    entries: MutableMapping[Account, tuple[CreditEntry, ...]] = field(factory=dict)
    entry_ids: MutableMapping[tuple[str, UUID], bool] = field(factory=dict)
    postings: MutableMapping[tuple[str, UUID, int, int], JournalEntry] = field(factory=dict)
    series: MutableMapping[Series, int] = field(factory=dict)

    def over(self) -> Contents:
        """Contents that show these, and take what is written in their place."""
        return type(self)(*(ChainMap({}, getattr(self, part)) for part in _PARTS))

    def take_in(self, other: Contents) -> None:
        """Make what was written over these contents a part of them; nothing in here can fail."""
        for part in _PARTS:
            getattr(self, part).update(getattr(other, part).maps[0])
        for delivered in other.consumed.maps[0]:  # type: ignore[attr-defined]  # `over` made it a ChainMap
            self.waiting.pop(delivered, None)

    def of(self, scope: str) -> Iterator[OrderFamily]:
        """Every family of the scope."""
        return (each for each in self.families.values() if each.order.scope == scope)

    def family(self, scope: str, order_id: UUID) -> OrderFamily:
        found = self.families.get(order_id)
        if found is None or found.order.scope != scope:
            raise NotFound("order", order_id)
        return found

    def check(self, change: Change) -> None:
        """Raise what keeps the change out, before anything of it is written."""
        self.check_key(change)
        self.check_version(change)
        self.check_requests(change)
        self.check_payments(change)
        self.check_journal(change.scope, change.journal)

    def check_key(self, change: Change) -> None:
        """The key stands for nothing yet. The same request under it must be decided again, to find what it made."""
        known = self.keys.get(_place_of(change.key)) if change.key else None
        if change.key is None or known is None:
            return
        if known.fingerprint != change.key.fingerprint:
            raise KeyReused(change.key.verb, change.key.key)
        raise self.stale(change)

    def check_version(self, change: Change) -> None:
        """The family lock: the stored version is the one that was decided on (I-19)."""
        before, number = change.before, change.after.order.number
        stored = self.families.get(change.after.order.id)
        if before is None:
            if stored is not None:
                raise self.stale(change)
            if (change.scope, number) in self.numbers:
                raise StorageError(f"number: an order {number} is there already; take a number from number_block")
        elif stored is None or stored.order.scope != change.scope or stored.order.version != before.order.version:
            raise self.stale(change)

    def check_requests(self, change: Change) -> None:
        """What is reserved and settled on a request that changes is what the decision saw (I-06, I-11)."""
        if change.before is None:
            return
        stored = {each.id: each for each in self.families[change.after.order.id].requests}
        for before, _ in changed(change.before.requests, change.after.requests):
            now = stored.get(before.id) if before else None
            if before and now and (now.reserved, now.settled) != (before.reserved, before.settled):
                raise self.stale(change)

    def check_payments(self, change: Change) -> None:
        """No payment starts beside a live one on a request that takes one at a time (row S0-28)."""
        if change.starts_beside_a_live_one():
            raise self.stale(change)

    def stale(self, change: Change) -> StaleRecord:
        stored = self.families.get(change.after.order.id)
        expected = change.before.order.version if change.before else 0
        return StaleRecord(change.after.order.id, expected, stored.order.version if stored else None)

    def write(self, change: Change) -> None:
        """Take the change in, unless `check` keeps it out."""
        self.check(change)
        family = self.merged(change)
        order = family.order
        self.families[order.id] = family
        self.rows[order.id] = row_of(family, change.standing)
        self.numbers[change.scope, order.number] = order.id
        self.histories[order.id] = (*self.histories.get(order.id, ()), change.entry)
        for noun, plural in _RELATIVES.items():
            self.owners.update(((noun, each.id), order.id) for each in getattr(family, plural))
        self.post(change.scope, change.journal)
        self.publish(change.messages)
        if change.key:
            self.keys[_place_of(change.key)] = change.key

    def merged(self, change: Change) -> OrderFamily:
        """The stored family with what differs; personal values are added and never put back (row SX-26)."""
        before, after = change.before or OrderFamily(order=change.after.order), change.after
        stored = self.families[after.order.id] if change.before else before
        new = tuple(each for each in after.personal if each not in before.personal)
        fields = {(each.owner_id, each.name): each for each in (*stored.fields, *after.fields)}
        return in_order(
            OrderFamily(
                order=after.order,
                lines=_put_changed(stored.lines, before.lines, after.lines),
                items=_put_changed(stored.items, before.items, after.items),
                requests=_put_changed(stored.requests, before.requests, after.requests),
                payments=_put_changed(stored.payments, before.payments, after.payments),
                operations=_put_changed(stored.operations, before.operations, after.operations),
                refunds=_put_changed(stored.refunds, before.refunds, after.refunds),
                attention=_put_changed(stored.attention, before.attention, after.attention),
                personal=(*stored.personal, *new),
                fields=tuple(fields.values()),
                head=after.head,
            )
        )

    def count(self, series: Series, number: int) -> None:
        """Give the number out for good, unless somebody else had it meanwhile."""
        if self.series.get(series, 0) + 1 != number:
            raise Busy(f"number {number} of the series {series[2]!r} was given out meanwhile; make the same call again")
        self.series[series] = number

    def erase(self, scope: str, person: str) -> int:
        """Forget the person's values; how many there were."""
        erased = 0
        for family in tuple(self.of(scope)):
            kept = tuple(each for each in family.personal if each.person != person)
            if len(kept) < len(family.personal):
                erased += len(family.personal) - len(kept)
                self.families[family.order.id] = evolve(family, personal=kept)
        return erased


_PARTS = tuple(Contents.__annotations__)


def _place_of(key: CommandKey) -> tuple[str, str, str, str]:
    return key.scope, key.verb, key.target, key.key


def changed(before: tuple[R, ...], after: tuple[R, ...]) -> Iterator[tuple[R | None, R]]:
    """What differs, with what it was. A record that is still the same object did not change and is not looked at."""
    then = {each.id: each for each in before}
    return ((then.get(each.id), each) for each in after if then.get(each.id) is not each)


def _put_changed(stored: tuple[R, ...], before: tuple[R, ...], after: tuple[R, ...]) -> tuple[R, ...]:
    merged = {each.id: each for each in stored}
    merged.update((each.id, each) for _, each in changed(before, after))
    return tuple(merged.values())
