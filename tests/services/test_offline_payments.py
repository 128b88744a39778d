"""Money that a person looks after: transfers and cash, confirmed in whole or in part, rejected, or given up."""

from __future__ import annotations

from uuid import UUID

import pytest
from attrs import evolve
from tests.services.stalls import Stall, eur, line

from orderkit import InvalidRequest, Money, Payment, RefundItem, TransitionRefused, Wait
from orderkit.adapters.offline import OfflineGateway


def asked_for(stall: Stall) -> Payment:
    """The payment of a new order that waits for a transfer."""
    return stall.shop.pay(stall.place(line("50.00", 2)).id, via="bank")


def refund_all(stall: Stall, order_id: UUID) -> UUID:
    return stall.shop.refund(order_id, [each.id for each in stall.family(order_id).items]).id


def test_a_transfer_waits_for_a_person(stall: Stall) -> None:
    """A payment through the bank is accepted and waits; looking again changes nothing, and nothing counts as paid."""
    payment = asked_for(stall)
    stall.shop.proceed(payment.order_id)

    assert (payment.status, payment.next_step) == ("started", Wait())
    assert stall.shop.orders.details(payment.order_id).standing.paid == eur("0.00")
    for event, enabled in (("confirm", True), ("reject", True), ("abandon", True), ("capture", False), ("void", False)):
        assert stall.action(payment.order_id, event, "payment", payment.id).enabled is enabled


def test_a_confirmed_transfer_pays_the_order(stall: Stall) -> None:
    """Whoever saw the money confirms it; the history says who that was."""
    payment = asked_for(stall)
    confirmed = stall.shop.payments.confirm(payment.id, reason="on the statement of 2 March")
    told = stall.shop.orders.history(payment.order_id)[-1]

    assert (confirmed.status, confirmed.captured) == ("captured", eur("100.00"))
    assert stall.family(payment.order_id).order.status == "paid"
    assert (told.entry.event, told.entry.actor) == ("confirm", "user:u-7")
    assert told.reason == "on the statement of 2 March"


def test_a_part_that_arrived_is_a_part_payment(stall: Stall) -> None:
    """Sixty of a hundred arrived: forty are due, and can be paid another way."""
    payment = asked_for(stall)
    stall.shop.payments.confirm(payment.id, eur("60.00"))
    standing = stall.shop.orders.details(payment.order_id).standing

    assert (standing.paid, standing.due, standing.is_partly_paid) == (eur("60.00"), eur("40.00"), True)
    assert stall.family(payment.order_id).order.status == "placed"
    assert stall.shop.pay(payment.order_id, via="card").captured == eur("40.00")
    assert stall.family(payment.order_id).order.status == "paid"


def test_more_than_was_asked_for_is_a_credit(stall: Stall) -> None:
    """What arrived is never refused: a hundred and fifty of a hundred pay the order, fifty are an explicit credit, and
    somebody is asked to look (I-07)."""
    payment = asked_for(stall)
    stall.shop.payments.confirm(payment.id, eur("150.00"))
    details = stall.shop.orders.details(payment.order_id)

    assert (details.family.order.status, details.standing.credit) == ("paid", eur("50.00"))
    assert [(each.code, each.params) for each in details.family.attention] == [("overpaid", {"amount": "50.00 EUR"})]
    assert stall.shop.orders.list().rows[0].needs_attention


def test_a_rejected_transfer_gives_the_order_back(stall: Stall) -> None:
    """Whoever knows that the money will not come says so, and the order can be paid again."""
    payment = stall.shop.payments.reject(asked_for(stall).id)

    assert (payment.status, payment.live) == ("failed", False)
    assert stall.family(payment.order_id).order.status == "placed"
    assert stall.shop.pay(payment.order_id, via="card").status == "captured"


def test_an_unconfirmed_attempt_is_given_up(stall: Stall) -> None:
    """Nobody has to be asked to give up a transfer that did not come (design §11)."""
    payment = stall.shop.payments.abandon(asked_for(stall).id)

    assert payment.status == "failed"
    assert stall.shop.orders.cancel(payment.order_id, confirm=True).status == "cancelled"


@pytest.mark.parametrize(
    ("amount", "code"),
    [(eur("0.00"), "is_positive"), (eur("-1.00"), "is_positive"), (Money("100", "JPY"), "is_same_currency")],
)
def test_only_real_money_is_confirmed(stall: Stall, amount: Money, code: str) -> None:
    """Nothing, less than nothing and another currency are no payment."""
    payment = asked_for(stall)
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.payments.confirm(payment.id, amount)
    assert refused.value.refusal.code == code


def test_a_card_payment_is_not_for_people_to_confirm(stall: Stall) -> None:
    """Only where a person looks after the money can a person say what became of it."""
    payment = stall.authorized()
    for report in (stall.shop.payments.confirm, stall.shop.payments.reject):
        with pytest.raises(TransitionRefused, match="is_confirmed_by_person"):
            report(payment.id)


def test_a_confirmed_payment_is_not_confirmed_twice(stall: Stall) -> None:
    """Once it has arrived there is nothing on its way; what is on its way back is a refund's business."""
    payment = asked_for(stall)
    stall.shop.payments.confirm(payment.id)
    refund_id = refund_all(stall, payment.order_id)
    for report in (stall.shop.payments.confirm, stall.shop.payments.reject):
        with pytest.raises(TransitionRefused, match="is_in_flight"):
            report(payment.id)
    assert stall.family(payment.order_id).refund(refund_id).status == "processing"


def test_a_refund_is_paid_out_by_a_person(stall: Stall) -> None:
    """The refund of a transfer waits until somebody has sent the money; then the items count as returned."""
    payment = asked_for(stall)
    stall.shop.payments.confirm(payment.id)
    refund_id = refund_all(stall, payment.order_id)
    assert stall.action(payment.order_id, "confirm", "refund", refund_id).enabled
    assert stall.shop.orders.details(payment.order_id).standing.refunded == eur("0.00")

    assert stall.shop.refunds.confirm(refund_id).status == "done"
    details = stall.shop.orders.details(payment.order_id)
    assert (details.standing.refunded, details.family.order.status) == (eur("100.00"), "refunded")
    assert [each.status for each in details.family.items] == ["returned"]
    assert not stall.action(payment.order_id, "confirm", "refund", refund_id).enabled
    with pytest.raises(TransitionRefused, match="awaits_person"):
        stall.shop.refunds.confirm(refund_id)


def test_a_refund_that_could_not_be_paid_out(stall: Stall) -> None:
    """An account that takes no money: the refund has failed, the money is still here, and it can be asked for anew
    (F078)."""
    payment = asked_for(stall)
    stall.shop.payments.confirm(payment.id)
    refund_id = refund_all(stall, payment.order_id)
    assert stall.shop.refunds.fail(refund_id).status == "failed"

    details = stall.shop.orders.details(payment.order_id)
    assert (details.standing.net_paid, details.family.order.status) == (eur("100.00"), "paid")
    assert stall.shop.refunds.confirm(refund_all(stall, payment.order_id)).status == "done"


def test_a_refund_over_card_and_bank(stall: Stall) -> None:
    """What the card's part of a refund says comes by itself; the bank's part waits for a person."""
    order = stall.place(line("100.00", partial=True))
    transfer = stall.shop.pay(order.id, via="bank", amount=eur("70.00"))
    stall.shop.payments.confirm(transfer.id)
    stall.shop.pay(order.id, via="card")
    refund = stall.shop.refund(order.id, [stall.family(order.id).items[0].id])

    assert (refund.status, stall.card.moved("refund")) == ("processing", 30_00)
    assert stall.shop.orders.details(order.id).standing.refunded == eur("30.00")
    assert stall.shop.refunds.confirm(refund.id).status == "done"
    assert stall.shop.orders.details(order.id).standing.net_paid == eur("0.00")


def test_a_person_reports_whatever_account_it_is_by_now(stall: Stall) -> None:
    """Money that came to the old account has come, though the shop's gateway names another one by now."""
    payment = asked_for(stall)
    wiring = evolve(stall.shop.wiring, gateways=lambda scope: {"bank": OfflineGateway("new-iban")})
    shop = evolve(stall.shop, wiring=wiring)
    with pytest.raises(InvalidRequest, match="is_same_account"):
        shop.payments.abandon(payment.id)
    assert shop.payments.confirm(payment.id).status == "captured"


def test_items_stay_refundable_by_the_unit(stall: Stall) -> None:
    """One of two units goes back by transfer: half the money, and the other unit stays."""
    payment = asked_for(stall)
    stall.shop.payments.confirm(payment.id)
    item = stall.family(payment.order_id).items[0]
    refund = stall.shop.refund(payment.order_id, [RefundItem(item.id, 1)])
    stall.shop.refunds.confirm(refund.id)

    assert [(each.quantity, each.status) for each in stall.family(payment.order_id).items] == [
        (1, "pending"),
        (1, "returned"),
    ]
