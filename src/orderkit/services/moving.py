"""What moves an order without money: cancelling an unpaid one, and the plain moves of its table."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.errors import InvalidRequest
from orderkit.families.cancelling import cancel as cancelled
from orderkit.family import OrderFamily
from orderkit.items.events import ItemMoved
from orderkit.items.records import Item
from orderkit.orders.decisions import apply
from orderkit.orders.events import OrderMoved
from orderkit.orders.records import Order
from orderkit.ports.storage import Reading
from orderkit.services.commands import Command, Decision, change
from orderkit.services.wiring import Wiring

OWN_VERBS = ("pay", "refund", "cancel")


def cancel(wiring: Wiring, command: Command, order_id: UUID) -> Order:
    """Cancel an order that is neither paid nor being paid (rows S0-30, S0-32, S0-33)."""

    def decide(case: Case) -> Decision:
        family, facts = cancelled(case, with_reason=bool(command.reason))
        return Decision(family, "cancel", facts)

    return change(wiring, command, lambda store: store.family(wiring.scope, order_id), decide).family.order


def move(wiring: Wiring, command: Command, order_id: UUID, event: str) -> Order:
    """Take a move of the order's table that is nothing but a move, such as `complete` or a plugin's `hold`.

    Raises:
        InvalidRequest: the event has effects of its own and a verb of its own.
    """
    if event in OWN_VERBS:
        raise InvalidRequest(
            "event", "is_plain_move", event=event, use=f"orders.{event}" if event == "cancel" else event
        )

    def decide(case: Case) -> Decision:
        order = apply(case, event)
        before = case.family.order
        fact = OrderMoved(order.id, event, before.status, order.status, order.kind)
        return Decision(case.family.with_order(order), event, (fact,))

    return change(wiring, command, lambda store: store.family(wiring.scope, order_id), decide).family.order


def move_item(wiring: Wiring, command: Command, item_id: UUID, event: str) -> Item:
    """Take a move of one item's table that is nothing but a move, such as `deliver`.

    Raises:
        InvalidRequest: the event has effects of its own and a verb of its own.
    """
    if event in OWN_VERBS:
        raise InvalidRequest("event", "is_plain_move", event=event, use=event)

    def find(store: Reading) -> OrderFamily:
        return store.family(wiring.scope, store.order_of(wiring.scope, "item", item_id))

    def decide(case: Case) -> Decision:
        before = case.family.item(item_id)
        status = case.permit(before, event)
        after = evolve(before, status=status.key, kind=status.kind.key)
        fact = ItemMoved(before.order_id, item_id, before.status, after.status)
        return Decision(case.family.with_item(after), f"item_{event}", (fact,))

    return change(wiring, command, find, decide).family.item(item_id)
