"""What is offered is what is accepted: every action of random orders is carried out on a copy of the shop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from uuid import UUID

import attrs
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.lives import opened
from tests.services.stalls import CLERK, Stall

from orderkit import Action, Actor, Declined, InvalidRequest, PaymentGateway, Refusal, Rejected, Shop, TransitionError
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import ScriptedGateway
from orderkit.payments.folding import open_attempts
from orderkit.verbs import Items, Orders, Payments, Refunds

ASK_FIRST = ("abandon", "cancel", "cancel_and_settle")


def copied(stall: Stall) -> Stall:
    """The shop as it is, with a store and a card gateway of its own: what happens here stays here."""
    storage = MemoryStorage()
    assert isinstance(stall.storage, MemoryStorage)
    for part in attrs.fields(type(storage._contents)):
        getattr(storage._contents, part.name).update(getattr(stall.storage._contents, part.name))
    card = ScriptedGateway(capabilities=stall.card.capabilities, script=deque())
    card.ledger.extend(stall.card.ledger)
    card._answered.update(stall.card._answered)
    card._asked.update(stall.card._asked)
    gateways: dict[str, PaymentGateway] = {"card": card, "bank": stall.bank}
    wiring = evolve(stall.shop.wiring, storage=storage, gateways=lambda scope: gateways)
    return evolve(stall, storage=storage, card=card, shop=evolve(stall.shop, wiring=wiring))


def carry_out(shop: Shop, order_id: UUID, action: Action) -> None:
    """Do what the action says, as a host would."""
    payments, refunds = shop.payments, shop.refunds
    acts: dict[tuple[str, str], Callable[[], object]] = {
        ("order", "pay"): lambda: shop.pay(order_id, via="card"),
        ("order", "cancel"): lambda: shop.orders.cancel(order_id, confirm=True),
        ("order", "cancel_and_settle"): lambda: shop.orders.cancel(order_id, confirm=True, settle="refund"),
        ("payment", "refund_excess"): lambda: payments.refund_excess(action.id),
        ("payment", "credit_excess"): lambda: payments.credit_excess(action.id),
        ("order", "refund"): lambda: shop.refund(order_id, _refundable(shop, order_id)),
        ("item", "refund"): lambda: shop.refund(order_id, [action.id]),
        ("item", "deliver"): lambda: shop.items.move(action.id, "deliver"),
        ("payment", "capture"): lambda: payments.capture(action.id),
        ("payment", "void"): lambda: payments.void(action.id),
        ("payment", "abandon"): lambda: payments.abandon(action.id),
        ("payment", "confirm"): lambda: payments.confirm(action.id),
        ("payment", "reject"): lambda: payments.reject(action.id),
        ("refund", "approve"): lambda: refunds.approve(action.id),
        ("refund", "reject"): lambda: refunds.reject(action.id),
        ("refund", "confirm"): lambda: refunds.confirm(action.id),
        ("refund", "fail"): lambda: refunds.fail(action.id),
    }
    acts.get((action.on, action.name), lambda: shop.orders.move(action.id, action.name))()


def _refundable(shop: Shop, order_id: UUID) -> list[UUID]:
    """The items that may be refunded, those without any share of the money among them; all of them where none may."""
    offered = [each for each in shop.orders.actions(order_id) if (each.on, each.name) == ("item", "refund")]
    able = [each.id for each in offered if each.enabled or each.refusal is None or _has_no_share(each.refusal)]
    return able or [each.id for each in offered]


def _has_no_share(refusal: Refusal) -> bool:
    return refusal.code == "something_goes_back"


def answer(stall: Stall, order_id: UUID, action: Action) -> Refusal | None:
    """What really comes of the action, on a copy."""
    try:
        carry_out(copied(stall).shop, order_id, action)
    except (TransitionError, InvalidRequest) as refused:
        return refused.refusal
    return None


def would_hear_news(stall: Stall, order_id: UUID) -> bool:
    """Whether the gateway would tell something that the shop has not heard yet; giving up and cancelling ask first."""
    card = stall.card
    decided = {each.key for each in card.ledger}
    decided |= {key for key, told in card._answered.items() if isinstance(told, Declined | Rejected)}
    for each in open_attempts(stall.family(order_id).operations):
        if each.id in decided or (each.id in card._answered and each.status in ("sending", "unknown")):
            return card.capabilities.looks_up
    return False


ACTORS = (CLERK, Actor.user("u-9"), Actor.user("u-8", roles={"warehouse"}), Actor.system("nightly"))


@pytest.mark.row("SX-08")
@settings(max_examples=40)
@given(data=st.data(), steps=st.integers(1, 15), actor=st.sampled_from(ACTORS))
def test_every_action_meets_the_answer_that_was_offered(data: st.DataObject, steps: int, actor: Actor) -> None:
    """SX-08 on random orders, whoever asks, with a plugin's rule about roles: an enabled action is accepted, any other
    is refused with the very reason that was shown; each action shown has a command, and trying them leaves the order as
    it was (SX-07)."""
    life = opened(data)
    for _ in range(steps):
        life.go_on()
    stall = evolve(life.stall, shop=evolve(life.stall.shop, actor=actor))
    stall.card.script.clear()
    for order_id in life.orders:
        before = stall.family(order_id)
        for action in stall.shop.orders.actions(order_id):
            if action.name in ASK_FIRST and would_hear_news(stall, order_id):
                continue
            assert (action.refusal is None) == action.enabled
            assert answer(stall, order_id, action) == action.refusal, action
        assert stall.family(order_id) == before


def test_no_change_of_many_orders_escapes_the_property() -> None:
    """Row SX-08 includes changes of many orders at once. There are none yet; whoever adds one adds it to the property
    above, and then this test goes."""
    verbs = {
        name for noun in (Shop, Orders, Items, Payments, Refunds) for name in vars(noun) if not name.startswith("_")
    }
    assert {name for name in verbs if "bulk" in name or "many" in name or name.endswith("_all")} == set()
