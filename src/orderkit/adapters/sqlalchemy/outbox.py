"""What goes out: the outbox with its leases.

Nothing reads by a cursor: what is not consumed is selected by that. A lease is a matter of thrift, the truth is in what
was consumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from uuid import UUID

from attrs import frozen
from sqlalchemy import BigInteger, Integer, bindparam, func, or_, select, text, tuple_, update

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver, Write
from orderkit.adapters.sqlalchemy.rows import exchange as rows
from orderkit.adapters.sqlalchemy.rows.wire import micros_or_none
from orderkit.adapters.sqlalchemy.statements import Statement, compiled
from orderkit.adapters.sqlalchemy.tables.exchange import DEAD, WAITING
from orderkit.keys import to_micros
from orderkit.ports.exchange import Delivery, Message

_OUTBOX = tables.outbox.c
_LIMIT = bindparam("limit", type_=Integer())


@frozen
class Claim:
    """Who wants how many messages of which channel, at what instant, and until when."""

    channel: str
    owner: str
    at: datetime
    until: datetime
    limit: int


@cache
def _outgoing(database: Database, *, dead: bool) -> Statement:
    """Messages of a channel that are not consumed, the oldest first."""
    mine = select(tables.outbox).where(_OUTBOX.channel == bindparam("channel"), DEAD if dead else WAITING)
    return compiled(database, mine.order_by(_OUTBOX.at, _OUTBOX.id).limit(_LIMIT))


def messages(database: Database, driver: Driver, *, channel: str, limit: int) -> tuple[Message, ...]:
    """The oldest messages that are neither consumed nor given up."""
    found = driver.ask(_outgoing(database, dead=False).asked(channel=channel, limit=limit))
    return tuple(rows.delivery_of(database.wire, row).message for row in found)


def dead_messages(database: Database, driver: Driver, *, channel: str, limit: int) -> tuple[Delivery, ...]:
    """The oldest messages that were given up."""
    found = driver.ask(_outgoing(database, dead=True).asked(channel=channel, limit=limit))
    return tuple(rows.delivery_of(database.wire, row) for row in found)


@cache
def _claiming(database: Database) -> Statement:
    """One statement, whether the database locks rows (others' locked ones are passed over) or itself as a whole."""
    now = bindparam("now", type_=BigInteger())
    free = or_(_OUTBOX.leased_until.is_(None), _OUTBOX.leased_until <= now)
    picked = (
        select(_OUTBOX.id, _OUTBOX.scope)
        .where(_OUTBOX.channel == bindparam("of_channel"), WAITING, _OUTBOX.due_at <= now, free)
        .order_by(_OUTBOX.due_at, _OUTBOX.id)
        .limit(_LIMIT)
        .with_for_update(skip_locked=True)
        # A common table expression is computed once; a plain subquery may be run again and lock more than its limit.
        .cte("picked")
    )
    mine = tuple_(_OUTBOX.id, _OUTBOX.scope).in_(select(picked.c.id, picked.c.scope))
    leased = update(tables.outbox).where(_OUTBOX.channel == bindparam("of_channel"), mine)
    leased = leased.values(lease_owner=bindparam("owner"), leased_until=bindparam("held_until"))
    return compiled(database, leased.returning(*_OUTBOX))


def claim(database: Database, driver: Driver, wanted: Claim) -> tuple[Delivery, ...]:
    """Lease what is due and free, the longest due first."""
    asked = _claiming(database).asked(
        of_channel=wanted.channel,
        owner=wanted.owner,
        now=to_micros(wanted.at),
        held_until=to_micros(wanted.until),
        limit=wanted.limit,
    )
    claimed = [rows.delivery_of(database.wire, row) for row in driver.ask(asked)]
    # What an UPDATE returns is in no order.
    return tuple(sorted(claimed, key=lambda each: (each.due_at or each.message.at, each.message.id)))


@cache
def _delivering(database: Database) -> Statement:
    """Write how far a message has come, and give its lease back, unless it is consumed."""
    due_at = bindparam("new_due_at", type_=BigInteger())
    mine = (column == bindparam(f"of_{column.name}") for column in tables.outbox.primary_key.columns)
    delivered = update(tables.outbox).where(*mine, text("NOT consumed"))
    written = delivered.values(
        attempts=bindparam("new_attempts"),
        due_at=func.coalesce(due_at, _OUTBOX.due_at),
        error=bindparam("new_error"),
        dead=bindparam("new_dead"),
        lease_owner=None,
        leased_until=None,
    )
    return compiled(database, written)


def put_delivery(database: Database, driver: Driver, delivery: Delivery) -> None:
    """Write how far a message has come; what is consumed stays so."""
    message = delivery.message
    asked = _delivering(database).asked(
        of_channel=message.channel,
        of_id=database.wire.id(message.id),
        of_scope=message.scope,
        new_attempts=delivery.attempts,
        new_due_at=micros_or_none(delivery.due_at),
        new_error=delivery.error,
        new_dead=delivery.due_at is None,
    )
    driver.write_all([Write(asked.sql, [asked.values], all=False)])


@cache
def _consuming(database: Database) -> Statement:
    """Mark one message of a channel as delivered."""
    mine = (_OUTBOX.channel == bindparam("of_channel"), _OUTBOX.id == bindparam("of_id"), text("NOT consumed"))
    return compiled(database, update(tables.outbox).where(*mine).values(consumed=True))


def consume(database: Database, driver: Driver, *, ids: Iterable[UUID], channel: str) -> None:
    """Mark messages of a channel as delivered."""
    statement, id = _consuming(database), database.wire.id
    asked = [statement.asked(of_channel=channel, of_id=id(each)).values for each in ids]
    driver.write_all([Write(statement.sql, asked, all=False)])
