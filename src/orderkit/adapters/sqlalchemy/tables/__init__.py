"""What is stored: every table of orderkit, as one metadata that Alembic can compare a database with.

`orders` hold what was sold, `money` what was asked for, moved and sent back, `exchange` what goes out and comes in,
`ledgers` accounts and the journal, `desk` what a shop keeps beside its orders. A row's columns stand in the order in
which `rows` writes and reads them, the primary key first, what a later revision added last. Narrow rows are kept in the
tree of their key on SQLite (`sqlite_with_rowid=False`), which saves a second tree; wide ones are not, as they would
make that tree deep.
"""

from __future__ import annotations

from orderkit.adapters.sqlalchemy.tables.desk import (
    command_keys,
    history,
    numbers,
    refused,
    schema,
    series,
)
from orderkit.adapters.sqlalchemy.tables.exchange import inbox, outbox
from orderkit.adapters.sqlalchemy.tables.ledgers import credit_accounts, credit_entries, journal
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA
from orderkit.adapters.sqlalchemy.tables.money import operations, payment_requests, payments, refund_lines, refunds
from orderkit.adapters.sqlalchemy.tables.orders import adjustments, attention, fields, items, lines, orders, personal

__all__ = [
    "METADATA",
    "adjustments",
    "attention",
    "command_keys",
    "credit_accounts",
    "credit_entries",
    "fields",
    "history",
    "inbox",
    "items",
    "journal",
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
