"""What each item's share of the captured money is: over any way of sending everything back it comes to every cent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.stalls import Stall, eur, new_stall

from orderkit import Discount, InvalidRequest, Item, Money, NewLine, Refund, RefundItem, Tax, Terms, TransitionRefused
from orderkit.adapters.memory import MemoryStorage

FEES = (None, eur("0.00"), eur("0.01"), eur("3.00"))
amounts = st.integers(1, 30_00)


@pytest.mark.row("S1-24")
@settings(max_examples=40)
@given(
    prices=st.lists(st.tuples(amounts, st.integers(1, 4)), min_size=1, max_size=4),
    discount=st.integers(0, 100),
    tax=st.sampled_from(["0", "0.07", "0.19", "0.2", "0.25"]),
    paid=st.integers(1, 100),
    data=st.data(),
)
def test_refunds_of_everything_are_what_was_captured(
    prices: list[tuple[int, int]], discount: int, tax: str, paid: int, data: st.DataObject
) -> None:
    """Refunded unit by unit in any order, with a fee now and then, the amounts and fees of all items come exactly to
    what the gateway took; the first item's share is within a cent of its proportion (I-03, I-06, F072, F084)."""
    stall = new_stall(MemoryStorage(), "shop")
    order = stall.place(
        *(
            NewLine(
                f"V-{position}",
                "A thing",
                unit_price=Money.of_minor(price, "EUR"),
                quantity=quantity,
                discounts=(Discount("D", "D", rate=Decimal(discount) / 100),),
                taxes=(Tax("VAT", "VAT", Decimal(tax)),),
                terms=Terms(partial_payment=True),
            )
            for position, (price, quantity) in enumerate(prices)
        )
    )
    total = stall.shop.orders.details(order.id).standing.total.minor
    if total == 0:
        return
    taken = max(1, total * paid // 100)
    stall.shop.pay(order.id, via="card", amount=Money.of_minor(taken, "EUR"))
    returned: list[Refund] = []
    while able := [each for each in stall.family(order.id).items if _may_go_back(stall, order.id, each)]:
        item = data.draw(st.sampled_from(able))
        asked = RefundItem(item.id, data.draw(st.integers(1, item.quantity)), data.draw(st.sampled_from(FEES)))
        try:
            returned.append(stall.shop.refund(order.id, [asked]))
        except (InvalidRequest, TransitionRefused):
            # The fee is more than the share of so few units, or nothing of it would be left; the whole item is offered.
            returned.append(stall.shop.refund(order.id, [item.id]))

    first = returned[0].lines[0]
    worth = next(each.amount.minor for each in stall.family(order.id).items if each.id == first.item_id)
    assert abs((first.amount + first.fee).minor - Fraction(worth * taken, total)) < 1
    assert sum((part.amount + part.fee).minor for each in returned for part in each.lines) == taken
    assert stall.card.moved("refund") == taken - sum(part.fee.minor for each in returned for part in each.lines)


def _may_go_back(stall: Stall, order_id: UUID, item: Item) -> bool:
    return stall.action(order_id, "refund", "item", item.id).enabled
