"""Rows of what was sold: lines with their adjustments, and items."""

from __future__ import annotations

from collections.abc import Sequence

from orderkit.adapters.sqlalchemy.rows.wire import (
    Row,
    Wire,
    decimal_or_none,
    decimal_text,
    instant_or_none,
    micros_or_none,
    minor,
)
from orderkit.codec import to_text
from orderkit.items.records import Item
from orderkit.money import Money, Price
from orderkit.orders.records import Adjustment, Line, Terms


def line_row(wire: Wire, scope: str, line: Line) -> Row:
    return (
        scope,
        wire.id(line.order_id),
        wire.id(line.id),
        line.position,
        line.offer,
        line.title,
        line.category,
        line.item_kind,
        line.quantity,
        line.unit_price.coefficient,
        line.unit_price.digits,
        line.unit_price.currency,
        line.terms.partial_payment,
        decimal_text(line.terms.minimum_share),
        line.terms.most_units,
        micros_or_none(line.terms.refundable_until),
        to_text(dict(line.extra)),
    )


def line_of(wire: Wire, row: Row, adjustments: Sequence[Adjustment]) -> Line:
    (
        _, order_id, id, position, offer, title, category, item_kind, quantity, coefficient, digits, currency,
        partial_payment, minimum_share, most_units, refundable_until, extra,
    ) = row  # fmt: skip
    return Line(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        position=position,
        offer=offer,
        title=title,
        category=category,
        item_kind=item_kind,
        quantity=quantity,
        unit_price=Price.of_coefficient(coefficient, digits, currency),
        adjustments=tuple(adjustments),
        terms=Terms(
            bool(partial_payment), decimal_or_none(minimum_share), most_units, instant_or_none(refundable_until)
        ),
        extra=wire.parsed(extra),
    )


def adjustment_rows(wire: Wire, scope: str, line: Line) -> list[Row]:
    order_id, line_id, currency = wire.id(line.order_id), wire.id(line.id), line.unit_price.currency
    return [
        (
            scope,
            order_id,
            line_id,
            position,
            each.kind,
            each.code,
            each.label,
            decimal_text(each.rate),
            minor(each.base, currency),
            minor(each.amount, currency),
            currency,
            each.included,
        )
        for position, each in enumerate(line.adjustments)
    ]


def adjustment_of(row: Row) -> Adjustment:
    kind, code, label, rate, base, amount, currency, included = row[4:]
    money = Money.of_minor
    return Adjustment(
        kind, code, label, decimal_or_none(rate), money(base, currency), money(amount, currency), bool(included)
    )


def item_row(wire: Wire, scope: str, item: Item) -> Row:
    return (
        scope,
        wire.id(item.order_id),
        wire.id(item.id),
        wire.id(item.line_id),
        item.quantity,
        item.amount.minor,
        item.amount.currency,
        item.status,
        item.kind,
        wire.id_or_none(item.split_from_id),
    )


def item_of(wire: Wire, row: Row) -> Item:
    _, order_id, id, line_id, quantity, amount, currency, status, kind, split_from_id = row
    return Item(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        line_id=wire.uuid(line_id),
        quantity=quantity,
        amount=Money.of_minor(amount, currency),
        status=status,
        kind=kind,
        split_from_id=wire.uuid_or_none(split_from_id),
    )
