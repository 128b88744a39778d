"""What may be asked of a payment: each `begin_…` asks the table and writes the intent into the family; pure.

Decisions come in pairs; the other half, what comes of an intent, is in `settling.py`. Ids are handed in, the instant
is the case's.
"""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal
from typing import Literal
from uuid import UUID

from attrs import evolve, frozen

from orderkit.capabilities import Capabilities
from orderkit.cases import Case
from orderkit.errors import InvalidRequest
from orderkit.family import OrderFamily
from orderkit.money import Money, rounded
from orderkit.payments.folding import fold, open_attempts
from orderkit.payments.rates import in_currency_of, settled_for
from orderkit.payments.records import Operation, OperationKind, Payment
from orderkit.payments.settling import abandoned

_UNDER_WAY = ("started", "under_way")


@frozen(kw_only=True)
class GatewayAccount:
    """The gateway a payment goes through: the host's key for it, the account behind it, what it can do.

    `merchant` is what the customer reads on the statement; payments keep it as it was (row S4-34).
    """

    gateway: str
    account: str
    capabilities: Capabilities
    merchant: str | None = None


@frozen
class Charged:
    """The currency a customer pays in, and how many of it are one of the order's, as quoted."""

    currency: str
    quoted: Decimal

    def of(self, asked: Money) -> Money:
        """What is charged for an amount in the order's currency; rounded here and nowhere else.

        Raises:
            InvalidRequest: it comes to nothing.
        """
        charged = rounded(asked.amount * self.quoted, self.currency)
        if charged.minor <= 0:
            raise InvalidRequest("amount", "is_positive", amount=str(charged))
        return charged


@frozen
class Begun:
    """The family with the intent written into it, and the operation to carry out."""

    family: OrderFamily
    operation: Operation


def begin_payment(
    case: Case,
    request_id: UUID,
    amount: Money | None,
    *,
    through: GatewayAccount,
    method: str | None,
    capture: bool,
    payment_id: UUID,
    operation_id: UUID,
    one_click: bool = False,
    charged: Charged | None = None,
) -> Begun:
    """Start paying a request: all that is open on it, or `amount`; a sale, or an authorization to capture later.

    `one_click` says that the customer used a stored method; it is kept where the gateway offers that (row S4-33).
    `charged` says in which other currency the customer pays; the amount and its rate are frozen then (row S4-35).

    Raises:
        TransitionNotPossible, TransitionRefused: the order may not be paid now, and why.
    """
    request = case.family.request(request_id)
    case.permit(
        case.family.order,
        "pay",
        request_id=request_id,
        amount=amount,
        capabilities=through.capabilities,
        capture=capture,
        currency=charged.currency if charged else request.amount.currency,
    )
    asked = request.open_amount if amount is None else amount
    paid = asked if charged is None else charged.of(asked)
    payment = Payment(
        id=payment_id,
        order_id=case.family.order.id,
        request_id=request_id,
        gateway=through.gateway,
        account=through.account,
        method=method,
        amount=paid,
        rate=Decimal(1) if charged is None else asked.amount / paid.amount,
        status=_UNDER_WAY[0],
        kind=_UNDER_WAY[1],
        live=True,
        authorized=Money.zero(paid.currency),
        captured=Money.zero(paid.currency),
        refunded=Money.zero(paid.currency),
        charged_back=Money.zero(paid.currency),
        started_at=case.at,
        merchant=through.merchant,
        one_click=one_click if through.capabilities.one_click else None,
    )
    begun = evolve(case, family=case.family.with_payment(payment))
    type: OperationKind = "sale" if capture else "authorize"
    return _intend(begun, payment, type, paid, settles=asked, operation_id=operation_id)


def begin_capture(
    case: Case, payment_id: UUID, amount: Money | None, *, through: GatewayAccount, operation_id: UUID
) -> Begun:
    """Capture what is authorized, all that is left or `amount` of it (rows S3-35, S3-36, S3-39)."""
    payment = case.family.payment(payment_id)
    case.permit(payment, "capture", amount=amount, capabilities=through.capabilities)
    capturable = fold(case.family.operations_of(payment_id)).capturable
    asked = Money.of_minor(capturable, payment.amount.currency) if amount is None else amount
    final = not through.capabilities.several_captures
    return _intend(case, payment, "capture", asked, operation_id=operation_id, final=final)


def begin_void(case: Case, payment_id: UUID, *, through: GatewayAccount, operation_id: UUID) -> Begun:
    """Release what is authorized and not captured."""
    payment = case.family.payment(payment_id)
    case.permit(payment, "void", capabilities=through.capabilities)
    held = Money.of_minor(fold(case.family.operations_of(payment_id)).held, payment.amount.currency)
    return _intend(case, payment, "void", held, operation_id=operation_id)


def begin_abandon(case: Case, payment_id: UUID, *, through: GatewayAccount, operation_id: UUID) -> Begun:
    """Give up an attempt that has no answer yet: the gateway is asked to cancel it, the order is payable again."""
    payment = case.family.payment(payment_id)
    case.permit(payment, "abandon", capabilities=through.capabilities)
    return _intend(case, payment, "void", payment.amount, operation_id=operation_id)


def without_unsent(
    case: Case, payment_id: UUID, *, through: GatewayAccount, never_seen: Container[UUID]
) -> OrderFamily:
    """The family without the attempts that certainly never reached the gateway: not sent, or `never_seen` there (I-43).

    Raises:
        TransitionRefused: the payment may not be abandoned now, and why.
    """
    case.permit(case.family.payment(payment_id), "abandon", capabilities=through.capabilities)
    family = case.family
    for each in open_attempts(family.operations_of(payment_id)):
        if each.status == "created" or (each.id in never_seen and each.status in ("sending", "unknown")):
            family = family.with_operation(abandoned(case, each, code="never_sent"))
    return family


def begin_refund_of(
    case: Case, payment_id: UUID, part: Money, *, through: GatewayAccount, refund_id: UUID | None, operation_id: UUID
) -> Begun:
    """Send captured money of one payment back: `part` in the order's currency, whatever the payment's is."""
    payment = case.family.payment(payment_id)
    amount = in_currency_of(payment, part)
    case.permit(payment, "refund", amount=amount, capabilities=through.capabilities)
    return _intend(case, payment, "refund", amount, settles=part, operation_id=operation_id, refund_id=refund_id)


def excess_of(case: Case, payment_id: UUID) -> Money:
    """What of this payment's captured money nobody owes: what may go back without an item being refunded."""
    payment = case.family.payment(payment_id)
    refundable = Money.of_minor(fold(case.family.operations_of(payment_id)).refundable, payment.amount.currency)
    excess = in_currency_of(payment, case.standing.credit)
    return min(refundable, excess)


def begin_refund_of_excess(
    case: Case, payment_id: UUID, amount: Money | None, *, through: GatewayAccount, operation_id: UUID
) -> Begun:
    """Send back what was paid above what is owed: all of it, or `amount` of it."""
    payment = case.family.payment(payment_id)
    case.permit(payment, "refund_excess", amount=amount, capabilities=through.capabilities)
    asked = excess_of(case, payment_id) if amount is None else amount
    return _intend(case, payment, "refund", asked, operation_id=operation_id)


def begin_credit_of_excess(
    case: Case, payment_id: UUID, amount: Money | None, *, keeps_credit: bool, operation_id: UUID
) -> Begun:
    """Move what was paid above what is owed to the customer's credit account: all of it, or `amount` of it."""
    payment = case.family.payment(payment_id)
    case.permit(payment, "credit_excess", amount=amount, keeps_credit=keeps_credit)
    asked = excess_of(case, payment_id) if amount is None else amount
    return _intend(case, payment, "credit", asked, operation_id=operation_id)


def begin_return(
    case: Case, payment_id: UUID, type: Literal["refund", "credit"], amount: Money, *, operation_id: UUID
) -> Begun:
    """Send money of a payment back as a step of a plan that has settled already that it may."""
    return _intend(case, case.family.payment(payment_id), type, amount, operation_id=operation_id)


def begin_sending(case: Case, operation_id: UUID) -> Begun:
    """Mark a written intent, or one whose outcome is unknown, as being sent (again) under the same key (I-33, I-36)."""
    operation = case.family.operation(operation_id)
    target = case.permit(operation, "dispatch")
    sending = evolve(
        operation,
        status=target.key,
        kind=target.kind.key,
        send_before=case.at + case.policies.send_within,
        next_check_at=case.policies.next_look_up(case.at, case.at),
    )
    return Begun(case.family.with_operation(sending), sending)


def _intend(
    case: Case,
    payment: Payment,
    type: OperationKind,
    amount: Money,
    *,
    operation_id: UUID,
    settles: Money | None = None,
    refund_id: UUID | None = None,
    final: bool = False,
) -> Begun:
    created = case.lifecycles["operation"].initial
    on = acted_on(case.family.operations_of(payment.id), type)
    operation = Operation(
        id=operation_id,
        order_id=payment.order_id,
        payment_id=payment.id,
        type=type,
        amount=amount,
        settles=settled_for(payment, amount, case.family.order.currency) if settles is None else settles,
        status=created.key,
        kind=created.kind.key,
        asked_at=case.at,
        send_before=case.at + case.policies.send_within,
        next_check_at=case.policies.next_look_up(case.at, case.at),
        refund_id=refund_id,
        final=final,
        acts_on=on.id if on else None,
        acts_on_reference=on.reference if on else None,
    )
    return Begun(case.family.with_operation(operation), operation)


_ACTS_ON: dict[OperationKind, tuple[OperationKind, ...]] = {
    "capture": ("authorize",),
    "void": ("authorize", "sale"),
    "refund": ("sale", "capture", "authorize"),
    "credit": ("sale", "capture"),
}


def acted_on(operations: tuple[Operation, ...], type: OperationKind) -> Operation | None:
    """The operation that an intent of this type acts on: of the first kind that there is, the oldest that stands; one
    with a gateway's reference before one without."""
    for kind in _ACTS_ON.get(type, ()):
        standing = [each for each in operations if each.type == kind and _stands(each, type)]
        if standing:
            return min(standing, key=lambda each: each.reference is None)
    return None


def _stands(operation: Operation, type: OperationKind) -> bool:
    return operation.kind == "succeeded" or (type == "void" and operation.kind != "failed")
