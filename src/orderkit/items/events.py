"""What can happen to an item, in the past tense."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from orderkit.facts import Fact


@frozen
class ItemSplit(Fact):
    """Units were split off an item so that an act could concern them alone."""

    item_id: UUID
    into_id: UUID
    quantity: int


@frozen
class ItemMoved(Fact):
    item_id: UUID
    source: str
    target: str
