"""The tables of what was asked for, what was asked of gateways, and what goes back."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index, Table, text

from orderkit.adapters.sqlalchemy.columns import (
    OfOrder,
    Relative,
    beside,
    by_id,
    flag,
    flag_or_none,
    identity,
    identity_or_none,
    iso_code,
    iso_code_or_none,
    json_object,
    key_of,
    later_flag,
    relative_key,
    string,
    string_or_none,
    whole,
    whole_or_none,
    within_order,
)
from orderkit.adapters.sqlalchemy.tables.metadata import METADATA


class PaymentRequestColumns(Relative):
    number = whole()
    amount = whole()
    due = whole()
    reserved = whole()
    settled = whole()
    currency = iso_code()
    status = string()
    kind = string()
    opened_at = whole()
    due_on = string_or_none()
    split = flag()


payment_requests = Table(
    "orderkit_payment_requests",
    METADATA,
    PaymentRequestColumns,
    relative_key("orderkit_payment_requests"),
    within_order("orderkit_payment_requests"),
    by_id("orderkit_payment_requests"),
    sqlite_with_rowid=False,
)


class PaymentColumns(Relative):
    """`exclusive` says that its request takes one live payment at a time."""

    request_id = identity()
    gateway = string()
    account = string()
    method = string_or_none()
    amount = whole()
    currency = iso_code()
    rate = string()
    status = string()
    kind = string()
    live = flag()
    authorized = whole()
    captured = whole()
    refunded = whole()
    charged_back = whole()
    started_at = whole()
    next_step = string_or_none()
    next_step_detail = string_or_none()
    extra = json_object()
    exclusive = flag()
    merchant = string_or_none()
    one_click = flag_or_none()


_LIVE_ALONE = text("live AND exclusive")

payments = Table(
    "orderkit_payments",
    METADATA,
    PaymentColumns,
    relative_key("orderkit_payments"),
    beside("orderkit_payments", "orderkit_payment_requests", "request_id"),
    by_id("orderkit_payments"),
    Index(
        "orderkit_payments_live_key",
        "scope",
        "order_id",
        "request_id",
        unique=True,
        sqlite_where=_LIVE_ALONE,
        postgresql_where=_LIVE_ALONE,
    ),
)


class OperationColumns(Relative):
    """`amount` and `moved` are in `currency`, `settles` is in the order's, `credited` in one of its own."""

    payment_id = identity()
    type = string()
    amount = whole()
    moved = whole_or_none()
    currency = iso_code()
    settles = whole()
    settles_currency = iso_code()
    status = string()
    kind = string()
    asked_at = whole()
    send_before = whole()
    next_check_at = whole_or_none()
    refund_id = identity_or_none()
    reference = string_or_none()
    next_step = string_or_none()
    next_step_detail = string_or_none()
    code = string_or_none()
    message = string_or_none()
    answered_at = whole_or_none()
    final = flag()
    cumulative = later_flag()
    credited = whole_or_none()
    credited_currency = iso_code_or_none()
    acts_on = identity_or_none()
    acts_on_reference = string_or_none()


_TO_CHECK = text("next_check_at IS NOT NULL")
_REFERRED_TO = text("reference IS NOT NULL")
# Questions say it in these very words: SQLite takes a partial index for nothing else.
OPEN: Final = text("kind IN ('waiting', 'in_flight', 'in_doubt')")

operations = Table(
    "orderkit_operations",
    METADATA,
    OperationColumns,
    relative_key("orderkit_operations"),
    beside("orderkit_operations", "orderkit_payments", "payment_id"),
    beside("orderkit_operations", "orderkit_refunds", "refund_id"),
    by_id("orderkit_operations"),
    Index("orderkit_operations_check_idx", "next_check_at", sqlite_where=_TO_CHECK, postgresql_where=_TO_CHECK),
    Index("orderkit_operations_open_idx", "scope", "asked_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("orderkit_operations_reference_idx", "reference", sqlite_where=_REFERRED_TO, postgresql_where=_REFERRED_TO),
)


class RefundColumns(Relative):
    status = string()
    kind = string()
    requested_at = whole()
    reference = string_or_none()
    finished_at = whole_or_none()


refunds = Table(
    "orderkit_refunds",
    METADATA,
    RefundColumns,
    relative_key("orderkit_refunds"),
    within_order("orderkit_refunds"),
    by_id("orderkit_refunds"),
    Index(
        "orderkit_refunds_reference_idx",
        "scope",
        "reference",
        sqlite_where=_REFERRED_TO,
        postgresql_where=_REFERRED_TO,
    ),
    sqlite_with_rowid=False,
)


class RefundLineColumns(OfOrder):
    refund_id = identity()
    position = whole()
    item_id = identity()
    quantity = whole()
    amount = whole()
    fee = whole()
    currency = iso_code()


refund_lines = Table(
    "orderkit_refund_lines",
    METADATA,
    RefundLineColumns,
    key_of("orderkit_refund_lines", "scope", "order_id", "refund_id", "position"),
    beside("orderkit_refund_lines", "orderkit_items", "item_id"),
    beside("orderkit_refund_lines", "orderkit_refunds", "refund_id"),
    sqlite_with_rowid=False,
)
