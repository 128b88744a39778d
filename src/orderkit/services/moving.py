"""What moves an order: cancelling it, with its money or without, and the plain moves of its table."""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from orderkit.actors import Actor
from orderkit.cases import Case
from orderkit.errors import InvalidRequest, PlanOutdated
from orderkit.families.cancelling import Cancelled, Plan, Settle, cancel_and_settle
from orderkit.families.cancelling import cancel as cancelled
from orderkit.family import OrderFamily
from orderkit.items.events import ItemMoved
from orderkit.items.records import Item
from orderkit.orders.decisions import apply
from orderkit.orders.events import OrderMoved
from orderkit.orders.records import Order
from orderkit.payments.folding import open_attempts
from orderkit.ports.storage import Reading
from orderkit.services.asking import looked_up, rejoined
from orderkit.services.commands import Command, Decision, change
from orderkit.services.paying import sending
from orderkit.services.wiring import Wiring

OWN_VERBS = ("pay", "refund", "cancel", "cancel_and_settle")


def cancel(wiring: Wiring, command: Command, order_id: UUID) -> Order:
    """Cancel an order that is neither paid nor being paid (rows S0-30, S0-32, S0-33)."""
    _ask_first(wiring, order_id)

    def decide(case: Case) -> Decision:
        family, facts = cancelled(case, with_reason=bool(command.reason))
        return Decision(family, "cancel", facts)

    return change(wiring, command, lambda store: store.family(wiring.scope, order_id), decide).family.order


def cancel_with_money(
    wiring: Wiring, command: Command, order_id: UUID, settle: Settle, *, token: str | None = None
) -> Order:
    """Cancel an order, and bring its money back to the customer (rows S2-28 to S2-30, S3-46, S3-47).

    Raises:
        PlanOutdated: `token` stands for steps that are no longer those that would be done.
    """
    if settle not in ("refund", "credit"):
        raise InvalidRequest("settle", "is_known_way", settle=str(settle), known="refund, credit")
    _ask_first(wiring, order_id)

    def decide(case: Case) -> Decision:
        begun = _begun(wiring, case, settle, with_reason=bool(command.reason))
        if token is not None and token != begun.plan.token:
            raise PlanOutdated("the order is no longer as it was previewed; ask for a new preview and execute that one")
        operations = ",".join(each.id.hex for each in begun.operations)
        family = sending(wiring, case, begun.family, begun.operations)
        return Decision(family, "cancel_and_settle", begun.facts, {"operations": operations})

    asked = evolve(command, request={**command.request, "settle": settle})
    committed = change(wiring, asked, lambda store: store.family(wiring.scope, order_id), decide)
    return rejoined(wiring, command.actor, committed).order


def preview_cancel(wiring: Wiring, actor: Actor, order_id: UUID, settle: Settle) -> Plan:
    """Every step that cancelling would take now, with its amount; nothing is changed (row SX-27)."""
    if settle not in ("refund", "credit"):
        raise InvalidRequest("settle", "is_known_way", settle=str(settle), known="refund, credit")
    with wiring.storage.reading() as store:
        family = store.family(wiring.scope, order_id)
    return _begun(wiring, wiring.case(family, actor, wiring.clock.now()), settle).plan


def settle_of(token: str) -> Settle:
    """The way money goes back that a token of a cancelling plan stands for.

    Raises:
        InvalidRequest: it is no token of ours.
    """
    name, _, rest = token.partition(".") if isinstance(token, str) else ("", "", "")
    way = rest.partition(".")[0]
    if name == "cancel" and way == "refund":
        return "refund"
    if name == "cancel" and way == "credit":
        return "credit"
    raise InvalidRequest("token", "is_a_token", hint="pass the token of a preview")


def _begun(wiring: Wiring, case: Case, settle: Settle, *, with_reason: bool = False) -> Cancelled:
    if settle == "credit":
        wiring.credit_keeper()
    return cancel_and_settle(
        case,
        settle,
        accounts=wiring.accounts(case.family.payments),
        new_id=wiring.new_id(case.at),
        with_reason=with_reason,
    )


def _ask_first(wiring: Wiring, order_id: UUID) -> None:
    """What may have happened at a gateway is learnt before anything is cancelled; a lost look-up decides nothing (I-42,
    F057, F058)."""
    if wiring.storage.joins_host_transaction:
        return
    with wiring.storage.reading() as store:
        family = store.family(wiring.scope, order_id)
    known = wiring.accounts(family.payments)
    for each in open_attempts(family.operations):
        if each.status != "created" and not each.reported and each.payment_id in known:
            looked_up(wiring, family, each)


def move(wiring: Wiring, command: Command, order_id: UUID, event: str) -> Order:
    """Take a move of the order's table that is nothing but a move, such as `complete` or a plugin's `hold`.

    Raises:
        InvalidRequest: the event has effects of its own and a verb of its own.
    """
    if event in OWN_VERBS:
        raise InvalidRequest(
            "event", "is_plain_move", event=event, use="orders.cancel" if event.startswith("cancel") else event
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
