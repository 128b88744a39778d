"""What comes in: the inbox, where an event is known for ever, whatever became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, get_args

from sqlalchemy import Column, Integer, bindparam, select, update

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver, Write
from orderkit.adapters.sqlalchemy.rows import exchange as rows
from orderkit.adapters.sqlalchemy.rows.wire import micros_or_none
from orderkit.adapters.sqlalchemy.statements import Statement, compiled, inserting
from orderkit.adapters.sqlalchemy.tables.exchange import UNSETTLED
from orderkit.keys import to_micros
from orderkit.ports.exchange import EventStatus, InboxEvent

_INBOX = tables.inbox.c
_LIMIT = bindparam("limit", type_=Integer())
_STATUSES: Final = len(get_args(EventStatus))


def receive(database: Database, driver: Driver, event: InboxEvent) -> bool:
    """Add an event; False where it is there already."""
    row = rows.event_row(database.wire, event)
    (added,) = driver.write_all([Write(inserting(database, tables.inbox), [row], all=False)])
    return added == 1


@cache
def _settling(database: Database) -> Statement:
    """Write what became of an event, unless it was applied."""
    mine = (column == bindparam(f"of_{column.name}") for column in tables.inbox.primary_key.columns)
    written = ("status", "type", "reason", "attempts", "due_at")
    settled = update(tables.inbox).where(*mine, _INBOX.status != bindparam("for_good"))
    return compiled(database, settled.values({name: bindparam(f"new_{name}") for name in written}))


def put_event(database: Database, driver: Driver, event: InboxEvent) -> None:
    """Write what became of an event; an applied one stays so."""
    asked = _settling(database).asked(
        of_gateway=event.gateway,
        of_account=event.account,
        of_event_id=event.event_id,
        for_good="applied",
        new_status=event.status,
        new_type=event.type,
        new_reason=event.reason,
        new_attempts=event.attempts,
        new_due_at=micros_or_none(event.due_at),
    )
    driver.write_all([Write(asked.sql, [asked.values], all=False)])


@cache
def _the_event(database: Database) -> Statement:
    mine = (column == bindparam(column.name) for column in tables.inbox.primary_key.columns)
    return compiled(database, select(tables.inbox).where(*mine))


def event(database: Database, driver: Driver, *, gateway: str, account: str, event_id: str) -> InboxEvent | None:
    """The event, or None."""
    found = driver.ask(_the_event(database).asked(gateway=gateway, account=account, event_id=event_id))
    return rows.event_of(database.wire, found[0]) if found else None


@cache
def _due(database: Database) -> Statement:
    due = select(tables.inbox).where(UNSETTLED, _INBOX.due_at <= bindparam("until"))
    return compiled(database, due.order_by(_INBOX.due_at, _INBOX.id).limit(_LIMIT))


def due_events(database: Database, driver: Driver, *, until: datetime, limit: int) -> tuple[InboxEvent, ...]:
    """Events that are neither applied nor dead, the longest due first."""
    found = driver.ask(_due(database).asked(until=to_micros(until), limit=limit))
    return tuple(rows.event_of(database.wire, row) for row in found)


@cache
def _in_statuses(database: Database) -> Statement:
    """Takes as many statuses as there are; who asks for fewer repeats one."""
    status: Column[Any] = _INBOX.status
    meant = select(tables.inbox).where(status.in_([bindparam(f"status_{number}") for number in range(_STATUSES)]))
    return compiled(database, meant.order_by(_INBOX.received_at, _INBOX.id).limit(_LIMIT))


def events(
    database: Database, driver: Driver, *, statuses: Sequence[EventStatus], limit: int
) -> tuple[InboxEvent, ...]:
    """Events in one of these statuses, the oldest first."""
    if not statuses:
        return ()
    wanted = sorted(set(statuses))
    wanted += wanted[:1] * (_STATUSES - len(wanted))
    asked = {f"status_{number}": status for number, status in enumerate(wanted)}
    found = driver.ask(_in_statuses(database).asked(**asked, limit=limit))
    return tuple(rows.event_of(database.wire, row) for row in found)
