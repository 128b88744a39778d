"""What becomes of a payment request; pure. Its figures follow its payments, its status follows its figures."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.lifecycles import Lifecycle
from orderkit.money import Money
from orderkit.requests.records import PaymentRequest


def open_request(
    lifecycle: Lifecycle, amount: Money, *, id: UUID, order_id: UUID, number: int, at: datetime
) -> PaymentRequest:
    """A new obligation over `amount`; nothing is reserved on it yet."""
    return PaymentRequest(
        id=id,
        order_id=order_id,
        number=number,
        amount=amount,
        due=amount,
        reserved=Money.zero(amount.currency),
        settled=Money.zero(amount.currency),
        status=lifecycle.initial.key,
        kind=lifecycle.initial.kind.key,
        opened_at=at,
    )


def restated(
    case: Case, request: PaymentRequest, *, reserved: Money, settled: Money, sent_back: Money
) -> PaymentRequest:
    """The request as its payments stand now; the same object where nothing changed.

    `sent_back` is what refunds of items took off it: it lowers what is due; a chargeback does not (design §2, Refund).
    """
    due = request.amount - sent_back
    status = case.follow(request, "settle" if settled >= due else "fall_short")
    now = evolve(
        request,
        due=due,
        reserved=reserved,
        settled=settled,
        status=status.key if status else request.status,
        kind=status.kind.key if status else request.kind,
    )
    return request if now == request else now


def cancelled(case: Case, request: PaymentRequest) -> PaymentRequest:
    """The request withdrawn, where it is still open."""
    status = case.follow(request, "cancel")
    return evolve(request, status=status.key, kind=status.kind.key) if status else request
