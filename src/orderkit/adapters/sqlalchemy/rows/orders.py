"""Rows of orders, with how they stand, and of what stands beside them: attention, personal values, fields."""

from __future__ import annotations

import json
from uuid import UUID

from orderkit.adapters.sqlalchemy.rows.wire import (
    Row,
    Wire,
    instant_or_none,
    micros_or_none,
    minor,
)
from orderkit.codec import from_micros, to_text
from orderkit.family import OrderFamily
from orderkit.keys import to_micros
from orderkit.orders.records import Attention, FieldValue, Order, Source
from orderkit.personal import PersonalValue
from orderkit.ports.storage import Change
from orderkit.standing import Standing


def order_row(wire: Wire, change: Change) -> Row:
    family, order = change.after, change.after.order
    return (
        change.scope,
        wire.id(order.id),
        order.number,
        order.type,
        order.status,
        order.kind,
        order.lifecycles,
        order.version,
        order.currency,
        order.customer_id,
        to_micros(order.placed_at),
        to_micros(order.recorded_at),
        to_micros(order.changed_at),
        order.author,
        order.locale,
        order.source.channel if order.source else None,
        order.source.reference if order.source else None,
        order.ordering_account,
        order.contract,
        order.promotion,
        order.affiliate,
        order.external_invoice_number,
        wire.id_or_none(order.parent_id),
        wire.id_or_none(order.copied_from_id),
        to_text(dict(order.extra)),
        family.head,
        *standing_columns(family, change.standing),
    )


def standing_columns(family: OrderFamily, standing: Standing) -> Row:
    """What lists show; the summary is the title of the first line (row S0-05)."""
    currency = family.order.currency
    return (
        minor(standing.total, currency),
        minor(standing.paid, currency),
        minor(standing.refunded, currency),
        minor(standing.charged_back, currency),
        minor(standing.sent_back, currency),
        minor(standing.authorized, currency),
        minor(standing.in_flight, currency),
        minor(standing.due, currency),
        minor(standing.credit, currency),
        standing.in_doubt,
        standing.needs_attention,
        standing.transaction_status,
        len(family.lines),
        standing.items,
        family.lines[0].title if family.lines else "",
    )


ORDER_WIDTH = 26
"""How many columns an order has before those of its standing."""


def order_of(wire: Wire, row: Row) -> tuple[Order, str]:
    """The order and the hash of its last history row, from the first `ORDER_WIDTH` columns."""
    (
        scope, id, number, type, status, kind, lifecycles, version, currency, customer_id, placed_at, recorded_at,
        changed_at, author, locale, channel, reference, ordering_account, contract, promotion, affiliate,
        external_invoice_number, parent_id, copied_from_id, extra, head,
    ) = row  # fmt: skip
    order = Order(
        id=wire.uuid(id),
        scope=scope,
        number=number,
        type=type,
        status=status,
        kind=kind,
        lifecycles=lifecycles,
        version=version,
        currency=currency,
        customer_id=customer_id,
        placed_at=from_micros(placed_at),
        recorded_at=from_micros(recorded_at),
        changed_at=from_micros(changed_at),
        author=author,
        locale=locale,
        source=None if channel is None else Source(channel, reference),
        ordering_account=ordering_account,
        contract=contract,
        promotion=promotion,
        affiliate=affiliate,
        external_invoice_number=external_invoice_number,
        parent_id=wire.uuid_or_none(parent_id),
        copied_from_id=wire.uuid_or_none(copied_from_id),
        extra=wire.parsed(extra),
    )
    return order, head


def attention_row(wire: Wire, scope: str, entry: Attention) -> Row:
    return (
        scope,
        wire.id(entry.order_id),
        wire.id(entry.id),
        entry.code,
        to_text(dict(entry.params)),
        to_micros(entry.opened_at),
        micros_or_none(entry.closed_at),
    )


def attention_of(wire: Wire, row: Row) -> Attention:
    _, order_id, id, code, params, opened_at, closed_at = row
    return Attention(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        code=code,
        params=wire.parsed(params),
        opened_at=from_micros(opened_at),
        closed_at=instant_or_none(closed_at),
    )


def personal_row(wire: Wire, each: PersonalValue, *, scope: str, order_id: UUID) -> Row:
    return scope, wire.id(order_id), wire.id(each.owner_id), each.name, each.person, each.value, each.salt


def personal_of(wire: Wire, row: Row) -> PersonalValue:
    _, _, owner_id, name, person, value, salt = row
    return PersonalValue(wire.uuid(owner_id), name, person, value, salt)


def field_row(wire: Wire, each: FieldValue, *, scope: str, order_id: UUID) -> Row:
    return scope, wire.id(order_id), wire.id(each.owner_id), each.name, each.on, to_text(each.value)


def field_of(wire: Wire, row: Row) -> FieldValue:
    _, _, owner_id, name, on, value = row
    return FieldValue(owner_id=wire.uuid(owner_id), on=on, name=name, value=json.loads(value))
