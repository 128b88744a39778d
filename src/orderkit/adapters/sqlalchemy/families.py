"""How a family is loaded: one question per table, all asked at once, and put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from orderkit.adapters.sqlalchemy import statements, tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver, Question
from orderkit.adapters.sqlalchemy.rows import money, orders, sold
from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire
from orderkit.errors import Busy, NotFound
from orderkit.family import OrderFamily, in_order

T = TypeVar("T")

_TABLES = (
    tables.lines,
    tables.adjustments,
    tables.items,
    tables.payment_requests,
    tables.payments,
    tables.operations,
    tables.refunds,
    tables.refund_lines,
    tables.attention,
    tables.personal,
    tables.fields,
)
_LOADED_AGAIN = 10


def load(database: Database, driver: Driver, *, scope: str, order_id: UUID) -> OrderFamily:
    """The family as one commit left it, also where each question sees what is committed by then (READ COMMITTED).

    The version is asked for first and last: where it is the same, nobody committed a change of this family meanwhile.

    Raises:
        NotFound: no such order in this scope.
        Busy: others changed it every time it was loaded.
    """
    key = (scope, database.wire.id(order_id))
    questions = [
        Question(statements.the_order(database), key),
        *(Question(statements.of_order(database, table), key) for table in _TABLES),
        Question(statements.the_version(database), key),
    ]
    for _ in range(_LOADED_AGAIN):
        (order, *relatives, version) = driver.ask_all(questions)
        if not order:
            raise NotFound("order", order_id)
        family = _assembled(database.wire, order[0], relatives)
        if version and version[0][0] == family.order.version:
            return family
    raise Busy(
        f"the order {order_id} changed each of the {_LOADED_AGAIN} times it was loaded; make the same call again"
    )


def _assembled(wire: Wire, order_row: Row, relatives: list[list[Row]]) -> OrderFamily:
    lines, adjustments, items, requests, payments, operations, refunds, refund_lines, *others = relatives
    attention, personal, fields = others
    order, head = orders.order_of(wire, order_row)
    adjusted = _grouped(adjustments, sold.adjustment_of)
    returned = _grouped(refund_lines, lambda row: money.refund_line_of(wire, row))
    return in_order(
        OrderFamily(
            order=order,
            lines=tuple(sold.line_of(wire, row, adjusted[row[2]]) for row in lines),
            items=tuple(sold.item_of(wire, row) for row in items),
            requests=tuple(money.request_of(wire, row) for row in requests),
            payments=tuple(money.payment_of(wire, row) for row in payments),
            operations=tuple(money.operation_of(wire, row) for row in operations),
            refunds=tuple(money.refund_of(wire, row, returned[row[2]]) for row in refunds),
            attention=tuple(orders.attention_of(wire, row) for row in attention),
            personal=tuple(orders.personal_of(wire, row) for row in personal),
            fields=tuple(orders.field_of(wire, row) for row in fields),
            head=head,
        )
    )


def _grouped(rows: list[Row], made: Callable[[Row], T]) -> defaultdict[object, list[T]]:
    """What rows with (scope, order, owner, position) make, by owner and in order of position."""
    grouped: defaultdict[object, list[T]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[3]) if len(rows) > 1 else rows:
        grouped[row[2]].append(made(row))
    return grouped
