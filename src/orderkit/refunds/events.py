"""What can happen to a refund, in the past tense."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from orderkit.facts import Fact
from orderkit.money import Money


@frozen
class RefundRequested(Fact):
    refund_id: UUID
    amount: Money


@frozen
class RefundApproved(Fact):
    refund_id: UUID


@frozen
class RefundRejected(Fact):
    refund_id: UUID


@frozen
class RefundFinished(Fact):
    """All of it has gone back."""

    refund_id: UUID
    amount: Money


@frozen
class RefundFailed(Fact):
    """At least one payment would not take its part back; `refunded` is what did go back."""

    refund_id: UUID
    refunded: Money
