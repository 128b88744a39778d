"""The simulator examined: shops with one deliberate defect each, every one of which it has to find, and say how.

A mutant replaces one part of a run. The seeds are fixed, so that how soon it is found is known, and stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from orderkit import Approved, Declined, Orderkit, Unknown
from orderkit.actors import Actor
from orderkit.adapters.memory import MemoryStorage
from orderkit.capabilities import KEPT_FOR_EVER, Capabilities
from orderkit.cases import Case
from orderkit.errors import StorageError, TransitionRefused
from orderkit.keys import EPOCH
from orderkit.payments import settling
from orderkit.payments.outcomes import Outcome
from orderkit.payments.records import Operation
from orderkit.ports.gateway import Event, Instruction, PaymentGateway
from orderkit.ports.ids import TimeOrderedIds
from orderkit.ports.storage import Storage
from orderkit.services.receiving import Receipt
from orderkit.shop import Shop
from orderkit.testing.broken_stores import DroppedPostings, KeyIgnored, LostCommit, LostUpdate, WriteSkew
from orderkit.testing.simulation.parts import Parts
from orderkit.testing.simulation.running import run

SEEDS = 400


def found(parts: Parts, *, within: int = SEEDS) -> tuple[int, str]:
    """The first seed that finds the defect, and the law it breaks."""
    for seed in range(within):
        outcome = run(seed, parts=parts)
        if outcome.broken is not None:
            return seed, outcome.broken
    pytest.fail(f"not found within {within} runs")


class Altered:
    """A gateway behind which one is real; whatever it does not say itself it leaves to that one."""

    def __init__(self, door: Any) -> None:
        self.door = door

    def __getattr__(self, name: str) -> Any:
        return getattr(self.door, name)

    def authorize(self, asked: Instruction) -> Outcome:
        return self.call(self.door.authorize, asked)

    def sale(self, asked: Instruction) -> Outcome:
        return self.call(self.door.sale, asked)

    def capture(self, asked: Instruction) -> Outcome:
        return self.call(self.door.capture, asked)

    def void(self, asked: Instruction) -> Outcome:
        return self.call(self.door.void, asked)

    def refund(self, asked: Instruction) -> Outcome:
        return self.call(self.door.refund, asked)

    def call(self, ask: Callable[[Instruction], Outcome], asked: Instruction) -> Outcome:
        return ask(asked)


class LostIsNo(Altered):
    """Takes an answer that never came for a decline (F007, F026)."""

    def call(self, ask: Callable[[Instruction], Outcome], asked: Instruction) -> Outcome:
        try:
            answer = ask(asked)
        except TimeoutError:
            return Declined("timeout")
        return Declined("server_error") if isinstance(answer, Unknown) else answer


class FreshKeys(Altered):
    """Sends every try under a key of its own (F013)."""

    ids = TimeOrderedIds()

    def call(self, ask: Callable[[Instruction], Outcome], asked: Instruction) -> Outcome:
        return ask(evolve(asked, key=self.ids.new(EPOCH)))


class Anonymous(Altered):
    """Reads events without the keys and names that tie them to what was asked (F010)."""

    def event(self, body: bytes) -> Event:
        event: Event = self.door.event(body)
        return evolve(
            event, reports=tuple(evolve(each, key=None, reference=f"{each.reference}!") for each in event.reports)
        )


class Boastful(Altered):
    """Says that its keys are kept for ever, and that nothing can be looked up."""

    @property
    def capabilities(self) -> Capabilities:
        return evolve(self.door.capabilities, keys_kept=KEPT_FOR_EVER, looks_up=False)


class Hurried(Altered):
    """Says that what it does not know at once never happened."""

    @property
    def capabilities(self) -> Capabilities:
        return evolve(self.door.capabilities, grace=timedelta(minutes=-2))


def card(altered: Callable[[Any], Any]) -> Parts:
    """A run whose card gateway is altered."""

    def behind(name: str, door: PaymentGateway) -> PaymentGateway:
        gateway: PaymentGateway = _with_events(altered(door)) if name == "card" else door
        return gateway

    return Parts(gateway=behind)


def _with_events(gateway: Any) -> Any:
    """Protocols are recognised by what the class says, which `__getattr__` does not."""
    names = ("authenticate", "event", "statement")
    missing = {name: _passed_on(name) for name in names if name not in vars(type(gateway))}
    gateway.__class__ = type(type(gateway).__name__, (type(gateway),), missing)
    return gateway


def _passed_on(name: str) -> Callable[..., Any]:
    return lambda self, *args, **named: getattr(self.door, name)(*args, **named)


def store(broken: Callable[[], Storage]) -> Parts:
    """A run on a broken store in memory."""
    return Parts(opened=lambda storage: broken(), fallen=lambda storage: storage)


class Hasty(Orderkit):
    """Acknowledges a webhook before it is stored (F039, I-27)."""

    def receive(self, gateway: str, body: bytes, headers: Mapping[str, str], *, scope: str = "") -> Receipt:
        try:
            return super().receive(gateway, body, headers, scope=scope)
        except StorageError:
            return Receipt("received", "evt_1")


class _Compensating(Shop):
    def pay(self, order_id: Any, **asked: Any) -> Any:
        try:
            return super().pay(order_id, **asked)
        except TransitionRefused:
            by_itself = Shop(self.wiring, Actor.system(), self.settings)
            by_itself.orders.cancel(order_id, confirm=True, settle="refund")
            raise


class Compensating(Orderkit):
    """Cleans up after a payment that was refused, and takes the one that succeeded with it (F012)."""

    def scope(self, scope: str, *, actor: Actor, storage: Storage | None = None) -> Shop:
        shop = super().scope(scope, actor=actor, storage=storage)
        return _Compensating(shop.wiring, shop.actor, shop.settings)


MUTANTS: dict[str, tuple[Parts, set[str]]] = {
    "a lost answer is a decline": (card(LostIsNo), {"I-38"}),
    "every try has a key of its own": (card(FreshKeys), {"I-36", "I-09"}),
    "response and event both count": (card(Anonymous), {"I-10"}),
    "a key is sent again after it was forgotten": (card(Boastful), {"I-37"}),
    "what is not seen at once never happened": (card(Hurried), {"I-38", "I-11", "I-37"}),
    "an order's version is not compared": (store(LostUpdate), {"I-07", "I-18", "I-19"}),
    "records are compared one by one": (store(WriteSkew), {"I-18", "I-19"}),
    "a command's key is not stored": (store(KeyIgnored), {"I-20", "I-11", "I-18"}),
    "some postings are dropped": (store(DroppedPostings), {"I-04", "I-07"}),
    "a commit may be gone after a crash": (
        Parts(opened=lambda storage: LostCommit(), fallen=lambda storage: _restarted(storage)),
        {"I-36", "I-09"},
    ),
    "a webhook is acknowledged before it is stored": (Parts(desk=Hasty), {"I-27"}),
    "a loser compensates the winner": (Parts(desk=Compensating), {"I-41"}),
}


def _restarted(storage: Storage) -> Storage:
    return storage.restarted() if isinstance(storage, LostCommit) else storage


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_found(name: str) -> None:
    """The defect is found by a law that names it, within the seeds that are fixed here."""
    parts, laws = MUTANTS[name]
    seed, broken = found(parts)

    assert broken in laws, (seed, broken)


def test_adding_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes that are added up instead of joined are found: the event and the response count twice (F010)."""

    def added_up(case: Case, operation: Operation, outcome: Approved) -> Operation:
        moved = operation.amount if outcome.amount is None else outcome.amount
        return evolve(operation, moved=moved if operation.moved is None else operation.moved + moved)

    monkeypatch.setattr(settling, "_more_moved", added_up)

    assert found(Parts())[1] in {"I-10", "I-20", "I-07"}


def test_the_plain_shop_is_not_blamed() -> None:
    """What is broken on purpose is what is found: the same seeds find nothing on a plain store."""
    assert [run(seed, parts=store(MemoryStorage)).broken for seed in range(20)] == [None] * 20
