"""The kinds of item statuses, the facts every item hears, and the rules of refunding one; the table is a profile's."""

from __future__ import annotations

from orderkit.errors import Refusal
from orderkit.items.records import Item
from orderkit.lifecycles import STAY, Ask, Kind, Move

ITEM_FACTS = frozenset({"order_cancelled", "refunded"})

PENDING = Kind("pending")
ACTIVE = Kind("active", ignores=frozenset({"order_cancelled"}))
CANCELLED = Kind("cancelled", ended=True)
RETURNED = Kind("returned", ended=True)
ITEM_KINDS = (PENDING, ACTIVE, CANCELLED, RETURNED)


def is_not_refunded(ask: Ask) -> Refusal | None:
    """No refund of this item is open or done (row S1-23)."""
    item = ask.of(Item)
    for refund in ask.relatives.refunds:
        if refund.kind != "failed" and any(line.item_id == item.id for line in refund.lines):
            return Refusal("is_not_refunded", {"refund": str(refund.id), "status": refund.status})
    return None


def is_within_refund_window(ask: Ask) -> Refusal | None:
    """The terms the line was sold under still allow a refund: strictly before the instant (row S1-16)."""
    until = ask.relatives.line(ask.of(Item).line_id).terms.refundable_until
    if until is None or ask.at < until:
        return None
    return Refusal("is_within_refund_window", {"refundable_until": until.isoformat()})


REQUESTS = (Move("refund", (PENDING, ACTIVE, CANCELLED), STAY, requires=(is_not_refunded, is_within_refund_window)),)
"""What may be asked of an item; of a cancelled one too, for money may come in late and has to go back."""
