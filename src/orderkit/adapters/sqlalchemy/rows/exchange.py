"""Rows of what goes out and what comes in: messages with their delivery, inbox events, and operations to look at."""

from __future__ import annotations

from orderkit.adapters.sqlalchemy.rows.wire import Row, Wire, instant_or_none, micros_or_none
from orderkit.codec import from_micros
from orderkit.keys import to_micros
from orderkit.ports.exchange import Delivery, DueOperation, InboxEvent, Message


def message_row(wire: Wire, message: Message) -> Row:
    """A message that is new: not consumed, never tried, due at its own time, leased by nobody, and not dead."""
    at = to_micros(message.at)
    return (
        message.channel,
        wire.id(message.id),
        message.scope,
        wire.id(message.order_id),
        message.sequence,
        message.type,
        message.schema,
        at,
        message.body,
        False,
        0,
        at,
        None,
        None,
        None,
        False,
    )


def delivery_of(wire: Wire, row: Row) -> Delivery:
    (
        channel, id, scope, order_id, sequence, type, schema, at, body, _, attempts, due_at, error, _, _, dead,
    ) = row  # fmt: skip
    message = Message(
        id=wire.uuid(id),
        channel=channel,
        scope=scope,
        order_id=wire.uuid(order_id),
        sequence=sequence,
        type=type,
        schema=schema,
        at=from_micros(at),
        body=body,
    )
    return Delivery(message=message, attempts=attempts, due_at=None if dead else from_micros(due_at), error=error)


def event_row(wire: Wire, event: InboxEvent) -> Row:
    return (
        event.gateway,
        event.account,
        event.event_id,
        wire.id(event.id),
        event.scope,
        event.body,
        to_micros(event.received_at),
        event.status,
        event.type,
        event.reason,
        event.attempts,
        micros_or_none(event.due_at),
    )


def event_of(wire: Wire, row: Row) -> InboxEvent:
    gateway, account, event_id, id, scope, body, received_at, status, type, reason, attempts, due_at = row
    return InboxEvent(
        id=wire.uuid(id),
        gateway=gateway,
        account=account,
        event_id=event_id,
        scope=scope,
        body=body,
        received_at=from_micros(received_at),
        status=status,
        type=type,
        reason=reason,
        attempts=attempts,
        due_at=instant_or_none(due_at),
    )


def due_operation_of(wire: Wire, row: Row) -> DueOperation:
    scope, order_id, id, type, status, asked_at, next_check_at = row
    return DueOperation(
        scope=scope,
        order_id=wire.uuid(order_id),
        operation_id=wire.uuid(id),
        type=type,
        status=status,
        asked_at=from_micros(asked_at),
        next_check_at=instant_or_none(next_check_at),
    )
