"""What races in pairs: the states that an order can be in, and every command that moves money, one line each.

A command races each command that fits the same state, itself included. How a race is run and judged is in the test.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from attrs import evolve, field, frozen
from tests.services.laws import Book
from tests.services.stalls import Stall, eur, line

from orderkit import Actor, Approved, Policies, RefundItem, profiles
from orderkit.adapters.scripted import times_out, waits
from orderkit.services.asking import settled

BY_PERSON = evolve(profiles.retail, policies=Policies(approve_refunds="by_person"))
LOOKED_UP_BY_THEN = timedelta(minutes=6)


@frozen(kw_only=True)
class Scene:
    """An order before the race, and what the racers need of it. `book` is what a person at the bank sees."""

    order_id: UUID
    payment_id: UUID | None = None
    refund_id: UUID | None = None
    other_id: UUID | None = None
    book: Book = field(factory=Book)

    @property
    def payment(self) -> UUID:
        assert self.payment_id is not None
        return self.payment_id

    @property
    def refund(self) -> UUID:
        assert self.refund_id is not None
        return self.refund_id

    @property
    def other(self) -> UUID:
        assert self.other_id is not None
        return self.other_id


def _placed(stall: Stall) -> Scene:
    return Scene(order_id=stall.place(line("50.00", 2, partial=True)).id)


def _held(stall: Stall) -> Scene:
    order = stall.place(line("50.00", 2))
    return Scene(order_id=order.id, payment_id=stall.shop.pay(order.id, via="card", capture=False).id)


def _half_captured(stall: Stall) -> Scene:
    scene = _held(stall)
    stall.shop.payments.capture(scene.payment, eur("40.00"))
    return scene


def _paid(stall: Stall) -> Scene:
    order = stall.place(line("50.00", 2))
    return Scene(order_id=order.id, payment_id=stall.shop.pay(order.id, via="card").id)


def _overpaid(stall: Stall) -> Scene:
    """An attempt that was given up came late after all, when another had paid."""
    order = stall.place(line("50.00", 2))
    stall.card.play(waits())
    first = stall.shop.pay(order.id, via="card")
    stall.shop.payments.abandon(first.id)
    stall.shop.pay(order.id, via="card")
    (late,) = (each for each in stall.family(order.id).operations_of(first.id) if each.type == "sale")
    stall.card.finish(late.id, Approved("late"))
    settled(stall.shop.wiring, order.id, late.id, Approved("late"), actor=Actor.gateway("card"))
    return Scene(order_id=order.id, payment_id=first.id)


def _transferred(stall: Stall) -> Scene:
    """Somebody says that the money was sent; nobody has looked at the account."""
    order = stall.place(line("50.00", 2))
    return Scene(order_id=order.id, payment_id=stall.shop.pay(order.id, via="bank").id)


def _refund_asked(stall: Stall) -> Scene:
    scene = _paid(stall)
    asked = stall.shop.refund(scene.order_id, [stall.family(scene.order_id).items[0].id])
    return evolve(scene, refund_id=asked.id)


def _refund_by_hand(stall: Stall) -> Scene:
    scene = _transferred(stall)
    _confirm(stall, scene)
    refund = stall.shop.refund(scene.order_id, [stall.family(scene.order_id).items[0].id])
    return evolve(scene, refund_id=refund.id)


def _in_doubt(stall: Stall) -> Scene:
    """The money moved, and the answer was lost."""
    stall.card.play(times_out(after=True))
    scene = _paid(stall)
    stall.clock.advance(LOOKED_UP_BY_THEN)
    return scene


def _lost_capture(stall: Stall) -> Scene:
    """A capture that never reached the gateway."""
    scene = _held(stall)
    stall.card.play(times_out(after=False))
    stall.shop.payments.capture(scene.payment, eur("60.00"))
    stall.clock.advance(LOOKED_UP_BY_THEN)
    return scene


def _deferred(stall: Stall) -> Scene:
    """The gateway took its time, has decided, and says so in a webhook that nobody has read."""
    stall.card.play(waits())
    return _decided(stall, _paid(stall))


def _deferred_refund(stall: Stall) -> Scene:
    scene = _paid(stall)
    stall.card.play(waits())
    stall.shop.refund(scene.order_id, [stall.family(scene.order_id).items[0].id])
    return _decided(stall, scene)


def _decided(stall: Stall, scene: Scene) -> Scene:
    stall.clock.advance(LOOKED_UP_BY_THEN)
    waiting = next(each for each in stall.family(scene.order_id).operations if each.kind == "in_flight")
    stall.card.finish(waiting.id, Approved("decided"))
    return scene


def _credited(stall: Stall) -> Scene:
    """A customer who has 150.00 with the shop and two orders of 100.00."""
    stall.shop.credit.grant("c-1", eur("150.00"))
    return Scene(order_id=stall.place().id, other_id=stall.place().id)


STATES: dict[str, Callable[[Stall], Scene]] = {
    "placed": _placed,
    "held": _held,
    "half_captured": _half_captured,
    "paid": _paid,
    "overpaid": _overpaid,
    "transferred": _transferred,
    "refund_asked": _refund_asked,
    "refund_by_hand": _refund_by_hand,
    "in_doubt": _in_doubt,
    "lost_capture": _lost_capture,
    "deferred": _deferred,
    "deferred_refund": _deferred_refund,
    "credited": _credited,
}
PROFILES = {"refund_asked": BY_PERSON}


@frozen
class Racer:
    """A command: the states that it fits, and what it does.

    Attributes:
        one_of: at most one command of the same word can be accepted, because what it takes is there once.
    """

    name: str
    states: str
    act: Callable[[Stall, Scene], object]
    one_of: str | None = None


def _confirm(stall: Stall, scene: Scene) -> object:
    confirmed = stall.shop.payments.confirm(scene.payment)
    scene.book.came[scene.payment] = 100_00
    return confirmed


def _confirm_refund(stall: Stall, scene: Scene) -> object:
    confirmed = stall.shop.refunds.confirm(scene.refund)
    scene.book.went[scene.payment] = 100_00
    return confirmed


def _refund_items(stall: Stall, scene: Scene) -> object:
    items = [each.id for each in stall.family(scene.order_id).items]
    return stall.shop.refund(scene.order_id, items)


def _refund_unit(stall: Stall, scene: Scene) -> object:
    item = stall.family(scene.order_id).items[0]
    return stall.shop.refund(scene.order_id, [RefundItem(item.id, 1)])


def _take_webhooks(stall: Stall, scene: Scene) -> object:
    """Everything that the gateway has to say; it is acknowledged where it was kept."""
    receipts = []
    for event in stall.card.events():
        receipts.append(stall.desk.receive("card", event.body, event.headers))
        assert receipts[-1].http_status == 200, receipts
        stall.card.acknowledge(event.body)
    return receipts


_TOLD = "in_doubt lost_capture deferred deferred_refund"
_CANCELLED = "placed held half_captured paid transferred in_doubt deferred refund_by_hand overpaid"

RACERS: tuple[Racer, ...] = (
    Racer("pay", "placed in_doubt deferred", lambda at, it: at.shop.pay(it.order_id, via="card"), "request"),
    Racer("authorize", "placed", lambda at, it: at.shop.pay(it.order_id, via="card", capture=False), "request"),
    Racer("transfer", "placed", lambda at, it: at.shop.pay(it.order_id, via="bank"), "request"),
    Racer("pay_partly", "placed", lambda at, it: at.shop.pay(it.order_id, via="card", amount=eur("40.00"))),
    Racer("capture", "held half_captured lost_capture", lambda at, it: at.shop.payments.capture(it.payment), "hold"),
    Racer(
        "capture_60",
        "held half_captured",
        lambda at, it: at.shop.payments.capture(it.payment, eur("60.00")),
        "60 of it",
    ),
    Racer("void", "held half_captured lost_capture", lambda at, it: at.shop.payments.void(it.payment), "hold"),
    Racer("abandon", "transferred in_doubt deferred", lambda at, it: at.shop.payments.abandon(it.payment)),
    Racer("cancel", "placed held transferred", lambda at, it: at.shop.orders.cancel(it.order_id, confirm=True)),
    Racer(
        "cancel_and_settle",
        _CANCELLED,
        lambda at, it: at.shop.orders.cancel(it.order_id, confirm=True, settle="refund"),
    ),
    Racer(
        "cancel_to_credit",
        "paid half_captured",
        lambda at, it: at.shop.orders.cancel(it.order_id, confirm=True, settle="credit"),
    ),
    Racer("refund_items", "paid half_captured deferred_refund", _refund_items, "items"),
    Racer("refund_unit", "paid half_captured overpaid", _refund_unit),
    Racer("approve_refund", "refund_asked", lambda at, it: at.shop.refunds.approve(it.refund), "decision"),
    Racer("reject_refund", "refund_asked", lambda at, it: at.shop.refunds.reject(it.refund), "decision"),
    Racer("refund_excess", "overpaid", lambda at, it: at.shop.payments.refund_excess(it.payment), "excess"),
    Racer("credit_excess", "overpaid", lambda at, it: at.shop.payments.credit_excess(it.payment), "excess"),
    Racer("confirm", "transferred", _confirm, "statement"),
    Racer("reject", "transferred", lambda at, it: at.shop.payments.reject(it.payment), "statement"),
    Racer("confirm_refund", "refund_by_hand", _confirm_refund, "payout"),
    Racer("fail_refund", "refund_by_hand", lambda at, it: at.shop.refunds.fail(it.refund), "payout"),
    Racer("webhooks", _TOLD, _take_webhooks),
    Racer("sync_payments", f"{_TOLD} held paid", lambda at, it: at.shop.sync_payments(it.order_id)),
    Racer("run_due", f"{_TOLD} held paid", lambda at, it: at.desk.run_due()),
    Racer("proceed", _TOLD, lambda at, it: at.shop.proceed(it.order_id)),
    Racer("grant", "credited", lambda at, it: at.shop.credit.grant("c-1", eur("1.00"))),
    Racer("withdraw_100", "credited", lambda at, it: at.shop.credit.withdraw("c-1", eur("100.00"))),
    Racer("spend", "credited", lambda at, it: at.shop.pay(it.order_id, via="credit")),
    Racer("spend_elsewhere", "credited", lambda at, it: at.shop.pay(it.other, via="credit")),
    Racer("hold_credit", "credited", lambda at, it: at.shop.pay(it.other, via="credit", capture=False)),
)

PAIRS: tuple[tuple[str, Racer, Racer], ...] = tuple(
    (state, first, second)
    for state in STATES
    for number, first in enumerate(RACERS)
    for second in RACERS[number:]
    if state in first.states.split() and state in second.states.split()
)
