"""Orders with their families, history, outbox, keys and numbers: the tables that orderkit began with.

Revision ID: ok0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from orderkit.adapters.sqlalchemy.migrations.words import (
    codes,
    create_partial_index,
    digits,
    flags,
    ids,
    objects,
    texts,
    wholes,
    within,
)

revision = "ok0001"
down_revision = None
branch_labels = ("orderkit",)
depends_on = None


def upgrade() -> None:
    _create_orders()
    _create_lines()
    _create_adjustments()
    _create_items()
    _create_attention()
    _create_personal()
    _create_fields()
    _create_payment_requests()
    _create_payments()
    _create_refunds()
    _create_refund_lines()
    _create_operations()
    _create_history()
    _create_outbox()
    _create_command_keys()
    _create_counts()
    _create_refused()
    _create_schema()
    op.execute("INSERT INTO orderkit_schema (revision) VALUES ('ok0001')")


def downgrade() -> None:
    """Everything is gone afterwards, orders included."""
    for table in (
        "orderkit_schema",
        "orderkit_refused",
        "orderkit_series",
        "orderkit_numbers",
        "orderkit_command_keys",
        "orderkit_outbox",
        "orderkit_history",
        "orderkit_operations",
        "orderkit_refund_lines",
        "orderkit_refunds",
        "orderkit_payments",
        "orderkit_payment_requests",
        "orderkit_fields",
        "orderkit_personal",
        "orderkit_attention",
        "orderkit_items",
        "orderkit_adjustments",
        "orderkit_lines",
        "orderkit_orders",
    ):
        op.drop_table(table)


def _create_orders() -> None:
    op.create_table(
        "orderkit_orders",
        *texts("scope"),
        *ids("id"),
        *wholes("number"),
        *texts("type", "status", "kind", "lifecycles"),
        *wholes("version"),
        *codes("currency"),
        *texts("customer_id"),
        *wholes("placed_at", "recorded_at", "changed_at"),
        *texts("author"),
        *texts("locale", "channel", "reference", "ordering_account", nullable=True),
        *texts("contract", "promotion", "affiliate", "external_invoice_number", nullable=True),
        *ids("parent_id", "copied_from_id", nullable=True),
        *objects("extra"),
        *texts("head"),
        *wholes("total", "paid", "refunded", "charged_back", "sent_back", "authorized", "in_flight", "due", "credit"),
        *flags("in_doubt", "needs_attention"),
        *texts("transaction_status"),
        *wholes("line_count", "item_count"),
        *texts("summary"),
        sa.PrimaryKeyConstraint("scope", "id", name="orderkit_orders_pk"),
        sa.UniqueConstraint("scope", "number", name="orderkit_orders_number_key"),
    )
    op.create_index("orderkit_orders_customer_idx", "orderkit_orders", ["scope", "customer_id", "placed_at", "id"])
    op.create_index("orderkit_orders_page_idx", "orderkit_orders", ["scope", "placed_at", "id"])


def _create_lines() -> None:
    op.create_table(
        "orderkit_lines",
        *texts("scope"),
        *ids("order_id", "id"),
        *wholes("position"),
        *texts("offer", "title"),
        *texts("category", nullable=True),
        *texts("item_kind"),
        *wholes("quantity", "price_coefficient"),
        *digits("price_digits"),
        *codes("currency"),
        *flags("partial_payment"),
        *texts("minimum_share", nullable=True),
        *wholes("most_units", "refundable_until", nullable=True),
        *objects("extra"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_lines_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_lines_order_fk"),
        sqlite_with_rowid=False,
    )


def _create_adjustments() -> None:
    op.create_table(
        "orderkit_adjustments",
        *texts("scope"),
        *ids("order_id", "line_id"),
        *wholes("position"),
        *texts("kind", "code", "label"),
        *texts("rate", nullable=True),
        *wholes("base", "amount"),
        *codes("currency"),
        *flags("included"),
        sa.PrimaryKeyConstraint("scope", "order_id", "line_id", "position", name="orderkit_adjustments_pk"),
        within("orderkit_lines", "scope", "order_id", "line_id", name="orderkit_adjustments_line_fk"),
        sqlite_with_rowid=False,
    )


def _create_items() -> None:
    op.create_table(
        "orderkit_items",
        *texts("scope"),
        *ids("order_id", "id", "line_id"),
        *wholes("quantity", "amount"),
        *codes("currency"),
        *texts("status", "kind"),
        *ids("split_from_id", nullable=True),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_items_pk"),
        within("orderkit_lines", "scope", "order_id", "line_id", name="orderkit_items_line_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_items_id_idx", "orderkit_items", ["scope", "id"])


def _create_attention() -> None:
    op.create_table(
        "orderkit_attention",
        *texts("scope"),
        *ids("order_id", "id"),
        *texts("code"),
        *objects("params"),
        *wholes("opened_at"),
        *wholes("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_attention_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_attention_order_fk"),
        sqlite_with_rowid=False,
    )


def _create_personal() -> None:
    op.create_table(
        "orderkit_personal",
        *texts("scope"),
        *ids("order_id", "owner_id"),
        *texts("name", "person", "value", "salt"),
        sa.PrimaryKeyConstraint("scope", "order_id", "owner_id", "name", name="orderkit_personal_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_personal_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_personal_person_idx", "orderkit_personal", ["scope", "person"])


def _create_fields() -> None:
    op.create_table(
        "orderkit_fields",
        *texts("scope"),
        *ids("order_id", "owner_id"),
        *texts("name", "on", "value"),
        sa.PrimaryKeyConstraint("scope", "order_id", "owner_id", "name", name="orderkit_fields_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_fields_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_fields_value_idx", "orderkit_fields", ["scope", "name", "value"])


def _create_payment_requests() -> None:
    op.create_table(
        "orderkit_payment_requests",
        *texts("scope"),
        *ids("order_id", "id"),
        *wholes("number", "amount", "due", "reserved", "settled"),
        *codes("currency"),
        *texts("status", "kind"),
        *wholes("opened_at"),
        *texts("due_on", nullable=True),
        *flags("split"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_payment_requests_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_payment_requests_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_payment_requests_id_idx", "orderkit_payment_requests", ["scope", "id"])


def _create_payments() -> None:
    op.create_table(
        "orderkit_payments",
        *texts("scope"),
        *ids("order_id", "id", "request_id"),
        *texts("gateway", "account"),
        *texts("method", nullable=True),
        *wholes("amount"),
        *codes("currency"),
        *texts("rate", "status", "kind"),
        *flags("live"),
        *wholes("authorized", "captured", "refunded", "charged_back", "started_at"),
        *texts("next_step", "next_step_detail", nullable=True),
        *objects("extra"),
        *flags("exclusive"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_payments_pk"),
        within("orderkit_payment_requests", "scope", "order_id", "request_id", name="orderkit_payments_request_fk"),
    )
    op.create_index("orderkit_payments_id_idx", "orderkit_payments", ["scope", "id"])
    create_partial_index(
        "orderkit_payments_live_key",
        "orderkit_payments",
        ["scope", "order_id", "request_id"],
        where="live AND exclusive",
        unique=True,
    )


def _create_refunds() -> None:
    op.create_table(
        "orderkit_refunds",
        *texts("scope"),
        *ids("order_id", "id"),
        *texts("status", "kind"),
        *wholes("requested_at"),
        *texts("reference", nullable=True),
        *wholes("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_refunds_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_refunds_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_refunds_id_idx", "orderkit_refunds", ["scope", "id"])
    create_partial_index(
        "orderkit_refunds_reference_idx", "orderkit_refunds", ["scope", "reference"], where="reference IS NOT NULL"
    )


def _create_refund_lines() -> None:
    op.create_table(
        "orderkit_refund_lines",
        *texts("scope"),
        *ids("order_id", "refund_id"),
        *wholes("position"),
        *ids("item_id"),
        *wholes("quantity", "amount", "fee"),
        *codes("currency"),
        sa.PrimaryKeyConstraint("scope", "order_id", "refund_id", "position", name="orderkit_refund_lines_pk"),
        within("orderkit_items", "scope", "order_id", "item_id", name="orderkit_refund_lines_item_fk"),
        within("orderkit_refunds", "scope", "order_id", "refund_id", name="orderkit_refund_lines_refund_fk"),
        sqlite_with_rowid=False,
    )


def _create_operations() -> None:
    op.create_table(
        "orderkit_operations",
        *texts("scope"),
        *ids("order_id", "id", "payment_id"),
        *texts("type"),
        *wholes("amount"),
        *wholes("moved", nullable=True),
        *codes("currency"),
        *wholes("settles"),
        *codes("settles_currency"),
        *texts("status", "kind"),
        *wholes("asked_at", "send_before"),
        *wholes("next_check_at", nullable=True),
        *ids("refund_id", nullable=True),
        *texts("reference", "next_step", "next_step_detail", "code", "message", nullable=True),
        *wholes("answered_at", nullable=True),
        *flags("final"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_operations_pk"),
        within("orderkit_payments", "scope", "order_id", "payment_id", name="orderkit_operations_payment_fk"),
        within("orderkit_refunds", "scope", "order_id", "refund_id", name="orderkit_operations_refund_fk"),
    )
    create_partial_index(
        "orderkit_operations_check_idx", "orderkit_operations", ["next_check_at"], where="next_check_at IS NOT NULL"
    )
    op.create_index("orderkit_operations_id_idx", "orderkit_operations", ["scope", "id"])


def _create_history() -> None:
    op.create_table(
        "orderkit_history",
        *texts("scope"),
        *ids("order_id"),
        *wholes("sequence", "format", "at"),
        *texts("event", "actor"),
        *texts("reason", nullable=True),
        *texts("cause", "lifecycles", "changes", "previous", "hash"),
        sa.PrimaryKeyConstraint("scope", "order_id", "sequence", name="orderkit_history_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_history_order_fk"),
    )


def _create_outbox() -> None:
    op.create_table(
        "orderkit_outbox",
        *texts("channel"),
        *ids("id"),
        *texts("scope"),
        *ids("order_id"),
        *wholes("sequence"),
        *texts("type"),
        *wholes("schema", "at"),
        *texts("body"),
        *flags("consumed"),
        sa.PrimaryKeyConstraint("channel", "id", "scope", name="orderkit_outbox_pk"),
        within("orderkit_orders", "scope", "order_id", name="orderkit_outbox_order_fk"),
    )
    create_partial_index(
        "orderkit_outbox_waiting_idx", "orderkit_outbox", ["channel", "at", "id"], where="NOT consumed"
    )


def _create_command_keys() -> None:
    op.create_table(
        "orderkit_command_keys",
        *texts("scope", "verb", "target", "key", "fingerprint"),
        *objects("made"),
        *wholes("at"),
        sa.PrimaryKeyConstraint("scope", "verb", "target", "key", name="orderkit_command_keys_pk"),
        sqlite_with_rowid=False,
    )


def _create_counts() -> None:
    op.create_table(
        "orderkit_numbers",
        *texts("scope", "series"),
        *wholes("last"),
        sa.PrimaryKeyConstraint("scope", "series", name="orderkit_numbers_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_series",
        *texts("scope", "issuer", "series"),
        *wholes("last"),
        sa.PrimaryKeyConstraint("scope", "issuer", "series", name="orderkit_series_pk"),
        sqlite_with_rowid=False,
    )


def _create_refused() -> None:
    op.create_table(
        "orderkit_refused",
        *texts("scope"),
        *ids("id"),
        *texts("target", "verb", "actor"),
        *wholes("at"),
        *texts("code"),
        *objects("params"),
        sa.PrimaryKeyConstraint("scope", "id", name="orderkit_refused_pk"),
    )
    op.create_index("orderkit_refused_at_idx", "orderkit_refused", ["scope", "at", "id"])


def _create_schema() -> None:
    op.create_table(
        "orderkit_schema",
        *texts("revision"),
        sa.PrimaryKeyConstraint("revision", name="orderkit_schema_pk"),
    )
