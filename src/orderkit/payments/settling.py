"""What comes of an operation, and of its payment: outcomes are recorded by rank, payments refolded; pure.

Nothing here refuses: what happened is recorded, whatever the order of arrival.
"""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.errors import InvalidRequest
from orderkit.family import OrderFamily
from orderkit.money import Money
from orderkit.payments.folding import fold, open_attempts
from orderkit.payments.lifecycle import FACT_OF_STATUS
from orderkit.payments.outcomes import (
    Approved,
    Declined,
    NextStep,
    Outcome,
    Pending,
    Redirect,
    Rejected,
    RequiresAction,
    Unknown,
    Wait,
)
from orderkit.payments.rates import settled_for
from orderkit.payments.records import Operation, Payment


def settle(case: Case, operation_id: UUID, outcome: Outcome) -> OrderFamily:
    """Record what came of an operation. Never refuses: an answer of a lower rank than the known one changes nothing.

    When a void succeeds, attempts of that payment that had no answer yet are abandoned with it.
    """
    operation = case.family.operation(operation_id)
    answered = _answered(case, operation, outcome)
    family = case.family.with_operation(answered)
    if answered.type == "void" and answered.kind == "succeeded" and operation.kind != "succeeded":
        family = _without_open_attempts(evolve(case, family=family), answered.payment_id)
    return family


def _answered(case: Case, operation: Operation, outcome: Outcome) -> Operation:
    if isinstance(outcome, Approved) and operation.moved is not None:
        return _more_moved(case, operation, outcome)
    status = case.follow(operation, fact_of(outcome))
    if status is None or status.key == operation.status:
        return operation
    definitive = status.kind.ended
    answered = evolve(
        operation,
        status=status.key,
        kind=status.kind.key,
        next_check_at=None if definitive or waits_for_person(outcome) else _next_look_up(case, operation),
        answered_at=case.at if definitive else None,
        next_step=next_step_of(outcome),
    )
    return _with_what_it_says(case, answered, outcome)


def waits_for_person(outcome: Outcome) -> bool:
    """Nobody can be asked what came of it until a person has said it."""
    return isinstance(outcome, Pending) and outcome.by_person


def _next_look_up(case: Case, operation: Operation) -> datetime:
    return case.policies.next_look_up(operation.asked_at, case.at)


def looked_up_again(case: Case, operation_id: UUID) -> OrderFamily:
    """A look-up brought nothing new: the next one is at the next time of the schedule."""
    operation = case.family.operation(operation_id)
    return case.family.with_operation(evolve(operation, next_check_at=_next_look_up(case, operation)))


def _with_what_it_says(case: Case, operation: Operation, outcome: Outcome) -> Operation:
    match outcome:
        case Approved(reference, amount):
            return _moved(case, operation, reference, operation.amount if amount is None else amount)
        case Pending(reference) | RequiresAction(reference):
            return evolve(operation, reference=operation.reference or reference, code=None, message=None)
        case Declined(code, message) | Rejected(code, message):
            return evolve(operation, code=code, message=message or None)
        case Unknown(reason):
            return evolve(operation, code="unknown", message=reason)
        case _:
            assert_never(outcome)


def _more_moved(case: Case, operation: Operation, outcome: Approved) -> Operation:
    """One operation's totals fold by maximum, so the order in which two answers arrive has no say (design §3)."""
    again = _moved(case, operation, outcome.reference, operation.amount if outcome.amount is None else outcome.amount)
    return operation if _minor(again) <= _minor(operation) else again


def _minor(operation: Operation) -> int:
    return 0 if operation.moved is None else operation.moved.minor


def _moved(case: Case, operation: Operation, reference: str, moved: Money) -> Operation:
    if moved.currency != operation.amount.currency:
        raise InvalidRequest("outcome.amount", "is_same_currency", amount=str(moved))
    # The first one stands: whoever acts on this operation says the same in every try (I-34).
    reference = operation.reference or reference
    if operation.type == "fee":
        return evolve(operation, reference=reference, moved=moved, code=None, message=None)
    payment = case.family.payment(operation.payment_id)
    as_asked = operation.moved is None and moved == operation.amount
    settles = operation.settles if as_asked else settled_for(payment, moved, case.family.order.currency)
    return evolve(operation, reference=reference, moved=moved, settles=settles, code=None, message=None)


def fact_of(outcome: Outcome) -> str:
    """The fact that an outcome is to the operation's table."""
    match outcome:
        case Approved():
            return "approve"
        case Pending():
            return "defer"
        case RequiresAction():
            return "require_action"
        case Declined():
            return "decline"
        case Rejected():
            return "reject"
        case Unknown():
            return "doubt"
        case _:
            assert_never(outcome)


def next_step_of(outcome: Outcome) -> NextStep | None:
    """What the customer has to do because of it."""
    match outcome:
        case Pending(_, until):
            return Wait(until)
        case RequiresAction(_, redirect):
            return Redirect(redirect) if redirect else Wait("customer")
        case _:
            return None


def _without_open_attempts(case: Case, payment_id: UUID) -> OrderFamily:
    family = case.family
    for each in open_attempts(family.operations_of(payment_id)):
        family = family.with_operation(abandoned(case, each))
    return family


def abandoned(case: Case, operation: Operation, *, code: str = "abandoned") -> Operation:
    """The operation given up: nothing moved, and nothing will; `code` says why."""
    status = case.follow(operation, "abandon")
    if status is None:
        return operation
    return evolve(
        operation,
        status=status.key,
        kind=status.kind.key,
        code=code,
        next_check_at=None,
        next_step=None,
        answered_at=case.at,
    )


def refolded(case: Case, payment: Payment) -> Payment:
    """The payment with status and amounts as its operations say now; the same object where nothing changed."""
    operations = case.family.operations_of(payment.id)
    figures = fold(operations)
    currency = payment.amount.currency
    status = case.lifecycles["payment"].status(figures.status)
    if status.key != payment.status:
        followed = case.follow(payment, FACT_OF_STATUS[status.key])
        status = followed if followed is not None else status
    now = evolve(
        payment,
        status=status.key,
        kind=status.kind.key,
        live=figures.inbound > 0 or (figures.in_doubt and figures.captured == 0),
        authorized=Money.of_minor(figures.held, currency),
        captured=Money.of_minor(figures.captured, currency),
        refunded=Money.of_minor(figures.refunded, currency),
        charged_back=Money.of_minor(figures.charged_back, currency),
        next_step=_next_step(operations),
    )
    return payment if now == payment else now


def _next_step(operations: tuple[Operation, ...]) -> NextStep | None:
    return next((each.next_step for each in reversed(operations) if each.next_step is not None), None)
