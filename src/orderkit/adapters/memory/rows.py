"""How an order shows in a list of the memory store, and which lists it is in."""

from __future__ import annotations

from orderkit.family import OrderFamily
from orderkit.ports.storage import OrderFilter, OrderRow
from orderkit.standing import Standing


def row_of(family: OrderFamily, standing: Standing) -> OrderRow:
    """The order as lists show it; the summary is the title of its first line (row S0-05)."""
    order = family.order
    return OrderRow(
        id=order.id,
        number=order.number,
        type=order.type,
        status=order.status,
        kind=order.kind,
        currency=order.currency,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        reference=order.source.reference if order.source else None,
        summary=family.lines[0].title if family.lines else "",
        line_count=len(family.lines),
        item_count=standing.items,
        total=standing.total,
        paid=standing.paid,
        refunded=standing.refunded,
        authorized=standing.authorized,
        in_flight=standing.in_flight,
        due=standing.due,
        transaction_status=standing.transaction_status,
        needs_attention=standing.needs_attention,
    )


def shows(filter: OrderFilter, family: OrderFamily, row: OrderRow) -> bool:
    """Every condition that is given holds, any of the values within one (row S0-25)."""
    channel = family.order.source.channel if family.order.source else None
    fields = {each.name: each.value for each in family.fields if each.owner_id == row.id}
    conditions = (
        not filter.statuses or row.status in filter.statuses,
        not filter.kinds or row.kind in filter.kinds,
        filter.customer_id is None or row.customer_id == filter.customer_id,
        filter.number is None or row.number == filter.number,
        filter.channel is None or channel == filter.channel,
        filter.needs_attention is None or row.needs_attention is filter.needs_attention,
        # True is not 1 here, as the stored types tell them apart.
        all(name in fields and _same(fields[name], value) for name, value in filter.fields.items()),
    )
    return all(conditions)


def _same(stored: object, wanted: object) -> bool:
    return type(stored) is type(wanted) and stored == wanted
