"""What is stored: every table of orderkit, as one metadata that Alembic can compare a database with.

`orders` hold what was sold, `money` what was asked for, moved and sent back, `desk` what a shop keeps beside its
orders. A row's columns stand in the order in which `rows` writes and reads them, the primary key first. Narrow rows
are kept in the tree of their key on SQLite (`sqlite_with_rowid=False`), which saves a second tree; wide ones are not,
as they would make that tree deep.
"""

from __future__ import annotations

from orderkit.adapters.sqlalchemy.tables.desk import (
    command_keys,
    history,
    numbers,
    outbox,
    refused,
    schema,
    series,
)
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA
from orderkit.adapters.sqlalchemy.tables.money import operations, payment_requests, payments, refund_lines, refunds
from orderkit.adapters.sqlalchemy.tables.orders import adjustments, attention, fields, items, lines, orders, personal

__all__ = [
    "METADATA",
    "adjustments",
    "attention",
    "command_keys",
    "fields",
    "history",
    "items",
    "lines",
    "numbers",
    "operations",
    "orders",
    "outbox",
    "payment_requests",
    "payments",
    "personal",
    "refund_lines",
    "refunds",
    "refused",
    "schema",
    "series",
]
