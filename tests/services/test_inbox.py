"""Webhooks: checked, kept raw, acknowledged, applied once; what they name may come later, and nonsense does no harm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve
from tests.services.stalls import CLERK, NewStall, Stall, StillClock, eur

from orderkit import Approved, Event, OrderFilter, Pending, Receipt, Report
from orderkit.adapters.scripted import (
    ALL_CAPABILITIES,
    ScriptedGateway,
    SignedEvent,
    asks_customer,
    declines,
    times_out,
    waits,
)
from orderkit.adapters.scripted.wire import written
from orderkit.payments.outcomes import Outcome
from orderkit.payments.records import OperationKind
from orderkit.services.asking import settled
from orderkit.services.receiving import LARGEST_BODY, PARKED_FOR

BLIND = evolve(ALL_CAPABILITIES, looks_up=False)


def event_about(stall: Stall, type: OperationKind, outcome: Outcome, *, reference: str) -> SignedEvent:
    """An event of the card's gateway about an object of its own."""
    report = Report(type=type, reference=reference, outcome=outcome)
    body = written(Event(id=f"evt_{reference}", type=f"{type}.succeeded", reports=(report,)), stall.clock.now())
    return SignedEvent(body, stall.card.signed(body, stall.clock.now()))


def deliver(stall: Stall, event: SignedEvent) -> Receipt:
    receipt = stall.desk.receive("card", event.body, event.headers)
    if receipt.http_status == 200:
        stall.card.acknowledge(event.body)
    return receipt


def deliver_all(stall: Stall) -> list[str]:
    """Every event that the gateway has to tell, in its order; what became of each."""
    return [deliver(stall, each).status for each in stall.card.events()]


def test_a_webhook_brings_the_answer_that_got_lost(stall: Stall) -> None:
    """The call timed out after the money had moved; the gateway's event makes the order paid, with no second call."""
    order = stall.place()
    stall.card.play(times_out(after=True))
    assert stall.shop.pay(order.id, via="card").status == "unknown"
    assert deliver_all(stall) == ["applied"]
    assert (stall.family(order.id).order.status, len(stall.card.calls)) == ("paid", 1)


def test_a_duplicate_is_known_for_ever(stall: Stall) -> None:
    """The same event again, minutes or a year later: acknowledged, and nothing is added (I-20, I-31, F043)."""
    order = stall.place()
    stall.card.play(waits())
    payment = stall.shop.pay(order.id, via="card")
    stall.card.finish(stall.family(order.id).operations[0].id, Approved("done"))
    (event,) = stall.card.events()[-1:]
    assert deliver(stall, event).status == "applied"
    version = stall.family(order.id).order.version
    stall.clock.advance(timedelta(days=365))
    again = stall.desk.receive("card", event.body, stall.card.signed(event.body, stall.clock.now()))
    assert (again.status, again.http_status) == ("duplicate", 200)
    assert stall.family(order.id).order.version == version
    assert stall.family(order.id).payment(payment.id).captured == eur("100.00")


def test_an_echo_of_our_own_call_adds_nothing(stall: Stall) -> None:
    """Response first, event second: the event is applied and leaves every amount as it was (I-30, F010, F050)."""
    order = stall.paid()
    before = stall.shop.orders.details(order.id).standing
    assert set(deliver_all(stall)) <= {"applied"}
    assert stall.shop.orders.details(order.id).standing == before


def test_what_somebody_did_at_the_gateway_is_counted(stall: Stall) -> None:
    """Captures, refunds and chargebacks that no command of ours caused become part of the payment (F081, I-29)."""
    payment = stall.authorized()
    stall.card.dashboard.capture(payment.id, eur("60.00"))
    stall.card.dashboard.refund(payment.id, eur("10.00"))
    stall.card.dashboard.charge_back(payment.id, eur("20.00"))
    deliver_all(stall)
    now = stall.family(payment.order_id).payment(payment.id)
    assert (now.captured, now.refunded, now.charged_back) == (eur("60.00"), eur("10.00"), eur("20.00"))
    standing = stall.shop.orders.details(payment.order_id).standing
    # A refund lowers what is owed, whoever made it; a chargeback does not.
    assert (standing.net_paid, standing.owed, standing.due) == (eur("30.00"), eur("90.00"), eur("60.00"))


def test_the_refund_of_a_duplicate_leaves_the_order_paid(stall: Stall) -> None:
    """Paid twice by an old attempt, and the second money sent back at the gateway's own desk: the order stays paid,
    nothing is owed and nothing is over (F063)."""
    order = stall.place()
    stall.card.play(asks_customer())
    first = stall.shop.pay(order.id, via="card")
    stall.shop.payments.abandon(first.id)
    stall.shop.pay(order.id, via="card")
    stall.card.finish(stall.family(order.id).operations[0].id, Approved("late"))
    stall.card.dashboard.refund(first.id, eur("100.00"))
    deliver_all(stall)
    details = stall.shop.orders.details(order.id)
    assert (details.family.order.status, details.standing.due, details.standing.credit) == (
        "paid",
        eur("0.00"),
        eur("0.00"),
    )


def test_after_a_chargeback_only_the_rest_goes_back(stall: Stall) -> None:
    """100 captured, 80 charged back: a refund of everything is refused, the invoice is due again (F081, I-06)."""
    order = stall.paid()
    payment = stall.family(order.id).payments[0]
    stall.card.dashboard.charge_back(payment.id, eur("80.00"))
    deliver_all(stall)
    refused = stall.action(order.id, "refund").refusal
    assert refused is not None
    assert stall.shop.orders.details(order.id).standing.due == eur("80.00")


def test_an_event_before_its_object_is_parked_and_applied_later(new: NewStall, scope: str) -> None:
    """A gateway that knows nothing of our ids tells of a reference before we have stored it: the event is kept, tried
    again when its time comes, and applied (I-28, F039, F040)."""
    clock = StillClock()
    card = ScriptedGateway(f"blind-{scope}", carries_metadata=False, capabilities=BLIND, clock=clock)
    stall = new(card=card, clock=clock)
    order = stall.place()
    early: list[Receipt] = []
    stall.card.play(times_out(after=True))
    stall.shop.pay(order.id, via="card")  # the answer with the reference is lost
    early.extend(deliver(stall, each) for each in stall.card.events())
    assert [(each.status, each.http_status) for each in early] == [("parked", 200)]
    assert stall.family(order.id).order.status == "in_payment"

    reference = stall.card.ledger[0].reference
    operation = stall.family(order.id).operations[0]
    settled(stall.shop.wiring, order.id, operation.id, Pending(reference), actor=CLERK)
    stall.clock.advance(PARKED_FOR[0])
    assert stall.desk.run_due().events == {"applied": 1}
    assert stall.family(order.id).order.status == "paid"


def test_a_parked_event_is_given_up_in_the_open(stall: Stall) -> None:
    """An event that names nothing of ours is tried by schedule, then dead: listed, and can be tried again (I-28)."""
    event = event_about(stall, "sale", Approved("sale_of_nobody", eur("1.00")), reference="sale_of_nobody")
    assert deliver(stall, event).status == "parked"
    for wait in PARKED_FOR:
        stall.clock.advance(wait)
        stall.desk.run_due()
    (dead,) = (each for each in stall.desk.events(("dead",)) if each.account == stall.card.account)
    assert (dead.attempts, dead.due_at) == (len(PARKED_FOR) + 1, None)
    assert stall.desk.run_due().events == {}
    assert stall.desk.retry(dead).status == "parked"


def test_a_bad_signature_changes_nothing(stall: Stall) -> None:
    """Missing, wrong, expired or future: refused with the field and the rule, nothing kept, nothing changed (I-31)."""
    order = stall.place()
    stall.card.play(waits())
    stall.shop.pay(order.id, via="card")
    stall.card.finish(stall.family(order.id).operations[0].id, Approved("done"))
    event = stall.card.events()[-1]
    now, hour = stall.clock.now(), timedelta(hours=1)
    forged = {name: value[:-4] + "0000" for name, value in event.headers.items()}
    attempts = (
        stall.desk.receive("card", event.body, {}),
        stall.desk.receive("card", event.body, forged),
        stall.desk.receive("card", event.body + b" ", event.headers),
        stall.desk.receive("card", event.body, stall.card.signed(event.body, now - hour)),
        stall.desk.receive("card", event.body, stall.card.signed(event.body, now + hour)),
    )
    for each in attempts:
        assert (each.status, each.http_status) == ("refused", 400)
        assert each.refusal is not None
    assert stall.family(order.id).order.status == "in_payment"
    assert deliver(stall, event).status == "applied"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"not json", b"[]", b"{}", b'{"id": 7}', b'{"id": "e"}'])
def test_authentic_nonsense_is_kept_and_understood_by_nobody(stall: Stall, body: bytes) -> None:
    """A signed body that is no event: acknowledged and kept for a person with the reason; nothing is raised."""
    receipt = stall.desk.receive("card", body, stall.card.signed(body, stall.clock.now()))
    assert receipt.status in ("dead", "duplicate")
    assert receipt.http_status == 200
    with stall.storage.reading() as store:
        kept = store.event("card", stall.card.account, str(receipt.event_id))
    assert kept is not None
    assert (kept.body, kept.status) == (body, "dead")
    assert kept.reason


def test_a_body_of_ten_megabytes_is_refused(stall: Stall) -> None:
    """Far more than any event: refused before it is read, kept nowhere."""
    body = b"x" * (10 << 20)
    receipt = stall.desk.receive("card", body, stall.card.signed(body, stall.clock.now()))
    assert (receipt.status, receipt.http_status) == ("refused", 413)
    assert len(body) > LARGEST_BODY


def test_a_gateway_that_is_not_wired_or_never_calls(stall: Stall) -> None:
    """An unknown name, or a gateway without webhooks, is refused by an answer."""
    for name in ("nobody", "bank"):
        receipt = stall.desk.receive(name, b"{}", {})
        assert (receipt.status, receipt.http_status) == ("refused", 404)


def test_an_event_in_another_currency_is_no_money_of_ours(stall: Stall) -> None:
    """An amount in a currency that the payment is not in is never booked; the event is kept with the reason."""
    payment = stall.authorized()
    stall.card.dashboard.capture(payment.id, eur("100.00"))
    event = stall.card.events()[-1]
    body = event.body.replace(b'"EUR"', b'"CHF"')
    assert body != event.body
    receipt = stall.desk.receive("card", body, stall.card.signed(body, stall.clock.now()))
    assert receipt.status == "dead"
    assert receipt.refusal is not None
    assert "is_same_currency" in receipt.refusal.code
    assert stall.family(payment.order_id).payment(payment.id).captured == eur("0.00")


def test_an_event_touches_only_payments_of_its_account(new: NewStall) -> None:
    """Another account's event with our payment's metadata is parked, not applied (I-29, F009)."""
    stall = new()
    payment = stall.authorized()
    other = ScriptedGateway(f"another-{payment.id}", secret="another secret")
    stall.card.dashboard.capture(payment.id, eur("10.00"))
    event = stall.card.events()[-1]
    desk = new(card=other).desk
    receipt = desk.receive("card", event.body, other.signed(event.body, stall.clock.now()))
    assert receipt.status == "parked"
    assert stall.family(payment.order_id).payment(payment.id).captured == eur("0.00")


def test_an_event_for_another_scope_is_not_taken(new: NewStall) -> None:
    """A host that names the scope gets only that scope's payments touched."""
    stall = new()
    payment = stall.authorized()
    stall.card.dashboard.capture(payment.id, eur("10.00"))
    event = stall.card.events()[-1]
    receipt = stall.desk.receive("card", event.body, event.headers, scope="somebody-else")
    assert receipt.status == "parked"
    assert stall.family(payment.order_id).payment(payment.id).captured == eur("0.00")


def test_money_on_an_old_attempt_counts_beside_the_new_one(stall: Stall) -> None:
    """The customer finished an attempt that had been given up, after paying again: both are counted, the order is paid
    once, and the second money is an explicit credit that a person sees (F034, F027, I-07, I-11, I-29)."""
    order = stall.place()
    stall.card.play(asks_customer())
    first = stall.shop.pay(order.id, via="card")
    stall.shop.payments.abandon(first.id)
    stall.shop.pay(order.id, via="card")
    stall.card.finish(stall.family(order.id).operations[0].id, Approved("late"))
    deliver_all(stall)
    details = stall.shop.orders.details(order.id)
    assert (details.family.order.status, details.standing.credit) == ("paid", eur("100.00"))
    assert [each.code for each in details.family.attention] == ["overpaid"]


def test_a_late_hold_beside_another_is_recorded(stall: Stall) -> None:
    """The first authorization was declined, a second one is held, and then the first one succeeds after all: both are
    recorded, no new payment starts beside them, and both can be released (F034)."""
    order = stall.place()
    stall.card.play(declines())
    first = stall.shop.pay(order.id, via="card", capture=False)
    second = stall.shop.pay(order.id, via="card", capture=False)
    stall.card.finish(stall.family(order.id).operations[0].id, Approved("late"))
    deliver_all(stall)
    family = stall.family(order.id)
    assert [each.status for each in family.payments] == ["authorized", "authorized"]
    assert not stall.action(order.id, "pay").enabled
    for payment in (first, second):
        stall.shop.payments.void(payment.id)
    assert stall.shop.pay(order.id, via="card").status == "captured"


@pytest.mark.row("SX-28")
@pytest.mark.parametrize("end", ["cancelled", "completed", "refunded"])
def test_late_money_is_never_dropped_and_reopens_nothing(stall: Stall, end: str) -> None:
    """A success for an attempt that was given up, on an order that has ended since: counted, shown to a person, the
    status stays, and the way back is offered and works once (I-21, I-42, S0-34)."""
    order = stall.place()
    stall.card.play(waits())
    late = stall.shop.pay(order.id, via="card")
    stall.shop.payments.abandon(late.id)
    if end == "cancelled":
        stall.shop.orders.cancel(order.id, confirm=True)
    else:
        stall.shop.pay(order.id, via="card")
        if end == "completed":
            stall.shop.orders.move(order.id, "complete")
        else:
            stall.shop.refund(order.id, [stall.family(order.id).items[0].id])
    assert stall.family(order.id).order.status == end

    stall.card.finish(stall.family(order.id).operations[0].id, Approved("late"))
    deliver_all(stall)
    details = stall.shop.orders.details(order.id)
    assert (details.family.order.status, details.standing.credit) == (end, eur("100.00"))
    assert {each.code for each in details.family.attention if each.closed_at is None} & {"late_money", "overpaid"}
    assert [each.id for each in stall.shop.orders.list(OrderFilter(needs_attention=True)).rows] == [order.id]

    assert stall.action(order.id, "refund_excess", "payment", late.id).enabled
    stall.shop.payments.refund_excess(late.id)
    assert stall.card.moved("refund", late.id) == 10_000
    assert stall.shop.orders.details(order.id).standing.credit == eur("0.00")
    assert not stall.action(order.id, "refund_excess", "payment", late.id).enabled
    assert stall.family(order.id).order.status == end
