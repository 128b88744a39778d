"""Lists: newest first, page by page, filtered; and the sums per currency."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.services.stalls import BUYER, NOON, Stall, eur, line

from orderkit import Customer, Money, NewLine, Order, OrderFilter, OrderRow, Source


def placed_at(stall: Stall, minutes: int) -> Order:
    at = NOON + timedelta(minutes=minutes)
    return stall.shop.orders.place(customer=BUYER, lines=[line("1.00")], placed_at=at)


def pages(stall: Stall, limit: int, filter: OrderFilter | None = None) -> list[OrderRow]:
    rows: list[OrderRow] = []
    after: str | None = None
    while True:
        page = stall.shop.orders.list(filter, after=after, limit=limit)
        rows += page.rows
        after = page.next
        if after is None:
            return rows


@pytest.mark.row("S4-08")
def test_pages_are_newest_first_and_stable(stall: Stall) -> None:
    """Rows come newest first, those of one instant by id; what is placed meanwhile shifts no page that follows."""
    placed = [placed_at(stall, minutes) for minutes in (5, 1, 3, 3, 3, 2)]
    expected = sorted(placed, key=lambda each: (each.placed_at, each.id), reverse=True)
    first = stall.shop.orders.list(limit=2)
    placed_at(stall, 9)
    placed_at(stall, 3)
    second = stall.shop.orders.list(after=first.next, limit=2)

    assert [each.id for each in first.rows] == [each.id for each in expected[:2]]
    later = [
        each for each in pages(stall, 500) if (each.placed_at, each.id) < (first.rows[-1].placed_at, first.rows[-1].id)
    ]
    assert [each.id for each in second.rows] == [each.id for each in later[:2]]
    for limit in (1, 3, 500):
        ids = [each.id for each in pages(stall, limit)]
        assert len(set(ids)) == len(ids) == 8


def test_the_last_page_says_so(stall: Stall) -> None:
    """A page that ends with the last row has no cursor, also when it is full."""
    for minutes in range(3):
        placed_at(stall, minutes)
    assert stall.shop.orders.list(limit=3).next is None
    assert stall.shop.orders.list(limit=2).next is not None
    assert stall.shop.orders.list().next is None


def test_filters_hold_together(stall: Stall) -> None:
    """Every condition must hold, any of the values within one: by status, kind, customer, number, channel and need of
    attention."""
    mine = stall.paid()
    other = stall.shop.orders.place(customer=Customer("c-2"), lines=[line()], source=Source("widget"))
    held = stall.authorized().order_id
    overpaid = stall.place()
    stall.shop.payments.confirm(stall.shop.pay(overpaid.id, via="bank").id, eur("100.01"))

    def found(**conditions: object) -> set[object]:
        return {each.id for each in stall.shop.orders.list(OrderFilter(**conditions)).rows}  # type: ignore[arg-type]  # whichever condition

    assert found() == {mine.id, other.id, held, overpaid.id}
    assert found(statuses=("paid", "placed")) == {mine.id, other.id, overpaid.id}
    assert found(kinds=("paying", "open")) == {other.id, held}
    assert found(customer_id="c-2") == {other.id}
    assert found(customer_id="c-2", statuses=("paid",)) == set()
    assert found(number=mine.number) == {mine.id}
    assert found(channel="widget") == {other.id}
    assert found(needs_attention=True) == {overpaid.id}
    assert found(needs_attention=False) == {mine.id, other.id, held}


def test_a_row_shows_how_the_order_stands(stall: Stall) -> None:
    """A row's amounts are those of the order's details: total, paid, refunded, held, in flight and due (I-23)."""
    payment = stall.authorized(line("30.00", 2, offer="A"), line("40.00", offer="B"))
    stall.shop.payments.capture(payment.id, eur("60.00"))
    stall.shop.refund(payment.order_id, [stall.family(payment.order_id).items[0].id])
    standing = stall.shop.orders.details(payment.order_id).standing
    (row,) = stall.shop.orders.list().rows

    assert (row.total, row.paid, row.authorized) == (eur("100.00"), eur("60.00"), eur("40.00"))
    assert (row.total, row.paid, row.refunded) == (standing.total, standing.paid, standing.refunded)
    assert (row.authorized, row.in_flight, row.due) == (standing.authorized, standing.in_flight, standing.due)
    assert (row.line_count, row.item_count) == (2, 3)
    assert row.summary


def test_sums_never_mix_currencies(stall: Stall) -> None:
    """The totals of a scope stand by currency, refunds counted once and not taken off what was sold (I-61)."""
    for _ in range(5):
        order = stall.paid(line("20.00"))
    stall.shop.refund(order.id, [stall.family(order.id).items[0].id])
    stall.place(NewLine("A", "A", unit_price=Money("500", "JPY")))
    euros, yen = stall.shop.orders.totals()

    assert (euros.currency, euros.orders, euros.total, euros.paid) == ("EUR", 5, eur("100.00"), eur("100.00"))
    assert (euros.refunded, euros.due) == (eur("20.00"), eur("0.00"))
    assert (yen.currency, yen.orders, yen.total, yen.due) == ("JPY", 1, Money("500", "JPY"), Money("500", "JPY"))


def test_reading_changes_nothing(stall: Stall) -> None:
    """Lists, details, actions and histories leave records, history, messages and the gateway as they were (I-69)."""
    order_id = stall.authorized().order_id
    before = (stall.family(order_id), stall.entries(order_id), stall.facts(order_id), list(stall.card.calls))
    stall.shop.orders.list()
    stall.shop.orders.details(order_id)
    stall.shop.orders.actions(order_id)
    stall.shop.orders.history(order_id)
    stall.shop.orders.totals()

    assert (stall.family(order_id), stall.entries(order_id), stall.facts(order_id), stall.card.calls) == before
