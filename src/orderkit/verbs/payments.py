"""The facade's verbs about payments that were started and refunds that were asked for.

Only arguments are turned into commands here.
"""

from __future__ import annotations

from typing import Unpack
from uuid import UUID

from attrs import field, frozen

from orderkit.actors import Actor
from orderkit.asked import Asked, command_for
from orderkit.money import Money
from orderkit.payments.records import Payment
from orderkit.refunds.records import Refund
from orderkit.services import paying, refunding
from orderkit.services.wiring import Wiring


@frozen
class Payments:
    """What concerns payments that have been started."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def capture(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Capture what is authorized: all that is left, or `amount` of it."""
        command = command_for("capture", self._actor, payment_id, asked)
        return paying.capture(self._wiring, command, payment_id, amount=amount)

    def void(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Release what is authorized and not captured."""
        return paying.void(self._wiring, command_for("void", self._actor, payment_id, asked), payment_id)

    def abandon(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Give up an attempt that has no answer; the order can be paid again."""
        return paying.abandon(self._wiring, command_for("abandon", self._actor, payment_id, asked), payment_id)

    def refund_excess(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Send back what was paid above what is owed, all of it or `amount`; items are refunded by `Shop.refund`."""
        command = command_for("refund_excess", self._actor, payment_id, asked)
        return paying.refund_excess(self._wiring, command, payment_id, amount=amount)

    def credit_excess(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Move what was paid above what is owed, all of it or `amount`, to the customer's credit account.

        Raises:
            InvalidRequest: no wired gateway keeps credit (`orderkit.adapters.credit.CreditGateway` does).
        """
        command = command_for("credit_excess", self._actor, payment_id, asked)
        return paying.credit_excess(self._wiring, command, payment_id, amount=amount)

    def confirm(self, payment_id: UUID, amount: Money | None = None, **asked: Unpack[Asked]) -> Payment:
        """Say that an offline payment has arrived: all of it, or `amount`."""
        command = command_for("confirm", self._actor, payment_id, asked)
        return paying.confirm(self._wiring, command, payment_id, amount=amount)

    def reject(self, payment_id: UUID, **asked: Unpack[Asked]) -> Payment:
        """Say that an offline payment will not come."""
        return paying.reject(self._wiring, command_for("reject", self._actor, payment_id, asked), payment_id)


@frozen
class Refunds:
    """What concerns refunds that have been asked for."""

    _wiring: Wiring = field(repr=False)
    _actor: Actor

    def approve(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Approve a requested refund and send it back."""
        return refunding.approve(self._wiring, command_for("approve_refund", self._actor, refund_id, asked), refund_id)

    def reject(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Turn a requested refund down."""
        return refunding.reject(self._wiring, command_for("reject_refund", self._actor, refund_id, asked), refund_id)

    def confirm(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Say that an offline refund has been paid out."""
        return refunding.confirm(self._wiring, command_for("confirm_refund", self._actor, refund_id, asked), refund_id)

    def fail(self, refund_id: UUID, **asked: Unpack[Asked]) -> Refund:
        """Say that an offline refund could not be paid out."""
        return refunding.fail(self._wiring, command_for("fail_refund", self._actor, refund_id, asked), refund_id)
