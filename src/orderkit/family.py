"""An order with everything that stands and falls with it.

The family is the unit of consistency: the order row is its lock. It knows no noun at run time: the records are named
for the type checker alone, so every room may use it, and a rule of one noun may look at the records of another
without importing its room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

from attrs import evolve, frozen

from orderkit.errors import NotFound

if TYPE_CHECKING:
    from orderkit.items.records import Item
    from orderkit.orders.records import Attention, FieldValue, Line, Order
    from orderkit.payments.records import Operation, Payment
    from orderkit.personal import PersonalValue
    from orderkit.refunds.records import Refund
    from orderkit.requests.records import PaymentRequest


class Identified(Protocol):
    @property
    def id(self) -> UUID: ...


R = TypeVar("R", bound=Identified)


@frozen
class OrderFamily:
    """One order and its relatives, as of one version; every tuple is in order of creation.

    A change makes a new family; records that did not change stay the same objects, which is how a store sees what
    to write. `head` is the hash of the last history row, where the next one joins the chain.
    """

    order: Order
    lines: tuple[Line, ...] = ()
    items: tuple[Item, ...] = ()
    requests: tuple[PaymentRequest, ...] = ()
    payments: tuple[Payment, ...] = ()
    operations: tuple[Operation, ...] = ()
    refunds: tuple[Refund, ...] = ()
    attention: tuple[Attention, ...] = ()
    personal: tuple[PersonalValue, ...] = ()
    fields: tuple[FieldValue, ...] = ()
    head: str = ""

    def line(self, id: UUID) -> Line:
        return _one(self.lines, id, "line")

    def item(self, id: UUID) -> Item:
        return _one(self.items, id, "item")

    def request(self, id: UUID) -> PaymentRequest:
        return _one(self.requests, id, "payment request")

    def payment(self, id: UUID) -> Payment:
        return _one(self.payments, id, "payment")

    def operation(self, id: UUID) -> Operation:
        return _one(self.operations, id, "operation")

    def refund(self, id: UUID) -> Refund:
        return _one(self.refunds, id, "refund")

    def operations_of(self, payment_id: UUID) -> tuple[Operation, ...]:
        return tuple(each for each in self.operations if each.payment_id == payment_id)

    def with_order(self, order: Order) -> OrderFamily:
        return evolve(self, order=order)

    def with_item(self, item: Item) -> OrderFamily:
        return evolve(self, items=put(self.items, item))

    def with_request(self, request: PaymentRequest) -> OrderFamily:
        return evolve(self, requests=put(self.requests, request))

    def with_payment(self, payment: Payment) -> OrderFamily:
        return evolve(self, payments=put(self.payments, payment))

    def with_operation(self, operation: Operation) -> OrderFamily:
        return evolve(self, operations=put(self.operations, operation))

    def with_refund(self, refund: Refund) -> OrderFamily:
        return evolve(self, refunds=put(self.refunds, refund))

    def with_attention(self, entry: Attention) -> OrderFamily:
        return evolve(self, attention=put(self.attention, entry))


def put(records: tuple[R, ...], record: R) -> tuple[R, ...]:
    """The records with this one in place of the one with its id, or behind them all."""
    if any(each.id == record.id for each in records):
        return tuple(record if each.id == record.id else each for each in records)
    return (*records, record)


def in_order(family: OrderFamily) -> OrderFamily:
    """The family with every tuple in order of creation: lines by position, items by their line and id, the rest by id.

    What stores load and what history replays stand in this order, so that they can be compared.
    """
    position = {line.id: line.position for line in family.lines}
    return evolve(
        family,
        lines=tuple(sorted(family.lines, key=lambda each: each.position)),
        items=tuple(sorted(family.items, key=lambda each: (position[each.line_id], each.id))),
        requests=_by_id(family.requests),
        payments=_by_id(family.payments),
        operations=_by_id(family.operations),
        refunds=_by_id(family.refunds),
        attention=_by_id(family.attention),
        personal=tuple(sorted(family.personal, key=lambda each: (each.owner_id, each.name))),
        fields=tuple(sorted(family.fields, key=lambda each: (each.owner_id, each.name))),
    )


def _by_id(records: tuple[R, ...]) -> tuple[R, ...]:
    return tuple(sorted(records, key=lambda each: each.id))


def _one(records: tuple[R, ...], id: UUID, noun: str) -> R:
    for each in records:
        if each.id == id:
            return each
    raise NotFound(noun, id)
