"""Who plays what: the parts of the story, and the orders that they go to, by rule.

Only the choosing lives here. Orders of customers who take something back later are paid plainly and in full, so that
their cancellations find the money; the first of the others get the parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from attrs import frozen

from orderkit.ports.storage import OrderRow
from orderkit.services.reading import LARGEST_PAGE
from orderkit.shop import Shop

Part: TypeAlias = Literal["held", "lost", "declined", "awaited", "returned", "cancelled", "unpaid"]

PARTS: Final[tuple[Part, ...]] = ("held", "returned", "lost", "awaited", "cancelled", "declined", "unpaid")
"""By importance: a file with fewer orders plays fewer of them. `held`: the card is authorized and half of it captured;
`returned`: paid, then a part goes back; `lost`: the card is charged and the answer never comes; `awaited`: a transfer
nobody has seen yet; `cancelled`: never paid; `declined`: a card is declined and another pays; `unpaid`: left for
whoever tries things out."""

PLAINLY: Final = ("card", "transfer", "cash")
"""How the others are paid, in turn."""


@frozen
class Cast:
    """The orders with a part, and those that are paid plainly, each with its gateway; oldest first."""

    parts: dict[Part, OrderRow]
    plain: tuple[tuple[OrderRow, str], ...]


def cast(rows: list[OrderRow], returning: set[str]) -> Cast:
    """Give the parts to the first orders that may have one; all others that cost something are paid plainly."""
    costly = [row for row in rows if row.total.minor > 0]
    free_to_play = [row for row in costly if row.customer_id not in returning and row.total.minor > 1]
    parts = _given(free_to_play)
    taken = {row.id for row in parts.values()}
    others = [row for row in costly if row.id not in taken]
    return Cast(parts, tuple((row, PLAINLY[place % len(PLAINLY)]) for place, row in enumerate(others)))


def _given(rows: list[OrderRow]) -> dict[Part, OrderRow]:
    """Each part to the oldest order that is left; of what is given back a part, some should stay."""
    left, parts = list(rows), dict[Part, OrderRow]()
    for part in PARTS:
        if left:
            several = [row for row in left if row.item_count > 1] if part == "returned" else []
            parts[part] = (several or left)[0]
            left.remove(parts[part])
    return parts


def oldest_first(shop: Shop) -> list[OrderRow]:
    """Every order of the desk."""
    return [*reversed([*_newest_first(shop)])]


def _newest_first(shop: Shop) -> Iterator[OrderRow]:
    cursor: str | None = None
    while True:
        page = shop.orders.list(after=cursor, limit=LARGEST_PAGE)
        yield from page.rows
        if page.next is None:
            return
        cursor = page.next
