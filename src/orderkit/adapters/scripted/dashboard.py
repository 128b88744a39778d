"""What somebody else does at the gateway: the merchant in its dashboard, the customer's bank, the bank itself.

Every method books, tells of it by an event, and returns the line; the bank's bounds hold here as well.
"""

from __future__ import annotations

from uuid import UUID

from attrs import define, evolve

from orderkit.adapters.scripted.bank import Booking, BookingType, refusal
from orderkit.adapters.scripted.house import House
from orderkit.money import Money


@define
class Dashboard:
    """Movements that no call of ours caused.

    Every method raises:
        LookupError: the bank knows no such payment or line.
        ValueError: the bank's bounds refuse it.
    """

    _house: House

    def capture(self, payment_id: UUID, amount: Money, *, final: bool = False) -> Booking:
        """Somebody captures by hand; with `final` the rest is released."""
        booking = self._move(payment_id, "capture", amount)
        rest = self._house.bank.account(payment_id).held
        if final and rest > 0:
            self._move(payment_id, "release", Money.of_minor(rest, amount.currency))
        return booking

    def void(self, payment_id: UUID) -> Booking:
        """Somebody releases all that is held."""
        return self._release(payment_id, "void")

    def lapse(self, payment_id: UUID) -> Booking:
        """The authorization expires now (F065)."""
        return self._release(payment_id, "release")

    def refund(self, payment_id: UUID, amount: Money) -> Booking:
        return self._move(payment_id, "refund", amount)

    def fail_refund(self, reference: str) -> Booking:
        """A refund that was done comes back: the customer's account is closed (F078)."""
        return self._reverse(reference, "refund", "refund_reversal")

    def charge_back(self, payment_id: UUID, amount: Money) -> Booking:
        """The customer's bank takes the money back (F081)."""
        return self._move(payment_id, "chargeback", amount)

    def reverse_chargeback(self, reference: str) -> Booking:
        """The dispute is won."""
        return self._reverse(reference, "chargeback", "chargeback_reversal")

    def charge_fee(self, payment_id: UUID, amount: Money, *, credited: Money | None = None) -> Booking:
        """The gateway keeps its commission; `credited` is what it pays out, maybe in another currency (row S4-32)."""
        with self._house.lock:
            at = self._house.catch_up()
            return self._house.enter(evolve(self._house.unasked(payment_id, "fee", amount), credited=credited), at)

    def _release(self, payment_id: UUID, type: BookingType) -> Booking:
        with self._house.lock:
            self._house.catch_up()
            account, root = self._house.bank.account(payment_id), self._house.bank.root(payment_id)
            if root is None or account.held <= account.capturing:
                raise ValueError(f"nothing is held for the payment {payment_id}")
            return self._move(payment_id, type, Money.of_minor(account.held, root.amount.currency))

    def _reverse(self, reference: str, type: str, reversal: BookingType) -> Booking:
        with self._house.lock:
            at = self._house.catch_up()
            ledger = self._house.bank.ledger
            line = next((each for each in ledger if (each.type, each.reference) == (type, reference)), None)
            if line is None:
                raise LookupError(f"no {type} {reference!r} at this bank")
            if any((each.type, each.reference) == (reversal, reference) for each in ledger):
                raise ValueError(f"the {type} {reference!r} was reversed already")
            booking = self._house.unasked(line.payment_id, reversal, line.amount)
            return self._house.enter(evolve(booking, reference=reference), at)

    def _move(self, payment_id: UUID, type: BookingType, amount: Money) -> Booking:
        with self._house.lock:
            at = self._house.catch_up()
            # A chargeback takes what a refund could have taken, and no more.
            bound = "refund" if type == "chargeback" else type
            why = refusal(self._house.bank.account(payment_id), bound, amount)
            if amount.minor <= 0 or why is not None:
                raise ValueError(f"{type} of {amount}: {why or 'more than nothing has to move'}")
            return self._house.enter(self._house.unasked(payment_id, type, amount), at)
