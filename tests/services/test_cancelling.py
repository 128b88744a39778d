"""An unpaid order is cancelled; a paid one is not, and money that comes in later is seen."""

from __future__ import annotations

import pytest
from tests.services.stalls import Stall, eur, line

from orderkit import (
    Actor,
    Approved,
    InvalidRequest,
    OrderFilter,
    TransitionError,
    TransitionNotPossible,
    TransitionRefused,
)
from orderkit.adapters.scripted import asks_customer, declines, times_out, waits
from orderkit.services.asking import settled


def late_money(stall: Stall) -> None:
    """The gateway reports that the first sale of the newest order went through after all."""
    family = stall.family(stall.shop.orders.list().rows[0].id)
    asked = family.operations[0]
    settled(stall.shop.wiring, family.order.id, asked.id, Approved("late"), actor=Actor.gateway("card"))


def test_cancelling_ends_everything_that_was_open(stall: Stall) -> None:
    """The order, its items and its request end together, for good, and exactly one fact tells the host (S0-32)."""
    order = stall.place(line("10.00", 3))
    cancelled = stall.shop.orders.cancel(order.id, confirm=True, reason="changed their mind")
    family = stall.family(order.id)

    assert (cancelled.status, cancelled.kind) == ("cancelled", "cancelled")
    assert [each.status for each in family.items] == ["cancelled"]
    assert [each.status for each in family.requests] == ["cancelled"]
    assert stall.facts(order.id).count("order.cancelled") == 1
    assert not any(stall.action(order.id, name).enabled for name in ("pay", "cancel", "complete", "refund"))
    told = stall.shop.orders.history(order.id)[-1]
    assert (told.entry.event, told.entry.actor, told.reason) == ("cancel", "user:u-7", "changed their mind")


def test_cancelling_is_never_implicit(stall: Stall) -> None:
    """Without the word that somebody was asked nothing happens (S0-31)."""
    order = stall.place()
    with pytest.raises(InvalidRequest) as refused:
        stall.shop.orders.cancel(order.id, confirm=False)
    assert (refused.value.field, stall.family(order.id).order.status) == ("confirm", "placed")


@pytest.mark.row("S0-30")
def test_only_unpaid_orders_are_cancelled(stall: Stall) -> None:
    """Of every status that an order may have, only the unpaid one lets it be cancelled."""
    unpaid = [stall.place().id]
    paid, completed, refunded, cancelled = stall.paid(), stall.paid(), stall.paid(), stall.place()
    in_payment = stall.authorized().order_id
    stall.shop.orders.move(completed.id, "complete")
    stall.shop.refund(refunded.id, [stall.family(refunded.id).items[0].id])
    stall.shop.orders.cancel(cancelled.id, confirm=True)
    others = [paid.id, completed.id, refunded.id, cancelled.id, in_payment]

    assert {stall.family(each).order.status for each in (*unpaid, *others)} == {
        each.key for each in stall.desk.lifecycles["order"].statuses
    }
    assert all(stall.action(each, "cancel").enabled for each in unpaid)
    for order_id in others:
        action = stall.action(order_id, "cancel")
        with pytest.raises(TransitionError) as refused:
            stall.shop.orders.cancel(order_id, confirm=True)
        assert (action.enabled, action.refusal) == (False, refused.value.refusal)


@pytest.mark.row("S0-33")
@pytest.mark.parametrize("answer", [waits(), asks_customer(), times_out(after=False)])
def test_nothing_is_cancelled_while_it_is_being_paid(stall: Stall, answer: object) -> None:
    """While an attempt is in flight, waits for the customer or got lost, cancelling is refused and the attempt named
    (F057, I-42)."""
    order = stall.place()
    stall.card.play(answer)  # type: ignore[arg-type]  # parametrised with answers
    payment = stall.shop.pay(order.id, via="card")
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.orders.cancel(order.id, confirm=True)

    assert (refused.value.refusal.code, refused.value.refusal.params["payment"]) == (
        "nothing_in_flight",
        str(payment.id),
    )
    assert stall.family(order.id).order.status == "in_payment"


def test_the_gateway_is_asked_before_anything_is_cancelled(stall: Stall) -> None:
    """An answer got lost after the money had moved: cancelling asks the gateway first, finds the order paid, and is
    refused (I-42, F057, F058)."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    assert stall.shop.pay(order.id, via="card").status == "unknown"
    with pytest.raises(TransitionNotPossible):
        stall.shop.orders.cancel(order.id, confirm=True)
    assert (stall.family(order.id).order.status, stall.card.moved("sale")) == ("paid", 10000)


def test_a_failed_attempt_does_not_keep_an_order(stall: Stall) -> None:
    """After a definitive no, or once the attempt was given up, the order can be cancelled."""
    declined, abandoned = stall.place(), stall.place()
    stall.card.play(declines(), waits())
    stall.shop.pay(declined.id, via="card")
    stall.shop.payments.abandon(stall.shop.pay(abandoned.id, via="card").id)
    for order in (declined, abandoned):
        assert stall.shop.orders.cancel(order.id, confirm=True).status == "cancelled"


@pytest.mark.row("S0-34")
def test_a_success_before_the_cancel_stands(stall: Stall) -> None:
    """The money came first: the order is paid, and cancelling it is refused (S0-34, F058)."""
    order = stall.place()
    stall.card.play(waits())
    stall.shop.pay(order.id, via="card")
    late_money(stall)
    with pytest.raises(TransitionNotPossible):
        stall.shop.orders.cancel(order.id, confirm=True)
    assert stall.family(order.id).order.status == "paid"


@pytest.mark.row("S0-34")
def test_money_after_the_cancel_is_seen_and_moves_nothing(stall: Stall) -> None:
    """A success for an attempt that was given up, on an order that was cancelled since: the order stays cancelled, the
    money is counted, somebody is asked to look, and it can be sent back, once (S0-34, I-07, I-21, I-42)."""
    order = stall.place()
    stall.card.play(waits())
    stall.shop.payments.abandon(stall.shop.pay(order.id, via="card").id)
    stall.shop.orders.cancel(order.id, confirm=True)
    late_money(stall)
    late_money(stall)
    details = stall.shop.orders.details(order.id)

    assert (details.family.order.status, details.standing.net_paid) == ("cancelled", eur("100.00"))
    assert [(each.code, each.params["amount"]) for each in details.family.attention] == [("late_money", "100.00 EUR")]
    assert [each.id for each in stall.shop.orders.list(OrderFilter(needs_attention=True)).rows] == [order.id]

    refund = stall.shop.refund(order.id, [details.family.items[0].id])
    details = stall.shop.orders.details(order.id)
    assert (refund.status, details.standing.net_paid) == ("done", eur("0.00"))
    assert (details.family.order.status, details.family.items[0].status) == ("cancelled", "cancelled")
    with pytest.raises(TransitionRefused):
        stall.shop.refund(order.id, [details.family.items[0].id])


def test_money_on_an_old_attempt_pays_an_open_order(stall: Stall) -> None:
    """A success for an attempt that was given up, on an order that is still open, pays it: money is never dropped
    (F034)."""
    order = stall.place()
    stall.card.play(waits())
    stall.shop.payments.abandon(stall.shop.pay(order.id, via="card").id)
    late_money(stall)
    assert stall.family(order.id).order.status == "paid"


def test_money_on_two_attempts_is_a_credit(stall: Stall) -> None:
    """The first attempt succeeds after a second one paid the order: both count, what is too much is a credit and asks
    for attention, and the order is funded once (I-11, F027)."""
    order = stall.place()
    stall.card.play(waits())
    stall.shop.payments.abandon(stall.shop.pay(order.id, via="card").id)
    stall.shop.pay(order.id, via="card")
    late_money(stall)
    details = stall.shop.orders.details(order.id)

    assert (details.standing.paid, details.standing.credit, details.standing.due) == (
        eur("200.00"),
        eur("100.00"),
        eur("0.00"),
    )
    assert [each.code for each in details.family.attention] == ["overpaid"]
    assert stall.facts(order.id).count("order.funded") == 1
