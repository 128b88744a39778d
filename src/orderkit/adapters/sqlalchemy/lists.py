"""Lists and sums over many orders: pages by keyset, totals by currency, what was sold and what was sent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from attrs import frozen
from sqlalchemy import Connection, Select, bindparam, exists, false, func, or_, select, tuple_
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.elements import ColumnElement

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver
from orderkit.adapters.sqlalchemy.rows.wire import Row, fits
from orderkit.adapters.sqlalchemy.statements import Statement, compiled
from orderkit.codec import from_micros, to_text
from orderkit.keys import to_micros
from orderkit.money import Money, Price
from orderkit.ports.storage import CurrencyTotals, OrderFilter, OrderRow, Page, ReferencedRefund, SoldItem

_ORDERS: Final = tables.orders.c
_SHOWN: Final = (
    _ORDERS.id,
    _ORDERS.number,
    _ORDERS.type,
    _ORDERS.status,
    _ORDERS.kind,
    _ORDERS.currency,
    _ORDERS.customer_id,
    _ORDERS.placed_at,
    _ORDERS.reference,
    _ORDERS.summary,
    _ORDERS.line_count,
    _ORDERS.item_count,
    _ORDERS.total,
    _ORDERS.paid,
    _ORDERS.refunded,
    _ORDERS.authorized,
    _ORDERS.in_flight,
    _ORDERS.due,
    _ORDERS.transaction_status,
    _ORDERS.needs_attention,
)


@frozen
class Wanted:
    """Which page of which list."""

    scope: str
    filter: OrderFilter
    after: tuple[datetime, UUID] | None
    limit: int


def page(database: Database, connection: Connection, wanted: Wanted) -> Page:
    """Orders, newest first. The statement depends on the filter, so Core compiles and remembers it."""
    try:
        rows = connection.execute(_page_of(database, wanted)).all()
    except SQLAlchemyError as error:
        raise database.explained(error) from error
    shown = tuple(_order_row(database, tuple(row)) for row in rows[: wanted.limit])
    more = len(rows) > wanted.limit > 0
    return Page(rows=shown, next=(shown[-1].placed_at, shown[-1].id) if more else None)


def _page_of(database: Database, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    newest_first: Select[*tuple[Any, ...]] = select(*_SHOWN).order_by(_ORDERS.placed_at.desc(), _ORDERS.id.desc())
    return newest_first.where(*_conditions(database, wanted)).limit(wanted.limit + 1)


def _conditions(database: Database, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    filter = wanted.filter
    yield _ORDERS.scope == wanted.scope
    if filter.statuses:
        yield _ORDERS.status.in_(filter.statuses)
    if filter.kinds:
        yield _ORDERS.kind.in_(filter.kinds)
    if filter.number is not None:
        yield _ORDERS.number == filter.number if fits(filter.number) else false()
    for column, value in (
        (_ORDERS.customer_id, filter.customer_id),
        (_ORDERS.channel, filter.channel),
        (_ORDERS.needs_attention, filter.needs_attention),
    ):
        if value is not None:
            yield column == value
    yield from (_has_field(name, to_text(value)) for name, value in filter.fields.items())
    if wanted.after is not None:
        placed_at, id = wanted.after
        yield tuple_(_ORDERS.placed_at, _ORDERS.id) < tuple_(to_micros(placed_at), database.wire.id(id))


def _has_field(name: str, value: str) -> ColumnElement[bool]:
    fields = tables.fields.c
    own = (fields.scope == _ORDERS.scope, fields.order_id == _ORDERS.id, fields.owner_id == _ORDERS.id)
    return exists().where(*own, fields.name == name, fields.value == value)


def _order_row(database: Database, row: Row) -> OrderRow:
    id, number, type, status, kind, currency, customer_id, placed_at, reference, summary, lines, items, *money = row
    total, paid, refunded, authorized, in_flight, due, transaction_status, needs_attention = money
    return OrderRow(
        id=database.wire.uuid(id),
        number=number,
        type=type,
        status=status,
        kind=kind,
        currency=currency,
        customer_id=customer_id,
        placed_at=from_micros(placed_at),
        reference=reference,
        summary=summary,
        line_count=lines,
        item_count=items,
        total=Money.of_minor(total, currency),
        paid=Money.of_minor(paid, currency),
        refunded=Money.of_minor(refunded, currency),
        authorized=Money.of_minor(authorized, currency),
        in_flight=Money.of_minor(in_flight, currency),
        due=Money.of_minor(due, currency),
        transaction_status=transaction_status,
        needs_attention=bool(needs_attention),
    )


@cache
def _sums(database: Database) -> Statement:
    summed = (_ORDERS.total, _ORDERS.paid, _ORDERS.refunded, _ORDERS.due)
    asked = select(_ORDERS.currency, func.count(), *(func.sum(column) for column in summed))
    return compiled(database, asked.where(_ORDERS.scope == bindparam("scope")).group_by(_ORDERS.currency))


def totals(database: Database, driver: Driver, scope: str) -> tuple[CurrencyTotals, ...]:
    """The sums of a scope, by currency."""
    rows = sorted(driver.ask(_sums(database).asked(scope=scope)))
    return tuple(_currency_totals(*row) for row in rows)


def _currency_totals(currency: str, orders: int, *sums: int) -> CurrencyTotals:
    # PostgreSQL sums BIGINT as NUMERIC, so that nothing overflows: back to whole numbers.
    total, paid, refunded, due = (Money.of_minor(int(each), currency) for each in sums)
    return CurrencyTotals(currency=currency, orders=orders, total=total, paid=paid, refunded=refunded, due=due)


@frozen
class Sale:
    """Whom what was sold to, for how much, and until when."""

    scope: str
    customer_id: str
    offer: str
    unit_price: Price
    until: datetime


@cache
def _sold(database: Database) -> Statement:
    items, lines = tables.items.c, tables.lines.c
    # Without being told whose orders to look in, SQLite reads every item of the scope.
    of_customer = select(_ORDERS.id).where(
        _ORDERS.scope == bindparam("scope"),
        _ORDERS.customer_id == bindparam("customer_id"),
        _ORDERS.placed_at <= bindparam("until"),
    )
    same_order = (items.scope == _ORDERS.scope) & (items.order_id == _ORDERS.id)
    its_line = (lines.scope == items.scope) & (lines.order_id == items.order_id) & (lines.id == items.line_id)
    asked = (
        select(_ORDERS.id, _ORDERS.number, items.id, items.quantity, _ORDERS.placed_at)
        .select_from(tables.orders.join(tables.items, same_order).join(tables.lines, its_line))
        .where(
            _ORDERS.scope == bindparam("scope"),
            items.scope == bindparam("scope"),
            items.order_id.in_(of_customer),
            lines.offer == bindparam("offer"),
            lines.price_coefficient == bindparam("coefficient"),
            lines.price_digits == bindparam("digits"),
            lines.currency == bindparam("currency"),
            or_(items.kind == "pending", items.kind == "active"),
        )
        .order_by(_ORDERS.placed_at.desc(), _ORDERS.id.desc(), lines.position, items.id)
    )
    return compiled(database, asked)


def sold(database: Database, driver: Driver, sale: Sale) -> tuple[SoldItem, ...]:
    """The living items of a sale, newest order first."""
    question = _sold(database).asked(
        scope=sale.scope,
        customer_id=sale.customer_id,
        offer=sale.offer,
        until=to_micros(sale.until),
        coefficient=sale.unit_price.coefficient,
        digits=sale.unit_price.digits,
        currency=sale.unit_price.currency,
    )
    uuid = database.wire.uuid
    return tuple(
        SoldItem(
            order_id=uuid(order_id),
            order_number=number,
            item_id=uuid(item_id),
            quantity=quantity,
            placed_at=from_micros(placed_at),
        )
        for order_id, number, item_id, quantity, placed_at in driver.ask(question)
    )


@cache
def _referenced(database: Database) -> Statement:
    refunds, lines = tables.refunds.c, tables.refund_lines.c
    its_lines = (lines.scope == refunds.scope) & (lines.order_id == refunds.order_id) & (lines.refund_id == refunds.id)
    asked = (
        select(
            refunds.order_id, refunds.id, func.sum(lines.quantity), func.sum(lines.amount), lines.currency, refunds.kind
        )
        .select_from(tables.refunds.join(tables.refund_lines, its_lines))
        .where(refunds.scope == bindparam("scope"), refunds.reference == bindparam("reference"))
        .where(refunds.kind != "failed")
        .group_by(refunds.order_id, refunds.id, lines.currency, refunds.kind)
        .order_by(refunds.id)
    )
    return compiled(database, asked)


def refunds_under(database: Database, driver: Driver, *, scope: str, reference: str) -> tuple[ReferencedRefund, ...]:
    """The refunds with this reference that count, each with the sums of its lines."""
    uuid = database.wire.uuid
    return tuple(
        ReferencedRefund(
            order_id=uuid(order_id),
            refund_id=uuid(id),
            quantity=int(quantity),
            amount=Money.of_minor(int(amount), currency),
            kind=kind,
        )
        for order_id, id, quantity, amount, currency, kind in driver.ask(
            _referenced(database).asked(scope=scope, reference=reference)
        )
    )
