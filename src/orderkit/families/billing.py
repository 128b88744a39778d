"""What was asked for and how it was paid, as lists show it: payment requests with their attempts; derived, pure.

Only reading lives here. The seven statuses shown are a fold of the attempts, never stored (design §11, row S4-31).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from attrs import frozen

from orderkit.family import OrderFamily
from orderkit.money import Money, allocate
from orderkit.payments.folding import Figures, fold, funds_credited
from orderkit.payments.records import Payment
from orderkit.personal import value_of
from orderkit.requests.records import PaymentRequest

ShownStatus = Literal["pending", "processing", "paid", "failed", "refunded", "unknown", "cancelled"]

_SHOWN: dict[str, ShownStatus] = {
    "started": "processing",
    "requires_action": "processing",
    "unknown": "unknown",
    "authorized": "processing",
    "captured": "paid",
    "failed": "failed",
    "voided": "cancelled",
    "refunded": "refunded",
    "charged_back": "refunded",
}
_GIVEN_UP = frozenset({"abandoned", "never_sent"})


@frozen(kw_only=True)
class BilledPayment:
    """One attempt to pay a request.

    Attributes:
        at: when it was started: the date of the attempt (row S4-30).
        counts_for: what it is in the order's currency; transaction: what the customer pays, maybe in another one;
            rate: the payment's currency in the order's, frozen (row S4-35). The two amounts are never added up.
        share: of the order's total, what it has paid, in per cent with two digits (row S4-36).
        fee, credited: the gateway's commission, and what is left for us; None while nobody knows (row S4-32).
        one_click: shown only where the gateway offers it (row S4-33).
        merchant: as the customer read it when they paid (row S4-34).
        comment: the buyer's words for whoever confirms it (row S4-38); plain text, to be escaped where it is shown.
        code: why it was declined, rejected or is unknown.
    """

    payment_id: UUID
    at: datetime
    status: ShownStatus
    is_partly_refunded: bool
    gateway: str
    merchant: str | None
    counts_for: Money
    transaction: Money
    rate: Decimal
    share: Decimal
    fee: Money | None
    credited: Money | None
    one_click: bool | None
    comment: str | None
    code: str | None


@frozen(kw_only=True)
class BilledRequest:
    """One payment request with its attempts, the oldest first.

    `number` is its own series, not the order's (row S4-29); `at` is the last attempt's time, else when it was opened.
    """

    request_id: UUID
    number: int
    order_number: int
    at: datetime
    status: ShownStatus
    is_partly_paid: bool
    is_partly_refunded: bool
    amount: Money
    open: Money
    share: Decimal
    payments: tuple[BilledPayment, ...]


def billed(family: OrderFamily) -> tuple[BilledRequest, ...]:
    """Every request of the order with its attempts, the oldest first (row S4-27)."""
    percent = _percentages(family)
    return tuple(_request(family, each, percent) for each in family.requests)


def _percentages(family: OrderFamily) -> dict[UUID, Decimal]:
    """What each payment bought of the order, in per cent: to two digits by largest remainder, so that the payments of a
    fully paid order come to exactly 100."""
    paid = {each.id: fold(family.operations_of(each.id), settled=True).captured for each in family.payments}
    total = sum(each.amount.minor for each in family.items)
    rest = max(0, total - sum(paid.values()))
    weights = (*paid.values(), rest)
    if not any(weights):
        return dict.fromkeys(paid, Decimal(0))
    parts = allocate(Money.of_minor(100_00, family.order.currency), weights)  # hundredths of a per cent
    return {id: Decimal(part.minor).scaleb(-2) for id, part in zip(paid, parts, strict=False)}


def _request(family: OrderFamily, request: PaymentRequest, percent: dict[UUID, Decimal]) -> BilledRequest:
    payments = sorted((each for each in family.payments if each.request_id == request.id), key=lambda each: each.id)
    lines = tuple(_payment(family, each, percent[each.id]) for each in payments)
    settled = request.settled.minor
    return BilledRequest(
        request_id=request.id,
        number=request.number,
        order_number=family.order.number,
        at=lines[-1].at if lines else request.opened_at,
        status=_status(request, lines),
        is_partly_paid=request.kind == "open" and settled > 0,
        is_partly_refunded=any(each.is_partly_refunded for each in lines)
        or {"paid", "refunded"} <= {each.status for each in lines},
        amount=request.amount,
        open=request.open_amount,
        share=sum((each.share for each in lines), Decimal(0)),
        payments=lines,
    )


def _status(request: PaymentRequest, payments: tuple[BilledPayment, ...]) -> ShownStatus:
    """The first that applies: what is in doubt or under way goes before what is over."""
    found = [each.status for each in payments]
    ladder: tuple[tuple[ShownStatus, bool], ...] = (
        ("unknown", "unknown" in found),
        ("processing", "processing" in found),
        ("refunded", "refunded" in found and "paid" not in found),
        ("paid", request.kind == "paid"),
        ("cancelled", request.kind == "cancelled"),
        ("pending", "paid" in found or not found),
        ("failed", found[-1:] == ["failed"]),
    )
    return next((status for status, applies in ladder if applies), "pending")


def _payment(family: OrderFamily, payment: Payment, share: Decimal) -> BilledPayment:
    operations = family.operations_of(payment.id)
    figures = fold(operations)
    fees = [each for each in funds_credited(operations) if each.credited is not None]
    fee = fees[-1] if fees else None
    codes = [each.code for each in operations if each.code and each.kind != "succeeded"]
    opening = next((each for each in operations if each.type in ("authorize", "sale")), None)
    return BilledPayment(
        payment_id=payment.id,
        at=payment.started_at,
        status=_shown(payment, figures, codes),
        is_partly_refunded=0 < figures.returned < figures.captured,
        gateway=payment.gateway,
        merchant=payment.merchant,
        counts_for=opening.settles if opening else payment.amount,
        transaction=payment.amount,
        rate=payment.rate,
        share=share,
        fee=fee.moved if fee else None,
        credited=fee.credited if fee else None,
        one_click=payment.one_click,
        comment=value_of(family.personal, payment.id, "comment"),
        code=codes[-1] if codes else None,
    )


def _shown(payment: Payment, figures: Figures, codes: list[str]) -> ShownStatus:
    if payment.status == "failed" and figures.captured == 0 and codes and codes[-1] in _GIVEN_UP:
        return "cancelled"
    return _SHOWN[payment.status]
