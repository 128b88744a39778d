"""The storage suite's last part: what imports look up across orders."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.money import Money, Price
from orderkit.orders.records import NewLine
from orderkit.payments.outcomes import Approved, Declined, Unknown
from orderkit.ports.storage import ReferencedRefund, SoldItem, Storage
from orderkit.refunds.records import Refund
from orderkit.testing.families import NOON, SCOPE, answered, begun_refund, cancelled, new_family
from orderkit.testing.storage_steps import go_on, keep, keep_paid

EUR = NewLine("MUG", "A mug", unit_price=Money("10.00", "EUR"), quantity=2)


class Lookups:
    """Which items were sold, and what was refunded under a reference."""

    def test_sold_items_match_customer_offer_and_price(self, storage: Storage) -> None:
        """What was sold to a customer is found by offer and exact price, newest order first, then by line and item."""
        dear = evolve(EUR, unit_price=Price("10.001", "EUR"))
        service = NewLine("MUG", "Mug care", unit_price=Money("10.00", "EUR"), quantity=2, item_kind="service")
        early = keep(storage, new_family(EUR, dear, service, number=1))
        late = keep(storage, new_family(EUR, number=2, at=NOON + timedelta(hours=1)))
        keep(storage, new_family(EUR, number=3, customer="c-2"))
        keep(storage, new_family(evolve(EUR, offer="CUP"), number=4))
        keep(storage, new_family(evolve(EUR, unit_price=Money("10.00", "USD")), number=5))
        expected = (*_sold_items(late, 0), *_sold_items(early, 0), *_sold_items(early, 2))
        assert len(expected) == 4
        assert _sold(storage, early) == expected
        assert _sold(storage, early, until=NOON) == expected[1:]
        assert _sold(storage, early, until=NOON - timedelta(microseconds=1)) == ()

    def test_only_living_items_count_as_sold(self, storage: Storage) -> None:
        """Delivered items are still sold; cancelled and returned ones are not, and a refunded part is left out."""
        family = keep_paid(storage, EUR)
        family = go_on(storage, family, begun_refund(family, RefundItem(family.items[0].id, 1)))
        family = go_on(storage, family, answered(family))
        assert [each.quantity for each in _sold(storage, family)] == [1]
        delivered = family.with_item(evolve(family.items[0], status="delivered", kind="active"))
        go_on(storage, family, delivered)
        assert [each.item_id for each in _sold(storage, family)] == [family.items[0].id]
        void = keep(storage, new_family(EUR, number=2, customer="c-2"))
        go_on(storage, void, cancelled(void))
        assert _sold(storage, void) == ()

    def test_refunds_under_a_reference_are_found_across_orders(self, storage: Storage) -> None:
        """The refunds under a reference come oldest first, with units and amounts, but without those that failed."""
        kept = []
        for number, quantity, outcome in ((1, 2, Approved("r")), (2, 1, Unknown("time-out")), (3, 1, Declined("no"))):
            at = NOON - timedelta(days=number)
            family = keep_paid(storage, evolve(EUR, quantity=3), number=number, at=at)
            refund = RefundItem(family.items[0].id, quantity)
            family = go_on(storage, family, begun_refund(family, refund, reference="file:7"))
            kept.append(_referenced(go_on(storage, family, answered(family, outcome)).refunds[0]))
        other = keep_paid(storage, EUR, number=4)
        other = go_on(storage, other, begun_refund(other, reference="file:8"))
        with storage.reading() as reading:
            assert reading.refunds_under(SCOPE, "file:7") == (kept[1], kept[0])
            assert reading.refunds_under(SCOPE, "file:8") == (_referenced(other.refunds[0]),)
            assert reading.refunds_under(SCOPE, "file:9") == ()

    def test_look_ups_stay_in_their_scope(self, storage: Storage) -> None:
        """What was sold or refunded in one scope is not found in another (row S0-01)."""
        family = keep_paid(storage, EUR)
        go_on(storage, family, begun_refund(family, reference="file:7"))
        with storage.reading() as reading:
            assert reading.refunds_under("other", "file:7") == ()
        assert _sold(storage, family, scope="other") == ()


def _referenced(refund: Refund) -> ReferencedRefund:
    return ReferencedRefund(
        order_id=refund.order_id,
        refund_id=refund.id,
        quantity=sum(line.quantity for line in refund.lines),
        amount=refund.amount,
        kind=refund.kind,
    )


def _sold(
    storage: Storage, family: OrderFamily, *, until: datetime = NOON + timedelta(days=1), scope: str = SCOPE
) -> tuple[SoldItem, ...]:
    """What was sold to the family's customer of the offer and at the price of its first line."""
    line = family.lines[0]
    with storage.reading() as reading:
        return reading.sold(
            scope,
            customer_id=family.order.customer_id,
            offer=line.offer,
            unit_price=line.unit_price,
            until=until,
        )


def _sold_items(family: OrderFamily, position: int) -> tuple[SoldItem, ...]:
    return tuple(
        SoldItem(
            order_id=family.order.id,
            order_number=family.order.number,
            item_id=item.id,
            quantity=item.quantity,
            placed_at=family.order.placed_at,
        )
        for item in family.items
        if item.line_id == family.lines[position].id
    )
