"""Every pair of commands that move money, at once on a real PostgreSQL, in every state where both make sense.

Each has a connection of its own and waits before every write until the other has loaded and decided too, or has come to
its end; then recovery runs, and the laws are checked against the gateway's own ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from attrs import define, field, frozen
from tests.services import laws
from tests.services.racers import PAIRS, PROFILES, STATES, Racer, Scene
from tests.services.stalls import Scopes, Stall, StillClock, eur, line, new_stall

from orderkit import (
    Approved,
    Busy,
    InvalidRequest,
    OrderFamily,
    OrderkitError,
    RefundItem,
    Storage,
    TransitionError,
    profiles,
)
from orderkit.adapters.credit import CreditGateway
from orderkit.adapters.scripted import ScriptedGateway, waits
from orderkit.adapters.sqlalchemy import SqlStorage
from orderkit.credit.decisions import folded
from orderkit.credit.records import CreditAccount, CreditEntry
from orderkit.ports.storage import Change, UnitOfWork

ROUNDS = 3
TOO_MUCH = {"exceeds_held", "exceeds_captured", "already_captured", "nothing_captured", "authorization_gone"}
"""What the gateway says to whoever asks for more than there is; the library has to know that before it asks."""


@define
class Meeting:
    """Two wait for one another before each of their first writes; nobody waits for one who has gone."""

    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _came: list[int] = field(factory=lambda: [0, 0], init=False)
    _gone: set[int] = field(factory=set, init=False)

    def arrive(self, me: int) -> None:
        with self._changed:
            self._came[me] += 1
            mine = self._came[me]
            self._changed.notify_all()
            if mine <= ROUNDS:
                met = self._changed.wait_for(lambda: 1 - me in self._gone or self._came[1 - me] >= mine, timeout=30)
                assert met, "the other one neither came nor went"

    def leave(self, me: int) -> None:
        with self._changed:
            self._gone.add(me)
            self._changed.notify_all()


@frozen
class _AtTheDoor:
    """A unit of work whose writes wait for the meeting."""

    work: UnitOfWork
    arrive: Callable[[], None]

    def __getattr__(self, name: str) -> object:
        return getattr(self.work, name)

    def write(self, change: Change) -> None:
        self.arrive()
        self.work.write(change)

    def write_credit(self, before: CreditAccount, entry: CreditEntry, after: CreditAccount) -> bool:
        self.arrive()
        return self.work.write_credit(before, entry, after)


@frozen
class RacingStorage:
    """A store of one racer."""

    storage: Storage
    arrive: Callable[[], None]

    def __getattr__(self, name: str) -> object:
        return getattr(self.storage, name)

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        with self.storage.begin() as work:
            yield _AtTheDoor(work, self.arrive)  # type: ignore[misc]  # the rest it leaves to the unit of work


@pytest.fixture(scope="module")
def lanes(postgres_url: str) -> Iterator[tuple[SqlStorage, SqlStorage]]:
    """Two connections to one database."""
    with ExitStack() as both:
        yield tuple(both.enter_context(_lane(postgres_url)) for _ in range(2))  # type: ignore[misc]  # two of them


@contextmanager
def _lane(url: str) -> Iterator[SqlStorage]:
    storage = SqlStorage(url, durability="relaxed")
    yield storage
    storage.close()


def _run(number: int, racer: Racer, stall: Stall, scene: Scene, meeting: Meeting) -> object:
    try:
        return racer.act(stall, scene)
    except OrderkitError as error:
        return error
    finally:
        meeting.leave(number)


@pytest.mark.parametrize(("state", "first", "second"), PAIRS, ids=[f"{s}-{a.name}-{b.name}" for s, a, b in PAIRS])
def test_two_commands_at_once(
    lanes: tuple[SqlStorage, SqlStorage], postgres: SqlStorage, scopes: Scopes, state: str, first: Racer, second: Racer
) -> None:
    """Whoever loses is told so by its type; no more is captured than authorized, nor refunded than captured, and what
    is recorded is what the gateway's ledger says (I-05 to I-11, I-19, I-20, F011, F024, F058, F082)."""
    scope, clock = scopes.new(), StillClock()
    card = ScriptedGateway(f"card of {scope}", clock=clock)

    def stall_on(storage: Storage) -> Stall:
        credit = CreditGateway(storage, clock)
        profile = PROFILES.get(state, profiles.retail)
        return new_stall(storage, scope, card=card, clock=clock, credit=credit, profile=profile)

    stall, meeting = stall_on(postgres), Meeting()
    scene = STATES[state](stall)
    with ThreadPoolExecutor(2) as threads:
        running = [
            threads.submit(_run, number, racer, stall_on(_racing(lane, meeting, number)), scene, meeting)
            for number, (lane, racer) in enumerate(zip(lanes, (first, second), strict=True))
        ]
        results = [each.result(timeout=60) for each in running]

    lost = [each for each in results if isinstance(each, OrderkitError)]
    assert all(isinstance(each, TransitionError | InvalidRequest | Busy) for each in lost), lost
    if first.one_of is not None and first.one_of == second.one_of:
        assert lost, results
    _come_to_rest(stall)
    _judge(stall, scene)


def test_excess_that_arises_when_answers_cross_is_told(storage: Storage, scope: str) -> None:
    """A unit is refunded while a capture is on its way, and both are answered in their order: what is then paid above
    what is owed is not left in silence (I-11)."""
    stall = new_stall(storage, scope)
    payment = stall.authorized(line("50.00", 2))
    stall.shop.payments.capture(payment.id, eur("40.00"))
    stall.card.play(waits(), waits())
    stall.shop.payments.capture(payment.id)
    stall.shop.refund(payment.order_id, [RefundItem(stall.family(payment.order_id).items[0].id, 1)])
    for each in [each for each in stall.family(payment.order_id).operations if each.kind == "in_flight"]:
        stall.card.finish(each.id, Approved("decided"))
        stall.shop.proceed(payment.order_id)
    details = stall.shop.orders.details(payment.order_id)

    assert details.standing.credit == eur("30.00")
    assert [each.code for each in details.family.attention] == ["overpaid"]


def test_a_refund_that_fails_after_its_order_was_cancelled_is_told(storage: Storage, scope: str) -> None:
    """An order is cancelled while a refund of its items waits for a person, who then cannot pay it out: somebody is
    told that a cancelled order keeps money (I-11, I-42)."""
    stall = new_stall(storage, scope)
    order = stall.place()
    payment = stall.shop.pay(order.id, via="bank")
    stall.shop.payments.confirm(payment.id)
    refund = stall.shop.refund(order.id, [stall.family(order.id).items[0].id])
    stall.shop.orders.cancel(order.id, confirm=True, settle="refund")
    stall.shop.refunds.fail(refund.id)
    details = stall.shop.orders.details(order.id)

    assert (details.family.order.status, details.standing.credit) == ("cancelled", eur("100.00"))
    assert details.standing.needs_attention


def _racing(lane: SqlStorage, meeting: Meeting, number: int) -> Storage:
    return RacingStorage(lane, lambda: meeting.arrive(number))  # type: ignore[return-value]  # as above


def _come_to_rest(stall: Stall) -> None:
    """Time passes, webhooks arrive, and a worker comes by."""
    for _ in range(3):
        stall.clock.advance(timedelta(hours=1, minutes=1))
        for event in stall.card.events():
            assert stall.desk.receive("card", event.body, event.headers).status in ("applied", "duplicate")
            stall.card.acknowledge(event.body)
        stall.desk.run_due()


def _judge(stall: Stall, scene: Scene) -> None:
    """The laws, for the order and its neighbour; what nobody has to confirm is at its end."""
    stall.card.assert_keys_were_kept()
    for order_id in filter(None, (scene.order_id, scene.other_id)):
        family = stall.family(order_id)
        _note_credit(stall, scene, family)
        if any(each.type == "credit" for each in family.operations):
            _laws_with_credit(stall, family)
        elif _owes_customer(family):
            _laws_on_the_way_back(stall, scene, family)
        else:
            laws.check(stall, scene.book, order_id)
        for each in family.operations:
            by_person = family.payment(each.payment_id).gateway == "bank"
            assert each.kind in ("succeeded", "failed") or by_person, each
            assert each.code not in TOO_MUCH, each
    _ledger_keeps_its_bounds(stall)
    _accounts_add_up(stall)


def _note_credit(stall: Stall, scene: Scene, family: OrderFamily) -> None:
    """What the credit account's own entries say came and went by each payment."""
    payments = {each.id: each.payment_id for each in family.operations}
    for entry in stall.shop.credit.entries("c-1", "EUR"):
        payment_id = payments.get(entry.id)
        if payment_id is not None and entry.kind in ("spent", "returned"):
            (scene.book.came if entry.kind == "spent" else scene.book.went)[payment_id] += entry.amount.minor


def _laws_with_credit(stall: Stall, family: OrderFamily) -> None:
    """The same where money went to the customer's account: it counts as gone back, and is there (I-06)."""
    laws.history_is_whole(stall, family)
    laws.moves_are_declared(stall, family)
    laws.ceilings_hold(family)
    granted = {each.id: each.amount for each in stall.shop.credit.entries("c-1", "EUR") if each.kind == "granted"}
    for payment in family.payments:
        moved = [each for each in family.operations_of(payment.id) if each.type == "credit"]
        assert all(granted[each.id] == each.moved for each in moved if each.kind == "succeeded")
        credited = sum(each.amount.minor for each in moved if each.kind == "succeeded")
        assert payment.refunded.minor == stall.card.moved("refund", payment.id)
        assert payment.captured.minor == stall.card.moved("sale", payment.id) + stall.card.moved("capture", payment.id)
        assert credited + payment.refunded.minor <= payment.captured.minor


def _owes_customer(family: OrderFamily) -> bool:
    """A refund waits for a person to pay it out, or could not be paid out and its order is cancelled."""
    refunds = [each for each in family.operations if each.type == "refund"]
    failed = any(each.kind == "failed" for each in refunds)
    return any(each.kind in laws.OPEN_KINDS for each in refunds) or (failed and family.order.kind == "cancelled")


def _laws_on_the_way_back(stall: Stall, scene: Scene, family: OrderFamily) -> None:
    """The same where the shop owes the customer: what is not on its way to them is what somebody was told of."""
    laws.history_is_whole(stall, family)
    laws.moves_are_declared(stall, family)
    laws.ceilings_hold(family)
    laws.money_agrees(stall, scene.book, family)
    standing = stall.shop.orders.details(family.order.id).standing
    laws.rows_stand_as_details(stall, family, standing)
    flying = [each for each in family.operations if each.type == "refund" and each.kind in laws.OPEN_KINDS]
    assert standing.credit.minor <= sum(each.amount.minor for each in flying) or standing.needs_attention


def _ledger_keeps_its_bounds(stall: Stall) -> None:
    """I-05, I-06, by the gateway's own ledger alone."""
    for payment_id in {each.payment_id for each in stall.card.ledger}:
        moved = {
            type: stall.card.moved(type, payment_id) for type in ("authorize", "capture", "void", "sale", "refund")
        }
        assert moved["capture"] + moved["void"] <= moved["authorize"], moved
        assert moved["refund"] <= moved["sale"] + moved["capture"], moved
    keys = [each.key for each in stall.card.ledger]
    assert len(set(keys)) == len(keys)


def _accounts_add_up(stall: Stall) -> None:
    """The customer's account is the sum of its entries, and was never overdrawn."""
    for account in stall.shop.credit.accounts("c-1"):
        assert folded(stall.shop.credit.entries("c-1", "EUR"), account) == account
        assert 0 <= account.held.minor <= account.balance.minor
