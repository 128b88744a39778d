"""What a store keeps of what goes out and what comes in: outbox messages with their delivery, and inbox events.

Only the records that cross the storage port live here; who writes them is in `services/`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class Message:
    """One fact on its way to one channel: unique by (id, channel), written with the fact, delivered at least once."""

    id: UUID
    channel: str
    scope: str
    order_id: UUID
    sequence: int
    type: str
    schema: int
    at: datetime
    body: str


@frozen(kw_only=True)
class Delivery:
    """How far a message has come on its channel.

    Attributes:
        attempts: how often it was tried in vain.
        due_at: when it is tried next; None once it was given up.
        error: what the last try came to.
    """

    message: Message
    attempts: int = 0
    due_at: datetime | None = None
    error: str | None = None


EventStatus = Literal["received", "applied", "parked", "dead"]


@frozen(kw_only=True)
class InboxEvent:
    """A webhook as it came, unique by (gateway, account, event_id) for ever (I-27, I-28).

    Attributes:
        gateway, account: the host's key for the gateway and the account behind it, as of the event.
        event_id: the gateway's own id; where the body has none, a digest of the body.
        scope: the scope it was received for; empty where the host named none.
        body: the raw bytes.
        status: `received` and not looked at, `applied`, `parked` until what it names is known, or `dead`: given up.
        reason: why it is parked or dead.
        attempts: how often applying it was tried; due_at: when it is tried next, None when it is applied or dead.
    """

    id: UUID
    gateway: str
    account: str
    event_id: str
    scope: str
    body: bytes
    received_at: datetime
    status: EventStatus = "received"
    type: str = ""
    reason: str | None = None
    attempts: int = 0
    due_at: datetime | None = None


@frozen(kw_only=True)
class DueOperation:
    """An operation that recovery has to look at: the time of its next check has come (or it is simply open)."""

    scope: str
    order_id: UUID
    operation_id: UUID
    type: str
    status: str
    asked_at: datetime
    next_check_at: datetime | None
