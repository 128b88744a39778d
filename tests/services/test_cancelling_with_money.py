"""Cancelling an order with its money: every step is listed before it happens, done once, and can be tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from tests.services.stalls import NewStall, Stall, StillClock, eur, line

from orderkit import Approved, PlanOutdated, TransitionRefused
from orderkit.adapters.credit import CreditGateway
from orderkit.adapters.scripted import ALL_CAPABILITIES, ScriptedGateway, declines, times_out, waits


def steps(stall: Stall, order_id: object, settle: str = "refund") -> list[tuple[str, str | None]]:
    plan = stall.shop.orders.preview("cancel", order_id, settle=settle)  # type: ignore[arg-type]  # ids and ways of these tests
    return [(each.name, None if each.amount is None else str(each.amount)) for each in plan.steps]


@pytest.mark.row("S2-28")
def test_two_payments_are_refunded_each_for_what_is_left(stall: Stall) -> None:
    """Two captured payments, one of them refunded in part already, and a third that is only held: one refund a payment
    for its remaining amount, and the hold is released; the preview says exactly that."""
    order = stall.place(line("100.00", partial=True))
    first = stall.shop.pay(order.id, via="card", amount=eur("30.00"))
    second = stall.shop.pay(order.id, via="card", amount=eur("50.00"))
    third = stall.shop.pay(order.id, via="card", amount=eur("20.00"), capture=False)
    stall.card.dashboard.refund(first.id, eur("10.00"))
    stall.shop.sync_payments(order.id)
    assert steps(stall, order.id) == [
        ("cancel", None),
        ("void", "20.00 EUR"),
        ("refund", "50.00 EUR"),
        ("refund", "20.00 EUR"),
    ]
    cancelled = stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert cancelled.status == "cancelled"
    moved = [(each.type, each.payment_id, each.amount) for each in stall.card.ledger[-3:]]
    assert moved == [
        ("void", third.id, eur("20.00")),
        ("refund", second.id, eur("50.00")),
        ("refund", first.id, eur("20.00")),
    ]
    details = stall.shop.orders.details(order.id)
    assert (details.standing.net_paid, details.standing.due, details.standing.credit) == (eur("0"), eur("0"), eur("0"))


@pytest.mark.row("S2-29")
def test_a_gateway_without_refunds_leaves_a_task_for_a_person(new: NewStall, scope: str) -> None:
    """The preview says before that the refund is left to a person; the order is cancelled all the same, and the task
    stands open with its amount."""
    able = evolve(ALL_CAPABILITIES, refund=False, partial_refund=False)
    stall = new(card=ScriptedGateway(f"no refunds {scope}", able))
    order = stall.paid()
    assert steps(stall, order.id) == [("cancel", None), ("manual_refund", "100.00 EUR")]
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    family = stall.family(order.id)
    assert family.order.status == "cancelled"
    assert [(each.code, each.params["amount"]) for each in family.attention] == [("manual_refund", "100.00 EUR")]
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert len(stall.family(order.id).attention) == 1


@pytest.mark.row("S2-30")
def test_a_refund_that_fails_can_be_tried_again_and_is_made_once(stall: Stall) -> None:
    """The order is cancelled, its refund failed and is shown as such; cancelling again tries what is left, and after it
    has worked there is nothing to try."""
    order = stall.paid()
    stall.card.play(declines("try_later"))
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    family = stall.family(order.id)
    assert (family.order.status, family.operations[-1].status) == ("cancelled", "declined")
    assert [each.code for each in family.attention] == ["refund_failed"]
    assert stall.shop.orders.details(order.id).standing.credit == eur("100.00")
    for _ in range(3):
        stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert stall.card.moved("refund") == 10_000
    assert [each.status for each in stall.family(order.id).operations if each.type == "refund"] == [
        "declined",
        "succeeded",
    ]


@pytest.mark.row("S3-46", "S3-47")
def test_a_lost_answer_in_the_middle_is_found_and_nothing_is_done_twice(stall: Stall) -> None:
    """The refund's answer is lost while cancelling: the open step can be seen; cancelling again is refused while nobody
    knows; recovery settles it; the same key, or cancelling once more, refunds nothing again (I-33, I-42)."""
    order = stall.paid()
    stall.card.play(times_out(after=True))
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund", key="c-1")
    family = stall.family(order.id)
    assert (family.order.status, family.operations[-1].status) == ("cancelled", "unknown")
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert refused.value.refusal.code == "nothing_in_doubt"
    stall.clock.advance(timedelta(hours=1))
    assert [(each.reason, each.order_id) for each in stall.shop.stuck()] == [("refund_unknown", order.id)]
    stall.desk.run_due()
    again = stall.shop.orders.cancel(order.id, confirm=True, settle="refund", key="c-1")
    assert again.status == "cancelled"
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert stall.card.moved("refund") == 10_000
    assert stall.shop.stuck() == ()


def test_an_attempt_in_flight_is_abandoned_first(stall: Stall) -> None:
    """While money is on its way the attempt is called off with the order; the late success is shown, and goes
    back by cancelling once more (S0-33, S0-34, F058)."""
    order = stall.place()
    stall.card.play(waits())
    stall.shop.pay(order.id, via="card")
    assert steps(stall, order.id) == [("cancel", None), ("abandon", "100.00 EUR")]
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert [each.status for each in stall.family(order.id).operations] == ["abandoned", "succeeded"]
    stall.card.finish(stall.family(order.id).operations[0].id, Approved("late"))
    stall.shop.sync_payments(order.id)
    assert [each.code for each in stall.family(order.id).attention] == ["late_money"]
    assert steps(stall, order.id) == [("refund", "100.00 EUR")]
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert (stall.card.moved("sale"), stall.card.moved("refund")) == (10_000, 10_000)


def test_a_refund_that_comes_back_after_the_cancel_is_told(stall: Stall) -> None:
    """The bank fails the refund days after the order was cancelled: a person is told, cancelling again sends it anew,
    and the entry is closed (F078, I-07)."""
    order = stall.paid()
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    stall.card.dashboard.fail_refund(stall.card.ledger[-1].reference)
    stall.shop.sync_payments(order.id)
    assert [(each.code, each.closed_at) for each in stall.family(order.id).attention] == [("refund_failed", None)]
    assert stall.shop.orders.details(order.id).standing.credit == eur("100.00")
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert stall.card.moved("refund") - stall.card.moved("refund_reversal") == 10_000
    assert all(each.closed_at for each in stall.family(order.id).attention)


def test_doubt_keeps_an_order_from_being_cancelled(stall: Stall) -> None:
    """A sale that nobody knows about, at a gateway that cannot be asked now: cancelling waits (F058, I-38, I-42)."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")

    def down(asked: object) -> None:
        raise ConnectionError

    stall.card.on_look_up = down
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert refused.value.refusal.code == "nothing_in_doubt"
    stall.card.on_look_up = None
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    assert (stall.card.moved("sale"), stall.card.moved("refund")) == (10_000, 10_000)


def test_a_preview_is_executed_or_outdated(stall: Stall) -> None:
    """The token stands for the listed steps on that version; money that arrives meanwhile makes it worthless."""
    order = stall.place(line("100.00", partial=True))
    stall.shop.pay(order.id, via="card", amount=eur("40.00"))
    preview = stall.shop.orders.preview("cancel", order.id, settle="refund")
    stall.shop.pay(order.id, via="card", amount=eur("60.00"))
    with pytest.raises(PlanOutdated):
        stall.shop.orders.execute(order.id, preview.token)
    assert (stall.family(order.id).order.status, stall.card.moved("refund")) == ("paid", 0)
    fresh = stall.shop.orders.preview("cancel", order.id, settle="refund")
    before = len(stall.card.calls)
    assert stall.shop.orders.execute(order.id, fresh.token, key="once").status == "cancelled"
    assert stall.shop.orders.execute(order.id, fresh.token, key="once").status == "cancelled"
    done = [("refund", each.amount) for each in stall.card.calls[before:]]
    assert done == [(each.name, each.amount) for each in fresh.steps if each.name == "refund"]


def test_money_can_stay_as_the_customers_credit(new: NewStall) -> None:
    """Instead of going back by card the money is put on the customer's account, once, and can be spent there."""
    stall = with_credit(new)
    order = stall.paid()
    assert steps(stall, order.id, "credit") == [("cancel", None), ("credit", "100.00 EUR")]
    stall.shop.orders.cancel(order.id, confirm=True, settle="credit", key="c-1")
    stall.shop.orders.cancel(order.id, confirm=True, settle="credit", key="c-1")
    (account,) = stall.shop.credit.accounts("c-1")
    assert (account.balance, stall.card.moved("refund")) == (eur("100.00"), 0)
    assert stall.shop.orders.details(order.id).standing.credit == eur("0.00")
    another = stall.place()
    assert stall.shop.pay(another.id, via="credit").status == "captured"
    assert stall.shop.credit.accounts("c-1")[0].balance == eur("0.00")


def with_credit(new: NewStall) -> Stall:
    """A stall whose customers can have credit, in the same store."""
    stall = new(clock=StillClock())
    credit = CreditGateway(stall.storage, stall.clock)
    return new(clock=stall.clock, credit=credit)
