"""Two at once on a real PostgreSQL: each has a connection of its own, and both have loaded before either may write.

A serial store proves nothing here; the barrier stands between load and write, where a lost update would begin.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import pytest
from attrs import define, field, frozen
from tests.services.stalls import CLERK, Scopes, Stall, eur, line, new_stall
from tests.services.stores import BetweenLoadAndWrite, on

from orderkit import InvalidRequest, KeyReused, OrderkitError, RefundItem, TransitionError, TransitionRefused
from orderkit.adapters.scripted import waits
from orderkit.adapters.sqlalchemy import SqlStorage

Attempt = Callable[[Stall], object]


@define
class Meeting:
    """Lets nobody write before both have come to it; whoever decides again does not wait a second time."""

    _barrier: threading.Barrier = field(factory=lambda: threading.Barrier(2), init=False)
    _met: threading.local = field(factory=threading.local, init=False)

    def __call__(self) -> None:
        if not getattr(self._met, "met", False):
            self._met.met = True
            self._barrier.wait(timeout=30)


@pytest.fixture
def stall(postgres: SqlStorage, scope: str) -> Stall:
    """A stall on PostgreSQL."""
    return new_stall(postgres, scope)


@frozen
class Raced:
    """What two attempts came to, in their order: an answer or an error each."""

    results: tuple[object, object]

    @property
    def won(self) -> list[object]:
        return [each for each in self.results if not isinstance(each, OrderkitError)]

    @property
    def lost(self) -> list[OrderkitError]:
        return [each for each in self.results if isinstance(each, OrderkitError)]


@pytest.fixture
def race(stall: Stall, postgres_url: str) -> Callable[[Attempt, Attempt], Raced]:
    """Runs two attempts at once, each on a connection of its own."""

    def run(first: Attempt, second: Attempt) -> Raced:
        meeting = Meeting()
        with ThreadPoolExecutor(2) as threads:
            futures = [threads.submit(_attempt, stall, postgres_url, each, meeting) for each in (first, second)]
            return Raced((futures[0].result(timeout=60), futures[1].result(timeout=60)))

    return run


def _attempt(stall: Stall, url: str, attempt: Attempt, meeting: Meeting) -> object:
    with _connected(url) as storage:
        try:
            return attempt(on(stall, BetweenLoadAndWrite(storage, meeting)))
        except OrderkitError as error:
            return error


@contextmanager
def _connected(url: str) -> Iterator[SqlStorage]:
    storage = SqlStorage(url, durability="relaxed")
    try:
        yield storage
    finally:
        storage.close()


Race = Callable[[Attempt, Attempt], Raced]


def only_item(stall: Stall, order_id: UUID) -> UUID:
    return stall.family(order_id).items[0].id


@pytest.mark.row("S3-39")
def test_two_captures(stall: Stall, race: Race) -> None:
    """Of two captures of 60 on 100 exactly one is taken; the other is refused with what remains (I-05, F024)."""
    payment = stall.authorized()
    raced = race(*[lambda at: at.shop.payments.capture(payment.id, eur("60.00"))] * 2)

    assert (len(raced.won), [type(each) for each in raced.lost]) == (1, [TransitionRefused])
    assert "is_covered (amount=60.00 EUR, capturable=40.00 EUR)" in str(raced.lost[0])
    assert stall.card.moved("capture") == 60_00
    assert stall.family(payment.order_id).payment(payment.id).captured == eur("60.00")


@pytest.mark.row("S1-23")
def test_two_refunds_of_one_item(stall: Stall, race: Race) -> None:
    """Of two refunds of the same item exactly one goes out; the other is told which one is open (I-06, F082)."""
    order = stall.paid()
    item = only_item(stall, order.id)
    stall.card.play(waits(), waits())
    raced = race(*[lambda at: at.shop.refund(order.id, [item])] * 2)
    (refund,) = stall.family(order.id).refunds

    assert [each for each in raced.won if each.id == refund.id] == raced.won  # type: ignore[attr-defined]  # refunds
    assert [str(refund.id) in str(each) and "is_not_refunded" in str(each) for each in raced.lost] == [True]
    assert len([each for each in stall.card.calls if each.type == "refund"]) == 1


def test_two_refunds_of_units_of_one_item(stall: Stall, race: Race) -> None:
    """Two units of three are refunded twice at once: once they are, once there are not enough left."""
    order = stall.paid(line("10.00", 3))
    item = only_item(stall, order.id)
    raced = race(*[lambda at: at.shop.refund(order.id, [RefundItem(item, 2)])] * 2)

    assert (len(raced.won), [type(each) for each in raced.lost]) == (1, [InvalidRequest])
    assert [each.quantity for each in stall.family(order.id).items] == [1, 2]
    assert stall.card.moved("refund") == 20_00


@pytest.mark.row("S0-28")
def test_two_payments(stall: Stall, race: Race) -> None:
    """Of two submissions exactly one attempt is active; the other is refused with its id, and one amount is reserved
    (F011)."""
    order = stall.place()
    stall.card.play(waits(), waits())
    raced = race(*[lambda at: at.shop.pay(order.id, via="card")] * 2)
    (payment,) = stall.family(order.id).payments

    assert len(raced.won) == 1
    assert [f"one_payment_at_a_time (payment={payment.id}" in str(each) for each in raced.lost] == [True]
    assert (len(stall.card.calls), stall.family(order.id).requests[0].reserved) == (1, eur("100.00"))


@pytest.mark.parametrize("capture", [False, True])
def test_cancel_against_payment(stall: Stall, race: Race, capture: bool) -> None:
    """Either the order is cancelled and nobody was called, or it is being paid and the cancel is refused: never both
    (F058)."""
    order = stall.place()
    raced = race(
        lambda at: at.shop.orders.cancel(order.id, confirm=True),
        lambda at: at.shop.pay(order.id, via="card", capture=capture),
    )
    family = stall.family(order.id)

    assert (len(raced.won), len(raced.lost)) == (1, 1)
    assert isinstance(raced.lost[0], TransitionError)
    if family.order.status == "cancelled":
        assert (stall.card.calls, family.payments, family.requests[0].status) == ([], (), "cancelled")
    else:
        assert (family.order.status, len(stall.card.ledger)) == ("paid" if capture else "in_payment", 1)


def test_capture_against_void(stall: Stall, race: Race) -> None:
    """What is held is captured or released, never both."""
    payment = stall.authorized()
    raced = race(lambda at: at.shop.payments.capture(payment.id), lambda at: at.shop.payments.void(payment.id))

    assert (len(raced.won), len(raced.lost)) == (1, 1)
    assert sorted([stall.card.moved("capture"), stall.card.moved("void")]) == [0, 100_00]


def test_confirm_against_abandon(stall: Stall, race: Race) -> None:
    """Money that a person has seen counts, also while it is being given up; what was given up first brings none."""
    payment = stall.shop.pay(stall.place().id, via="bank")
    raced = race(lambda at: at.shop.payments.confirm(payment.id), lambda at: at.shop.payments.abandon(payment.id))
    family = stall.family(payment.order_id)

    if family.order.status == "paid":
        assert family.payments[0].captured == eur("100.00")
        assert all(isinstance(each, TransitionError) for each in raced.lost)
    else:
        assert (len(raced.won), len(raced.lost)) == (1, 1)
        assert (family.order.status, family.payments[0].captured) == ("placed", eur("0.00"))


def test_two_placements_under_one_key(stall: Stall, race: Race) -> None:
    """Two clicks with one key make one order, and both get it (S0-38, F037)."""
    raced = race(*[lambda at: at.place(key="cart-1")] * 2)

    assert raced.lost == []
    assert len({each.id for each in raced.won}) == 1  # type: ignore[attr-defined]  # orders
    assert len(stall.shop.orders.list().rows) == 1


def test_two_orders_under_one_key(stall: Stall, race: Race) -> None:
    """Two different orders under one key: one is placed, the other is told that the key is taken."""
    raced = race(lambda at: at.place(key="cart-1"), lambda at: at.place(line("7.00"), key="cart-1"))

    assert (len(raced.won), [type(each) for each in raced.lost]) == (1, [KeyReused])
    assert len(stall.shop.orders.list().rows) == 1


def test_two_payments_under_one_key(stall: Stall, race: Race) -> None:
    """Two submissions with one key are one payment, sent under one key of the gateway; both get it."""
    order = stall.place()
    raced = race(*[lambda at: at.shop.pay(order.id, via="card", key="cart-1")] * 2)

    assert raced.lost == []
    assert {each.status for each in raced.won} == {"captured"}  # type: ignore[attr-defined]  # payments
    assert (len({each.key for each in stall.card.calls}), stall.card.moved("sale")) == (1, 100_00)
    assert stall.family(order.id).order.status == "paid"


@pytest.mark.row("S1-02", "S4-09", "S4-29")
def test_numbers_are_unique(postgres: SqlStorage, postgres_url: str, scopes: Scopes) -> None:
    """Two processes with two threads each place orders, some of which are refused: no number of an order or a payment
    request is given twice, each rises as each thread places, and the requests have a sequence of their own."""
    scope = scopes.new()
    first = new_stall(postgres, scope)
    first.place(line("0.00"))
    with _connected(postgres_url) as other, ThreadPoolExecutor(4) as threads:
        stalls = [first, new_stall(other, scope)] * 2
        placed = [each for found in threads.map(_place_some, stalls) for each in _rising(found)]
    requests = [each.number for order_id in placed for each in first.family(order_id).requests]
    orders = [first.family(order_id).order.number for order_id in placed]

    assert len(set(orders)) == len(orders) == 4 * 25
    assert len(set(requests)) == len(requests) == 4 * 25
    assert orders != requests
    assert first.desk.scope(scopes.new(), actor=CLERK).orders.list().rows == ()


def _place_some(stall: Stall) -> list[tuple[int, UUID]]:
    made = []
    for _ in range(25):
        order = stall.place()
        made.append((order.number, order.id))
        with pytest.raises(InvalidRequest):
            stall.place(line(quantity=0))
    return made


def _rising(found: list[tuple[int, UUID]]) -> list[UUID]:
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    return [order_id for _, order_id in found]
