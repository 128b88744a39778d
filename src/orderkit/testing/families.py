"""Small families for suites and tests, made by the library's own pure decisions.

Nothing is left to chance: ids follow from scope, number and version, instants from the order's, so that the same call
gives the same family. A step takes a family and returns what it becomes; `change_of` makes of both the `Change` that a
store writes, and `next_of` goes on without a store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from uuid import UUID
from zlib import crc32

from attrs import define, evolve

from orderkit.actors import Actor
from orderkit.capabilities import Capabilities
from orderkit.cases import Case
from orderkit.families.cancelling import cancel
from orderkit.families.concluding import conclude
from orderkit.families.placing import NewOrder, Placing, placed
from orderkit.families.refunding import RefundItem, begin_refund
from orderkit.family import OrderFamily, in_order
from orderkit.history import entry_for
from orderkit.journal import JournalEntry
from orderkit.keys import to_micros
from orderkit.lifecycles import Lifecycle
from orderkit.money import Money
from orderkit.orders.records import Customer, NewLine
from orderkit.payments.decisions import Begun, GatewayAccount, begin_capture, begin_payment, begin_sending
from orderkit.payments.outcomes import Approved, Outcome
from orderkit.payments.settling import settle
from orderkit.personal import PersonalValue
from orderkit.policies import Policies
from orderkit.ports.storage import Change, CommandKey, Message
from orderkit.profiles import retail
from orderkit.profiles.profile import fingerprint_of
from orderkit.standing import stand

SCOPE = "acme"
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
CLERK = Actor.user("u-1", name="Jo Clerk")
TABLES: Mapping[str, Lifecycle] = retail.lifecycles()
FINGERPRINT = fingerprint_of(TABLES)
ABLE = Capabilities(
    authorize=True,
    partial_capture=True,
    several_captures=True,
    void=True,
    refund=True,
    partial_refund=True,
    looks_up=True,
)
CARD = GatewayAccount(gateway="card", account="acct-1", capabilities=ABLE)
MUG = NewLine("MUG", "A mug", unit_price=Money("10.00", "EUR"), quantity=3)


@define
class CountedIds:
    """Ids that rise by one, laid out like UUIDv7: the instant, whose they are, and the count (the port `Ids`)."""

    _owner: int
    _count: int = 0

    def new(self, at: datetime) -> UUID:
        self._count += 1
        millis = to_micros(at) // 1000 & ((1 << 48) - 1)
        low = (self._count & ((1 << 26) - 1)) << 36 | self._owner & ((1 << 36) - 1)
        return UUID(int=millis << 80 | 0x7 << 76 | 0b10 << 62 | low)

    def salt(self) -> str:
        self._count += 1
        return f"{self._owner & ((1 << 64) - 1):016x}{self._count:016x}"


def ids_for(scope: str, number: int, *, version: int = 0) -> CountedIds:
    """Ids that no other order of any scope gets, nor this one at another version."""
    return CountedIds(crc32(f"{scope}/{number}".encode()) << 4, version << 14)


def family_of(new: NewOrder, *, number: int = 1, scope: str = SCOPE, at: datetime = NOON) -> OrderFamily:
    """The family of an order as it is asked for, placed and concluded, at version 1."""
    ids = ids_for(scope, number)
    how = Placing(
        scope=scope,
        actor=CLERK,
        at=at,
        lifecycles=TABLES,
        fingerprint=FINGERPRINT,
        order_types=retail.order_types,
        individual_kinds={each.key: each.individual for each in retail.item_kinds},
        new_id=lambda: ids.new(at),
        new_salt=ids.salt,
    )
    family = _numbered(placed(new, how), number)
    concluded = conclude(case_of(family, at=at), family, new_id=how.new_id, is_new=True).family
    return change_of(None, concluded).after


def _numbered(family: OrderFamily, number: int) -> OrderFamily:
    requests = tuple(evolve(each, number=number) for each in family.requests)
    return evolve(family, order=evolve(family.order, number=number), requests=requests)


def new_family(
    *lines: NewLine, number: int = 1, scope: str = SCOPE, customer: str = "c-1", at: datetime = NOON
) -> OrderFamily:
    """A placed order of these lines (three mugs of 10.00 EUR without any), at version 1."""
    buyer = Customer(customer, name=f"Buyer {customer}", email=f"{customer}@example.com")
    return family_of(NewOrder(customer=buyer, lines=lines or (MUG,)), number=number, scope=scope, at=at)


def case_of(family: OrderFamily, *, at: datetime | None = None, policies: Policies | None = None) -> Case:
    """The case of this family one minute after its last change, or at `at`."""
    return Case(
        family=family,
        standing=stand(family),
        lifecycles=TABLES,
        actor=CLERK,
        policies=policies or Policies(),
        at=at or family.order.changed_at + timedelta(minutes=1),
    )


def ids_of(family: OrderFamily) -> Callable[[], UUID]:
    """Makes the ids of the family's next version."""
    ids = ids_for(family.order.scope, family.order.number, version=family.order.version + 1)
    at = case_of(family).at
    return lambda: ids.new(at)


def begun_payment(
    family: OrderFamily, amount: Money | None = None, *, capture: bool = True, concluded: bool = True
) -> OrderFamily:
    """A payment of the first request has been asked for: a sale, or with `capture=False` an authorization.

    Without `concluded` only the payment and its operation are new, and nothing follows from them yet.
    """
    new_id = ids_of(family)
    begun = begin_payment(
        case_of(family),
        family.requests[0].id,
        amount,
        through=CARD,
        method="tok_visa",
        capture=capture,
        payment_id=new_id(),
        operation_id=new_id(),
    )
    return _concluded(family, begun.family, new_id) if concluded else begun.family


def begun_capture(family: OrderFamily, amount: Money | None = None) -> OrderFamily:
    """A capture of the last payment has been asked for."""
    new_id = ids_of(family)
    begun = begin_capture(case_of(family), family.payments[-1].id, amount, through=CARD, operation_id=new_id())
    return _concluded(family, begun.family, new_id)


def sent(family: OrderFamily) -> OrderFamily:
    """The last operation is being sent."""
    begun: Begun = begin_sending(case_of(family), family.operations[-1].id)
    return _concluded(family, begun.family, ids_of(family))


def answered(family: OrderFamily, outcome: Outcome | None = None, *, operation_id: UUID | None = None) -> OrderFamily:
    """The last operation (or the named one) has been answered, with an approval unless told otherwise."""
    id = operation_id or family.operations[-1].id
    settled = settle(case_of(family), id, outcome or Approved(f"ref-{id.hex[-6:]}"))
    return _concluded(family, settled, ids_of(family))


def begun_refund(family: OrderFamily, *selection: RefundItem, reference: str | None = None) -> OrderFamily:
    """A refund of these items has been asked for, of every item without any, through the card's account."""
    new_id = ids_of(family)
    chosen = selection or tuple(RefundItem(each.id) for each in family.items)
    accounts = {each.id: CARD for each in family.payments}
    begun = begin_refund(case_of(family), chosen, accounts=accounts, new_id=new_id, reference=reference)
    return _concluded(family, begun.family, new_id)


def cancelled(family: OrderFamily) -> OrderFamily:
    """The order has been cancelled with its items and requests."""
    after, _ = cancel(case_of(family))
    return _concluded(family, after, ids_of(family))


def _concluded(before: OrderFamily, after: OrderFamily, new_id: Callable[[], UUID]) -> OrderFamily:
    return conclude(case_of(before), after, new_id=new_id).family


def change_of(
    before: OrderFamily | None,
    after: OrderFamily,
    *,
    event: str | None = None,
    key: CommandKey | None = None,
    messages: tuple[Message, ...] = (),
    journal: tuple[JournalEntry, ...] = (),
    reason: PersonalValue | None = None,
) -> Change:
    """The change from one family to the other: the next version, one minute later, its history row and its standing."""
    version = before.order.version + 1 if before else 1
    at = case_of(before).at if before else after.order.changed_at
    event = event or ("change" if before else "place")
    stamped = in_order(after.with_order(evolve(after.order, version=version, changed_at=at)))
    entry = entry_for(before, stamped, event=event, actor=CLERK, cause=event, reason=reason)
    return Change(
        scope=after.order.scope,
        before=before,
        after=evolve(stamped, head=entry.hash),
        standing=stand(stamped),
        entry=entry,
        journal=journal,
        key=key,
        messages=messages,
    )


def next_of(before: OrderFamily, after: OrderFamily) -> OrderFamily:
    """`after` at the version that follows on `before`."""
    return change_of(before, after).after


def paid_family(
    *lines: NewLine, number: int = 1, scope: str = SCOPE, customer: str = "c-1", at: datetime = NOON
) -> OrderFamily:
    """A placed order that one sale has paid in full, at version 3."""
    family = new_family(*lines, number=number, scope=scope, customer=customer, at=at)
    family = next_of(family, begun_payment(family))
    return next_of(family, answered(family))
