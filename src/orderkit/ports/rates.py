"""What orderkit asks of whoever knows exchange rates, where customers may pay in another currency than the order's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol


class ExchangeRates(Protocol):
    """Quotes rates; asked once when a payment starts, with no unit of work open, and frozen with the payment."""

    def rate(self, scope: str, source: str, target: str, *, at: datetime) -> Decimal | None:
        """How many of `target` are one of `source`, both ISO 4217 codes; None where it is not quoted."""
