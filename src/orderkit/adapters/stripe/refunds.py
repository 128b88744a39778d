"""A refund: what it says as an outcome, and as reports. Only reading and judging live here."""

from __future__ import annotations

from attrs import evolve, frozen

from orderkit.adapters.stripe.metadata import Names, names_of
from orderkit.adapters.stripe.reading import Body, Unreadable, id_of, optional_text, text, whole
from orderkit.adapters.stripe.units import from_wire
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending
from orderkit.payments.reports import Report


@frozen(kw_only=True)
class Refund:
    """A refund that was read.

    Attributes:
        on: the intent whose money goes back, or the charge where there is no intent.
        why: why it failed. left: it was taken from the balance. came_back: it was put there again after it failed.
    """

    id: str
    status: str
    amount: Money
    on: str | None
    names: Names
    why: str
    left: bool
    came_back: bool


def read_refund(body: Body) -> Refund:
    """The refund in a body.

    Raises:
        Unreadable: a field is missing or of another kind, or the status is unknown.
    """
    refund = Refund(
        id=text(body, "id"),
        status=text(body, "status"),
        amount=from_wire(whole(body, "amount"), text(body, "currency")),
        on=id_of(body, "payment_intent") or id_of(body, "charge"),
        names=names_of(body),
        why=optional_text(body, "failure_reason") or "",
        left=body.get("balance_transaction") is not None,
        came_back=body.get("failure_balance_transaction") is not None,
    )
    if refund.amount.minor <= 0:
        raise Unreadable(f"amount: the refund {refund.id} sends {refund.amount} back")
    if refund.status == "succeeded" and (refund.why or refund.came_back):
        raise Unreadable(f"status: the refund {refund.id} succeeded, and failed: {refund.why or 'it came back'}")
    outcome_of_refund(refund)
    return refund


def outcome_of_refund(refund: Refund) -> Outcome:
    """What became of it; one that failed, whenever that was, has moved nothing in the end."""
    match refund.status:
        case "succeeded":
            return Approved(refund.id, refund.amount)
        case "pending" | "requires_action":
            return Pending(refund.id)
        case "failed":
            return Declined(refund.why or "refund_failed", "the refund did not arrive, and the money is back")
        case "canceled":
            return Declined("canceled", "the refund was cancelled")
        case _:
            raise Unreadable(f"status: {refund.status!r} is none of a refund's that anybody has heard of")


def reports_of_refund(refund: Refund, *, was: str | None = None) -> tuple[Report, ...]:
    """What happened by it; `was` is the status before, where it is known.

    A refund that failed after it had succeeded is still one that took place, and its reversal another (F078). Where
    nobody knows whether it had, and the balance shows both movements, both are told: whatever was known before, the
    amounts then come out right. What let go of money that was never captured is no refund (F070).
    """
    if refund.status == "succeeded" and not refund.left and refund.names.key is None:
        return ()
    if refund.status == "failed" and refund.came_back and was not in ("pending", "requires_action"):
        return (_report(refund, Approved(refund.id, refund.amount)), _reversal(refund))
    return (_report(refund, outcome_of_refund(refund)),)


def _report(refund: Refund, outcome: Outcome) -> Report:
    return refund.names.report("refund", outcome, reference=refund.id, on=refund.on)


def _reversal(refund: Refund) -> Report:
    came_back = Approved(refund.id, refund.amount)
    return evolve(refund.names, key=None).report("refund_reversal", came_back, reference=refund.id, on=refund.on)
