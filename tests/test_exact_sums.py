"""Sums are exact: what is split, taxed, discounted and refunded adds up to the whole, in every kind of currency."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit import (
    Actor,
    Customer,
    Discount,
    Money,
    NewLine,
    Order,
    Orderkit,
    Price,
    RefundItem,
    Shop,
    Tax,
    TransitionRefused,
)
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.currencies import EXPONENTS

# ISO 4217 has no currency with one digit after the point.
BY_EXPONENT = {0: "JPY", 2: "EUR", 3: "KWD", 4: "UYW"}

rates = st.integers(0, 1000).map(lambda thousandths: Decimal(thousandths) / 1000)


@st.composite
def new_lines(draw: st.DrawFn, currency: str) -> NewLine:
    """A line with a price of up to two digits more than the currency, discounts, and taxes on top or included."""
    digits = EXPONENTS[currency] + draw(st.integers(0, 2))
    return NewLine(
        "X",
        "A thing",
        unit_price=Price.of_coefficient(draw(st.integers(1, 10**5)), digits, currency),
        quantity=draw(st.integers(1, 7)),
        discounts=tuple(Discount(f"d{n}", "Off", rate=draw(rates)) for n in range(draw(st.integers(0, 2)))),
        taxes=tuple(
            Tax(f"t{n}", "Tax", draw(rates), included=draw(st.booleans())) for n in range(draw(st.integers(0, 2)))
        ),
        item_kind=draw(st.sampled_from(("product", "service"))),
    )


def opened(*lines: NewLine) -> tuple[Shop, ScriptedGateway, Order]:
    card = ScriptedGateway()
    shop = Orderkit(storage=MemoryStorage(), gateways={"card": card}).scope("acme", actor=Actor.user("u-1"))
    return shop, card, shop.orders.place(customer=Customer("c-1"), lines=lines)


@pytest.mark.row("SX-11")
@pytest.mark.parametrize("currency", BY_EXPONENT.values())
@given(data=st.data())
def test_every_split_adds_up_to_the_whole(currency: str, data: st.DataObject) -> None:
    """I-02, I-03, SX-11: lines are their rounded parts, items share them out, refunds unit by unit come to all of it.

    The yardstick is plain fractions and the gateway's own ledger.
    """
    shop, card, order = opened(*data.draw(st.lists(new_lines(currency), min_size=1, max_size=3)))
    family = shop.orders.details(order.id).family
    for line in family.lines:
        exact = Fraction(line.unit_price.amount) * line.quantity * 10 ** EXPONENTS[currency]
        assert abs(line.amount.minor - exact) <= Fraction(1, 2)
        off = sum(each.amount.minor for each in line.adjustments if each.kind == "discount")
        on_top = sum(each.amount.minor for each in line.adjustments if each.kind == "tax" and not each.included)
        assert line.total.minor == line.amount.minor - off + on_top
        assert sum(each.amount.minor for each in family.items if each.line_id == line.id) == line.total.minor
    owed = sum(line.total.minor for line in family.lines)
    assert sum(each.amount.minor for each in family.requests) == owed
    if owed == 0:
        return

    part = data.draw(st.integers(1, owed))
    payment = shop.pay(order.id, via="card", capture=False)
    shop.payments.capture(payment.id, Money.of_minor(part, currency))
    while refundable := [each for each in shop.orders.actions(order.id) if each.enabled and each.name == "refund"]:
        items = [each for each in refundable if each.on == "item"]
        if not items:
            break
        item = shop.orders.details(order.id).family.item(data.draw(st.sampled_from(items)).id)
        quantity = data.draw(st.integers(1, item.quantity))
        try:
            shop.refund(order.id, [RefundItem(item.id, quantity)])
        except TransitionRefused:  # of these units nothing was captured, though of the whole item something was
            shop.refund(order.id, [RefundItem(item.id)])
    assert card.moved("refund") == part
