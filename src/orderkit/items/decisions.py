"""How items come into being, are split, and hear what happened; pure."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from attrs import evolve

from orderkit.cases import Case
from orderkit.errors import InvalidRequest
from orderkit.items.records import Item
from orderkit.lifecycles import Lifecycle
from orderkit.money import Money, allocate, split_units


def items_for(
    lifecycle: Lifecycle,
    *,
    order_id: UUID,
    line_id: UUID,
    quantity: int,
    total: Money,
    individual: bool,
    new_id: Callable[[], UUID],
) -> tuple[Item, ...]:
    """The items of one new line: one for all units, or one per unit for kinds that live one by one."""
    counts = (1,) * quantity if individual else (quantity,)
    return tuple(
        Item(
            id=new_id(),
            order_id=order_id,
            line_id=line_id,
            quantity=count,
            amount=amount,
            status=lifecycle.initial.key,
            kind=lifecycle.initial.kind.key,
        )
        for count, amount in zip(counts, allocate(total, counts), strict=True)
    )


def split(item: Item, quantity: int, *, new_id: UUID) -> tuple[Item, Item]:
    """What stays, and the `quantity` units that are split off; amounts sum to the item's exactly (I-03).

    Raises:
        InvalidRequest: not a true part of the item.
    """
    if not 0 < quantity < item.quantity:
        raise InvalidRequest("quantity", "is_part_of_item", quantity=quantity, item_quantity=item.quantity)
    part, rest = split_units(item.amount, item.quantity, quantity)
    off = evolve(item, id=new_id, quantity=quantity, amount=part, split_from_id=item.id)
    return evolve(item, quantity=item.quantity - quantity, amount=rest), off


def heard(case: Case, item: Item, fact: str) -> Item:
    """The item where the fact leads it; the same object where it stays."""
    status = case.follow(item, fact)
    return item if status is None else evolve(item, status=status.key, kind=status.kind.key)
