"""Orders that have really lived, step by step, for tests that want something to look at."""

from __future__ import annotations

from functools import cache
from uuid import UUID

from orderkit import Actor, Customer, Money, NewLine, Orderkit, RefundItem
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.scripted import ScriptedGateway, declines, times_out
from orderkit.family import OrderFamily


@cache
def lives() -> tuple[OrderFamily, ...]:
    """The family after each step of several lives: paid, captured in parts, declined, in doubt, cancelled, refunded."""
    storage = MemoryStorage()
    card = ScriptedGateway()
    desk = Orderkit(storage=storage, gateways={"card": card, "cash": OfflineGateway()})
    shop = desk.scope("acme", actor=Actor.user("u-1"))
    seen: list[OrderFamily] = []

    def new() -> OrderFamily:
        lines = [NewLine("MUG", "A mug", unit_price=Money("12.50", "EUR"), quantity=4)]
        return look(shop.orders.place(customer=Customer("c-1"), lines=lines).id)

    def look(order_id: UUID) -> OrderFamily:
        with storage.reading() as store:
            seen.append(store.family("acme", order_id))
        return seen[-1]

    parted = new()
    payment = shop.pay(parted.order.id, via="card", capture=False)
    look(parted.order.id)
    shop.payments.capture(payment.id, Money("20", "EUR"))
    look(parted.order.id)
    shop.payments.void(payment.id)
    look(parted.order.id)

    card.play(declines(), times_out(after=False))
    refused = new()
    for _ in range(2):
        shop.pay(refused.order.id, via="card")
        look(refused.order.id)

    transferred = new()
    shop.pay(transferred.order.id, via="cash")
    shop.payments.confirm(look(transferred.order.id).payments[0].id)
    item = look(transferred.order.id).items[0]
    refund = shop.refund(transferred.order.id, [RefundItem(item.id, 1)])
    look(transferred.order.id)
    shop.refunds.confirm(refund.id)
    look(transferred.order.id)

    shop.orders.cancel(new().order.id, confirm=True)
    look(seen[-1].order.id)
    return tuple(seen)
