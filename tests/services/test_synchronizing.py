"""Synchronizing: the gateway is asked for all it knows; what is new is recorded, what contradicts us is shown."""

from __future__ import annotations

import pytest
from tests.services.stalls import Stall, eur

from orderkit import Approved
from orderkit.adapters.scripted import times_out
from orderkit.payments.settling import settle
from orderkit.ports.storage import Reading
from orderkit.services.commands import Decision, record


@pytest.mark.row("S3-33")
def test_one_unseen_event_is_folded_and_then_nothing_changes(stall: Stall) -> None:
    """The gateway holds a capture that no event told of, and an answer that was lost: both are recorded by asking; a
    second time changes nothing."""
    payment = stall.authorized()
    stall.card.dashboard.capture(payment.id, eur("30.00"))
    stall.card.play(times_out(after=True))
    stall.shop.payments.capture(payment.id, eur("20.00"))
    came = stall.shop.sync_payments(payment.order_id)
    assert (came.changed, came.differences, came.unanswered) == (2, (), ())
    now = stall.family(payment.order_id).payment(payment.id)
    assert (now.captured, now.authorized) == (eur("50.00"), eur("50.00"))
    version = stall.family(payment.order_id).order.version
    assert stall.shop.sync_payments(payment.order_id).changed == 0
    assert stall.family(payment.order_id).order.version == version


@pytest.mark.row("S3-34")
def test_a_gateway_that_says_less_overwrites_nothing(stall: Stall) -> None:
    """We hold a capture that the gateway knows nothing of: our books stay, the difference is named, a person is told,
    once."""
    payment = stall.authorized()
    stall.card.play(times_out(after=False))
    stall.shop.payments.capture(payment.id, eur("40.00"))
    _believe(stall, payment.order_id)
    for _ in range(2):
        (difference,) = stall.shop.sync_payments(payment.order_id).differences
        assert (difference.type, difference.ours, difference.theirs) == ("capture", eur("40.00"), eur("0.00"))
    family = stall.family(payment.order_id)
    assert family.payment(payment.id).captured == eur("40.00")
    assert [each.code for each in family.attention] == ["gateway_agrees"]


def _believe(stall: Stall, order_id: object) -> None:
    """What an adapter with a defect does to us: an approval of something that never happened."""
    wiring = stall.shop.wiring

    def find(store: Reading) -> object:
        return store.family(wiring.scope, order_id)  # type: ignore[arg-type]  # an id of this test

    record(
        wiring,
        stall.shop.actor,
        "defect",
        find,  # type: ignore[arg-type]  # as above
        lambda case: Decision(settle(case, case.family.operations[-1].id, Approved("never")), "capture_succeeded"),
    )


def test_a_gateway_that_cannot_answer_is_named(stall: Stall) -> None:
    """A statement that fails changes nothing, and says for which payment it failed."""
    payment = stall.authorized()

    def down(asked: object) -> None:
        raise ConnectionError

    stall.card.on_look_up = down
    came = stall.shop.sync_payments(payment.order_id)
    assert (came.changed, came.unanswered) == (0, (payment.id,))


def test_a_gateway_without_books_is_asked_by_key(stall: Stall) -> None:
    """The bank transfer has no statement and no look-up: nothing changes, nothing is claimed."""
    order = stall.place()
    stall.shop.pay(order.id, via="bank")
    came = stall.shop.sync_payments(order.id)
    assert (came.changed, came.differences) == (0, ())


@pytest.mark.row("S3-32", "S3-37")
def test_the_history_of_a_payment_drops_nothing(stall: Stall) -> None:
    """Success, failure with its code, unknown and refund stand in the order in which they were asked for; while one is
    unknown no further capture is let through, and asking the gateway settles it."""
    from orderkit import TransitionRefused
    from orderkit.adapters.scripted import declines

    payment = stall.authorized()
    stall.shop.payments.capture(payment.id, eur("20.00"))
    stall.card.play(declines("do_not_honor"))
    stall.shop.payments.capture(payment.id, eur("30.00"))
    stall.card.dashboard.refund(payment.id, eur("5.00"))
    stall.shop.sync_payments(payment.order_id)
    stall.card.play(times_out(after=True))
    stall.shop.payments.capture(payment.id, eur("10.00"))
    told = [(each.type, each.status, each.code) for each in stall.family(payment.order_id).operations]
    assert told == [
        ("authorize", "succeeded", None),
        ("capture", "succeeded", None),
        ("capture", "declined", "do_not_honor"),
        ("refund", "succeeded", None),
        ("capture", "unknown", "unknown"),
    ]
    with pytest.raises(TransitionRefused) as refused:
        stall.shop.payments.capture(payment.id, eur("1.00"))
    assert refused.value.refusal.code == "nothing_in_doubt"
    stall.shop.sync_payments(payment.order_id)
    assert stall.shop.payments.capture(payment.id, eur("1.00")).captured == eur("31.00")
