"""What can happen to a payment request, in the past tense."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from orderkit.facts import Fact
from orderkit.money import Money


@frozen
class PaymentRequestOpened(Fact):
    request_id: UUID
    number: int
    amount: Money


@frozen
class PaymentRequestMoved(Fact):
    """A request became paid, open again (a chargeback), or cancelled."""

    request_id: UUID
    source: str
    target: str
