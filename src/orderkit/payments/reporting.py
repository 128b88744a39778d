"""What a gateway tells by itself: which operation it is about, and how it is recorded; pure.

Nothing here refuses what happened. Only what cannot be about this payment, such as another currency, is.
"""

from __future__ import annotations

from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.errors import InvalidRequest
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Outcome, Pending, RequiresAction
from orderkit.payments.rates import settled_for
from orderkit.payments.records import Operation, Payment
from orderkit.payments.reports import Report
from orderkit.payments.settling import settle


def reported(case: Case, payment_id: UUID, report: Report, *, operation_id: UUID, final: bool) -> OrderFamily:
    """Record a report on a payment: what came of an operation of ours, or one that the gateway tells of by itself.

    `operation_id` is for the latter; `final` says that with this gateway a capture releases the rest.

    Raises:
        InvalidRequest: the amount is in another currency than the payment, or not more than zero.
    """
    payment = case.family.payment(payment_id)
    _check_amount(payment, report)
    known = told_of(case.family.operations_of(payment_id), report)
    if known is None:
        known = _told(case, payment, report, id=operation_id, final=final)
        case = evolve(case, family=case.family.with_operation(known))
    return settle(case, known.id, _under(report.reference, report.outcome))


def _under(reference: str, outcome: Outcome) -> Outcome:
    """The outcome under the object's own name, by which it is known again whenever it is told."""
    return evolve(outcome, reference=reference) if isinstance(outcome, Approved | Pending | RequiresAction) else outcome


def told_of(operations: tuple[Operation, ...], report: Report) -> Operation | None:
    """The operation a report is about: the one with our key, else the one with the gateway's reference."""
    same = [each for each in operations if each.type == report.type]
    by_key = next((each for each in same if each.id == report.key), None)
    if by_key is not None:
        return by_key
    by_reference = (
        each for each in same if each.reference == report.reference and each.cumulative == report.cumulative
    )
    # Ours first: what we asked for is one movement by its key, whatever was told of it besides.
    return next(iter(sorted(by_reference, key=lambda each: each.reported)), None)


def _check_amount(payment: Payment, report: Report) -> None:
    amount = report.outcome.amount if isinstance(report.outcome, Approved) else None
    if amount is None:
        return
    if amount.minor <= 0:
        raise InvalidRequest("report.amount", "is_positive", amount=str(amount))
    if report.type != "fee" and amount.currency != payment.amount.currency:
        raise InvalidRequest("report.amount", "is_same_currency", amount=str(amount), currency=payment.amount.currency)


def _told(case: Case, payment: Payment, report: Report, *, id: UUID, final: bool) -> Operation:
    """An operation that was never asked for: its call could not have begun after this instant."""
    created = case.lifecycles["operation"].initial
    amount = report.outcome.amount if isinstance(report.outcome, Approved) else None
    told = payment.amount if amount is None else amount
    return Operation(
        id=id,
        order_id=payment.order_id,
        payment_id=payment.id,
        type=report.type,
        amount=told,
        settles=_settles(case, payment, report, told),
        status=created.key,
        kind=created.kind.key,
        asked_at=case.at,
        send_before=case.at,
        next_check_at=None,
        reference=report.reference,
        final=final and report.type == "capture",
        cumulative=report.cumulative,
        credited=report.credited,
    )


def _settles(case: Case, payment: Payment, report: Report, amount: Money) -> Money:
    """A fee lowers nothing of what the customer owes, and may be in a currency of its own."""
    currency = case.family.order.currency
    return Money.zero(currency) if report.type == "fee" else settled_for(payment, amount, currency)
