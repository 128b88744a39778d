"""How a world comes to rest: faults stop, every event is delivered, and what is due is done until nothing is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from attrs import define, field

from orderkit.adapters.scripted import Letter
from orderkit.desk import Orderkit
from orderkit.payments.outcomes import Approved, Declined
from orderkit.shop import Shop
from orderkit.testing.simulation.breaking import Broken
from orderkit.testing.simulation.outside import Outside
from orderkit.testing.simulation.world import World

_PASSES: Final = (
    timedelta(0),
    timedelta(minutes=3),
    timedelta(minutes=6),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=1, hours=1),
    timedelta(days=2),
    timedelta(days=3),
    timedelta(days=4),
)
"""Past every schedule there is: look-ups, giving up, events that are parked, messages that are sent again."""
_LATE: Final = timedelta(days=3, minutes=1)
"""What is parked is given up after so many tries, each after its wait; by then only that is waited for."""
_ROUNDS: Final = 12


@define
class Rest:
    """The end of a world in which nothing goes wrong any more."""

    world: World
    desk: Orderkit = field(init=False)
    shop: Shop = field(init=False)
    outside: Outside = field(init=False)

    def __attrs_post_init__(self) -> None:
        _stop_faults(self.world)
        self.desk = self.world.desk()
        self.shop = self.world.shop(self.desk)
        self.outside = Outside(self.world, self.shop, self.desk)

    def come(self) -> None:
        """Bring the world to rest."""
        for by in (*_PASSES, *[_LATE] * 10):
            self.world.advance(by)
            self._decide_all()
            for letter in self._undelivered():
                self.outside.receive(letter.body)
            self.work_off()
            if not self._anything_open(late=by == _LATE):
                return

    def work_off(self) -> None:
        """Do what is due until nothing is.

        Raises:
            Broken: there is always something due.
        """
        for _ in range(_ROUNDS):
            if not self.desk.run_due(owner="rest").anything:
                return
        raise Broken("I-39", "what is due comes to an end", f"something is due after {_ROUNDS} rounds")

    def tell_all_again(self) -> None:
        """Everything the gateway ever said, under new ids and in another order (I-26)."""
        for number, letter in enumerate(reversed(self.outside.written())):
            told = {**json.loads(letter.body), "id": f"again_{number}"}
            self.outside.receive(json.dumps(told).encode())

    def _decide_all(self) -> None:
        for each in self.outside.undecided():
            approves = self.world.pick(2, 1) == 0
            self.world.card.finish(each.id, Approved("finished") if approves else Declined("closed"))
        self.world.oracle.news()

    def _undelivered(self) -> list[Letter]:
        """Letters that the inbox does not have, lost ones too: the gateway sends them again and again."""
        account = self.world.card.account
        with self.world.storage.inner.reading() as store:
            missing = [each for each in self.outside.written() if store.event("card", account, each.id) is None]
        return missing if self.world.pick(1, 1) == 0 else missing[::-1]

    def _anything_open(self, *, late: bool) -> bool:
        families = self.world.known.families.values()
        if not late and any(each.next_check_at is not None for family in families for each in family.operations):
            return True
        if self.world.card.next_due() is not None or self.outside.undecided() or self._undelivered():
            return True
        with self.world.storage.inner.reading() as store:
            return bool(store.events(("received", "parked"), limit=1) or store.messages("events", limit=1))


def _stop_faults(world: World) -> None:
    world.storage.faults = world.receiver.faults = 0
    for each in world.doors:
        each.faults = 0
