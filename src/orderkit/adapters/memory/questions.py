"""The questions about orders that the memory store answers, each under the lock, so that none sees half of a commit.

What is asked about money and the outside is in `money_questions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import nlargest
from itertools import groupby
from uuid import UUID

from attrs import define

from orderkit.adapters.memory.contents import Contents
from orderkit.adapters.memory.money_questions import Lock, MoneyQuestions
from orderkit.adapters.memory.rows import shows
from orderkit.errors import NotFound
from orderkit.family import OrderFamily
from orderkit.history import HistoryEntry
from orderkit.money import Price, total
from orderkit.ports.storage import (
    CommandKey,
    CurrencyTotals,
    OrderFilter,
    OrderRow,
    Page,
    ReferencedRefund,
    Relative,
    SoldItem,
)


@define
class Questions(MoneyQuestions):
    """`Reading` over contents that others may be changing."""

    _lock: Lock
    _contents: Contents

    def family(self, scope: str, order_id: UUID) -> OrderFamily:
        with self._lock:
            return self._contents.family(scope, order_id)

    def order_of(self, scope: str, noun: Relative, id: UUID) -> UUID:
        with self._lock:
            order_id = self._contents.owners.get((noun, id))
            if order_id is None or self._contents.families[order_id].order.scope != scope:
                raise NotFound(noun.replace("_", " "), id)
            return order_id

    def version_of(self, scope: str, order_id: UUID) -> int:
        return self.family(scope, order_id).order.version

    def key(self, scope: str, verb: str, target: str, key: str) -> CommandKey | None:
        with self._lock:
            return self._contents.keys.get((scope, verb, target, key))

    def history(self, scope: str, order_id: UUID) -> tuple[HistoryEntry, ...]:
        with self._lock:
            return self._contents.histories[self._contents.family(scope, order_id).order.id]

    def order_with_number(self, scope: str, number: int) -> UUID:
        with self._lock:
            found = self._contents.numbers.get((scope, number))
        if found is None:
            raise NotFound("order number", number)
        return found

    def page(self, scope: str, filter: OrderFilter, *, after: tuple[datetime, UUID] | None, limit: int) -> Page:
        with self._lock:
            shown = (row for family, row in self._listed(scope) if shows(filter, family, row))
            behind = (row for row in shown if after is None or _place_of(row) < after)
            rows = tuple(nlargest(limit + 1, behind, key=_place_of))
        more = len(rows) > limit > 0
        return Page(rows=rows[:limit], next=_place_of(rows[limit - 1]) if more else None)

    def totals(self, scope: str) -> tuple[CurrencyTotals, ...]:
        with self._lock:
            rows = sorted((row for _, row in self._listed(scope)), key=lambda row: row.currency)
        grouped = groupby(rows, key=lambda row: row.currency)
        return tuple(_totals(currency, tuple(group)) for currency, group in grouped)

    def sold(
        self, scope: str, *, customer_id: str, offer: str, unit_price: Price, until: datetime
    ) -> tuple[SoldItem, ...]:
        with self._lock:
            orders = [
                each
                for each in self._contents.of(scope)
                if each.order.customer_id == customer_id and each.order.placed_at <= until
            ]
        newest_first = sorted(orders, key=lambda each: (each.order.placed_at, each.order.id), reverse=True)
        return tuple(item for each in newest_first for item in _sold_in(each, offer, unit_price))

    def refunds_under(self, scope: str, reference: str) -> tuple[ReferencedRefund, ...]:
        with self._lock:
            refunds = [
                refund
                for family in self._contents.of(scope)
                for refund in family.refunds
                if refund.reference == reference and refund.kind != "failed"
            ]
        return tuple(
            ReferencedRefund(
                order_id=each.order_id,
                refund_id=each.id,
                quantity=sum(line.quantity for line in each.lines),
                amount=each.amount,
                kind=each.kind,
            )
            for each in sorted(refunds, key=lambda each: each.id)
        )

    def scopes(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(sorted({each.order.scope for each in self._contents.families.values()}))

    def _listed(self, scope: str) -> Iterator[tuple[OrderFamily, OrderRow]]:
        return ((each, self._contents.rows[each.order.id]) for each in self._contents.of(scope))


def _place_of(row: OrderRow) -> tuple[datetime, UUID]:
    return row.placed_at, row.id


def _totals(currency: str, rows: tuple[OrderRow, ...]) -> CurrencyTotals:
    return CurrencyTotals(
        currency=currency,
        orders=len(rows),
        total=total((row.total for row in rows), currency),
        paid=total((row.paid for row in rows), currency),
        refunded=total((row.refunded for row in rows), currency),
        due=total((row.due for row in rows), currency),
    )


def _sold_in(family: OrderFamily, offer: str, unit_price: Price) -> Iterator[SoldItem]:
    lines = {each.id for each in family.lines if each.offer == offer and each.unit_price == unit_price}
    for item in family.items:
        if item.line_id in lines and item.kind in ("pending", "active"):
            yield SoldItem(
                order_id=family.order.id,
                order_number=family.order.number,
                item_id=item.id,
                quantity=item.quantity,
                placed_at=family.order.placed_at,
            )
