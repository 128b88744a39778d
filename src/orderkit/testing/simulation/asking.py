"""Asking the desk for one thing, and taking whatever answer its interface promises; and what those who ask see.

Any other error breaks the law that nothing else is raised. What there is is read from what is known of the store.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from attrs import define, field, frozen

from orderkit.asked import Asked
from orderkit.desk import Orderkit
from orderkit.errors import Busy, CommitUnknown, InvalidRequest, KeyReused, StaleRecord, TransitionError
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.payments.records import Payment
from orderkit.refunds.records import Refund
from orderkit.shop import Shop
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.turns import Worker
from orderkit.testing.simulation.world import World

_ANSWERS = (TransitionError, InvalidRequest, KeyReused, StaleRecord, Busy, CommitUnknown)

Ask = Callable[[Shop, Asked], object]


def cents(minor: int) -> Money:
    return Money.of_minor(minor, "EUR")


@frozen
class Repeatable:
    """A command that was given under a key; whoever gave it may not know what came of it."""

    name: str
    order_id: UUID | None
    key: str
    ask: Ask


@define
class Memory:
    """What those who ask remember: the commands under their keys, and what the accepted ones made."""

    given: list[Repeatable] = field(factory=list)
    made: dict[tuple[str, UUID | None, str], object] = field(factory=dict)


@define
class Asking:
    """One worker, its desk, and how it asks."""

    world: World
    worker: Worker
    memory: Memory
    desk: Orderkit = field(init=False)
    shop: Shop = field(init=False)

    def open(self) -> None:
        self.desk = self.world.desk()
        self.shop = self.world.shop(self.desk)

    # what there is

    def orders(self) -> list[OrderFamily]:
        return list(self.world.known.families.values())

    def payments(self, *kinds: str) -> list[Payment]:
        every = [each for family in self.orders() for each in family.payments]
        return [each for each in every if not kinds or each.kind in kinds]

    def unpaid(self) -> list[OrderFamily]:
        """Orders on which something is open and nothing under way."""
        return [each for each in self.orders() if any(one.open_amount.minor > 0 for one in each.requests)]

    def transfers(self) -> list[Payment]:
        return [each for each in self.payments("under_way") if each.gateway == "bank"]

    def refunds(self, kind: str) -> list[Refund]:
        return [each for family in self.orders() for each in family.refunds if each.kind == kind]

    def in_excess(self) -> list[Payment]:
        """Payments that brought money to an order that needs a person because of it."""
        odd = [
            each
            for each in self.orders()
            if {"overpaid", "late_money"} & {entry.code for entry in each.attention} or each.order.kind == "cancelled"
        ]
        return [payment for family in odd for payment in family.payments if payment.captured.minor > 0]

    def an_order(self, *kinds: str) -> OrderFamily:
        every = self.orders()
        likely = [each for each in every if each.order.kind in kinds]
        return self.world.one_of([*likely, *likely, *every])

    def a_payment(self, *kinds: str) -> Payment:
        return self.world.one_of(self.payments(*kinds))

    def part_of(self, whole: Money) -> Money | None:
        """Mostly all of it, now and then a part, seldom too much."""
        place = self.world.pick(6, 3, 1)
        if place == 0:
            return None
        return cents(max(1, whole.minor // 2)) if place == 1 else whole + cents(1)

    # asking

    def ask(self, name: str, order_id: UUID | None, ask: Ask, *, key: str | None = None) -> None:
        key = key or f"key-{len(self.memory.given)}"
        if self.world.pick(5, 1) and name not in ("place", "grant"):
            self.done(name, lambda: ask(self.shop, Asked()))
            return
        given = Repeatable(name, order_id, key, ask)
        self.memory.given.append(given)
        self.given(given)

    def given(self, given: Repeatable) -> None:
        made = self.done(given.name, lambda: given.ask(self.shop, Asked(key=given.key)))
        id = getattr(made, "id", None)
        if made is not None and id is not None:
            known = self.memory.made.setdefault((given.name, given.order_id, given.key), id)
            if known != id:
                raise Broken("I-20", "a repeated command answers with what it made", f"{given}: {known}, then {id}")

    def done(self, name: str, call: Callable[[], object]) -> object:
        """What came of it; None where it was refused, or nobody knows."""
        try:
            made = call()
        except _ANSWERS as answer:
            self.world.log.add(self.worker.name, name, f"{type(answer).__name__}: {answer}"[:160])
            return None
        except Exception as error:
            raise Broken("SX-11", "nothing is raised but what the interface promises", repr(error)) from error
        self.world.log.add(self.worker.name, name, "done")
        return made
