"""Statements: all that Stripe knows of a payment, in agreement with the answers and with the events."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone

from attrs import evolve
from tests.gateways.stripe.asking import inquiry, order, reference, then
from tests.gateways.stripe.serving import SECRET, Serving, dropped, seconds, signed

from orderkit import Approved, Money
from orderkit.adapters.stripe import StripeGateway
from orderkit.payments.reports import Report


def told(gateway: StripeGateway, question: object) -> tuple[Report, ...]:
    answer = gateway.statement(question)  # type: ignore[arg-type]  # the tests make inquiries
    assert isinstance(answer, tuple), answer
    return answer


def figures(reports: tuple[Report, ...]) -> dict[str, int]:
    """What moved by type, each object once; totals apart."""
    single = {(each.type, each.reference): each for each in reports if isinstance(each.outcome, Approved)}
    moved: Counter[str] = Counter()
    for each in single.values():
        assert isinstance(each.outcome, Approved)
        assert each.outcome.amount is not None
        moved[each.type + (" in all" if each.cumulative else "")] += each.outcome.amount.minor
    return dict(moved)


def test_a_life_is_told_as_it_was(gateway: StripeGateway, stripe_server: Serving) -> None:
    """Six of ten captured, two refunded by us and one in the dashboard, then disputed and won: all with our keys."""
    held = order("authorize")
    on = reference(gateway.authorize(held))
    capture = then(held, "capture", "6.00", on=on)
    charge = reference(gateway.capture(capture))
    refund = then(held, "refund", "2.00", on=charge)
    back = reference(gateway.refund(refund))
    double = stripe_server.double
    double.answer("POST", "/v1/refunds", {"payment_intent": on, "amount": "100"}, key=None)
    double.win(double.dispute(on))

    reports = told(gateway, inquiry(held, on=on))
    assert figures(reports) == {
        "authorize": 1000,
        "capture": 600,
        "void": 400,
        "refund": 300,
        "chargeback": 600,
        "chargeback_reversal": 600,
        "fee": 47 + 1500,
    }
    keys = {each.reference: each.key for each in reports if each.key}
    assert keys == {on: held.key, charge: capture.key, back: refund.key}
    assert {each.on for each in reports} == {on}
    assert told(gateway, inquiry(held, on=charge)) == reports


def test_fee_and_net_come_from_the_balance(gateway: StripeGateway) -> None:
    """What Stripe kept and what is left for us, in the currency of the balance (row S4-32)."""
    sold = order("sale", Money("100.00", "USD"))
    on = reference(gateway.sale(sold))
    fee = next(each for each in told(gateway, inquiry(sold, on=on)) if each.type == "fee")
    assert isinstance(fee.outcome, Approved)
    assert (fee.outcome.amount, fee.credited) == (Money("3.20", "USD"), Money("96.80", "USD"))


def test_a_payment_without_an_answer_is_found_by_its_keys(gateway: StripeGateway, stripe_server: Serving) -> None:
    """No reference ever arrived, and the statement has it all the same; of another payment it says nothing."""
    lost = order("sale")
    gateway.sale(order("sale"))
    stripe_server.faults.append(dropped("after"))
    gateway.sale(lost)
    reports = told(gateway, inquiry(lost, on=None))
    assert [each.key for each in reports if each.type == "sale"] == [lost.key]
    assert told(gateway, inquiry(order("sale"), on=None)) == ()
    assert told(gateway, evolve(inquiry(lost, on=None), keys=())) == ()


def test_a_refund_that_failed_later_is_reversed(gateway: StripeGateway, stripe_server: Serving) -> None:
    """The refund took place and its money came back: nothing is refunded in the end (F078)."""
    sold = order("sale")
    on = reference(gateway.sale(sold))
    stripe_server.double.fail_refund(reference(gateway.refund(then(sold, "refund", "4.00", on=on))))
    reports = told(gateway, inquiry(sold, on=on))
    assert (figures(reports)["refund"], figures(reports)["refund_reversal"]) == (400, 400)


def test_a_hold_that_was_released_was_held(gateway: StripeGateway) -> None:
    """A cancelled authorization is told as what it was: held, and released, and nothing refunded."""
    held = order("authorize")
    on = reference(gateway.authorize(held))
    gateway.void(then(held, "void", "10.00", on=on))
    assert figures(told(gateway, inquiry(held, on=on))) == {"authorize": 1000, "void": 1000}


def test_events_and_statements_agree(gateway: StripeGateway, stripe_server: Serving) -> None:
    """What the events tell one by one, and signed, adds up to the statement, apart from the fee of the charge."""
    held = order("authorize")
    on = reference(gateway.authorize(held))
    charge = reference(gateway.capture(then(held, "capture", "6.00", on=on)))
    gateway.refund(then(held, "refund", "2.00", on=charge))
    stripe_server.double.win(stripe_server.double.dispute(on))
    now = seconds()
    heard: list[Report] = []
    for body in stripe_server.told():
        gateway.authenticate(body, signed(body, at=now, secret=SECRET), at=datetime.fromtimestamp(now, timezone.utc))
        heard.extend(gateway.event(body).reports)
    stated = figures(told(gateway, inquiry(held, on=on)))
    events = figures(tuple(heard))
    assert (events.pop("capture in all"), events.pop("refund in all")) == (600, 200)
    assert events | {"fee": stated["fee"]} == stated
    assert events["fee"] == 1500
