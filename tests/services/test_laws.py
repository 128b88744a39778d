"""Random lives of orders, with a gateway that answers as it pleases: after every step every law holds.

The rules are the public commands and what the world does: the gateway makes up its mind, a person looks at the bank's
statement, time passes, somebody presses the button twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from attrs import evolve, frozen
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.services.laws import OPEN_KINDS, Book, check
from tests.services.stalls import BUYER, NOON, StillClock, line, new_stall

from orderkit import (
    Actor,
    Approved,
    Declined,
    Discount,
    InvalidRequest,
    Item,
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
from orderkit.services.asking import settled

R = TypeVar("R")

BY_PERSON = evolve(profiles.retail, policies=Policies(approve_refunds="by_person"))

cents = st.integers(0, 20_00)
parts = st.one_of(st.none(), st.none(), st.integers(-1, 30_00).map(lambda minor: Money.of_minor(minor, "EUR")))
answers = st.one_of(
    st.builds(approves),
    st.builds(approves, cents.filter(bool).map(lambda minor: Money.of_minor(minor, "EUR"))),
    st.builds(declines),
    st.builds(rejects),
    st.builds(waits),
    st.builds(asks_customer),
    st.builds(lambda after: times_out(after=after), st.booleans()),
)
new_lines = st.builds(
    lambda price, quantity, off, tax, kind: NewLine(
        "A",
        "A thing",
        unit_price=Money.of_minor(price, "EUR"),
        quantity=quantity,
        item_kind=kind,
        discounts=(Discount("D", "D", rate=Decimal(off) / 100),) if off else (),
        taxes=(Tax("T", "T", Decimal(tax) / 100),) if tax else (),
        terms=Terms(partial_payment=True),
    ),
    cents,
    st.integers(1, 4),
    st.sampled_from([0, 0, 10, 100]),
    st.sampled_from([0, 0, 7, 20]),
    st.sampled_from(["product", "service"]),
)


@frozen
class Keyed:
    """A command that was accepted under its key."""

    order_id: UUID
    command: Callable[[], object]


class Lives(RuleBasedStateMachine):
    """Up to three orders in one shop."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[UUID] = []
        self.accepted: list[Keyed] = []
        self.asked = 0
        self.book = Book()
        self.seen: dict[UUID, tuple[int, int]] = {}
        self.frozen: dict[UUID, tuple[object, ...]] = {}

    @initialize(by_person=st.booleans(), looks_up=st.booleans(), several=st.booleans())
    def open_shop(self, by_person: bool, looks_up: bool, several: bool) -> None:
        able = evolve(ALL_CAPABILITIES, looks_up=looks_up, several_captures=several)
        self.stall = new_stall(
            MemoryStorage(),
            "shop",
            profile=BY_PERSON if by_person else profiles.retail,
            card=ScriptedGateway(capabilities=able),
            clock=StillClock(NOON),
        )
        self.orders.append(self.stall.place(line("10.00", 3, offer="A", partial=True), line("4.99", offer="B")).id)

    # what people ask for

    @precondition(lambda self: len(self.orders) < 3)
    @rule(lines=st.lists(new_lines, min_size=1, max_size=3))
    def place(self, lines: list[NewLine]) -> None:
        self.orders.append(self.stall.shop.orders.place(customer=BUYER, lines=lines).id)

    @precondition(lambda self: self._in_status("placed", "in_payment"))
    @rule(data=st.data(), way=st.sampled_from(["sale", "sale", "hold", "bank"]), amount=parts, keyed=st.booleans())
    def pay(self, data: st.DataObject, way: str, amount: Money | None, keyed: bool) -> None:
        order_id = self._one_of(data, self._in_status("placed", "in_payment"))
        self._with_answer(data)
        via, shop = ("bank" if way == "bank" else "card"), self.stall.shop
        self._ask(order_id, keyed, lambda **k: shop.pay(order_id, via=via, capture=way != "hold", amount=amount, **k))

    @precondition(lambda self: self._payments("held"))
    @rule(data=st.data(), amount=parts, keyed=st.booleans())
    def capture(self, data: st.DataObject, amount: Money | None, keyed: bool) -> None:
        payment = self._one_of(data, self._payments("held"))
        self._with_answer(data)
        self._ask(payment.order_id, keyed, lambda **k: self.stall.shop.payments.capture(payment.id, amount, **k))

    @precondition(lambda self: self._payments("held", "under_way"))
    @rule(data=st.data(), keyed=st.booleans())
    def let_go(self, data: st.DataObject, keyed: bool) -> None:
        payment = self._one_of(data, self._payments("held", "under_way"))
        self._with_answer(data)
        payments = self.stall.shop.payments
        act = payments.void if payment.kind == "held" else payments.abandon
        self._ask(payment.order_id, keyed, lambda **k: act(payment.id, **k))

    @precondition(lambda self: self._payments("settled", "held"))
    @rule(data=st.data(), fee=st.sampled_from([None, None, 0, 1, 50]), keyed=st.booleans())
    def refund(self, data: st.DataObject, fee: int | None, keyed: bool) -> None:
        order_id = self._one_of(data, self._payments("settled", "held")).order_id
        items = data.draw(st.lists(st.sampled_from(self._items(order_id)), min_size=1, max_size=3, unique=True))
        units = data.draw(st.sampled_from([None, None, 1, 1, 2, 0]))
        kept = None if fee is None else Money.of_minor(fee, "EUR")
        self._with_answer(data)
        chosen = [RefundItem(each.id, units, kept) for each in items]
        self._ask(order_id, keyed, lambda **k: self.stall.shop.refund(order_id, chosen, **k))

    @precondition(lambda self: self._refunds("asked"))
    @rule(data=st.data(), approve=st.sampled_from([True, True, False]), keyed=st.booleans())
    def judge(self, data: st.DataObject, approve: bool, keyed: bool) -> None:
        refund = self._one_of(data, self._refunds("asked"))
        self._with_answer(data)
        refunds = self.stall.shop.refunds
        act = refunds.approve if approve else refunds.reject
        self._ask(refund.order_id, keyed, lambda **k: act(refund.id, **k))

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), verb=st.sampled_from(["deliver", "deliver", "complete", "cancel"]), keyed=st.booleans())
    def move(self, data: st.DataObject, verb: str, keyed: bool) -> None:
        order_id = data.draw(st.sampled_from(self.orders))
        shop = self.stall.shop
        item = data.draw(st.sampled_from(self._items(order_id)))
        acts: dict[str, Callable[..., object]] = {
            "cancel": lambda **k: shop.orders.cancel(order_id, confirm=True, **k),
            "complete": lambda **k: shop.orders.move(order_id, "complete", **k),
            "deliver": lambda **k: shop.items.move(item.id, "deliver", **k),
        }
        self._ask(order_id, keyed, acts[verb])

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def proceed(self, data: st.DataObject) -> None:
        self._with_answer(data)
        self.stall.shop.proceed(data.draw(st.sampled_from(self.orders)))

    @precondition(lambda self: self.accepted)
    @rule(data=st.data())
    def press_twice(self, data: st.DataObject) -> None:
        """I-20: a repeat of an accepted command adds nothing, where nothing is open that it could bring on."""
        keyed = data.draw(st.sampled_from(self.accepted))
        quiet = not [each for each in self._operations(keyed.order_id) if each.kind in OPEN_KINDS]
        before = self._everything(keyed.order_id)
        keyed.command()
        if quiet:
            assert self._everything(keyed.order_id) == before

    # what the world does

    @precondition(lambda self: self._at_the_card())
    @rule(data=st.data(), yes=st.booleans())
    def make_up_its_mind(self, data: st.DataObject, yes: bool) -> None:
        """The gateway decides about something it had accepted; nobody tells the shop yet."""
        key = data.draw(st.sampled_from(self._at_the_card()))
        self.stall.card.finish(key, Approved("finished") if yes else Declined("refused_later"))

    @precondition(lambda self: self._given_up())
    @rule(data=st.data())
    def come_late(self, data: st.DataObject) -> None:
        """An attempt that was given up goes through after all, and the gateway says so by itself."""
        operation = data.draw(st.sampled_from(self._given_up()))
        self.stall.card.finish(operation.id, Approved("late"))
        late = Approved("late", operation.amount)
        settled(self.stall.shop.wiring, operation.order_id, operation.id, late, actor=Actor.gateway("card"))

    @precondition(lambda self: self._transfers())
    @rule(
        data=st.data(),
        came=st.one_of(st.none(), st.none(), cents.map(lambda minor: Money.of_minor(minor, "EUR"))),
        rejected=st.sampled_from([False, False, True]),
    )
    def look_at_the_statement(self, data: st.DataObject, came: Money | None, rejected: bool) -> None:
        payment = self._one_of(data, self._transfers())
        if rejected:
            self._ask(payment.order_id, False, lambda **k: self.stall.shop.payments.reject(payment.id))
        else:
            self._ask(payment.order_id, False, lambda **k: self._confirmed(payment, came))

    @precondition(lambda self: self._refunds("under_way"))
    @rule(data=st.data(), paid_out=st.booleans())
    def pay_out(self, data: st.DataObject, paid_out: bool) -> None:
        refund = self._one_of(data, self._refunds("under_way"))
        by_hand = [
            each
            for each in self._operations(refund.order_id)
            if each.refund_id == refund.id and each.kind == "in_flight" and self._is_bank(each)
        ]
        act = self.stall.shop.refunds.confirm if paid_out else self.stall.shop.refunds.fail
        if self._ask(refund.order_id, False, lambda **k: act(refund.id)) and paid_out:
            self.book.went.update({each.payment_id: each.amount.minor for each in by_hand})

    @rule(minutes=st.sampled_from([1, 2, 5, 60 * 25]))
    def time_passes(self, minutes: int) -> None:
        self.stall.clock.advance(timedelta(minutes=minutes))

    # what must hold

    @invariant()
    def laws(self) -> None:
        for order_id in self.orders:
            check(self.stall, self.book, order_id)

    @invariant()
    def figures_only_rise(self) -> None:
        """I-22: captured and refunded never decrease. I-12: what was asked for never changes."""
        for payment in self._payments():
            now = (payment.captured.minor, payment.refunded.minor)
            before = self.seen.get(payment.id, (0, 0))
            assert now[0] >= before[0]
            assert now[1] >= before[1]
            self.seen[payment.id] = now
            asked = (payment.amount, payment.rate, payment.gateway, payment.account, payment.method)
            assert self.frozen.setdefault(payment.id, asked) == asked
            for each in self._operations(payment.order_id):
                said = (each.type, each.amount, each.asked_at, each.payment_id, each.refund_id)
                assert self.frozen.setdefault(each.id, said) == said

    @invariant()
    def keys_are_kept(self) -> None:
        """I-33, I-34: one key of the gateway stands for one operation, and is always sent with the same instruction."""
        if self.orders:
            self.stall.card.assert_keys_were_kept()

    def teardown(self) -> None:
        """I-08, at rest: once every open question is answered, store and ledger agree."""
        for order_id in self.orders:
            for key in self._at_the_card():
                self.stall.card.finish(key, Declined("closed"))
            self.stall.card.script.clear()
            self.stall.card.capabilities = ALL_CAPABILITIES
            self.stall.shop.proceed(order_id)
            assert all(each.kind not in OPEN_KINDS or self._is_bank(each) for each in self._operations(order_id))
            check(self.stall, self.book, order_id)

    # helpers

    def _ask(self, order_id: UUID, keyed: bool, command: Callable[..., object]) -> bool:
        """Ask for something; refusals are fine, other errors are not."""
        self.asked += 1
        asked = {"key": f"key-{self.asked}"} if keyed else {}
        try:
            command(**asked)
        except (TransitionError, InvalidRequest):
            return False
        if keyed:
            self.accepted.append(Keyed(order_id, lambda: command(**asked)))
        return True

    def _confirmed(self, payment: Payment, came: Money | None) -> None:
        self.stall.shop.payments.confirm(payment.id, came)
        self.book.came[payment.id] += (came or payment.amount).minor

    def _with_answer(self, data: st.DataObject) -> None:
        self.stall.card.script.clear()
        self.stall.card.play(*data.draw(st.lists(answers, max_size=3)))

    def _one_of(self, data: st.DataObject, records: list[R]) -> R:
        return data.draw(st.sampled_from(records))

    def _payments(self, *kinds: str) -> list[Payment]:
        every = [each for order_id in self.orders for each in self.stall.family(order_id).payments]
        return [each for each in every if not kinds or each.kind in kinds]

    def _in_status(self, *statuses: str) -> list[UUID]:
        return [each for each in self.orders if self.stall.family(each).order.status in statuses]

    def _transfers(self) -> list[Payment]:
        return [each for each in self._payments("under_way") if each.gateway == "bank"]

    def _refunds(self, kind: str) -> list[Refund]:
        return [each for order_id in self.orders for each in self.stall.family(order_id).refunds if each.kind == kind]

    def _items(self, order_id: UUID) -> tuple[Item, ...]:
        return self.stall.family(order_id).items

    def _operations(self, order_id: UUID) -> tuple[Operation, ...]:
        return self.stall.family(order_id).operations

    def _is_bank(self, operation: Operation) -> bool:
        return self.stall.family(operation.order_id).payment(operation.payment_id).gateway == "bank"

    def _at_the_card(self) -> list[UUID]:
        """What the card's gateway has accepted and not decided."""
        if not self.orders:
            return []
        booked = {each.key for each in self.stall.card.ledger}
        return [
            each.id
            for order_id in self.orders
            for each in self._operations(order_id)
            if each.status in ("pending", "requires_action") and not self._is_bank(each) and each.id not in booked
        ]

    def _given_up(self) -> list[Operation]:
        """Sales that were given up although the gateway had heard of them."""
        if not self.orders:
            return []
        called = {each.key for each in self.stall.card.calls} - {each.key for each in self.stall.card.ledger}
        return [
            each
            for order_id in self.orders
            for each in self._operations(order_id)
            if each.status == "abandoned" and each.type == "sale" and each.id in called
        ]

    def _everything(self, order_id: UUID) -> tuple[object, ...]:
        stall = self.stall
        told = (stall.family(order_id), stall.entries(order_id), stall.facts(order_id))
        return (*told, list(stall.card.calls), list(stall.card.ledger))


Lives.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestLives = Lives.TestCase
