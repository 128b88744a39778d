"""What recovery asks across orders: operations that are due or open, attention, and whose payment a reference is."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam, select

from orderkit.adapters.sqlalchemy import tables
from orderkit.adapters.sqlalchemy.databases.contract import Database, Driver
from orderkit.adapters.sqlalchemy.rows.exchange import due_operation_of
from orderkit.adapters.sqlalchemy.rows.orders import attention_of
from orderkit.adapters.sqlalchemy.statements import Statement, compiled
from orderkit.adapters.sqlalchemy.tables.money import OPEN
from orderkit.keys import to_micros
from orderkit.orders.records import Attention
from orderkit.ports.exchange import DueOperation

_OPERATIONS = tables.operations.c
_PAYMENTS = tables.payments.c
_LIMIT = bindparam("limit", type_=Integer())


def _operations() -> Select[*tuple[Any, ...]]:
    asked: Select[*tuple[Any, ...]] = select(
        _OPERATIONS.scope,
        _OPERATIONS.order_id,
        _OPERATIONS.id,
        _OPERATIONS.type,
        _OPERATIONS.status,
        _OPERATIONS.asked_at,
        _OPERATIONS.next_check_at,
    )
    return asked


@cache
def _due(database: Database) -> Statement:
    due = _operations().where(_OPERATIONS.next_check_at <= bindparam("until"))
    return compiled(database, due.order_by(_OPERATIONS.next_check_at, _OPERATIONS.id).limit(_LIMIT))


def due_operations(database: Database, driver: Driver, *, until: datetime, limit: int) -> tuple[DueOperation, ...]:
    """Operations of every scope, the longest due first."""
    found = driver.ask(_due(database).asked(until=to_micros(until), limit=limit))
    return tuple(due_operation_of(database.wire, row) for row in found)


@cache
def _open(database: Database) -> Statement:
    own = (_OPERATIONS.scope == bindparam("scope"), OPEN, _OPERATIONS.asked_at <= bindparam("asked_until"))
    return compiled(database, _operations().where(*own).order_by(_OPERATIONS.asked_at, _OPERATIONS.id).limit(_LIMIT))


def open_operations(
    database: Database, driver: Driver, *, scope: str, asked_until: datetime, limit: int
) -> tuple[DueOperation, ...]:
    """Operations whose outcome is not known yet, the oldest first."""
    found = driver.ask(_open(database).asked(scope=scope, asked_until=to_micros(asked_until), limit=limit))
    return tuple(due_operation_of(database.wire, row) for row in found)


@cache
def _attention(database: Database) -> Statement:
    attention = tables.attention.c
    own = select(tables.attention).where(attention.scope == bindparam("scope"), attention.closed_at.is_(None))
    return compiled(database, own.order_by(attention.opened_at, attention.id).limit(_LIMIT))


def open_attention(database: Database, driver: Driver, *, scope: str, limit: int) -> tuple[Attention, ...]:
    """Entries of attention that nobody has closed, the longest open first."""
    found = driver.ask(_attention(database).asked(scope=scope, limit=limit))
    return tuple(attention_of(database.wire, row) for row in found)


@cache
def _referred_to(database: Database) -> Statement:
    same_order = (_PAYMENTS.scope == _OPERATIONS.scope) & (_PAYMENTS.order_id == _OPERATIONS.order_id)
    asked = (
        select(_OPERATIONS.scope, _OPERATIONS.order_id, _OPERATIONS.payment_id)
        .join_from(tables.operations, tables.payments, same_order & (_PAYMENTS.id == _OPERATIONS.payment_id))
        .where(_OPERATIONS.reference == bindparam("reference"))
        .where(_PAYMENTS.gateway == bindparam("gateway"), _PAYMENTS.account == bindparam("account"))
        .order_by(_OPERATIONS.asked_at, _OPERATIONS.id)
        .limit(1)
    )
    return compiled(database, asked)


def payment_with_reference(
    database: Database, driver: Driver, *, gateway: str, account: str, reference: str
) -> tuple[str, UUID, UUID] | None:
    """(scope, order, payment) of the account's operation with this reference that was asked first (I-29)."""
    found = driver.ask(_referred_to(database).asked(gateway=gateway, account=account, reference=reference))
    if not found:
        return None
    scope, order_id, payment_id = found[0]
    return scope, database.wire.uuid(order_id), database.wire.uuid(payment_id)
