"""What the memory store holds of what goes out and what comes in: messages with their delivery, and inbox events.

Only how they change lives here; nothing here knows of threads: whoever calls holds the lock.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from datetime import datetime
from heapq import nsmallest
from uuid import UUID

from attrs import evolve, frozen

from orderkit.errors import Busy
from orderkit.ports.exchange import Delivery, InboxEvent, Message

Place = tuple[UUID, str]
"""A message's id and its channel."""


@frozen
class Waiting:
    """A message that is not consumed, how far it has come, and until when a worker holds it."""

    delivery: Delivery
    leased_until: datetime | None = None
    owner: str | None = None

    @property
    def message(self) -> Message:
        return self.delivery.message

    def is_free(self, at: datetime) -> bool:
        """It is due at `at`, and nobody holds it."""
        due_at = self.delivery.due_at
        return due_at is not None and due_at <= at and (self.leased_until is None or self.leased_until <= at)


class Exchange:
    """The part of the contents that is exchanged with the outside."""

    waiting: MutableMapping[Place, Waiting]
    consumed: MutableMapping[Place, bool]
    inbox: MutableMapping[tuple[str, str, str], InboxEvent]

    def publish(self, messages: Sequence[Message]) -> None:
        """Have the messages wait, due at once; one that is there already says the same."""
        for message in messages:
            place = message.id, message.channel
            if place not in self.consumed:
                self.waiting.setdefault(place, Waiting(Delivery(message=message, due_at=message.at)))

    def outgoing(self, channel: str) -> Iterator[Waiting]:
        """Every message of the channel that is not consumed, given up or not."""
        waiting = (each for place, each in self.waiting.items() if place not in self.consumed)
        return (each for each in waiting if each.message.channel == channel)

    def consume(self, ids: Sequence[UUID], channel: str) -> None:
        self.consumed.update(((id, channel), True) for id in ids if (id, channel) in self.waiting)

    def claimable(self, channel: str, *, at: datetime, limit: int) -> tuple[Delivery, ...]:
        """What is due and free, the longest due first."""
        free = (each.delivery for each in self.outgoing(channel) if each.is_free(at))
        return tuple(nsmallest(limit, free, key=_due))

    def lease(self, claimed: Sequence[Delivery], *, owner: str, at: datetime, until: datetime) -> None:
        """Let the owner hold what it claimed, unless somebody else was faster."""
        for delivery in claimed:
            place = delivery.message.id, delivery.message.channel
            now = self.waiting.get(place)
            if now is None or place in self.consumed or not now.is_free(at):
                raise Busy(f"the message {place[0]} was claimed meanwhile; make the same call again")
            self.waiting[place] = evolve(now, leased_until=until, owner=owner)

    def put_delivery(self, delivery: Delivery) -> None:
        """Write how far a message has come, and free it; one that is consumed stays consumed."""
        place = delivery.message.id, delivery.message.channel
        now = self.waiting.get(place)
        if now is not None and place not in self.consumed:
            self.waiting[place] = Waiting(evolve(delivery, message=now.message))

    def receive(self, event: InboxEvent) -> bool:
        """Add an event, unless it is known."""
        if event_key(event) in self.inbox:
            return False
        self.inbox[event_key(event)] = event
        return True

    def put_event(self, event: InboxEvent) -> None:
        """Write what became of an event; one that is applied stays so."""
        now = self.inbox.get(event_key(event))
        if now is not None and now.status != "applied":
            self.inbox[event_key(event)] = evolve(
                now,
                status=event.status,
                type=event.type,
                reason=event.reason,
                attempts=event.attempts,
                due_at=event.due_at,
            )


def event_key(event: InboxEvent) -> tuple[str, str, str]:
    return event.gateway, event.account, event.event_id


def _due(delivery: Delivery) -> tuple[datetime, UUID]:
    return delivery.due_at or delivery.message.at, delivery.message.id
