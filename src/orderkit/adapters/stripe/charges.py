"""A charge and its balance transaction: what was captured and refunded in all, and what Stripe kept of it.

Only reading and judging live here. Totals are reported as totals, so that they are never added to itemised refunds.
"""

from __future__ import annotations

from attrs import evolve, frozen

from orderkit.adapters.stripe.metadata import names_of
from orderkit.adapters.stripe.reading import Body, Unreadable, flag, id_of, text, whole
from orderkit.adapters.stripe.units import from_wire
from orderkit.money import Money
from orderkit.payments.outcomes import Approved
from orderkit.payments.records import OperationKind
from orderkit.payments.reports import Report


@frozen
class Fee:
    """What Stripe kept, and what is left for us, both in the currency of the balance (row S4-32)."""

    reference: str
    amount: Money
    left: Money


def read_fee(transaction: Body) -> Fee:
    """The fee in a balance transaction."""
    currency = text(transaction, "currency")
    kept, left = from_wire(whole(transaction, "fee"), currency), from_wire(whole(transaction, "net"), currency)
    return Fee(text(transaction, "id"), kept, left)


def captured_in_all(body: Body) -> tuple[Report, ...]:
    """Of the event ``charge.captured``: what has been captured of the intent so far.

    Raises:
        Unreadable: the charge says that it is captured, and something else that contradicts it.
    """
    if not flag(body, "captured") or text(body, "status") != "succeeded" or body.get("failure_code"):
        raise Unreadable("charge: it is captured, and not captured, or failed")
    amount = whole(body, "amount_captured")
    if not 0 < amount <= whole(body, "amount"):
        raise Unreadable(f"amount_captured: {amount} of {whole(body, 'amount')}")
    return _total(body, "capture", amount, of="captured")


def refunded_in_all(body: Body) -> tuple[Report, ...]:
    """Of the event ``charge.refunded``: what has gone back of the captured money so far.

    What was held and not captured counts as refunded with Stripe, but never was ours: it is a release (F070).

    Raises:
        Unreadable: more is refunded than there was.
    """
    amount, captured, refunded = (whole(body, name) for name in ("amount", "amount_captured", "amount_refunded"))
    if not 0 <= captured <= amount or not 0 <= refunded <= amount or text(body, "status") != "succeeded":
        raise Unreadable(f"amount_refunded: {refunded} of {captured} that were captured of {amount}")
    went_back = refunded - (amount - captured)
    return _total(body, "refund", went_back, of="refunded") if went_back > 0 else ()


def _total(body: Body, type: OperationKind, amount: int, *, of: str) -> tuple[Report, ...]:
    intent = id_of(body, "payment_intent")
    if intent is None:  # made without an intent, so not by us
        return ()
    reference = f"{intent}/{of}"
    outcome = Approved(reference, from_wire(amount, text(body, "currency")))
    # The key that an intent hands down to its charge is that of the authorization, not of what happened later.
    names = evolve(names_of(body), key=None)
    return (names.report(type, outcome, reference=reference, on=intent, cumulative=True),)
