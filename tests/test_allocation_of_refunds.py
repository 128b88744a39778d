"""How captured money is shared out to items, and that refunds of any parts come to exactly what was captured."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderkit.errors import InvalidRequest, TransitionRefused
from orderkit.families.refunding import RefundItem, paid_shares
from orderkit.family import OrderFamily
from orderkit.money import Money, Price
from orderkit.orders.records import Discount, NewLine, Tax, Terms
from orderkit.payments.decisions import begin_refund_of
from orderkit.standing import stand
from orderkit.testing.families import (
    CARD,
    answered,
    begun_capture,
    begun_payment,
    begun_refund,
    case_of,
    new_family,
    next_of,
)

VAT = Tax("VAT", "VAT", Decimal("0.19"))
SPRING = Discount("SPRING", "Spring", rate=Decimal("0.125"))

PARTIAL = Terms(partial_payment=True)


def line(offer: str, price: str, quantity: int = 1, *, kind: str = "product") -> NewLine:
    return NewLine(
        offer,
        offer,
        unit_price=Price(price, "EUR"),
        quantity=quantity,
        item_kind=kind,
        discounts=(SPRING,),
        taxes=(VAT,),
    )


@st.composite
def orders(draw: st.DrawFn) -> tuple[NewLine, ...]:
    cents = st.integers(500, 99_999).map(lambda minor: str(Decimal(minor).scaleb(-2)))
    kinds = st.sampled_from(("product", "service", "shipping"))
    lines = [
        line(f"O-{position}", draw(cents), draw(st.integers(1, 4)), kind=draw(kinds))
        for position in range(draw(st.integers(1, 3)))
    ]
    return tuple(lines)


def captured(lines: tuple[NewLine, ...], numerator: int, denominator: int) -> OrderFamily:
    """A family of which this part of the total is authorized and captured."""
    family = new_family(*lines)
    part = Money.of_minor(max(1, stand(family).total.minor * numerator // denominator), "EUR")
    family = next_of(family, begun_payment(family, capture=False))
    family = next_of(family, answered(family))
    family = next_of(family, begun_capture(family, part))
    return next_of(family, answered(family))


@given(lines=orders(), part=st.integers(1, 100), overpaid=st.integers(0, 500))
def test_shares_come_to_what_was_captured(lines: tuple[NewLine, ...], part: int, overpaid: int) -> None:
    """I-03, S1-24: the items' shares sum to the captured money, each within a cent of its part of it."""
    family = new_family(*lines)
    owed = sum(item.amount.minor for item in family.items)
    paid = owed * part // 100 + (overpaid if part == 100 else 0)
    shares = paid_shares(family, Money.of_minor(paid, "EUR"))
    covered = min(paid, owed)
    assert sum(share.minor for share in shares.values()) == covered
    for item in family.items:
        assert abs(shares[item.id].minor - Decimal(covered) * item.amount.minor / owed) < 1


@given(lines=orders(), part=st.integers(10, 100), data=st.data())
def test_refunds_of_any_parts_come_to_what_was_captured(
    lines: tuple[NewLine, ...], part: int, data: st.DataObject
) -> None:
    """I-03, I-06, F084: units refunded bit by bit in any order send back every captured cent, and not one more."""
    family = captured(lines, part, 100)
    paid = stand(family).paid
    while living := [item for item in family.items if item.kind == "pending"]:
        item = data.draw(st.sampled_from(living))
        quantity = data.draw(st.integers(1, item.quantity))
        family = next_of(family, begun_refund(family, RefundItem(item.id, quantity)))
        family = next_of(family, answered(family))
        assert stand(family).refunded <= paid
    assert stand(family).refunded == paid
    assert stand(family).net_paid == Money.zero("EUR")


@given(lines=orders(), data=st.data())
def test_a_fee_is_part_of_the_share(lines: tuple[NewLine, ...], data: st.DataObject) -> None:
    """S1-24: what goes back and what the shop keeps are together the item's share; a fee above the share is refused."""
    family = captured(lines, 100, 100)
    item = data.draw(st.sampled_from(family.items))
    share = paid_shares(family, stand(family).paid)[item.id]
    fee = Money.of_minor(data.draw(st.integers(0, share.minor - 1)), "EUR")
    (refunded,) = begun_refund(family, RefundItem(item.id, fee=fee)).refunds
    assert refunded.lines[0].amount + refunded.lines[0].fee == share
    assert refunded.amount == share - fee
    with pytest.raises(InvalidRequest):
        begun_refund(family, RefundItem(item.id, fee=share + Money("0.01", "EUR")))


def test_money_is_refundable_when_nothing_is_outstanding() -> None:
    """F083: an order of 500.00 that is captured in full, so that nothing is due, can be refunded in full."""
    family = captured((NewLine("TV", "A television", unit_price=Money("500.00", "EUR")),), 100, 100)
    assert stand(family).due == Money.zero("EUR")
    family = next_of(family, begun_refund(family))
    family = next_of(family, answered(family))
    assert stand(family).refunded == Money("500.00", "EUR")
    assert family.order.status == "refunded"


@pytest.mark.parametrize("order", [(0, 0, 0, 1), (1, 0, 0, 0), (0, 1, 0, 0)])
def test_three_credits_of_one_unit_come_to_the_line(order: tuple[int, ...]) -> None:
    """F084: units of a discounted, taxed line credited one by one sum to it; taxed shipping is credited apart."""
    goods, shipping = line("GOODS", "33.35", 3), line("POST", "4.99", kind="shipping")
    family = captured((goods, shipping), 100, 100)
    back = {0: 0, 1: 0}
    for position in order:
        item = next(
            each for each in family.items if each.line_id == family.lines[position].id and each.kind == "pending"
        )
        family = next_of(family, begun_refund(family, RefundItem(item.id, 1)))
        back[position] += family.refunds[-1].amount.minor
        family = next_of(family, answered(family))
    assert back == {position: each.total.minor for position, each in enumerate(family.lines)}


def test_a_refund_is_spread_over_the_payments_that_brought_the_money() -> None:
    """I-06: no payment sends back more than it captured; the newest goes first, and the parts sum to the refund."""
    family = new_family(NewLine("TV", "A television", unit_price=Money("100.00", "EUR"), terms=PARTIAL))
    for part in ("30.00", "70.00"):
        family = next_of(family, begun_payment(family, Money(part, "EUR")))
        family = next_of(family, answered(family))
    family = next_of(family, begun_refund(family))
    assert [each.amount for each in family.operations if each.type == "refund"] == [
        Money("70.00", "EUR"),
        Money("30.00", "EUR"),
    ]


def test_money_on_its_way_back_is_not_sent_back_again() -> None:
    """I-06: what a refund in flight has asked for is reserved, and cannot be asked for by another one."""
    family = captured((NewLine("TV", "A television", unit_price=Money("100.00", "EUR"), quantity=2),), 100, 100)
    family = next_of(family, begun_refund(family, RefundItem(family.items[0].id, 1)))
    operation = family.operations[-1]
    with pytest.raises(TransitionRefused) as refused:
        begin_refund_of(
            case_of(family),
            operation.payment_id,
            Money("100.01", "EUR"),
            through=CARD,
            refund_id=None,
            operation_id=operation.id,
        )
    assert refused.value.refusal.code == "is_refundable"
    family = next_of(family, begun_refund(family, RefundItem(family.items[0].id)))
    assert stand(next_of(family, answered(family))).refunded == Money("100.00", "EUR")
    with pytest.raises(TransitionRefused):
        begun_refund(family, RefundItem(family.items[1].id))
