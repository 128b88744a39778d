"""What is known of the durable store: every family as its last commit left it, read back, and all that only grows."""

from __future__ import annotations

from collections import Counter, defaultdict
from uuid import UUID

from attrs import define, field

from orderkit.credit.records import CreditEntry
from orderkit.errors import NotFound
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.journal import JournalEntry
from orderkit.payments.records import Operation
from orderkit.ports.exchange import Message
from orderkit.ports.storage import Change, Storage
from orderkit.testing.simulation.breaking import Broken

SCOPE = "shop"
DURABLE = "what was committed is there after a fall"


@define
class Known:
    """The store as everybody could read it now.

    Attributes:
        families, heads: of every order, the records, and the hash of its last history row.
        entries, journal: how many history rows there are, and every journal entry, by order.
        keys: the command keys that were taken.
        operations, payments: the order that each belongs to.
        messages: everything that has to leave, by id and channel.
        accounts: the entries of customers' accounts.
        excused: orders on which somebody else moved money, or a gateway broke its word; then more may come in than is
            owed, and a person is told.
        said: what was asked for, which never changes.
        by_hand: what a person at the bank said came in and went out, in minor units by payment.
    """

    families: dict[UUID, OrderFamily] = field(factory=dict)
    heads: dict[UUID, HistoryEntry] = field(factory=dict)
    journal: dict[UUID, list[JournalEntry]] = field(factory=lambda: defaultdict(list))
    balances: dict[UUID, Counter[str]] = field(factory=lambda: defaultdict(Counter))
    keys: set[tuple[str, str, str]] = field(factory=set)
    operations: dict[UUID, UUID] = field(factory=dict)
    payments: dict[UUID, UUID] = field(factory=dict)
    messages: dict[tuple[UUID, str], Message] = field(factory=dict)
    accounts: dict[tuple[str, str], list[CreditEntry]] = field(factory=lambda: defaultdict(list))
    excused: set[UUID] = field(factory=set)
    said: dict[UUID, tuple[object, ...]] = field(factory=dict)
    came: Counter[UUID] = field(factory=Counter)
    went: Counter[UUID] = field(factory=Counter)

    def take(self, change: Change, family: OrderFamily) -> None:
        """A change was committed, and reads back as this family."""
        id = family.order.id
        self.families[id], self.heads[id] = family, change.entry
        self.operations.update((each.id, id) for each in family.operations)
        self.payments.update((each.id, id) for each in family.payments)
        self.messages.update(((each.id, each.channel), each) for each in change.messages)
        self.journal[id].extend(change.journal)
        for entry in change.journal:
            for each in entry.postings:
                self.balances[id][each.account] += each.amount.minor
        if change.key is not None:
            self.keys.add((change.key.verb, change.key.target, change.key.key))

    def operation(self, id: UUID) -> Operation | None:
        """An operation as the store has it; None where it has none."""
        order_id = self.operations.get(id)
        return None if order_id is None else self.families[order_id].operation(id)

    def read_again(self, storage: Storage) -> None:
        """What a new process finds; whatever the old one committed has to be there.

        Raises:
            Broken: a commit that was acknowledged is gone (I-36).
        """
        self.operations.clear()
        self.payments.clear()
        with storage.reading() as store:
            for id, known in self.families.items():
                try:
                    family = store.family(SCOPE, id)
                except NotFound as gone:
                    raise Broken("I-36", DURABLE, f"the order {id}") from gone
                if family.order.version != known.order.version:
                    raise Broken("I-36", DURABLE, f"version {known.order.version}, and {family.order.version} is there")
                self.families[id] = family
                self.operations.update((each.id, id) for each in family.operations)
                self.payments.update((each.id, id) for each in family.payments)
