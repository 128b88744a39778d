"""How an unpaid order is cancelled with its items and open requests; pure."""

from __future__ import annotations

from orderkit.cases import Case
from orderkit.facts import Fact
from orderkit.family import OrderFamily
from orderkit.items.decisions import heard
from orderkit.items.events import ItemMoved
from orderkit.orders.decisions import apply
from orderkit.orders.events import OrderCancelled, OrderMoved
from orderkit.requests.decisions import cancelled as withdrawn
from orderkit.requests.events import PaymentRequestMoved


def cancel(case: Case, *, with_reason: bool = False) -> tuple[OrderFamily, tuple[Fact, ...]]:
    """The order cancelled, its living items and open requests with it.

    Raises:
        TransitionNotPossible, TransitionRefused: the order is paid, being paid, or ended (rows S0-30, S0-33).
    """
    before = case.family
    order = apply(case, "cancel")
    facts: list[Fact] = [
        OrderMoved(order.id, "cancel", before.order.status, order.status, order.kind),
        OrderCancelled(order.id, with_reason),
    ]
    family = before.with_order(order)
    for item in before.items:
        after = heard(case, item, "order_cancelled")
        if after is not item:
            family = family.with_item(after)
            facts.append(ItemMoved(order.id, item.id, item.status, after.status))
    for request in before.requests:
        closed = withdrawn(case, request)
        if closed is not request:
            family = family.with_request(closed)
            facts.append(PaymentRequestMoved(order.id, request.id, request.status, closed.status))
    return family, tuple(facts)
