"""What is exchanged with the outside: inbox and delivery; credit accounts; the journal; more of each operation.

Revision ID: ok0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from orderkit.adapters.sqlalchemy.migrations.words import (
    add_columns,
    codes,
    create_partial_index,
    drop_columns,
    flags,
    ids,
    raw_bytes,
    texts,
    unset_flags,
    wholes,
    within,
    zeros,
)

revision = "ok0002"
down_revision = "ok0001"
branch_labels = None
depends_on = None

_WAITING = "NOT consumed AND NOT dead"


def upgrade() -> None:
    _widen_payments()
    _widen_outbox()
    _create_inbox()
    _create_credit()
    _create_journal()
    op.execute("UPDATE orderkit_schema SET revision = 'ok0002'")


def downgrade() -> None:
    """Events, accounts and the journal are gone afterwards; messages that were given up wait again."""
    for table in ("orderkit_journal", "orderkit_credit_entries", "orderkit_credit_accounts", "orderkit_inbox"):
        op.drop_table(table)
    for index in ("orderkit_outbox_waiting_idx", "orderkit_outbox_due_idx", "orderkit_outbox_dead_idx"):
        op.drop_index(index, "orderkit_outbox")
    drop_columns("orderkit_outbox", "attempts", "due_at", "error", "lease_owner", "leased_until", "dead")
    create_partial_index(
        "orderkit_outbox_waiting_idx", "orderkit_outbox", ["channel", "at", "id"], where="NOT consumed"
    )
    op.drop_index("orderkit_attention_open_idx", "orderkit_attention")
    for index in ("orderkit_operations_open_idx", "orderkit_operations_reference_idx"):
        op.drop_index(index, "orderkit_operations")
    drop_columns("orderkit_operations", "cumulative", "credited", "credited_currency", "acts_on", "acts_on_reference")
    drop_columns("orderkit_payments", "merchant", "one_click")
    op.execute("UPDATE orderkit_schema SET revision = 'ok0001'")


def _widen_payments() -> None:
    """Nothing that was stored before is cumulative, and of nothing is it known who the merchant was."""
    add_columns("orderkit_payments", *texts("merchant", nullable=True), *flags("one_click", nullable=True))
    add_columns(
        "orderkit_operations",
        *unset_flags("cumulative"),
        *wholes("credited", nullable=True),
        *codes("credited_currency", nullable=True),
        *ids("acts_on", nullable=True),
        *texts("acts_on_reference", nullable=True),
    )
    create_partial_index(
        "orderkit_operations_open_idx",
        "orderkit_operations",
        ["scope", "asked_at", "id"],
        where="kind IN ('waiting', 'in_flight', 'in_doubt')",
    )
    create_partial_index(
        "orderkit_operations_reference_idx", "orderkit_operations", ["reference"], where="reference IS NOT NULL"
    )
    create_partial_index(
        "orderkit_attention_open_idx",
        "orderkit_attention",
        ["scope", "opened_at", "id"],
        where="closed_at IS NULL",
    )


def _widen_outbox() -> None:
    """What waits is due at its own time; what is consumed keeps its zero, which nobody asks for."""
    add_columns(
        "orderkit_outbox",
        *zeros("attempts", "due_at"),
        *texts("error", "lease_owner", nullable=True),
        *wholes("leased_until", nullable=True),
        *unset_flags("dead"),
    )
    op.execute("UPDATE orderkit_outbox SET due_at = at WHERE NOT consumed")
    op.drop_index("orderkit_outbox_waiting_idx", "orderkit_outbox")
    for name, column, where in (
        ("orderkit_outbox_waiting_idx", "at", _WAITING),
        ("orderkit_outbox_due_idx", "due_at", _WAITING),
        ("orderkit_outbox_dead_idx", "at", "dead AND NOT consumed"),
    ):
        create_partial_index(name, "orderkit_outbox", ["channel", column, "id"], where=where)


def _create_inbox() -> None:
    op.create_table(
        "orderkit_inbox",
        *texts("gateway", "account", "event_id"),
        *ids("id"),
        *texts("scope"),
        *raw_bytes("body"),
        *wholes("received_at"),
        *texts("status", "type"),
        *texts("reason", nullable=True),
        *wholes("attempts"),
        *wholes("due_at", nullable=True),
        sa.PrimaryKeyConstraint("gateway", "account", "event_id", name="orderkit_inbox_pk"),
    )
    create_partial_index(
        "orderkit_inbox_due_idx", "orderkit_inbox", ["due_at", "id"], where="status NOT IN ('applied', 'dead')"
    )
    op.create_index("orderkit_inbox_status_idx", "orderkit_inbox", ["status", "received_at", "id"])


def _create_credit() -> None:
    account = ("scope", "customer_id", "currency")
    op.create_table(
        "orderkit_credit_accounts",
        *texts("scope", "customer_id"),
        *codes("currency"),
        *wholes("version", "balance", "held"),
        sa.PrimaryKeyConstraint(*account, name="orderkit_credit_accounts_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_credit_entries",
        *texts("scope", "customer_id"),
        *codes("currency"),
        *wholes("sequence"),
        *ids("id"),
        *texts("kind"),
        *wholes("amount"),
        *ids("on_id", nullable=True),
        *wholes("at"),
        *texts("actor", "cause"),
        sa.PrimaryKeyConstraint(*account, "sequence", name="orderkit_credit_entries_pk"),
        sa.UniqueConstraint("scope", "id", name="orderkit_credit_entries_id_key"),
        sa.ForeignKeyConstraint(
            account,
            [f"orderkit_credit_accounts.{column}" for column in account],
            name="orderkit_credit_entries_account_fk",
        ),
    )


def _create_journal() -> None:
    op.create_table(
        "orderkit_journal",
        *texts("scope"),
        *ids("order_id"),
        *wholes("sequence", "position", "line", "at"),
        *texts("movement", "account"),
        *wholes("amount"),
        *codes("currency"),
        sa.PrimaryKeyConstraint("scope", "order_id", "sequence", "position", "line", name="orderkit_journal_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_journal_order_fk"),
        sqlite_with_rowid=False,
    )
