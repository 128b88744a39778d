"""The tables that a shop keeps beside its orders: history, command keys, numbers, refusals, and the schema."""

from __future__ import annotations

from sqlalchemy import Index, Table, TypedColumns

from orderkit.adapters.sqlalchemy.columns import (
    OfOrder,
    Scoped,
    identity,
    json_object,
    key_of,
    string,
    string_or_none,
    whole,
    within_order,
)
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA


class HistoryColumns(OfOrder):
    """What is hashed is text, stored as it was hashed."""

    sequence = whole()
    format = whole()
    at = whole()
    event = string()
    actor = string()
    reason = string_or_none()
    cause = string()
    lifecycles = string()
    changes = string()
    previous = string()
    hash = string()


history = Table(
    "orderkit_history",
    METADATA,
    HistoryColumns,
    key_of("orderkit_history", "scope", "order_id", "sequence"),
    within_order("orderkit_history"),
)


class CommandKeyColumns(Scoped):
    verb = string()
    target = string()
    key = string()
    fingerprint = string()
    made = json_object()
    at = whole()


command_keys = Table(
    "orderkit_command_keys",
    METADATA,
    CommandKeyColumns,
    key_of("orderkit_command_keys", "scope", "verb", "target", "key"),
    sqlite_with_rowid=False,
)


class NumberColumns(Scoped):
    """The last number of each series that was given out in a block; holes allowed."""

    series = string()
    last = whole()


numbers = Table(
    "orderkit_numbers",
    METADATA,
    NumberColumns,
    key_of("orderkit_numbers", "scope", "series"),
    sqlite_with_rowid=False,
)


class SeriesColumns(Scoped):
    """The last number of each series without gaps, counted in the commit that uses it."""

    issuer = string()
    series = string()
    last = whole()


series = Table(
    "orderkit_series",
    METADATA,
    SeriesColumns,
    key_of("orderkit_series", "scope", "issuer", "series"),
    sqlite_with_rowid=False,
)


class RefusedColumns(Scoped):
    """Requests that were refused: a log without facts, hence without a chain and without a foreign key."""

    id = identity()
    target = string()
    verb = string()
    actor = string()
    at = whole()
    code = string()
    params = json_object()


refused = Table(
    "orderkit_refused",
    METADATA,
    RefusedColumns,
    key_of("orderkit_refused", "scope", "id"),
    Index("orderkit_refused_at_idx", "scope", "at", "id"),
)


class SchemaColumns(TypedColumns):
    """One row: the revision of these tables, written by each migration itself, whoever's history it runs in."""

    revision = string()


schema = Table("orderkit_schema", METADATA, SchemaColumns, key_of("orderkit_schema", "revision"))
