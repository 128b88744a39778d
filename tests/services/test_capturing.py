"""Money that is held: captured in full, in parts, or released."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.services.stalls import NewStall, Stall, eur, line

from orderkit import (
    Extension,
    InvalidRequest,
    Money,
    Move,
    NotRepresentable,
    RefundItem,
    Status,
    TransitionRefused,
)
from orderkit.adapters.scripted import Answer, ScriptedGateway, approves, declines, times_out, waits
from orderkit.orders.lifecycle import FRAUD, ORDER_FACTS
from orderkit.payments.folding import fold
from orderkit.profiles.retail import CANCELLED, IN_PAYMENT


def test_holding_money_does_not_pay(stall: Stall) -> None:
    """An authorized payment holds the money; the order is being paid, and not paid."""
    payment = stall.authorized()
    standing = stall.shop.orders.details(payment.order_id).standing

    assert (payment.status, payment.authorized, payment.captured) == ("authorized", eur("100.00"), eur("0.00"))
    assert (standing.paid, standing.authorized, standing.due) == (eur("0.00"), eur("100.00"), eur("100.00"))
    assert stall.family(payment.order_id).order.status == "in_payment"


@pytest.mark.row("S3-35")
def test_captures_in_parts(stall: Stall) -> None:
    """Of 100 held, 30 are captured and 70 stay held; 71 are refused, 70 are taken, and the order is paid (F024)."""
    payment = stall.authorized()
    payment = stall.shop.payments.capture(payment.id, eur("30.00"))
    assert (payment.captured, payment.authorized, payment.status) == (eur("30.00"), eur("70.00"), "authorized")

    with pytest.raises(TransitionRefused) as refused:
        stall.shop.payments.capture(payment.id, eur("71.00"))
    assert str(refused.value.refusal) == "is_covered (amount=71.00 EUR, capturable=70.00 EUR)"

    payment = stall.shop.payments.capture(payment.id, eur("70.00"))
    assert (payment.captured, payment.authorized, payment.status) == (eur("100.00"), eur("0.00"), "captured")
    assert stall.family(payment.order_id).order.status == "paid"
    assert [each.on for each in stall.card.calls] == [None, "authorize_1", "authorize_1"]
    assert stall.card.moved("capture") == 100_00


def test_a_capture_without_an_amount_takes_all_that_is_left(stall: Stall) -> None:
    """An omitted amount means the rest, never nothing and never the whole again (I-13)."""
    payment = stall.authorized()
    stall.shop.payments.capture(payment.id, eur("0.01"))
    assert stall.shop.payments.capture(payment.id).captured == eur("100.00")
    with pytest.raises(TransitionRefused, match="is_held"):
        stall.shop.payments.capture(payment.id)


@pytest.mark.row("S3-36")
def test_the_value_to_capture_is_checked(stall: Stall) -> None:
    """Nothing, less than nothing, too many digits, another currency, or more than remains with what is in flight: each
    is refused by its own reason, and the gateway is not asked."""
    payment = stall.authorized()
    stall.card.play(waits())
    stall.shop.payments.capture(payment.id, eur("40.00"))
    amounts = {
        "is_positive": (eur("0.00"), eur("-5.00")),
        "is_same_currency": (Money("10.00", "USD"), Money("10", "JPY")),
        "is_covered": (eur("60.01"), eur("100.00")),
    }
    for code, refused_amounts in amounts.items():
        for amount in refused_amounts:
            with pytest.raises(TransitionRefused) as refused:
                stall.shop.payments.capture(payment.id, amount)
            assert refused.value.refusal.code == code
    with pytest.raises(NotRepresentable, match="more digits than EUR"):
        stall.shop.payments.capture(payment.id, eur("10.001"))
    with pytest.raises(InvalidRequest, match="is_money"):
        stall.shop.payments.capture(payment.id, 10)  # type: ignore[arg-type]  # a caller without a type checker

    assert len(stall.card.calls) == 2
    assert stall.shop.payments.capture(payment.id, eur("60.00")).captured == eur("60.00")


@pytest.mark.row("S3-37")
def test_what_came_of_a_capture_is_in_the_history(stall: Stall) -> None:
    """A success is an entry, a failure one with its code, a time-out is unknown and blocks further captures until the
    gateway was asked what came of it."""
    payment = stall.authorized()
    stall.card.play(Answer(), declines("expired_card"), times_out(after=True))
    for _ in range(3):
        stall.shop.payments.capture(payment.id, eur("10.00"))
    with pytest.raises(TransitionRefused, match="nothing_in_doubt"):
        stall.shop.payments.capture(payment.id, eur("10.00"))

    told = stall.shop.orders.history(payment.order_id)
    assert [each.entry.event for each in told if each.entry.event.startswith("capture_")] == [
        "capture_succeeded",
        "capture_declined",
        "capture_unknown",
    ]
    assert '"code":"expired_card"' in next(e.entry.changes for e in told if e.entry.event == "capture_declined")

    stall.shop.proceed(payment.order_id)
    assert stall.shop.payments.capture(payment.id, eur("10.00")).captured == eur("30.00")
    assert stall.card.moved("capture") == 30_00
    assert {"operation.refused", "outcome.lost"} <= set(stall.facts(payment.order_id))


SUSPECTED = Status("suspected", FRAUD, ignores=ORDER_FACTS)
TROUBLE = Extension(
    "order",
    "trouble",
    statuses=(SUSPECTED,),
    moves=(
        Move("suspect", IN_PAYMENT, SUSPECTED),
        Move("scrap", (IN_PAYMENT, SUSPECTED), CANCELLED),
    ),
)


@pytest.mark.row("S3-38")
@pytest.mark.parametrize("event", ["suspect", "scrap"])
def test_nothing_is_captured_on_a_cancelled_or_fraudulent_order(new: NewStall, event: str) -> None:
    """With money held, an order that turned fraudulent or was cancelled is not captured; the gateway is not called,
    and the money can still be released."""
    stall = new(extensions=[TROUBLE])
    payment = stall.authorized()
    order = stall.shop.orders.move(payment.order_id, event)
    calls = len(stall.card.calls)
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.payments.capture(payment.id)

    assert refused.value.refusal.code == "order_allows_capture"
    assert refused.value.refusal.params["order_status"] == order.status
    assert not stall.action(order.id, "capture", "payment", payment.id).enabled
    assert len(stall.card.calls) == calls
    assert stall.shop.payments.void(payment.id).status == "voided"


def test_a_void_releases_what_is_held(stall: Stall) -> None:
    """What was not captured goes back to the customer's card, and the order can be paid again."""
    payment = stall.authorized()
    payment = stall.shop.payments.void(payment.id)

    assert (payment.status, payment.authorized, payment.live) == ("voided", eur("0.00"), False)
    assert stall.family(payment.order_id).order.status == "placed"
    assert stall.card.moved("void") == 100_00
    assert stall.shop.pay(payment.order_id, via="card").status == "captured"


def test_a_void_after_a_part_leaves_the_part(stall: Stall) -> None:
    """Thirty of a hundred are captured, the rest is released: thirty are paid, seventy are due again (F070)."""
    payment = stall.authorized()
    stall.shop.payments.capture(payment.id, eur("30.00"))
    payment = stall.shop.payments.void(payment.id)
    standing = stall.shop.orders.details(payment.order_id).standing

    assert (payment.status, payment.captured, payment.refunded) == ("captured", eur("30.00"), eur("0.00"))
    assert (standing.due, standing.refunded, standing.authorized) == (eur("70.00"), eur("0.00"), eur("0.00"))
    assert stall.card.moved("void") == 70_00


def test_a_gateway_that_captures_once_releases_the_rest(new: NewStall) -> None:
    """Where a gateway takes only one capture, the rest is not held any more after it, and is no refund (F070)."""
    able = evolve(ScriptedGateway().capabilities, several_captures=False)
    stall = new(card=ScriptedGateway(capabilities=able))
    payment = stall.shop.payments.capture(stall.authorized().id, eur("60.00"))

    assert (payment.captured, payment.authorized, payment.refunded) == (eur("60.00"), eur("0.00"), eur("0.00"))
    assert stall.shop.orders.details(payment.order_id).standing.due == eur("40.00")
    with pytest.raises(TransitionRefused, match="is_held"):
        stall.shop.payments.capture(payment.id, eur("40.00"))


def test_a_gateway_that_captures_whole_is_not_asked_for_parts(new: NewStall) -> None:
    """Where only the whole can be captured, a part is refused beforehand."""
    able = evolve(ScriptedGateway().capabilities, partial_capture=False)
    stall = new(card=ScriptedGateway(capabilities=able))
    payment = stall.authorized()
    with pytest.raises(TransitionRefused, match="is_whole_or_partial_capture_supported"):
        stall.shop.payments.capture(payment.id, eur("60.00"))
    assert stall.shop.payments.capture(payment.id, eur("100.00")).status == "captured"


def test_nothing_is_released_while_it_is_being_captured(stall: Stall) -> None:
    """A capture and a void of the same money never go out together, whichever comes first (F058)."""
    captured, voided = stall.authorized(), stall.authorized()
    stall.card.play(waits(), waits())
    stall.shop.payments.capture(captured.id, eur("1.00"))
    with pytest.raises(TransitionRefused, match="nothing_being_captured"):
        stall.shop.payments.void(captured.id)
    stall.shop.payments.void(voided.id)
    with pytest.raises(TransitionRefused, match="is_covered"):
        stall.shop.payments.capture(voided.id, eur("1.00"))


@pytest.mark.row("S3-31")
def test_the_status_of_a_payment_in_buckets(stall: Stall) -> None:
    """Of 100 authorized, 30 captured, 10 refunded and 20 released: 50 stay held, 50 can be captured, 20 refunded."""
    payment = stall.authorized(line("10.00", 10))
    stall.shop.payments.capture(payment.id, eur("30.00"))
    item = stall.family(payment.order_id).items[0]
    refund = stall.shop.refund(payment.order_id, [RefundItem(item.id, 4, fee=eur("2.00"))])
    stall.card.play(approves(at_most=eur("20.00")))
    payment = stall.shop.payments.void(payment.id)
    figures = fold(stall.family(payment.order_id).operations_of(payment.id))

    assert refund.amount == eur("10.00")
    assert (payment.authorized, payment.captured, payment.refunded) == (eur("50.00"), eur("30.00"), eur("10.00"))
    assert (figures.capturable, figures.refundable, figures.voided) == (50_00, 20_00, 20_00)


@pytest.mark.row("S3-32")
def test_the_history_of_a_payment_holds_every_answer(stall: Stall) -> None:
    """A success, a failure, a lost answer and a refund: all four are told in the order they came, none is dropped."""
    payment = stall.authorized()
    stall.card.play(Answer(), declines(), times_out(after=True))
    for _ in range(3):
        stall.shop.payments.capture(payment.id, eur("20.00"))
    stall.shop.proceed(payment.order_id)
    stall.shop.refund(payment.order_id, [stall.family(payment.order_id).items[0].id])
    told = stall.shop.orders.history(payment.order_id)
    answers = [each.entry.event for each in told if each.entry.actor == "gateway:card"]

    assert answers == [
        *("authorize_succeeded", "capture_succeeded", "capture_declined", "capture_unknown", "capture_succeeded"),
        "refund_succeeded",
    ]
    assert [each.entry.at for each in told] == sorted(each.entry.at for each in told)


def test_nothing_goes_through_another_account(stall: Stall) -> None:
    """Where the gateway's name stands for another account by now, a held payment is neither captured, released nor
    looked up through it, and the reason says which account it was."""
    payment = stall.authorized()
    stall.card.account = "acct-2"
    for attempt in (stall.shop.payments.capture, stall.shop.payments.void):
        with pytest.raises(InvalidRequest, match="is_same_account"):
            attempt(payment.id)

    assert not stall.action(payment.order_id, "capture", "payment", payment.id).enabled
    assert len(stall.card.calls) == 1
