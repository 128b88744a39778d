"""What a change of a family writes: the rows that differ, table by table. Records that are the same objects do not.

Only that comparison lives here; what it means when a row count is another is in `writing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attrs import frozen
from sqlalchemy import Table

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Write
from orderkit.adapters.sqlalchemy.rows import desk, exchange, ledgers, money, orders, sold
from orderkit.adapters.sqlalchemy.rows.wire import Row
from orderkit.adapters.sqlalchemy.statements import inserting, putting, to_update, updating
from orderkit.errors import StorageError
from orderkit.family import Identified, OrderFamily
from orderkit.ports.storage import Change

R = TypeVar("R", bound=Identified)


@frozen
class Step:
    """The rows of one table that are written at once.

    `stale` says what it means that one of them is not: that somebody else was faster, or that an id is there already.
    """

    table: Table
    write: Write
    stale: bool = False


def steps(database: Database, change: Change) -> Iterator[Step]:
    """Everything but the key and the order's own row, in an order in which what is referred to comes first.

    Raises:
        StorageError: something that never changes was changed: a placed line, the lines of a refund.
    """
    made = _Comparison(database, change)
    yield from made.lines()
    yield from made.items()
    yield from made.requests()
    yield from made.payments()
    yield from made.refunds()
    yield from made.operations()
    yield from made.beside()
    yield from made.record()


@frozen
class _Comparison:
    database: Database
    change: Change

    @property
    def before(self) -> OrderFamily:
        return self.change.before or OrderFamily(order=self.change.after.order)

    @property
    def after(self) -> OrderFamily:
        return self.change.after

    def lines(self) -> Iterator[Step]:
        wire, scope = self.database.wire, self.change.scope
        changed, new = _different(self.before.lines, self.after.lines)
        if any(was != now for was, now in changed):
            raise StorageError("a line never changes once it is placed: append lines, or cancel quantities")
        yield from self._inserted(tables.lines, [sold.line_row(wire, scope, each) for each in new])
        adjustments = [row for each in new for row in sold.adjustment_rows(wire, scope, each)]
        yield from self._inserted(tables.adjustments, adjustments)

    def items(self) -> Iterator[Step]:
        wire, scope = self.database.wire, self.change.scope
        yield from self._put(
            tables.items, self.before.items, self.after.items, row_of=lambda each: sold.item_row(wire, scope, each)
        )

    def requests(self) -> Iterator[Step]:
        """What is reserved and settled must be what the decision saw: a second lock below the family's (I-06, I-11)."""
        wire, scope, table = self.database.wire, self.change.scope, tables.payment_requests
        changed, new = _different(self.before.requests, self.after.requests)
        rows = [
            to_update(table, money.request_row(wire, scope, now), was.reserved.minor, was.settled.minor)
            for was, now in changed
        ]
        if rows:
            yield Step(table, Write(updating(self.database, table, "reserved", "settled"), rows), stale=True)
        yield from self._inserted(table, [money.request_row(wire, scope, each) for each in new])

    def payments(self) -> Iterator[Step]:
        """Ended payments first, so that at no moment two of one request are live.

        One that a fact brings back to life beside another is not exclusive any more: facts are never refused.
        """
        wire, scope = self.database.wire, self.change.scope
        live = self.change.live_alone()
        alone = {each.id for each in self.after.requests if not each.split and live[each.id] <= 1}
        ended_first = tuple(sorted(self.after.payments, key=lambda each: each.live))
        yield from self._put(
            tables.payments,
            self.before.payments,
            ended_first,
            row_of=lambda each: money.payment_row(wire, scope, each, exclusive=each.request_id in alone),
            stale=True,
        )

    def refunds(self) -> Iterator[Step]:
        wire, scope = self.database.wire, self.change.scope
        changed, new = _different(self.before.refunds, self.after.refunds)
        if any(was.lines != now.lines for was, now in changed):
            raise StorageError("the lines of a refund never change: ask for another refund")
        yield from self._put(
            tables.refunds,
            self.before.refunds,
            self.after.refunds,
            row_of=lambda each: money.refund_row(wire, scope, each),
        )
        lines = [row for each in new for row in money.refund_line_rows(wire, scope, each)]
        yield from self._inserted(tables.refund_lines, lines)

    def operations(self) -> Iterator[Step]:
        wire, scope = self.database.wire, self.change.scope
        yield from self._put(
            tables.operations,
            self.before.operations,
            self.after.operations,
            row_of=lambda each: money.operation_row(wire, scope, each),
        )

    def beside(self) -> Iterator[Step]:
        """Attention, personal values and fields. Values are only added: what was erased is not put back (row SX-26)."""
        wire, scope, order_id = self.database.wire, self.change.scope, self.after.order.id
        before, after = self.before, self.after
        yield from self._put(
            tables.attention,
            before.attention,
            after.attention,
            row_of=lambda each: orders.attention_row(wire, scope, each),
        )
        values = [each for each in after.personal if each not in before.personal]
        yield from self._inserted(
            tables.personal, [orders.personal_row(wire, each, scope=scope, order_id=order_id) for each in values]
        )
        # By identity, because True == 1: equal is not the same value here.
        known = {id(each) for each in before.fields}
        fields = [
            orders.field_row(wire, each, scope=scope, order_id=order_id)
            for each in after.fields
            if id(each) not in known
        ]
        if fields:
            yield Step(tables.fields, Write(putting(self.database, tables.fields), fields))

    def record(self) -> Iterator[Step]:
        """The history row, the journal, and the messages; one that waits already says the same."""
        wire, scope = self.database.wire, self.change.scope
        history = [desk.history_row(wire, scope, self.change.entry)]
        yield Step(tables.history, Write(inserting(self.database, tables.history), history), stale=True)
        postings = [row for each in self.change.journal for row in ledgers.posting_rows(wire, scope, each)]
        yield from self._inserted(tables.journal, postings, stale=True)
        messages = [exchange.message_row(wire, each) for each in self.change.messages]
        if messages:
            yield Step(tables.outbox, Write(inserting(self.database, tables.outbox), messages, all=False))

    def _put(
        self,
        table: Table,
        before: tuple[R, ...],
        after: tuple[R, ...],
        *,
        row_of: Callable[[R], Row],
        stale: bool = False,
    ) -> Iterator[Step]:
        changed, new = _different(before, after)
        if changed:
            rows = [to_update(table, row_of(now)) for _, now in changed]
            yield Step(table, Write(updating(self.database, table), rows), stale=True)
        yield from self._inserted(table, [row_of(each) for each in new], stale=stale)

    def _inserted(self, table: Table, rows: Sequence[Row], *, stale: bool = False) -> Iterator[Step]:
        if rows:
            yield Step(table, Write(inserting(self.database, table), rows), stale=stale)


def _different(before: tuple[R, ...], after: tuple[R, ...]) -> tuple[list[tuple[R, R]], list[R]]:
    """What changed, with what it was, and what is new."""
    if after is before:
        return [], []
    then = {each.id: each for each in before}
    changed, new = [], []
    for each in after:
        was = then.get(each.id)
        if was is None:
            new.append(each)
        elif was is not each:
            changed.append((was, each))
    return changed, new
