"""Recovery: whatever a lost answer or a dead process left behind comes to its end, and the money moves once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from tests.services.stalls import NewStall, Stall, StillClock, eur

from orderkit import Approved, Capabilities, Declined, TransitionRefused
from orderkit.adapters.scripted import (
    ALL_CAPABILITIES,
    NO_KEYS,
    PROFILES,
    ScriptedGateway,
    asks_customer,
    fails,
    late,
    times_out,
    waits,
)

SOON, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)


def run(stall: Stall, after: timedelta) -> None:
    """Time passes, and a worker comes by."""
    stall.clock.advance(after)
    stall.desk.run_due()


@pytest.mark.row("S0-28")
def test_a_lost_answer_is_found_without_a_second_charge(stall: Stall) -> None:
    """The money moved and the answer was lost: nobody can pay again meanwhile, recovery asks, the order is paid, and
    the gateway was called once (I-38, I-39, F008, F025, F026, F037)."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    assert stall.shop.pay(order.id, via="card").status == "unknown"
    for _ in range(3):
        with pytest.raises(TransitionRefused) as refused:
            stall.shop.pay(order.id, via="card")
        assert refused.value.refusal.code == "one_payment_at_a_time"
    run(stall, SOON)
    assert stall.family(order.id).order.status == "paid"
    assert (stall.card.moved("sale"), len(stall.card.calls)) == (10_000, 1)


@pytest.mark.row("S0-29")
def test_what_never_arrived_gives_the_order_back(stall: Stall) -> None:
    """The call never reached the gateway: once that is certain, the attempt ends as never sent, nobody is charged late,
    and the order can be paid again; the failed attempt stays in the history with its code (I-43)."""
    order = stall.place()
    stall.card.play(times_out(after=False))
    first = stall.shop.pay(order.id, via="card")
    run(stall, SOON)
    family = stall.family(order.id)
    assert (family.order.status, family.payment(first.id).status) == ("placed", "failed")
    assert family.operations[0].code == "never_sent"
    assert stall.card.ledger == []
    assert stall.shop.pay(order.id, via="card").status == "captured"
    assert stall.card.moved("sale") == 10_000


def test_a_late_effect_is_not_lost(stall: Stall) -> None:
    """The gateway acts after its caller gave up, and before the grace is over: the look-up finds it (F007, F029)."""
    order = stall.place()
    stall.card.play(late(timedelta(seconds=40)))
    stall.shop.pay(order.id, via="card")
    run(stall, SOON)
    assert (stall.family(order.id).order.status, stall.card.moved("sale")) == ("paid", 10_000)


@pytest.mark.parametrize("verb", ["capture", "refund", "void"])
def test_what_nobody_waits_for_is_sent_again(stall: Stall, verb: str) -> None:
    """A capture, refund or void that never arrived is sent again under its first key, and moves once (I-33, I-43)."""
    payment = stall.authorized()
    if verb == "refund":
        stall.shop.payments.capture(payment.id)
    stall.card.play(times_out(after=False))
    if verb == "refund":
        stall.shop.refund(payment.order_id, [stall.family(payment.order_id).items[0].id])
    else:
        getattr(stall.shop.payments, verb)(payment.id)
    run(stall, SOON)
    assert stall.card.moved(verb) == 10_000
    calls = [each.key for each in stall.card.calls if each.type == verb]
    assert (len(calls), len(set(calls))) == (2, 1)
    assert all(each.kind in ("succeeded", "failed") for each in stall.family(payment.order_id).operations)


def test_a_look_up_that_fails_is_tried_by_schedule(stall: Stall) -> None:
    """The gateway cannot be asked for a day: looked up after 5 minutes, an hour, then daily; nothing is decided; after
    three days a person is told, once (SX-29, F110)."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")
    asked: list[object] = []

    def down(asked_for: object) -> None:
        asked.append(asked_for)
        raise ConnectionError

    stall.card.on_look_up = down
    minutes = 0
    while minutes < 5 * 24 * 60:
        minutes += 5
        run(stall, SOON)
    assert 5 <= len(asked) <= 8
    family = stall.family(order.id)
    assert family.operations[0].status == "unknown"
    assert [each.code for each in family.attention] == ["outcome_is_known"]
    stall.card.on_look_up = None
    run(stall, DAY)
    assert stall.family(order.id).order.status == "paid"


@pytest.mark.parametrize("contract", PROFILES)
@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
def test_recovery_moves_money_once_under_every_contract(new: NewStall, scope: str, contract: str, after: bool) -> None:
    """Whatever the gateway promises about its keys, a lost capture and a lost refund move once, or a person is asked;
    no key is ever used for two requests (I-33, I-34, I-37, F013, F014, F015)."""
    clock = StillClock()
    stall = new(card=ScriptedGateway.under(PROFILES[contract], clock, account=f"{contract} {scope}"), clock=clock)
    payment = stall.authorized()
    for answer, act in (
        (times_out(after=after), lambda: stall.shop.payments.capture(payment.id, eur("60.00"))),
        (fails(after=after), lambda: stall.shop.refund(payment.order_id, [stall.family(payment.order_id).items[0].id])),
    ):
        stall.card.play(answer)
        try:
            act()
        except TransitionRefused:
            break
        for _ in range(4):
            run(stall, HOUR)
    family = stall.family(payment.order_id)
    assert stall.card.moved("capture") <= 6_000
    assert stall.card.moved("refund") <= stall.card.moved("capture")
    stall.card.assert_keys_were_kept()
    for each in family.operations:
        booked = sum(line.amount.minor for line in stall.card.ledger if line.key == each.id)
        if each.kind == "succeeded":
            assert booked == (each.moved or each.amount).minor
        if each.kind == "failed":
            assert booked == 0


def test_an_old_key_is_not_sent_again(new: NewStall, scope: str) -> None:
    """A gateway without look-ups forgets its keys after a day: what is still open then is left to a person (I-37)."""
    clock = StillClock()
    able = evolve(ALL_CAPABILITIES, looks_up=False, keys_kept=DAY)
    stall = new(card=ScriptedGateway(f"forgets {scope}", able, clock=clock), clock=clock)
    payment = stall.authorized()
    stall.card.play(times_out(after=True))
    stall.shop.payments.capture(payment.id)
    calls = len(stall.card.calls)
    stall.clock.advance(4 * DAY)
    stall.desk.run_due()
    assert len(stall.card.calls) == calls
    assert "outcome_is_known" in {each.code for each in stall.family(payment.order_id).attention}


def test_without_keys_and_look_ups_nothing_is_guessed(new: NewStall, scope: str) -> None:
    """A gateway that keeps no keys and cannot be asked: nothing is sent twice, the outcome stays unknown (I-38)."""
    clock = StillClock()
    able = Capabilities(authorize=True, void=True, refund=True)
    stall = new(card=ScriptedGateway(f"mute {scope}", able, profile=NO_KEYS, clock=clock), clock=clock)
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")
    for _ in range(10):
        run(stall, DAY)
    assert (len(stall.card.calls), stall.family(order.id).operations[0].status) == (1, "unknown")


def test_recovering_twice_is_recovering_once(stall: Stall) -> None:
    """A second run finds nothing to do, writes nothing and calls nobody (I-40, I-69)."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")
    run(stall, SOON)
    version, calls = stall.family(order.id).order.version, len(stall.card.calls)
    assert not stall.desk.run_due().recovered.looked_at
    assert (stall.family(order.id).order.version, len(stall.card.calls)) == (version, calls)


def test_a_pending_payment_is_asked_about(stall: Stall) -> None:
    """A debit that settles days later, and whose event is lost, is found by asking (F044, F045, F057, F060, F062)."""
    paid, failed = stall.place(), stall.place()
    stall.card.play(waits(), waits())
    for order in (paid, failed):
        assert stall.shop.pay(order.id, via="card").status == "started"
        assert stall.family(order.id).order.status == "in_payment"
    stall.card.finish(stall.family(paid.id).operations[0].id, Approved("settled"))
    stall.card.finish(stall.family(failed.id).operations[0].id, Declined("insufficient_funds"))
    run(stall, SOON)
    assert [stall.family(each.id).order.status for each in (paid, failed)] == ["paid", "placed"]


def test_an_attempt_that_the_customer_left_expires(stall: Stall) -> None:
    """A hosted page that nobody came back from: after a day the gateway calls it off, and the order can be paid anew;
    nobody wedges it (F111, F110, I-39)."""
    order = stall.place()
    stall.card.play(asks_customer())
    left = stall.shop.pay(order.id, via="card")
    for _ in range(23):
        run(stall, HOUR)
    assert stall.family(order.id).payment(left.id).status == "requires_action"
    run(stall, 2 * HOUR)
    run(stall, DAY)
    family = stall.family(order.id)
    assert (family.order.status, family.payment(left.id).status) == ("placed", "failed")
    assert stall.shop.pay(order.id, via="card").status == "captured"


def test_a_hold_that_lapsed_is_seen(new: NewStall, scope: str) -> None:
    """The gateway lets an authorization go after a week: it cannot be captured any more, and a person is told (F065);
    voiding it afterwards is no error (F066)."""
    clock = StillClock()
    card = ScriptedGateway(f"lapses {scope}", clock=clock, holds_for=7 * DAY)
    stall = new(card=card, clock=clock)
    payment = stall.authorized()
    clock.advance(8 * DAY)
    for event in card.events():
        stall.desk.receive("card", event.body, event.headers)
    family = stall.family(payment.order_id)
    assert (family.payment(payment.id).authorized, family.payment(payment.id).status) == (eur("0.00"), "voided")
    assert [(each.code, each.params["amount"]) for each in family.attention] == [("authorization_lapsed", "100.00 EUR")]
    assert not stall.action(payment.order_id, "capture", "payment", payment.id).enabled
    stall.shop.orders.cancel(payment.order_id, confirm=True, settle="refund")
    assert stall.family(payment.order_id).order.status == "cancelled"


def test_what_waits_for_a_person_is_not_asked_about(stall: Stall) -> None:
    """A bank transfer that nobody confirmed is never due, and no history is written about looking at it."""
    order = stall.place()
    stall.shop.pay(order.id, via="bank")
    version = stall.family(order.id).order.version
    for _ in range(5):
        run(stall, DAY)
    assert stall.family(order.id).order.version == version


def test_one_operation_that_cannot_be_recovered_stops_no_other(new: NewStall, stall: Stall) -> None:
    """A gateway that is not wired any more: its operation is put off, a person is told, the next one is recovered."""
    lost, found = stall.place(), stall.place()
    stall.card.play(times_out(after=True), times_out(after=True))
    stall.shop.pay(lost.id, via="card")
    stall.shop.pay(found.id, via="card")
    stall.clock.advance(SOON)
    other = new(card=ScriptedGateway("another account", clock=stall.clock), clock=stall.clock)
    other.desk.run_due()
    assert {each.code for each in stall.family(lost.id).attention} == {"gateway_is_wired"}
    run(stall, HOUR)
    assert stall.family(found.id).order.status == "paid"


def test_the_stuck_are_listed_with_age_and_reason(stall: Stall) -> None:
    """SX-29, but for rows without an exit: an operation without an answer, a transfer that nobody confirmed, and an
    order that asks for a person; each with its age and its reason, the longest first."""
    doubted, waiting, late_one = stall.place(), stall.place(), stall.place()
    stall.card.play(times_out(after=True))
    stall.shop.pay(doubted.id, via="card")
    stall.shop.pay(waiting.id, via="bank")
    assert stall.shop.stuck() == ()
    stall.clock.advance(HOUR)
    stall.card.play(waits())
    attempt = stall.shop.pay(late_one.id, via="card")
    stall.shop.payments.abandon(attempt.id)
    stall.shop.orders.cancel(late_one.id, confirm=True)
    stall.card.finish(stall.family(late_one.id).operations[0].id, Approved("late"))
    for event in stall.card.events()[-1:]:
        stall.desk.receive("card", event.body, event.headers)
    found = [(each.what, each.order_id, each.age, each.reason) for each in stall.shop.stuck()]
    assert found == [
        ("operation", doubted.id, HOUR, "sale_unknown"),
        ("operation", waiting.id, HOUR, "waits_for_person"),
        ("order", late_one.id, timedelta(0), "late_money"),
    ]
