"""The tables of orders and of what was sold: lines with adjustments, items, attention, personal values, fields."""

from __future__ import annotations

from sqlalchemy import Index, Table, UniqueConstraint, text

from orderkit.adapters.sqlalchemy.columns import (
    OfOrder,
    Relative,
    Scoped,
    beside,
    by_id,
    digits,
    flag,
    identity,
    identity_or_none,
    iso_code,
    json_object,
    key_of,
    relative_key,
    string,
    string_or_none,
    whole,
    whole_or_none,
    within_order,
)
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA


class OrderColumns(Scoped):
    """The order, the hash of its last history row, and how it stands (from `total` on: for lists alone)."""

    id = identity()
    number = whole()
    type = string()
    status = string()
    kind = string()
    lifecycles = string()
    version = whole()
    currency = iso_code()
    customer_id = string()
    placed_at = whole()
    recorded_at = whole()
    changed_at = whole()
    author = string()
    locale = string_or_none()
    channel = string_or_none()
    reference = string_or_none()
    ordering_account = string_or_none()
    contract = string_or_none()
    promotion = string_or_none()
    affiliate = string_or_none()
    external_invoice_number = string_or_none()
    parent_id = identity_or_none()
    copied_from_id = identity_or_none()
    extra = json_object()
    head = string()
    total = whole()
    paid = whole()
    refunded = whole()
    charged_back = whole()
    sent_back = whole()
    authorized = whole()
    in_flight = whole()
    due = whole()
    credit = whole()
    in_doubt = flag()
    needs_attention = flag()
    transaction_status = string()
    line_count = whole()
    item_count = whole()
    summary = string()


orders = Table(
    "orderkit_orders",
    METADATA,
    OrderColumns,
    key_of("orderkit_orders", "scope", "id"),
    UniqueConstraint("scope", "number", name="orderkit_orders_number_key"),
    Index("orderkit_orders_page_idx", "scope", "placed_at", "id"),
    Index("orderkit_orders_customer_idx", "scope", "customer_id", "placed_at", "id"),
)


class LineColumns(Relative):
    position = whole()
    offer = string()
    title = string()
    category = string_or_none()
    item_kind = string()
    quantity = whole()
    price_coefficient = whole()
    price_digits = digits()
    currency = iso_code()
    partial_payment = flag()
    minimum_share = string_or_none()
    most_units = whole_or_none()
    refundable_until = whole_or_none()
    extra = json_object()


lines = Table(
    "orderkit_lines",
    METADATA,
    LineColumns,
    relative_key("orderkit_lines"),
    within_order("orderkit_lines"),
    sqlite_with_rowid=False,
)


class AdjustmentColumns(OfOrder):
    """What adjusts a line, in the order in which it was applied."""

    line_id = identity()
    position = whole()
    kind = string()
    code = string()
    label = string()
    rate = string_or_none()
    base = whole()
    amount = whole()
    currency = iso_code()
    included = flag()


adjustments = Table(
    "orderkit_adjustments",
    METADATA,
    AdjustmentColumns,
    key_of("orderkit_adjustments", "scope", "order_id", "line_id", "position"),
    beside("orderkit_adjustments", "orderkit_lines", "line_id"),
    sqlite_with_rowid=False,
)


class ItemColumns(Relative):
    line_id = identity()
    quantity = whole()
    amount = whole()
    currency = iso_code()
    status = string()
    kind = string()
    split_from_id = identity_or_none()


items = Table(
    "orderkit_items",
    METADATA,
    ItemColumns,
    relative_key("orderkit_items"),
    beside("orderkit_items", "orderkit_lines", "line_id"),
    by_id("orderkit_items"),
    sqlite_with_rowid=False,
)


class AttentionColumns(Relative):
    code = string()
    params = json_object()
    opened_at = whole()
    closed_at = whole_or_none()


_OPEN = text("closed_at IS NULL")

attention = Table(
    "orderkit_attention",
    METADATA,
    AttentionColumns,
    relative_key("orderkit_attention"),
    within_order("orderkit_attention"),
    Index("orderkit_attention_open_idx", "scope", "opened_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    sqlite_with_rowid=False,
)


class PersonalColumns(OfOrder):
    """Personal values: the only rows that are ever deleted."""

    owner_id = identity()
    name = string()
    person = string()
    value = string()
    salt = string()


personal = Table(
    "orderkit_personal",
    METADATA,
    PersonalColumns,
    key_of("orderkit_personal", "scope", "order_id", "owner_id", "name"),
    within_order("orderkit_personal"),
    Index("orderkit_personal_person_idx", "scope", "person"),
    sqlite_with_rowid=False,
)


class FieldColumns(OfOrder):
    """Declared fields; `value` is canonical JSON text, so that 1, "1" and true stay three values."""

    owner_id = identity()
    name = string()
    on = string()
    value = string()


fields = Table(
    "orderkit_fields",
    METADATA,
    FieldColumns,
    key_of("orderkit_fields", "scope", "order_id", "owner_id", "name"),
    within_order("orderkit_fields"),
    Index("orderkit_fields_value_idx", "scope", "name", "value"),
    sqlite_with_rowid=False,
)
