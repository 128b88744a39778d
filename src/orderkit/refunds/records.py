"""What a refund is: which items, how much for each, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from attrs import frozen

from orderkit.money import Money, total


@frozen(kw_only=True)
class RefundLine:
    """One item of a refund. `amount` goes back to the customer; `fee` is what the shop keeps of the paid share."""

    item_id: UUID
    quantity: int
    amount: Money
    fee: Money


@frozen(kw_only=True)
class Refund:
    """Money that goes back for items; one operation per payment carries it out.

    `reference` is the caller's own name for it, such as the line of an imported file it came from.
    """

    lifecycle: ClassVar[str] = "refund"

    id: UUID
    order_id: UUID
    lines: tuple[RefundLine, ...]
    status: str
    kind: str
    requested_at: datetime
    reference: str | None = None
    finished_at: datetime | None = None

    @property
    def amount(self) -> Money:
        """What goes back in all; fees are not part of it."""
        return total((line.amount for line in self.lines), self.lines[0].amount.currency)
