"""What an item is: some units of a line that live, and can be refunded, together."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from attrs import frozen

from orderkit.money import Money


@frozen(kw_only=True)
class Item:
    """Units of one line. Acts cite items; an act on a part splits the item first, in the same commit.

    `amount` is the share of the line's total that belongs to these units; the items of a line sum to it exactly.
    `split_from_id` is the item this one was split off.
    """

    lifecycle: ClassVar[str] = "item"

    id: UUID
    order_id: UUID
    line_id: UUID
    quantity: int
    amount: Money
    status: str
    kind: str
    split_from_id: UUID | None = None
