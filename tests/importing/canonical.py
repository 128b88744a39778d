"""What an import leaves behind, in a form that two runs can be compared by: everything but ids, numbers and clocks.

Only the reading of a shop through its public names lives here. Orders are named by their id in the file; whatever is
named by an id of ours is named by what it is instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import frozen

from orderkit import Item, Line, Operation, OrderFamily, OrderRow, Payment, Refund, Shop
from orderkit.history import replay, without_personal

SENT_AGAIN: Final = frozenset({"sale_sending", "refund_sending"})
"""A run that was cut off between an intent and its answer sends it once more under the same key."""

Said = tuple[object, ...]


@frozen(kw_only=True)
class ImportedOrder:
    """One order as the file and the rules determine it.

    Attributes:
        events: the names of its history rows with their actors, but for what was sent again.
        stands: the columns that lists show.
    """

    status: str
    customer: str
    name: str | None
    channel: str
    placed_at: datetime
    lines: tuple[Said, ...]
    items: tuple[Said, ...]
    requests: tuple[Said, ...]
    payments: tuple[Said, ...]
    operations: tuple[Said, ...]
    refunds: tuple[Said, ...]
    attention: tuple[str, ...]
    stands: Said
    events: tuple[str, ...]

    def refunded_units(self) -> Counter[tuple[object, object]]:
        """How many units of each offer and price went back."""
        units: Counter[tuple[object, object]] = Counter()
        for _, parts, *_ in self.refunds:
            for offer, price, quantity, *_ in parts:  # type: ignore[attr-defined]  # `_refunds` made it a tuple
                units[offer, price] += quantity
        return units


def imported(shop: Shop) -> dict[str, ImportedOrder]:
    """Every order of the scope by its id in the file, its history verified and replayed on the way.

    Raises:
        AssertionError: two orders have one id in the file, or a history does not replay to its order.
    """
    found: dict[str, ImportedOrder] = {}
    for row in rows(shop):
        assert row.reference is not None
        assert row.reference not in found, f"two orders are {row.reference}"
        found[row.reference] = _order(shop, row)
    return found


def rows(shop: Shop) -> Iterator[OrderRow]:
    """Every order as lists show it."""
    after: str | None = None
    while True:
        page = shop.orders.list(after=after, limit=500)
        yield from page.rows
        after = page.next
        if after is None:
            return


def histories(shop: Shop) -> dict[str, int]:
    """How many rows each order's history has, by the order's id in the file."""
    return {str(row.reference): len(shop.orders.history(row.id)) for row in rows(shop)}


def _order(shop: Shop, row: OrderRow) -> ImportedOrder:
    details, remembered = shop.orders.details(row.id), shop.orders.history(row.id)
    family, source = details.family, details.family.order.source
    assert source is not None
    assert replay([each.entry for each in remembered]) == without_personal(family)
    events = [f"{each.entry.event} by {each.entry.actor}" for each in remembered if each.entry.event not in SENT_AGAIN]
    lines = {each.id: each for each in family.lines}
    return ImportedOrder(
        status=family.order.status,
        customer=family.order.customer_id,
        name=details.customer.name,
        channel=source.channel,
        placed_at=family.order.placed_at,
        lines=tuple(_line(each) for each in family.lines),
        items=_sorted(_item(each, lines) for each in family.items),
        requests=tuple((r.status, r.amount, r.due, r.reserved, r.settled) for r in family.requests),
        payments=tuple(_payment(each) for each in family.payments),
        operations=_sorted(_operation(each) for each in family.operations),
        refunds=_sorted(_refund(each, family) for each in family.refunds),
        attention=tuple(each.code for each in family.attention),
        stands=(row.status, row.total, row.paid, row.refunded, row.due, row.in_flight, row.transaction_status),
        events=tuple(events),
    )


def _line(line: Line) -> Said:
    return line.position, line.offer, line.title, line.quantity, line.unit_price, line.total, tuple(line.extra.items())


def _item(item: Item, lines: Mapping[UUID, Line]) -> Said:
    return lines[item.line_id].position, item.quantity, item.amount, item.status, item.split_from_id is not None


def _payment(payment: Payment) -> Said:
    return payment.gateway, payment.account, payment.status, payment.amount, payment.captured, payment.refunded


def _operation(operation: Operation) -> Said:
    return operation.type, operation.amount, operation.moved, operation.status


def _refund(refund: Refund, family: OrderFamily) -> Said:
    lines = {each.id: family.line(each.line_id) for each in family.items}
    parts = _sorted(
        (lines[each.item_id].offer, lines[each.item_id].unit_price, each.quantity, each.amount) for each in refund.lines
    )
    return refund.reference, parts, refund.status


def _sorted(said: Iterator[Said] | list[Said]) -> tuple[Said, ...]:
    return tuple(sorted(said, key=repr))
