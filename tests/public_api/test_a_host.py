"""A host's whole day with public names only; mypy --strict reads this file as it reads a host's program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never, assert_type
from uuid import UUID

from orderkit import (
    Action,
    Actor,
    Ask,
    Customer,
    Discount,
    Extension,
    Field,
    Listed,
    Money,
    Move,
    NewLine,
    Order,
    OrderDetails,
    OrderFamily,
    OrderFilter,
    Orderkit,
    Payment,
    Redirect,
    Refund,
    RefundItem,
    Refusal,
    ScopeSettings,
    Status,
    TransitionRefused,
    Wait,
    profiles,
)
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.offline import OfflineGateway
from orderkit.adapters.scripted import ScriptedGateway, asks_customer
from orderkit.orders.lifecycle import HELD, ORDER_FACTS


def is_not_blocked(ask: Ask) -> Refusal | None:
    """A plugin's rule: typed access to what is asked about."""
    order = ask.of(Order)
    return Refusal("is_not_blocked", {"customer": order.customer_id}) if order.customer_id == "c-13" else None


def count_lines(family: OrderFamily) -> int:
    return len(family.lines)


ON_HOLD = Status("on_hold", HELD, ignores=ORDER_FACTS)
PAID = profiles.retail.order.status("paid")
PLUGIN = Extension(
    "order",
    "acme",
    statuses=(ON_HOLD,),
    moves=(Move("hold", PAID, ON_HOLD), Move("release", ON_HOLD, PAID)),
    requires={"pay": (is_not_blocked,)},
)


def next_page(payment: Payment) -> str:
    """Where a shop sends its customer: every kind of next step is known to the type checker."""
    step = payment.next_step
    match step:
        case None:
            return "/thanks"
        case Redirect(url):
            return url
        case Wait():
            return "/please-wait"
        case _:
            assert_never(step)


def test_a_host_wires_it_and_trades() -> None:
    """Place, pay, hold, release, refund and list, with every type as a host's checker sees it."""
    card = ScriptedGateway()
    card.play(asks_customer("https://bank.example/3ds"))
    desk = Orderkit(
        storage=MemoryStorage(),
        gateways={"card": card, "transfer": OfflineGateway()},
        extensions=[PLUGIN],
        fields=[Field("acme.region"), Field("acme.lines", type="number", derive=count_lines)],
        scopes={"acme": ScopeSettings(zone="Europe/Kyiv", locale="uk", currency="EUR")},
    )
    shop = desk.scope("acme", actor=Actor.user("u-7", roles={"sales"}))
    mug = NewLine(
        "MUG",
        "A mug",
        unit_price=Money("12.50", "EUR"),
        quantity=2,
        discounts=(Discount("FIVE", "Five off", amount=Money("5", "EUR")),),
    )
    order = assert_type(
        shop.orders.place(customer=Customer("c-1"), lines=[mug], fields={"acme.region": "north"}, key="cart-1"), Order
    )

    payment = shop.pay(order.id, via="card", key="cart-1")
    assert next_page(payment) == "https://bank.example/3ds"
    assert next_page(shop.payments.abandon(payment.id)) == "/thanks"
    waiting = assert_type(shop.pay(order.id, via="transfer", key="cart-2"), Payment)
    assert next_page(waiting) == "/please-wait"
    assert shop.payments.confirm(waiting.id).captured == Money("20", "EUR")

    shop.orders.move(order.id, "hold", reason="abroad")
    shop.orders.move(order.id, "release")
    details = assert_type(shop.orders.details(order.id), OrderDetails)
    item: UUID = details.family.items[0].id
    refund = assert_type(shop.refund(order.id, [RefundItem(item, 1)], reason="broken"), Refund)
    assert shop.refunds.confirm(refund.id).amount == Money("10", "EUR")

    found = assert_type(shop.orders.list(OrderFilter(fields={"acme.region": "north", "acme.lines": 1})), Listed)
    assert [row.refunded for row in found.rows] == [Money("10", "EUR")]
    actions: tuple[Action, ...] = shop.orders.actions(order.id)
    why_not: Mapping[str, str] = {f"{each.on}.{each.name}": str(each.refusal) for each in actions if each.refusal}
    assert "order.cancel" in why_not


def test_a_plugins_rule_refuses_by_name() -> None:
    """What a plugin's rule says reaches the host as a typed refusal."""
    shop = Orderkit(storage=MemoryStorage(), gateways={"card": ScriptedGateway()}, extensions=[PLUGIN]).scope(
        "acme", actor=Actor.client("c-13")
    )
    lines = [NewLine("MUG", "A mug", unit_price=Money("1", "EUR"))]
    order = shop.orders.place(customer=Customer("c-13"), lines=lines)
    try:
        shop.pay(order.id, via="card")
    except TransitionRefused as refused:
        refusal = refused.refusal
    assert refusal == Refusal("is_not_blocked", {"customer": "c-13"})
