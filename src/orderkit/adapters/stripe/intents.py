"""A PaymentIntent: what it says, as an outcome of the operation that made it, and as reports of all that happened.

Only reading and judging live here. A combination that contradicts itself is `Unreadable`: nobody picks the one half of
it that suits him (F061).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal
from uuid import UUID

from attrs import evolve, frozen

from orderkit.adapters.stripe.charges import Fee, read_fee
from orderkit.adapters.stripe.declines import declined
from orderkit.adapters.stripe.metadata import captures_in, names_in
from orderkit.adapters.stripe.reading import (
    Body,
    Unreadable,
    optional_text,
    optional_whole,
    part,
    text,
    texts,
    whole,
)
from orderkit.adapters.stripe.units import from_wire
from orderkit.money import Money
from orderkit.payments.outcomes import Approved, Declined, Outcome, Pending, RequiresAction, Unknown
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report

_STATUSES: Final = frozenset(
    """
    canceled processing requires_action requires_capture requires_confirmation requires_payment_method succeeded
    """.split()
)
_UNTROUBLED: Final = frozenset({"processing", "requires_capture", "succeeded"})


@frozen(kw_only=True)
class Intent:
    """A PaymentIntent that was read and does not contradict itself.

    Attributes:
        manual: it holds money that is captured later: an authorization; otherwise it is a sale.
        amount: what was asked; received: what was captured, None where Stripe does not say.
        error: why the last attempt failed. next_url: where the customer has to go.
        held: whether money was ever held; None where only the latest charge knows, and it is not at hand.
        reason: why it was cancelled. fee: of the latest charge, where it is at hand.
    """

    id: str
    status: str
    manual: bool
    amount: Money
    received: Money | None
    metadata: dict[str, str]
    error: Declined | None
    next_url: str
    held: bool | None
    reason: str
    fee: Fee | None

    @property
    def kind(self) -> Literal["authorize", "sale"]:
        return "authorize" if self.manual else "sale"

    @property
    def released(self) -> Money | None:
        """What was held and will not be captured any more; the rest that a partial capture lets go among it (F070)."""
        if not self.manual or self.status not in ("succeeded", "canceled") or self.received is None:
            return None
        return self.amount - self.received or None

    def captured_under(self, key: UUID) -> Money | None:
        """What was captured under one of our keys; None where that never happened."""
        wire = captures_in(self.metadata).get(key)
        return None if wire is None else from_wire(wire, self.amount.currency)


def capture_reference(intent: str, key: UUID) -> str:
    """Stripe gives a capture no id of its own: it is the intent's, and our key."""
    return f"{intent}/{key.hex}"


def intent_of(reference: str) -> str:
    """The intent that a reference belongs to: an intent's own, or a capture's."""
    return reference.partition("/")[0]


def read_intent(body: Body) -> Intent:
    """The intent in a body.

    Raises:
        Unreadable: a field is missing or of another kind, the status is unknown, or the parts contradict one another.
    """
    currency, status = text(body, "currency"), text(body, "status")
    amount = from_wire(whole(body, "amount"), currency)
    manual = text(body, "capture_method") == "manual"
    error, charge = part(body, "last_payment_error"), body.get("latest_charge")
    transaction = part(charge, "balance_transaction") if isinstance(charge, dict) and _expanded(charge) else None
    intent = Intent(
        id=text(body, "id"),
        status=status,
        manual=manual,
        amount=amount,
        received=_received(body, amount, status=status, manual=manual),
        metadata=texts(body, "metadata"),
        error=None if error is None else declined(error),
        next_url=_next_url(part(body, "next_action")),
        held=_held(charge) if status == "canceled" else None,
        reason=optional_text(body, "cancellation_reason") or "",
        fee=None if transaction is None else read_fee(transaction),
    )
    _require_consistent(intent)
    return intent


def outcome_of(intent: Intent) -> Outcome:
    """What became of the operation that made the intent."""
    match intent.status:
        case "requires_capture":
            return Approved(intent.id, intent.amount)
        case "succeeded":
            return Approved(intent.id, intent.amount if intent.manual else intent.received)
        case "processing":
            return Pending(intent.id)
        case "requires_action":
            return RequiresAction(intent.id, intent.next_url)
        case "canceled":
            return Approved(intent.id, intent.amount) if intent.held else Declined("canceled", intent.reason)
        case _:
            return intent.error or Unknown(f"{intent.id} is {intent.status} without an error; void it to be sure")


def outcome_for(intent: Intent, kind: OperationKind) -> Outcome:
    """What became of an operation of this kind that is said to have made the intent."""
    if intent.kind != kind:
        return Unknown(f"the intent {intent.id} is for {intent.kind}, not for {kind}")
    return outcome_of(intent)


def reports_of(intent: Intent) -> tuple[Report, ...]:
    """All that the intent says happened, except the fee; nothing where it is none of ours.

    Raises:
        Unreadable: money was captured, and Stripe does not say how much.
    """
    return tuple(_happened(intent)) if names_in(intent.metadata).payment_id else ()


def fee_of(intent: Intent) -> tuple[Report, ...]:
    """What Stripe kept, where the intent's charge and its balance transaction are at hand, and it is not nothing."""
    fee = intent.fee
    if fee is None or fee.amount.minor <= 0:
        return ()
    names = evolve(names_in(intent.metadata), key=None)
    told = names.report("fee", Approved(fee.reference, fee.amount), reference=fee.reference, on=intent.id)
    return (evolve(told, credited=fee.left),)


def _happened(intent: Intent) -> Iterator[Report]:
    names = names_in(intent.metadata)
    outcome = outcome_of(intent)
    # An event of a cancelled intent does not say whether money was held before: then only the release is told.
    if not isinstance(outcome, Unknown) and not (intent.status == "canceled" and intent.manual and intent.held is None):
        yield names.report(intent.kind, outcome, reference=intent.id, on=intent.id)
    if intent.manual:
        yield from _captured(intent)
        if intent.released is not None and intent.held is not False:
            release = Approved(intent.id, intent.released)
            yield evolve(names, key=None).report("void", release, reference=intent.id, on=intent.id)


def _captured(intent: Intent) -> Iterator[Report]:
    """Captures under their keys; what was captured in all only where they do not explain it."""
    if intent.received is None:
        raise Unreadable("amount_received: how much was captured is not said")
    names = names_in(intent.metadata)
    noted = {key: from_wire(wire, intent.amount.currency) for key, wire in captures_in(intent.metadata).items()}
    missing = intent.received - sum(noted.values(), Money.zero(intent.amount.currency))
    if not missing.is_negative:  # otherwise somebody has changed the metadata, and only the total can be believed
        for key, amount in noted.items():
            reference = capture_reference(intent.id, key)
            moved = Approved(reference, amount)
            yield evolve(names, key=key).report("capture", moved, reference=reference, on=intent.id)
    if missing:
        reference = f"{intent.id}/captured"
        total = Approved(reference, intent.received)
        yield evolve(names, key=None).report("capture", total, reference=reference, on=intent.id, cumulative=True)


def _received(body: Body, amount: Money, *, status: str, manual: bool) -> Money | None:
    told = optional_whole(body, "amount_received")
    if told is not None:
        return from_wire(told, amount.currency)
    if status != "succeeded":
        return Money.zero(amount.currency)
    return None if manual else amount


def _held(charge: object) -> bool | None:
    """Of a cancelled intent: a charge that went through held the money until then."""
    if isinstance(charge, dict):
        return charge.get("status") == "succeeded"
    return False if charge is None else None


def _expanded(charge: Body) -> bool:
    return isinstance(charge.get("balance_transaction"), dict)


def _next_url(action: Body | None) -> str:
    """Where the customer has to go. Empty where only Stripe's own script can go on, which needs the intent alone."""
    if action is None:
        return ""
    details = part(action, text(action, "type")) or {}
    urls = (value for name, value in details.items() if name == "url" or name.endswith("_url"))
    return next((value for value in urls if isinstance(value, str)), "")


def _require_consistent(intent: Intent) -> None:
    nothing = Money.zero(intent.amount.currency)
    received = nothing if intent.received is None else intent.received
    problem = None
    if intent.status not in _STATUSES:
        problem = "is a status nobody has heard of"
    elif intent.amount <= nothing or received.is_negative or received > intent.amount:
        problem = f"received {received} of {intent.amount}"
    elif intent.status == "succeeded" and intent.received == nothing:
        problem = "has received nothing"
    elif received and intent.status != "succeeded" and not (intent.manual and intent.status in _MAY_BE_IN_PARTS):
        problem = f"has received {received}"
    elif intent.status == "requires_capture" and not intent.manual:
        problem = "captures by itself"
    elif intent.status in _UNTROUBLED and intent.error is not None:
        problem = f"gives the error {intent.error.code}"
    if problem is not None:
        raise Unreadable(f"status: {intent.id} is {intent.status!r} and {problem}")


_MAY_BE_IN_PARTS: Final = frozenset({"requires_capture", "canceled"})
