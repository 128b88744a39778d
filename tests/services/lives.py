"""Random lives: what people ask for and what the world does, one act after the other, drawn by Hypothesis.

An act is a method that draws what it needs; `acts` lists those that make sense now, the likelier ones more often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from attrs import define, evolve, field, frozen
from hypothesis import note
from hypothesis import strategies as st
from tests.services.laws import OPEN_KINDS, Book
from tests.services.stalls import BUYER, Stall, new_stall
from tests.services.stock import STOCK

from orderkit import (
    Actor,
    Approved,
    Declined,
    Discount,
    InvalidRequest,
    NewLine,
    Operation,
    Payment,
    Policies,
    Refund,
    RefundItem,
    Tax,
    Terms,
    TransitionError,
    profiles,
)
from orderkit.adapters.memory import MemoryStorage
from orderkit.adapters.scripted import (
    ALL_CAPABILITIES,
    ScriptedGateway,
    approves,
    asks_customer,
    declines,
    rejects,
    times_out,
    waits,
)
from orderkit.money import Money
from orderkit.payments.outcomes import Outcome
from orderkit.services.asking import settled

R = TypeVar("R")

BY_PERSON = evolve(profiles.retail, policies=Policies(approve_refunds="by_person"))


def cents(minor: int) -> Money:
    return Money.of_minor(minor, "EUR")


some = st.integers(1, 20_00).map(cents)
parts = st.one_of(st.none(), st.none(), some, st.integers(-1, 0).map(cents))
answers = st.one_of(
    st.builds(approves),
    st.builds(approves, some),
    st.sampled_from([declines(), rejects(), waits(), asks_customer(), times_out(after=True), times_out(after=False)]),
)
lines = st.builds(
    lambda price, quantity, off, tax, kind: NewLine(
        "A",
        "A thing",
        unit_price=cents(price),
        quantity=quantity,
        item_kind=kind,
        discounts=(Discount("D", "D", rate=Decimal(off) / 100),) if off else (),
        taxes=(Tax("T", "T", Decimal(tax) / 100),) if tax else (),
        terms=Terms(partial_payment=True),
    ),
    st.one_of(st.integers(1, 20_00), st.sampled_from([0, 1, 7_00, 9_99])),
    st.integers(1, 4),
    st.sampled_from([0, 0, 10, 100]),
    st.sampled_from([0, 0, 7, 20]),
    st.sampled_from(["product", "service"]),
)


@frozen
class Repeatable:
    """A command that was accepted under its key."""

    order_id: UUID
    command: Callable[[], object]


@define
class Life:
    """Up to three orders in one shop, and all that happens to them."""

    stall: Stall
    data: st.DataObject
    orders: list[UUID] = field(factory=list, init=False)
    accepted: list[Repeatable] = field(factory=list, init=False)
    book: Book = field(factory=Book, init=False)
    tally: Counter[str] = field(factory=Counter, init=False)

    def go_on(self) -> None:
        """Let something happen."""
        act = self._one_of(self.acts())
        note(act.__name__)
        act()

    def acts(self) -> list[Callable[[], None]]:
        """What could happen now."""
        if not self.orders:
            return [self.place]
        made = [*[self.pay] * 4, self.deliver, self.proceed, self.time_passes]
        made += [self.place] * (len(self.orders) < 3)
        made += [self.cancel, self.complete] * (len(self.orders) > 1)
        made += [self.hold_or_release] * ("hold" in self.stall.desk.lifecycles["order"].events)
        made += [self.capture, self.capture, self.void] * bool(self.payments("held"))
        made += [self.abandon] * bool(self.payments("under_way"))
        made += [self.refund] * 3 * bool(self.payments("held", "settled"))
        made += [self.judge] * 3 * bool(self.refunds("asked"))
        made += [self.pay_out] * bool(self.refunds("under_way"))
        made += [self.look_at_the_statement] * 2 * bool(self.transfers())
        made += [self.press_twice] * bool(self.accepted)
        made += [self.make_up_its_mind] * 2 * bool(self.undecided())
        made += [self.come_late] * bool(self.given_up())
        return made

    # what people ask for

    def place(self) -> None:
        sold = self.data.draw(st.lists(lines, min_size=1, max_size=3))
        self.orders.append(self.stall.shop.orders.place(customer=BUYER, lines=sold).id)

    def pay(self) -> None:
        payable = [each for each in self.orders if self.stall.action(each, "pay").enabled]
        order_id, shop = self._one_of(payable * 3 + self.orders), self.stall.shop
        way, amount = self._one_of(["sale", "sale", "hold", "bank"]), self.data.draw(parts)
        self._with_answers()
        via = "bank" if way == "bank" else "card"
        self._ask(order_id, lambda **k: shop.pay(order_id, via=via, capture=way != "hold", amount=amount, **k))

    def capture(self) -> None:
        payment, amount = self._one_of(self.payments("held")), self.data.draw(parts)
        self._with_answers()
        self._ask(payment.order_id, lambda **k: self.stall.shop.payments.capture(payment.id, amount, **k))

    def void(self) -> None:
        payment = self._one_of(self.payments("held"))
        self._with_answers()
        self._ask(payment.order_id, lambda **k: self.stall.shop.payments.void(payment.id, **k))

    def abandon(self) -> None:
        payment = self._one_of(self.payments("under_way"))
        self._with_answers()
        self._ask(payment.order_id, lambda **k: self.stall.shop.payments.abandon(payment.id, **k))

    def refund(self) -> None:
        order_id = self._one_of(self.payments("held", "settled")).order_id
        family = self.stall.family(order_id)
        items = {self._one_of(family.items).id for _ in range(self._one_of([1, 1, 2, 3]))}
        units, fee = self._one_of([None, None, 1, 1, 2, 0]), self._one_of([None, None, 0, 1, 50])
        kept = None if fee is None else cents(fee)
        self._with_answers()
        chosen = [RefundItem(each, units, kept) for each in sorted(items)]
        self._ask(order_id, lambda **k: self.stall.shop.refund(order_id, chosen, **k))

    def judge(self) -> None:
        refund, refunds = self._one_of(self.refunds("asked")), self.stall.shop.refunds
        act = self._one_of([refunds.approve, refunds.approve, refunds.reject])
        self._with_answers()
        self._ask(refund.order_id, lambda **k: act(refund.id, **k))

    def deliver(self) -> None:
        order_id = self._one_of(self.orders)
        item = self._one_of(self.stall.family(order_id).items)
        self._ask(order_id, lambda **k: self.stall.shop.items.move(item.id, "deliver", **k))

    def complete(self) -> None:
        order_id = self._one_of(self.orders)
        self._ask(order_id, lambda **k: self.stall.shop.orders.move(order_id, "complete", **k))

    def cancel(self) -> None:
        order_id = self._one_of(self.orders)
        self._ask(order_id, lambda **k: self.stall.shop.orders.cancel(order_id, confirm=True, **k))

    def hold_or_release(self) -> None:
        order_id, event = self._one_of(self.orders), self._one_of(["hold", "release", "release", "drop"])
        self._ask(order_id, lambda **k: self.stall.shop.orders.move(order_id, event, **k))

    def proceed(self) -> None:
        self._with_answers()
        self.stall.shop.proceed(self._one_of(self.orders))

    def press_twice(self) -> None:
        """I-20: a repeat of an accepted command adds nothing, where nothing is open that it could bring on."""
        repeated = self._one_of(self.accepted)
        quiet = not [each for each in self.stall.family(repeated.order_id).operations if each.kind in OPEN_KINDS]
        before = self.everything(repeated.order_id)
        repeated.command()
        if quiet:
            assert self.everything(repeated.order_id) == before

    # what the world does

    def make_up_its_mind(self) -> None:
        """The gateway decides about something it had accepted; nobody tells the shop yet."""
        key = self._one_of(self.undecided())
        minds: list[Outcome] = [Approved("finished"), Declined("refused_later")]
        self.stall.card.finish(key, self._one_of(minds))

    def come_late(self) -> None:
        """An attempt that was given up goes through after all, and the gateway says so by itself."""
        operation, late = self._one_of(self.given_up()), Actor.gateway("card")
        self.stall.card.finish(operation.id, Approved("late"))
        settled(self.stall.shop.wiring, operation.order_id, operation.id, Approved("late"), actor=late)

    def look_at_the_statement(self) -> None:
        payment, payments = self._one_of(self.transfers()), self.stall.shop.payments
        came = self.data.draw(st.one_of(st.none(), st.none(), some))
        if self._one_of([False, False, True]):
            self._ask(payment.order_id, lambda **k: payments.reject(payment.id, **k))
        elif self._ask(payment.order_id, lambda **k: payments.confirm(payment.id, came, **k)):
            self.book.came[payment.id] += (came or payment.amount).minor

    def pay_out(self) -> None:
        refund, refunds = self._one_of(self.refunds("under_way")), self.stall.shop.refunds
        operations = [each for each in self.stall.family(refund.order_id).operations if each.refund_id == refund.id]
        by_hand = [each for each in operations if each.kind == "in_flight" and self.is_bank(each)]
        if self._one_of([False, False, True]):
            self._ask(refund.order_id, lambda **k: refunds.fail(refund.id, **k))
        elif self._ask(refund.order_id, lambda **k: refunds.confirm(refund.id, **k)):
            for each in by_hand:
                self.book.went[each.payment_id] += each.amount.minor

    def time_passes(self) -> None:
        self.stall.clock.advance(timedelta(minutes=self._one_of([1, 2, 5, 60 * 25])))

    # what there is

    def payments(self, *kinds: str) -> list[Payment]:
        every = [each for order_id in self.orders for each in self.stall.family(order_id).payments]
        return [each for each in every if not kinds or each.kind in kinds]

    def transfers(self) -> list[Payment]:
        return [each for each in self.payments("under_way") if each.gateway == "bank"]

    def refunds(self, kind: str) -> list[Refund]:
        every = [each for order_id in self.orders for each in self.stall.family(order_id).refunds]
        return [each for each in every if each.kind == kind]

    def undecided(self) -> list[UUID]:
        """What the card's gateway has accepted and not decided."""
        booked = {each.key for each in self.stall.card.ledger}
        return [
            each.id
            for each in self._operations()
            if each.status in ("pending", "requires_action") and not self.is_bank(each) and each.id not in booked
        ]

    def given_up(self) -> list[Operation]:
        """Sales that were given up although the gateway had heard of them."""
        heard = {each.key for each in self.stall.card.calls} - {each.key for each in self.stall.card.ledger}
        every = [each for each in self._operations() if each.status == "abandoned" and each.type == "sale"]
        return [each for each in every if each.id in heard]

    def is_bank(self, operation: Operation) -> bool:
        return self.stall.family(operation.order_id).payment(operation.payment_id).gateway == "bank"

    def everything(self, order_id: UUID) -> tuple[object, ...]:
        """All that a repeat must not add to."""
        stall = self.stall
        told = (stall.family(order_id), stall.entries(order_id), stall.facts(order_id))
        return (*told, list(stall.card.calls), list(stall.card.ledger))

    def settle(self) -> None:
        """Whatever the gateway has not decided it declines, and everything that is open is asked about."""
        for key in self.undecided():
            self.stall.card.finish(key, Declined("closed"))
        self.stall.card.script.clear()
        self.stall.card.capabilities = ALL_CAPABILITIES
        for order_id in self.orders:
            self.stall.shop.proceed(order_id)

    def _operations(self) -> list[Operation]:
        return [each for order_id in self.orders for each in self.stall.family(order_id).operations]

    def _one_of(self, choices: Sequence[R]) -> R:
        return choices[self.data.draw(st.integers(0, len(choices) - 1))]

    def _with_answers(self) -> None:
        self.stall.card.script.clear()
        self.stall.card.play(*self.data.draw(st.lists(answers, max_size=2)))

    def _ask(self, order_id: UUID, command: Callable[..., object]) -> bool:
        """Ask for something, mostly under a key; refusals are fine, other errors are not."""
        asked = {"key": f"key-{sum(self.tally.values())}"} if self._one_of([True, True, False]) else {}
        try:
            command(**asked)
        except (TransitionError, InvalidRequest):
            self.tally["refused"] += 1
            return False
        self.tally["accepted"] += 1
        if asked:
            self.accepted.append(Repeatable(order_id, lambda: command(**asked)))
        return True


def opened(data: st.DataObject) -> Life:
    """A shop that has just opened: it approves refunds at once or by a person, has a plugin or none, and a gateway that
    can do more or less."""
    able = evolve(ALL_CAPABILITIES, looks_up=data.draw(st.booleans()), several_captures=data.draw(st.booleans()))
    profile = BY_PERSON if data.draw(st.booleans()) else profiles.retail
    plugins = [STOCK] if data.draw(st.booleans()) else []
    card = ScriptedGateway(capabilities=able)
    return Life(new_stall(MemoryStorage(), "shop", profile=profile, extensions=plugins, card=card), data)
