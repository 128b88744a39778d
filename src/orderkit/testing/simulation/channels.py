"""The receiver of facts: it takes them, or does not, and remembers the ids as a consumer should."""

from __future__ import annotations

from uuid import UUID

from attrs import define, field

from orderkit.ports.delivery import Delivered, DeliveryOutcome, NotNow
from orderkit.ports.exchange import Message
from orderkit.testing.simulation.counting import Counts
from orderkit.testing.simulation.turns import Turns


@define
class Receiver:
    """A channel.

    Attributes:
        faults: how many of a hundred deliveries go wrong.
        taken: every message it has, by id.
        altered: those that came a second time and said something else.
    """

    turns: Turns
    counts: Counts
    faults: int = 0
    taken: dict[UUID, Message] = field(factory=dict, init=False)
    altered: list[UUID] = field(factory=list, init=False)

    def deliver(self, message: Message) -> DeliveryOutcome:
        self.turns.pause("deliver")
        place = 0
        if self.faults:
            place = self.turns.choices.pick(self.turns.current.stream, (100 - self.faults, *[self.faults] * 3))
        if place == 1:
            return NotNow("simulated: busy")
        if place == 2:
            raise ConnectionError("simulated: nobody answered")
        if self.taken.setdefault(message.id, message) != message:
            self.altered.append(message.id)
        self.counts.figures["deliveries"] += 1
        self.turns.pause("delivered")
        if place == 3:
            raise ConnectionError("simulated: the answer was lost")
        return Delivered()
