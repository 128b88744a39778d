"""What a payment request is: an amount that is asked for, and how much of it is reserved and settled."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from attrs import frozen

from orderkit.money import Money


@frozen(kw_only=True)
class PaymentRequest:
    """An obligation. An intent reserves on it before any gateway is asked (I-06, I-11).

    Attributes:
        number: its own, unique per scope, rising, holes allowed.
        amount: what was asked for when it was opened; never changes.
        due: the amount less finished refunds.
        reserved: intents without a definitive answer, and what is authorized and not yet captured.
        settled: captured less refunded less charged back.
        split: several payments may be live on it at once.
    """

    lifecycle: ClassVar[str] = "payment_request"

    id: UUID
    order_id: UUID
    number: int
    amount: Money
    due: Money
    reserved: Money
    settled: Money
    status: str
    kind: str
    opened_at: datetime
    due_on: date | None = None
    split: bool = False

    @property
    def open_amount(self) -> Money:
        """What a new payment may still reserve; zero when everything is reserved or settled, never negative."""
        rest = self.due - self.reserved - self.settled
        return Money.zero(rest.currency) if rest.is_negative else rest
