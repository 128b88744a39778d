"""How an order stands: the figures of the checklist, and that no order of arrival and no repetition changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import permutations
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from orderkit import Actor, Customer, Orderkit
from orderkit.adapters.memory import MemoryStorage
from orderkit.families.refunding import RefundItem
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.orders.records import Discount, NewLine, Terms
from orderkit.payments.decisions import begin_abandon
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending, Rejected, RequiresAction, Unknown
from orderkit.payments.records import Operation
from orderkit.standing import TRANSACTION_STATUSES, stand
from orderkit.testing.families import (
    CARD,
    answered,
    begun_capture,
    begun_payment,
    begun_refund,
    case_of,
    ids_of,
    new_family,
    next_of,
    paid_family,
)

DISCOUNTED = NewLine(
    "CHAIR",
    "A chair",
    unit_price=Money("100.00", "EUR"),
    discounts=(Discount("TEN", "Ten off", amount=Money("10.00", "EUR")),),
    terms=Terms(partial_payment=True),
)
Event = tuple[UUID, Outcome]

UNSURE: tuple[Outcome, ...] = (Unknown("time-out"), Pending("p"), RequiresAction("a", "https://bank.example"))
DEFINITIVE: tuple[Outcome, ...] = (
    Approved("ok"),
    Approved("part", Money("20.00", "EUR")),
    Declined("no"),
    Rejected("bad"),
)


def eur(amount: str) -> Money:
    return Money(amount, "EUR")


def in_flight() -> OrderFamily:
    """An order whose authorization is approved, with two captures, and a sale of the rest of it, all on their way."""
    family = new_family(
        evolve(DISCOUNTED, quantity=3), NewLine("FEE", "A fee", unit_price=eur("1.00"), terms=Terms(True))
    )
    split = evolve(family.requests[0], split=True)
    family = evolve(family, requests=(split,))
    family = next_of(family, begun_payment(family, eur("200.00"), capture=False))
    family = next_of(family, answered(family))
    for amount in ("60.00", "70.00"):
        family = next_of(family, begun_capture(family, eur(amount)))
    return next_of(family, begun_payment(family, eur("50.00")))


def with_refund_in_flight() -> OrderFamily:
    """An order paid by two sales, whose refund has asked both of them for money back."""
    family = new_family(DISCOUNTED)
    for amount in ("30.00", "60.00"):
        family = next_of(family, begun_payment(family, eur(amount)))
        family = next_of(family, answered(family))
    return next_of(family, begun_refund(family))


def with_void_in_flight() -> OrderFamily:
    """An order with an attempt that has no answer, and the attempt to give it up."""
    family = new_family()
    family = next_of(family, begun_payment(family, capture=False))
    begun = begin_abandon(case_of(family), family.payments[0].id, through=CARD, operation_id=ids_of(family)())
    return next_of(family, begun.family)


def after(family: OrderFamily, events: Sequence[Event]) -> OrderFamily:
    for operation_id, outcome in events:
        family = next_of(family, answered(family, outcome, operation_id=operation_id))
    return family


def figures(family: OrderFamily) -> object:
    """What must not depend on the order of arrival."""
    payments = [(each.status, each.live, each.authorized, each.captured, each.refunded) for each in family.payments]
    requests = [(each.status, each.due, each.reserved, each.settled) for each in family.requests]
    return stand(family), payments, requests, [each.status for each in family.refunds]


def open_operations(family: OrderFamily) -> list[Operation]:
    return [each for each in family.operations if each.kind == "waiting"]


@pytest.mark.parametrize("start", [in_flight, with_refund_in_flight, with_void_in_flight])
@given(data=st.data())
def test_arrival_order_and_repetition_change_nothing(start: Callable[[], OrderFamily], data: st.DataObject) -> None:
    """I-23: in whatever order and however often the same outcomes arrive, the figures come out the same."""
    family = start()
    events: list[Event] = []
    for operation in open_operations(family):
        outcomes = data.draw(st.lists(st.sampled_from(UNSURE), max_size=2))
        outcomes += data.draw(st.lists(st.sampled_from(DEFINITIVE), max_size=3, unique=True))
        events.extend((operation.id, outcome) for outcome in outcomes)
    arrived = data.draw(st.permutations(events))
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    again = data.draw(st.permutations([*arrived, *repeated]))
    assert figures(after(family, again)) == figures(after(family, events))


def test_a_late_approval_outranks_a_decline() -> None:
    """I-23: contradicting answers are settled by rank, never by time; money that moved counts in either order."""
    family = new_family()
    family = next_of(family, begun_payment(family))
    id = family.operations[0].id
    contradicting: list[Event] = [(id, Declined("no")), (id, Approved("ok")), (id, Unknown("lost"))]
    results = [figures(after(family, events)) for events in permutations(contradicting)]
    assert all(each == results[0] for each in results)
    assert stand(after(family, contradicting)).paid == eur("30.00")


@pytest.mark.row("S0-09")
def test_payable_and_paid_are_exact() -> None:
    """S0-09: of 100 less 10, with 60 captured, 90 was payable and 60 paid; pending and failed attempts never count."""
    family = new_family(DISCOUNTED)
    family = next_of(family, begun_payment(family, eur("60.00")))
    assert (stand(family).total, stand(family).paid, stand(family).in_flight) == (
        eur("90.00"),
        eur("0.00"),
        eur("60.00"),
    )
    family = next_of(family, answered(family))
    assert (stand(family).total, stand(family).paid, stand(family).due) == (eur("90.00"), eur("60.00"), eur("30.00"))
    for outcome in (Declined("no"), Unknown("time-out")):
        family = next_of(family, begun_payment(family))
        family = next_of(family, answered(family, outcome))
        assert stand(family).paid == eur("60.00")
    assert stand(family).total.currency == stand(family).paid.currency == "EUR"


@pytest.mark.row("S0-10")
def test_transaction_status_is_the_first_that_applies() -> None:
    """S0-10: unknown, in progress, partly refunded, refunded, succeeded, failed, none: each in its turn."""
    family = new_family(evolve(DISCOUNTED, quantity=2))
    seen = [_transaction(family)]
    family = next_of(family, begun_payment(family))
    seen.append(_transaction(family))
    family = next_of(family, answered(family, Declined("no")))
    seen.append(_transaction(family))
    family = next_of(family, begun_payment(family))
    seen.append(_transaction(next_of(family, answered(family, Unknown("time-out")))))
    family = next_of(family, answered(family))
    seen.append(_transaction(family))
    for quantity in (1, None):
        family = next_of(family, begun_refund(family, RefundItem(family.items[0].id, quantity)))
        family = next_of(family, answered(family))
        seen.append(_transaction(family))
    assert seen[:3] == ["none", "in_progress", "failed"]
    assert seen[3:] == ["unknown", "succeeded", "partly_refunded", "refunded"]
    assert set(seen) == set(TRANSACTION_STATUSES)


def test_a_failed_and_a_successful_attempt_make_success() -> None:
    """S0-10: attempts that failed and then succeeded leave the transaction succeeded."""
    family = new_family()
    family = next_of(family, begun_payment(family))
    family = next_of(family, answered(family, Declined("no")))
    family = next_of(family, begun_payment(family))
    assert _transaction(next_of(family, answered(family))) == "succeeded"


def _transaction(family: OrderFamily) -> str:
    return stand(family).transaction_status


@given(data=st.data())
def test_net_paid_is_what_came_less_what_left(data: st.DataObject) -> None:
    """I-07: net paid is captured less refunded less charged back, as a ledger kept apart counts it."""
    family, ledger = paid_family(DISCOUNTED), Counter({"sale": 9000})
    kinds = ("sale", "refund", "chargeback", "refund_reversal", "chargeback_reversal")
    for number, kind in enumerate(data.draw(st.lists(st.sampled_from(kinds), max_size=6))):
        minor = data.draw(st.integers(1, 5000))
        ledger[kind] += minor
        family = family.with_operation(_reported(family, kind, minor, number))
    standing = stand(family)
    came = ledger["sale"] + ledger["refund_reversal"] + ledger["chargeback_reversal"]
    left = ledger["refund"] + ledger["chargeback"]
    assert standing.net_paid.minor == came - left
    assert standing.due.minor == max(0, 9000 - (came - left))
    assert standing.credit.minor == max(0, came - left - 9000)
    assert standing.due.minor == 0 or standing.credit.minor == 0


def _reported(family: OrderFamily, kind: str, minor: int, number: int) -> Operation:
    """An operation that the gateway reported by itself."""
    first = family.operations[0]
    amount = Money.of_minor(minor, "EUR")
    return evolve(
        first,
        id=UUID(int=first.id.int + 1 + number),
        type=kind,
        amount=amount,
        moved=amount,
        settles=amount,
        refund_id=None,
    )


def test_refunds_of_items_lower_what_is_owed_and_chargebacks_do_not() -> None:
    """A finished refund of an item lowers what the customer owes; after a chargeback the money is due again (F081)."""
    family = paid_family(evolve(DISCOUNTED, quantity=2))
    refunded = next_of(family, begun_refund(family, RefundItem(family.items[0].id, 1)))
    refunded = next_of(refunded, answered(refunded))
    assert (stand(refunded).due, stand(refunded).credit) == (eur("0.00"), eur("0.00"))
    assert stand(refunded).owed == stand(family).total - stand(refunded).refunded
    charged_back = family.with_operation(_reported(family, "chargeback", 19000, 1))
    assert stand(charged_back).due == stand(family).total == eur("190.00")


def test_money_above_what_is_owed_is_an_explicit_balance() -> None:
    """I-07: what was paid too much is credit; what is due never becomes negative."""
    family = paid_family(DISCOUNTED)
    over = family.with_operation(_reported(family, "sale", 500, 1))
    assert (stand(over).due, stand(over).credit, stand(over).paid) == (eur("0.00"), eur("5.00"), eur("95.00"))


def test_a_cancelled_order_owes_nothing() -> None:
    """S0-03: cancelling writes the sum off, in the standing, in lists and totals; it funds nothing."""
    storage = MemoryStorage()
    shop = Orderkit(storage=storage).scope("acme", actor=Actor.user("u-1"))
    lines = [NewLine("MUG", "A mug", unit_price=Money("12.50", "EUR"), quantity=2)]
    order = shop.orders.place(customer=Customer("c-1"), lines=lines)
    shop.orders.cancel(order.id, confirm=True)

    nothing = Money("0", "EUR")
    assert shop.orders.details(order.id).standing.due == nothing
    assert [row.due for row in shop.orders.list().rows] == [nothing]
    assert [each.due for each in shop.orders.totals()] == [nothing]
    with storage.reading() as store:
        assert "order.funded" not in [each.type for each in store.messages("events", limit=20)]


def test_partly_paid_and_partly_refunded_are_flags() -> None:
    """Parts are derived flags beside the status, never statuses: some paid, all paid, some of it sent back."""
    family = new_family(DISCOUNTED)
    family = next_of(family, begun_payment(family, eur("60.00")))
    assert not stand(family).is_partly_paid
    family = next_of(family, answered(family))
    assert (stand(family).is_partly_paid, stand(family).is_partly_refunded) == (True, False)
    reversed_part = evolve(stand(family), refunded=eur("10.00"))
    assert (reversed_part.is_partly_refunded, reversed_part.is_fully_refunded) == (True, False)
