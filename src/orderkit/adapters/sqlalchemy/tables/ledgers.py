"""The tables of money beside orders: customers' credit accounts with their entries, and the journal."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint

from orderkit.adapters.sqlalchemy.columns import (
    OfOrder,
    Scoped,
    identity,
    identity_or_none,
    iso_code,
    key_of,
    string,
    whole,
    within_order,
)
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA


class CreditColumns(Scoped):
    """Whose credit, in which currency."""

    customer_id = string()
    currency = iso_code()


class CreditAccountColumns(CreditColumns):
    """`version` is the account's lock."""

    version = whole()
    balance = whole()
    held = whole()


credit_accounts = Table(
    "orderkit_credit_accounts",
    METADATA,
    CreditAccountColumns,
    key_of("orderkit_credit_accounts", "scope", "customer_id", "currency"),
    sqlite_with_rowid=False,
)


class CreditEntryColumns(CreditColumns):
    """Append-only; `on_id` is the entry that held what this one spends or releases."""

    sequence = whole()
    id = identity()
    kind = string()
    amount = whole()
    on_id = identity_or_none()
    at = whole()
    actor = string()
    cause = string()


credit_entries = Table(
    "orderkit_credit_entries",
    METADATA,
    CreditEntryColumns,
    key_of("orderkit_credit_entries", "scope", "customer_id", "currency", "sequence"),
    UniqueConstraint("scope", "id", name="orderkit_credit_entries_id_key"),
    ForeignKeyConstraint(
        ["scope", "customer_id", "currency"],
        [f"orderkit_credit_accounts.{column}" for column in ("scope", "customer_id", "currency")],
        name="orderkit_credit_entries_account_fk",
    ),
)


class JournalColumns(OfOrder):
    """One row per posting, append-only; the first of an entry is on `line` 0."""

    sequence = whole()
    position = whole()
    line = whole()
    at = whole()
    movement = string()
    account = string()
    amount = whole()
    currency = iso_code()


journal = Table(
    "orderkit_journal",
    METADATA,
    JournalColumns,
    key_of("orderkit_journal", "scope", "order_id", "sequence", "position", "line"),
    within_order("orderkit_journal"),
    sqlite_with_rowid=False,
)
