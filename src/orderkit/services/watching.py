"""What does not go on by itself: one query over all that waits too long, with its age and the reason (row SX-29)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from attrs import frozen

from orderkit.ports.storage import Reading
from orderkit.services.wiring import Wiring

_MOST = 500


@frozen(kw_only=True)
class Stuck:
    """Something that a person may have to look at.

    Attributes:
        what: an `operation` without an answer beyond its first look-up, a webhook `event` that is parked or dead, a
            `message` that was given up, or an `order` with an open attention entry.
        id: of that record; order_id: the order it belongs to, where one is known.
        since: when it began to wait; age: how long that is.
        reason: a code or a sentence that says what it waits for.
    """

    what: Literal["operation", "event", "message", "order"]
    id: UUID
    order_id: UUID | None
    since: datetime
    age: timedelta
    reason: str


def stuck(wiring: Wiring, *, limit: int = _MOST) -> tuple[Stuck, ...]:
    """Everything of the scope that is stuck, the longest first; of each kind at most `limit`."""
    now = wiring.clock.now()
    with wiring.storage.reading() as store:
        found = [
            *_operations(wiring, store, now, limit),
            *_events(wiring, store, now, limit),
            *_messages(wiring, store, now, limit),
            *_orders(wiring, store, now, limit),
        ]
    return tuple(sorted(found, key=lambda each: (each.since, each.id)))


def _operations(wiring: Wiring, store: Reading, now: datetime, limit: int) -> Iterator[Stuck]:
    until = now - wiring.profile.policies.look_ups[0]
    for each in store.open_operations(wiring.scope, asked_until=until, limit=limit):
        waits = "waits_for_person" if each.next_check_at is None else f"{each.type}_{each.status}"
        yield Stuck(
            what="operation",
            id=each.operation_id,
            order_id=each.order_id,
            since=each.asked_at,
            age=now - each.asked_at,
            reason=waits,
        )


def _events(wiring: Wiring, store: Reading, now: datetime, limit: int) -> Iterator[Stuck]:
    for each in store.events(("parked", "dead"), limit=limit):
        if each.scope in ("", wiring.scope):
            yield Stuck(
                what="event",
                id=each.id,
                order_id=None,
                since=each.received_at,
                age=now - each.received_at,
                reason=f"{each.status}: {each.reason}",
            )


def _messages(wiring: Wiring, store: Reading, now: datetime, limit: int) -> Iterator[Stuck]:
    for channel in wiring.channels:
        for each in store.dead_messages(channel, limit=limit):
            if each.message.scope == wiring.scope:
                yield Stuck(
                    what="message",
                    id=each.message.id,
                    order_id=each.message.order_id,
                    since=each.message.at,
                    age=now - each.message.at,
                    reason=f"{channel}: {each.error}",
                )


def _orders(wiring: Wiring, store: Reading, now: datetime, limit: int) -> Iterator[Stuck]:
    for entry in store.open_attention(wiring.scope, limit=limit):
        yield Stuck(
            what="order",
            id=entry.id,
            order_id=entry.order_id,
            since=entry.opened_at,
            age=now - entry.opened_at,
            reason=entry.code,
        )
