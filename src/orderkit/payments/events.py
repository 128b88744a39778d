"""What can happen to a payment, in the past tense."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from orderkit.facts import Fact
from orderkit.money import Money


@frozen
class PaymentStarted(Fact):
    payment_id: UUID
    gateway: str
    amount: Money


@frozen
class PaymentAuthorized(Fact):
    """Money is held for us; it is not ours yet."""

    payment_id: UUID
    amount: Money


@frozen
class PaymentCaptured(Fact):
    payment_id: UUID
    amount: Money


@frozen
class PaymentVoided(Fact):
    """An authorization, or what was left of it, was released."""

    payment_id: UUID
    amount: Money


@frozen
class PaymentRefunded(Fact):
    payment_id: UUID
    amount: Money


@frozen
class ChargebackReceived(Fact):
    """The customer's bank took captured money back."""

    payment_id: UUID
    amount: Money


@frozen
class ChargebackReversed(Fact):
    """A chargeback was decided for the shop: the money is back."""

    payment_id: UUID
    amount: Money


@frozen
class RefundReversed(Fact):
    """A refund that had succeeded failed later: the money is back with the shop, not with the customer (F078)."""

    payment_id: UUID
    amount: Money


@frozen
class PaymentFailed(Fact):
    """The attempt ended definitively without money; `code` is the gateway's."""

    payment_id: UUID
    code: str


@frozen
class OperationRefused(Fact):
    """A capture, void or refund was definitively refused; the payment stands as before."""

    payment_id: UUID
    operation_id: UUID
    code: str


@frozen
class OutcomeLost(Fact):
    """Nobody knows whether the operation happened; its direction is blocked until somebody does."""

    payment_id: UUID
    operation_id: UUID
