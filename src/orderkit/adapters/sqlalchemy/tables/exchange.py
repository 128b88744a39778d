"""The tables of what goes out and what comes in: the outbox with its delivery, and the inbox."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, Table, TypedColumns, text

from orderkit.adapters.sqlalchemy.columns import (
    flag,
    identity,
    key_of,
    later_flag,
    later_whole,
    raw_bytes,
    string,
    string_or_none,
    whole,
    whole_or_none,
    within_order,
)
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA


class OutboxColumns(TypedColumns):
    """Messages to be delivered. The relay knows the channel and ids alone, hence they come first in the key.

    `dead` is given up, whatever `due_at` says; a message that somebody wrote before there was a `due_at` is due.
    """

    channel = string()
    id = identity()
    scope = string()
    order_id = identity()
    sequence = whole()
    type = string()
    schema = whole()
    at = whole()
    body = string()
    consumed = flag()
    attempts = later_whole()
    due_at = later_whole()
    error = string_or_none()
    lease_owner = string_or_none()
    leased_until = whole_or_none()
    dead = later_flag()


# Questions say it in these very words: SQLite takes a partial index for nothing else.
WAITING: Final = text("NOT consumed AND NOT dead")
DEAD: Final = text("dead AND NOT consumed")

outbox = Table(
    "orderkit_outbox",
    METADATA,
    OutboxColumns,
    key_of("orderkit_outbox", "channel", "id", "scope"),
    within_order("orderkit_outbox"),
    Index("orderkit_outbox_waiting_idx", "channel", "at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("orderkit_outbox_due_idx", "channel", "due_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("orderkit_outbox_dead_idx", "channel", "at", "id", sqlite_where=DEAD, postgresql_where=DEAD),
)


class InboxColumns(TypedColumns):
    """Webhooks as they came. The one key without a scope: a gateway's event may come before anybody knows whose it is.

    Rows are never deleted, so that a duplicate is known for ever.
    """

    gateway = string()
    account = string()
    event_id = string()
    id = identity()
    scope = string()
    body = raw_bytes()
    received_at = whole()
    status = string()
    type = string()
    reason = string_or_none()
    attempts = whole()
    due_at = whole_or_none()


UNSETTLED: Final = text("status NOT IN ('applied', 'dead')")

inbox = Table(
    "orderkit_inbox",
    METADATA,
    InboxColumns,
    key_of("orderkit_inbox", "gateway", "account", "event_id"),
    Index("orderkit_inbox_due_idx", "due_at", "id", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
    Index("orderkit_inbox_status_idx", "status", "received_at", "id"),
)
