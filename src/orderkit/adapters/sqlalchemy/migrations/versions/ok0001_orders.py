"""Orders with their families, history, outbox, keys and numbers: the tables that orderkit began with.

Revision ID: ok0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ok0001"
down_revision = None
branch_labels = ("orderkit",)
depends_on = None

_TABLES = (
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
)


def upgrade() -> None:
    _create_orders()
    _create_money()
    _create_desk()
    op.execute("INSERT INTO orderkit_schema (revision) VALUES ('ok0001')")


def downgrade() -> None:
    """Everything is gone afterwards, orders included."""
    for table in _TABLES:
        op.drop_table(table)


def _ids(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    kind = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=nullable) for name in names]


def _codes(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.CHAR(3), nullable=False) for name in names]


def _wholes(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names]


def _digits(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.SmallInteger(), nullable=False) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _objects(*names: str) -> list[sa.Column[str]]:
    kind = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
    return [sa.Column(name, kind, nullable=False) for name in names]


def _within(table: str, *columns: str, name: str) -> sa.ForeignKeyConstraint:
    """A reference within one family: to the order itself, or to a row beside it."""
    key = ("scope", "id") if table == "orderkit_orders" else ("scope", "order_id", "id")
    return sa.ForeignKeyConstraint(columns, [f"{table}.{column}" for column in key], name=name)


def _create_partial_index(name: str, table: str, columns: list[str], *, where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _create_orders() -> None:
    op.create_table(
        "orderkit_orders",
        *_texts("scope"),
        *_ids("id"),
        *_wholes("number"),
        *_texts("type", "status", "kind", "lifecycles"),
        *_wholes("version"),
        *_codes("currency"),
        *_texts("customer_id"),
        *_wholes("placed_at", "recorded_at", "changed_at"),
        *_texts("author"),
        *_texts(
            "locale",
            "channel",
            "reference",
            "ordering_account",
            "contract",
            "promotion",
            "affiliate",
            "external_invoice_number",
            nullable=True,
        ),
        *_ids("parent_id", "copied_from_id", nullable=True),
        *_objects("extra"),
        *_texts("head"),
        *_wholes("total", "paid", "refunded", "charged_back", "sent_back", "authorized", "in_flight", "due", "credit"),
        *_flags("in_doubt", "needs_attention"),
        *_texts("transaction_status"),
        *_wholes("line_count", "item_count"),
        *_texts("summary"),
        sa.PrimaryKeyConstraint("scope", "id", name="orderkit_orders_pk"),
        sa.UniqueConstraint("scope", "number", name="orderkit_orders_number_key"),
    )
    op.create_index("orderkit_orders_customer_idx", "orderkit_orders", ["scope", "customer_id", "placed_at", "id"])
    op.create_index("orderkit_orders_page_idx", "orderkit_orders", ["scope", "placed_at", "id"])
    op.create_table(
        "orderkit_lines",
        *_texts("scope"),
        *_ids("order_id", "id"),
        *_wholes("position"),
        *_texts("offer", "title"),
        *_texts("category", nullable=True),
        *_texts("item_kind"),
        *_wholes("quantity", "price_coefficient"),
        *_digits("price_digits"),
        *_codes("currency"),
        *_flags("partial_payment"),
        *_texts("minimum_share", nullable=True),
        *_wholes("most_units", "refundable_until", nullable=True),
        *_objects("extra"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_lines_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_lines_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_adjustments",
        *_texts("scope"),
        *_ids("order_id", "line_id"),
        *_wholes("position"),
        *_texts("kind", "code", "label"),
        *_texts("rate", nullable=True),
        *_wholes("base", "amount"),
        *_codes("currency"),
        *_flags("included"),
        sa.PrimaryKeyConstraint("scope", "order_id", "line_id", "position", name="orderkit_adjustments_pk"),
        _within("orderkit_lines", "scope", "order_id", "line_id", name="orderkit_adjustments_line_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_items",
        *_texts("scope"),
        *_ids("order_id", "id", "line_id"),
        *_wholes("quantity", "amount"),
        *_codes("currency"),
        *_texts("status", "kind"),
        *_ids("split_from_id", nullable=True),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_items_pk"),
        _within("orderkit_lines", "scope", "order_id", "line_id", name="orderkit_items_line_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_items_id_idx", "orderkit_items", ["scope", "id"])
    op.create_table(
        "orderkit_attention",
        *_texts("scope"),
        *_ids("order_id", "id"),
        *_texts("code"),
        *_objects("params"),
        *_wholes("opened_at"),
        *_wholes("closed_at", nullable=True),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_attention_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_attention_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_personal",
        *_texts("scope"),
        *_ids("order_id", "owner_id"),
        *_texts("name", "person", "value", "salt"),
        sa.PrimaryKeyConstraint("scope", "order_id", "owner_id", "name", name="orderkit_personal_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_personal_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_personal_person_idx", "orderkit_personal", ["scope", "person"])
    op.create_table(
        "orderkit_fields",
        *_texts("scope"),
        *_ids("order_id", "owner_id"),
        *_texts("name", "on", "value"),
        sa.PrimaryKeyConstraint("scope", "order_id", "owner_id", "name", name="orderkit_fields_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_fields_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_fields_value_idx", "orderkit_fields", ["scope", "name", "value"])


def _create_money() -> None:
    op.create_table(
        "orderkit_payment_requests",
        *_texts("scope"),
        *_ids("order_id", "id"),
        *_wholes("number", "amount", "due", "reserved", "settled"),
        *_codes("currency"),
        *_texts("status", "kind"),
        *_wholes("opened_at"),
        *_texts("due_on", nullable=True),
        *_flags("split"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_payment_requests_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_payment_requests_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_payment_requests_id_idx", "orderkit_payment_requests", ["scope", "id"])
    op.create_table(
        "orderkit_payments",
        *_texts("scope"),
        *_ids("order_id", "id", "request_id"),
        *_texts("gateway", "account"),
        *_texts("method", nullable=True),
        *_wholes("amount"),
        *_codes("currency"),
        *_texts("rate", "status", "kind"),
        *_flags("live"),
        *_wholes("authorized", "captured", "refunded", "charged_back", "started_at"),
        *_texts("next_step", "next_step_detail", nullable=True),
        *_objects("extra"),
        *_flags("exclusive"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_payments_pk"),
        _within("orderkit_payment_requests", "scope", "order_id", "request_id", name="orderkit_payments_request_fk"),
    )
    op.create_index("orderkit_payments_id_idx", "orderkit_payments", ["scope", "id"])
    _create_partial_index(
        "orderkit_payments_live_key",
        "orderkit_payments",
        ["scope", "order_id", "request_id"],
        where="live AND exclusive",
        unique=True,
    )
    op.create_table(
        "orderkit_refunds",
        *_texts("scope"),
        *_ids("order_id", "id"),
        *_texts("status", "kind"),
        *_wholes("requested_at"),
        *_texts("reference", nullable=True),
        *_wholes("finished_at", nullable=True),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_refunds_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_refunds_order_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("orderkit_refunds_id_idx", "orderkit_refunds", ["scope", "id"])
    _create_partial_index(
        "orderkit_refunds_reference_idx", "orderkit_refunds", ["scope", "reference"], where="reference IS NOT NULL"
    )
    op.create_table(
        "orderkit_refund_lines",
        *_texts("scope"),
        *_ids("order_id", "refund_id"),
        *_wholes("position"),
        *_ids("item_id"),
        *_wholes("quantity", "amount", "fee"),
        *_codes("currency"),
        sa.PrimaryKeyConstraint("scope", "order_id", "refund_id", "position", name="orderkit_refund_lines_pk"),
        _within("orderkit_items", "scope", "order_id", "item_id", name="orderkit_refund_lines_item_fk"),
        _within("orderkit_refunds", "scope", "order_id", "refund_id", name="orderkit_refund_lines_refund_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_operations",
        *_texts("scope"),
        *_ids("order_id", "id", "payment_id"),
        *_texts("type"),
        *_wholes("amount"),
        *_wholes("moved", nullable=True),
        *_codes("currency"),
        *_wholes("settles"),
        *_codes("settles_currency"),
        *_texts("status", "kind"),
        *_wholes("asked_at", "send_before"),
        *_wholes("next_check_at", nullable=True),
        *_ids("refund_id", nullable=True),
        *_texts("reference", "next_step", "next_step_detail", "code", "message", nullable=True),
        *_wholes("answered_at", nullable=True),
        *_flags("final"),
        sa.PrimaryKeyConstraint("scope", "order_id", "id", name="orderkit_operations_pk"),
        _within("orderkit_payments", "scope", "order_id", "payment_id", name="orderkit_operations_payment_fk"),
        _within("orderkit_refunds", "scope", "order_id", "refund_id", name="orderkit_operations_refund_fk"),
    )
    _create_partial_index(
        "orderkit_operations_check_idx", "orderkit_operations", ["next_check_at"], where="next_check_at IS NOT NULL"
    )
    op.create_index("orderkit_operations_id_idx", "orderkit_operations", ["scope", "id"])


def _create_desk() -> None:
    op.create_table(
        "orderkit_history",
        *_texts("scope"),
        *_ids("order_id"),
        *_wholes("sequence", "format", "at"),
        *_texts("event", "actor"),
        *_texts("reason", nullable=True),
        *_texts("cause", "lifecycles", "changes", "previous", "hash"),
        sa.PrimaryKeyConstraint("scope", "order_id", "sequence", name="orderkit_history_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_history_order_fk"),
    )
    op.create_table(
        "orderkit_outbox",
        *_texts("channel"),
        *_ids("id"),
        *_texts("scope"),
        *_ids("order_id"),
        *_wholes("sequence"),
        *_texts("type"),
        *_wholes("schema", "at"),
        *_texts("body"),
        *_flags("consumed"),
        sa.PrimaryKeyConstraint("channel", "id", "scope", name="orderkit_outbox_pk"),
        _within("orderkit_orders", "scope", "order_id", name="orderkit_outbox_order_fk"),
    )
    _create_partial_index(
        "orderkit_outbox_waiting_idx", "orderkit_outbox", ["channel", "at", "id"], where="NOT consumed"
    )
    op.create_table(
        "orderkit_command_keys",
        *_texts("scope", "verb", "target", "key", "fingerprint"),
        *_objects("made"),
        *_wholes("at"),
        sa.PrimaryKeyConstraint("scope", "verb", "target", "key", name="orderkit_command_keys_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_numbers",
        *_texts("scope", "series"),
        *_wholes("last"),
        sa.PrimaryKeyConstraint("scope", "series", name="orderkit_numbers_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_series",
        *_texts("scope", "issuer", "series"),
        *_wholes("last"),
        sa.PrimaryKeyConstraint("scope", "issuer", "series", name="orderkit_series_pk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orderkit_refused",
        *_texts("scope"),
        *_ids("id"),
        *_texts("target", "verb", "actor"),
        *_wholes("at"),
        *_texts("code"),
        *_objects("params"),
        sa.PrimaryKeyConstraint("scope", "id", name="orderkit_refused_pk"),
    )
    op.create_index("orderkit_refused_at_idx", "orderkit_refused", ["scope", "at", "id"])
    op.create_table(
        "orderkit_schema",
        *_texts("revision"),
        sa.PrimaryKeyConstraint("revision", name="orderkit_schema_pk"),
    )
