"""Rows of what was asked for, what was asked of gateways, and what goes back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from orderkit.adapters.sqlalchemy.rows.wire import (
    Row,
    Wire,
    day_or_none,
    day_text,
    instant_or_none,
    micros_or_none,
    minor,
    money_columns,
    money_or_none,
    step_columns,
    step_of,
)
from orderkit.codec import from_micros, to_text
from orderkit.keys import to_micros
from orderkit.money import Money
from orderkit.payments.records import Operation, Payment
from orderkit.refunds.records import Refund, RefundLine
from orderkit.requests.records import PaymentRequest


def request_row(wire: Wire, scope: str, request: PaymentRequest) -> Row:
    currency = request.amount.currency
    return (
        scope,
        wire.id(request.order_id),
        wire.id(request.id),
        request.number,
        request.amount.minor,
        minor(request.due, currency),
        minor(request.reserved, currency),
        minor(request.settled, currency),
        currency,
        request.status,
        request.kind,
        to_micros(request.opened_at),
        day_text(request.due_on),
        request.split,
    )


def request_of(wire: Wire, row: Row) -> PaymentRequest:
    (
        _, order_id, id, number, amount, due, reserved, settled, currency, status, kind, opened_at, due_on, split,
    ) = row  # fmt: skip
    return PaymentRequest(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        number=number,
        amount=Money.of_minor(amount, currency),
        due=Money.of_minor(due, currency),
        reserved=Money.of_minor(reserved, currency),
        settled=Money.of_minor(settled, currency),
        status=status,
        kind=kind,
        opened_at=from_micros(opened_at),
        due_on=day_or_none(due_on),
        split=bool(split),
    )


def payment_row(wire: Wire, scope: str, payment: Payment, *, exclusive: bool) -> Row:
    currency = payment.amount.currency
    return (
        scope,
        wire.id(payment.order_id),
        wire.id(payment.id),
        wire.id(payment.request_id),
        payment.gateway,
        payment.account,
        payment.method,
        payment.amount.minor,
        currency,
        str(payment.rate),
        payment.status,
        payment.kind,
        payment.live,
        minor(payment.authorized, currency),
        minor(payment.captured, currency),
        minor(payment.refunded, currency),
        minor(payment.charged_back, currency),
        to_micros(payment.started_at),
        *step_columns(payment.next_step),
        to_text(dict(payment.extra)),
        exclusive,
        payment.merchant,
        payment.one_click,
    )


def payment_of(wire: Wire, row: Row) -> Payment:
    (
        _, order_id, id, request_id, gateway, account, method, amount, currency, rate, status, kind, live, authorized,
        captured, refunded, charged_back, started_at, next_step, next_step_detail, extra, _,
        merchant, one_click,
    ) = row  # fmt: skip
    return Payment(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        request_id=wire.uuid(request_id),
        gateway=gateway,
        account=account,
        method=method,
        amount=Money.of_minor(amount, currency),
        rate=Decimal(rate),
        status=status,
        kind=kind,
        live=bool(live),
        authorized=Money.of_minor(authorized, currency),
        captured=Money.of_minor(captured, currency),
        refunded=Money.of_minor(refunded, currency),
        charged_back=Money.of_minor(charged_back, currency),
        started_at=from_micros(started_at),
        next_step=step_of(next_step, next_step_detail),
        merchant=merchant,
        one_click=None if one_click is None else bool(one_click),
        extra=wire.parsed(extra),
    )


def operation_row(wire: Wire, scope: str, operation: Operation) -> Row:
    currency = operation.amount.currency
    return (
        scope,
        wire.id(operation.order_id),
        wire.id(operation.id),
        wire.id(operation.payment_id),
        operation.type,
        operation.amount.minor,
        None if operation.moved is None else minor(operation.moved, currency),
        currency,
        operation.settles.minor,
        operation.settles.currency,
        operation.status,
        operation.kind,
        to_micros(operation.asked_at),
        to_micros(operation.send_before),
        micros_or_none(operation.next_check_at),
        wire.id_or_none(operation.refund_id),
        operation.reference,
        *step_columns(operation.next_step),
        operation.code,
        operation.message,
        micros_or_none(operation.answered_at),
        operation.final,
        operation.cumulative,
        *money_columns(operation.credited),
        wire.id_or_none(operation.acts_on),
        operation.acts_on_reference,
    )


def operation_of(wire: Wire, row: Row) -> Operation:
    (
        _, order_id, id, payment_id, type, amount, moved, currency, settles, settles_currency, status, kind, asked_at,
        send_before, next_check_at, refund_id, reference, next_step, next_step_detail, code, message, answered_at,
        final, cumulative, credited, credited_currency, acts_on, acts_on_reference,
    ) = row  # fmt: skip
    return Operation(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        payment_id=wire.uuid(payment_id),
        type=type,
        amount=Money.of_minor(amount, currency),
        settles=Money.of_minor(settles, settles_currency),
        status=status,
        kind=kind,
        asked_at=from_micros(asked_at),
        send_before=from_micros(send_before),
        next_check_at=instant_or_none(next_check_at),
        moved=money_or_none(moved, currency),
        refund_id=wire.uuid_or_none(refund_id),
        reference=reference,
        next_step=step_of(next_step, next_step_detail),
        code=code,
        message=message,
        answered_at=instant_or_none(answered_at),
        final=bool(final),
        cumulative=bool(cumulative),
        credited=None if credited is None else Money.of_minor(credited, credited_currency),
        acts_on=wire.uuid_or_none(acts_on),
        acts_on_reference=acts_on_reference,
    )


def refund_row(wire: Wire, scope: str, refund: Refund) -> Row:
    return (
        scope,
        wire.id(refund.order_id),
        wire.id(refund.id),
        refund.status,
        refund.kind,
        to_micros(refund.requested_at),
        refund.reference,
        micros_or_none(refund.finished_at),
    )


def refund_of(wire: Wire, row: Row, lines: Sequence[RefundLine]) -> Refund:
    _, order_id, id, status, kind, requested_at, reference, finished_at = row
    return Refund(
        id=wire.uuid(id),
        order_id=wire.uuid(order_id),
        lines=tuple(lines),
        status=status,
        kind=kind,
        requested_at=from_micros(requested_at),
        reference=reference,
        finished_at=instant_or_none(finished_at),
    )


def refund_line_rows(wire: Wire, scope: str, refund: Refund) -> list[Row]:
    order_id, refund_id = wire.id(refund.order_id), wire.id(refund.id)
    return [
        (
            scope,
            order_id,
            refund_id,
            position,
            wire.id(each.item_id),
            each.quantity,
            each.amount.minor,
            minor(each.fee, each.amount.currency),
            each.amount.currency,
        )
        for position, each in enumerate(refund.lines)
    ]


def refund_line_of(wire: Wire, row: Row) -> RefundLine:
    item_id, quantity, amount, fee, currency = row[4:]
    money = Money.of_minor
    return RefundLine(
        item_id=wire.uuid(item_id), quantity=quantity, amount=money(amount, currency), fee=money(fee, currency)
    )
